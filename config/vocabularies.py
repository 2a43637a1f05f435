"""What the form asks: fields, the values they offer, and the sentences that belong to them.

words = load_vocabularies()
words.fields["w_role"].label.ko
words.values("w_role")              # {"survivor": Label(...), ...}
words.fields_of("family")
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec

from config import strict_yaml
from config.model_types import Frozen, Label, Text

PATH = Path(__file__).with_name("vocabularies.yaml")

Block = Literal["common", "survivor", "family", "other", "consent", "filing"]
BLOCKS: tuple[Block, ...] = ("common", "survivor", "family", "other", "consent", "filing")
SAFETY = tuple(f"s{number}" for number in range(1, 11))
_PREFIX = {"common": "w", "survivor": "a", "family": "b", "other": "c", "consent": "k"}
_CHOSEN = ("choice", "several", "tick")


class VocabularyError(strict_yaml.DataError):
    """The vocabularies are inconsistent; one line for each place where they are."""


class Field(Frozen, frozen=True, kw_only=True):
    """One thing the form asks for; its id is the name of the input."""

    id: Text
    block: Block
    kind: Literal["line", "text", "choice", "several", "tick"]
    label: Label
    vocabulary: str | None = None
    restricted: bool = False
    required: bool = False
    repeat: Annotated[int, msgspec.Meta(ge=1)] = 1
    beside: str | None = None
    default: str | None = None

    @property
    def many(self) -> bool:
        """Whether the answer is an array, by the form and in the sealed document."""
        return self.kind == "several" or self.repeat > 1


class Vocabularies(Frozen, frozen=True, kw_only=True):
    """All of the file, checked; tables keep the order in which they are shown."""

    vocabularies: Mapping[str, Mapping[str, Label]]
    knowledge_to_ef: Mapping[str, str]
    fields: Mapping[str, Field]
    texts: Mapping[str, Label]

    def values(self, field_id: str) -> Mapping[str, Label]:
        """Give the values a field offers; nothing for a field of free text."""
        name = self.fields[field_id].vocabulary
        return self.vocabularies[name] if name else {}

    def fields_of(self, block: Block) -> tuple[Field, ...]:
        """Give the fields of a block, in order."""
        return tuple(one for one in self.fields.values() if one.block == block)

    def beside(self, field_id: str) -> tuple[Field, ...]:
        """Give the fields shown together with this one."""
        return tuple(one for one in self.fields.values() if one.beside == field_id)

    @property
    def safety(self) -> tuple[Label, ...]:
        """The ten sentences about safety, in order."""
        return tuple(self.texts[one] for one in SAFETY)


@cache
def load_vocabularies() -> Vocabularies:
    """Give the vocabularies that are shipped, read and checked once a process."""
    return vocabularies_in(PATH)


def vocabularies_in(path: Path) -> Vocabularies:
    """Read and check vocabularies; a VocabularyError names every place that is wrong."""
    try:
        return vocabularies_of(strict_yaml.load(path))
    except VocabularyError:
        raise
    except strict_yaml.DataError as error:
        raise VocabularyError(*error.problems) from None


def vocabularies_of(data: dict[str, Any]) -> Vocabularies:
    """Make Vocabularies of what was read from a file; raise VocabularyError."""
    given, wrong = set(data), []
    blocks = set(Vocabularies.__struct_fields__)
    wrong += [f"{key}: no such block" for key in sorted(given - blocks)]
    wrong += [f"{key}: missing" for key in sorted(blocks - given)]
    if wrong:
        raise VocabularyError(*wrong)
    tables = {
        "vocabularies": _each(data, "vocabularies", dict[str, Label], wrong),
        "knowledge_to_ef": _each(data, "knowledge_to_ef", Text, wrong),
        "fields": _each(data, "fields", Field, wrong),
        "texts": _each(data, "texts", Label, wrong),
    }
    if not wrong:
        words = Vocabularies(**{key: MappingProxyType(table) for key, table in tables.items()})
        wrong += problems_of(words)
        if not wrong:
            return words
    raise VocabularyError(*wrong)


def _each(data: dict[str, Any], block: str, kind: Any, wrong: list[str]) -> dict[str, Any]:  # noqa: ANN401  # a type
    if not isinstance(data[block], dict):
        wrong.append(f"{block}: not a mapping")
        return {}
    table = {}
    for key, value in data[block].items():
        raw = {"id": key, **value} if block == "fields" and isinstance(value, dict) else value
        try:
            table[key] = strict_yaml.convert(raw, kind, f"{block}.{key}")
        except strict_yaml.DataError as error:
            wrong.extend(error.problems)
    return table


def problems_of(words: Vocabularies) -> Iterator[str]:
    """Everything wrong between the parts."""
    for one in words.fields.values():
        yield from (f"fields.{one.id}.{said}" for said in _field(one, words))
    ticked = words.vocabularies.get("knowledge", {})
    for value in ticked.keys() ^ words.knowledge_to_ef.keys():
        yield f"knowledge_to_ef.{value}: vocabularies.knowledge and this must have the same values"
    for text in (*SAFETY, "k_keep", "filing"):
        if text not in words.texts:
            yield f"texts.{text}: missing"
    required = [one.id for one in words.fields.values() if one.required]
    if required != ["w_narrative"]:
        yield "fields: w_narrative is required, and nothing else"
    for name, values in words.vocabularies.items():
        if not values:
            yield f"vocabularies.{name}: has no values"


def _field(one: Field, words: Vocabularies) -> Iterator[str]:
    prefix = _PREFIX.get(one.block, "u")
    if not one.id.startswith(f"{prefix}_"):
        yield f"block: ids of this block start with {prefix}_"
    if one.id == "k_keep":
        yield "id: k_keep is a sentence and not a field"
    if (one.kind in _CHOSEN) != bool(one.vocabulary):
        yield "vocabulary: a choice has one, free text has none"
    elif one.vocabulary and one.vocabulary not in words.vocabularies:
        yield f'vocabulary: no vocabulary "{one.vocabulary}"'
    elif one.default is not None and one.default not in words.values(one.id):
        yield f'default: no value "{one.default}"'
    if one.beside is not None and words.fields.get(one.beside, one).block != one.block:
        yield f"beside: {one.beside} is in another block"
    if one.beside is not None and one.beside not in words.fields:
        yield f'beside: no field "{one.beside}"'

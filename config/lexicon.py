"""Words in testimonies and what they may mean: for highlighting and for suggestions with a reason.

for word in load_lexicon(model).values():
    word.terms, word.stages, word.ambiguous, word.note.ko
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from config import strict_yaml
from config.model import Model
from config.model_types import Frozen, Label, Lang, Text

PATH = Path(__file__).with_name("lexicon.yaml")


class LexiconError(strict_yaml.DataError):
    """The lexicon is inconsistent; one line for each place where it is."""


class Word(Frozen, frozen=True, kw_only=True):
    """Spellings of one word in one language, and what it may stand for."""

    id: Text
    lang: Lang
    terms: tuple[Text, ...]
    note: Label
    stages: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    facility_types: tuple[str, ...] = ()
    charge_grounds: tuple[str, ...] = ()
    abuses: tuple[str, ...] = ()
    ambiguous: bool = False


def load_lexicon(model: Model, path: Path | None = None) -> Mapping[str, Word]:
    """Read the lexicon and hold its ids against the model; raise LexiconError."""
    wrong: list[str] = []
    words: dict[str, Word] = {}
    try:
        read = strict_yaml.load(path or PATH)
    except strict_yaml.DataError as error:
        raise LexiconError(*error.problems) from None
    for key, value in read.items():
        raw = {"id": key, **value} if isinstance(value, dict) else value
        try:
            words[key] = strict_yaml.convert(raw, Word, key)
        except strict_yaml.DataError as error:
            wrong.extend(error.problems)
    wrong.extend(_problems(words, model))
    if wrong:
        raise LexiconError(*wrong)
    return MappingProxyType(words)


def _problems(words: Mapping[str, Word], model: Model) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for word in words.values():
        if not word.terms:
            yield f"{word.id}.terms: names none"
        for term in word.terms:
            other = seen.setdefault((word.lang, term), word.id)
            if other != word.id:
                yield f'{word.id}.terms: "{term}" stands under {other} too'
        if not word.id.startswith(f"{word.lang}_"):
            yield f"{word.id}.lang: ids start with the language"
        yield from _unknown(word, model)


def _unknown(word: Word, model: Model) -> Iterator[str]:
    tables: dict[str, Mapping[str, object]] = {
        "stages": model.by_stage,
        "agencies": model.agencies,
        "facility_types": model.facility_types,
        "charge_grounds": model.charge_grounds,
        "abuses": model.abuses,
    }
    for kind, table in tables.items():
        for at, one in enumerate(getattr(word, kind)):
            if one not in table:
                yield f'{word.id}.{kind}[{at}]: the model has no "{one}"'

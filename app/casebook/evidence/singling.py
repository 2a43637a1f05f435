"""Who could be singled out: the smallest group that a combination of what leaves points at.

Date and stage, place, cell and sentence each fit many; together they may fit one. Counted are the
witnesses in the index, which is fewer than the world: a warning, never an all-clear.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.casebook.evidence.cutting import Placeholders
from app.casebook.indexing.index import Index

PLACES = ("a_cross", "a_home_prov", "b_home_prov")
SMALL = 5
MOST_TRAITS = 12
_CELL = re.compile(
    r"(?:제\s?)?\d{1,3}\s?(?:호\s?(?:감방|방|실)|감방|号\s?(?:牢房|监室|房))|cell\s(?:no\.?\s?)?\d{1,3}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\d{1,2}\s?년\s?\d{0,2}\s?(?:개월)?\s?(?:형|교화|징역|로동교화)|(?:교화|징역|로동단련)\s?\d{1,2}\s?(?:년|개월)"
    r"|判了?\s?[\d一二三四五六七八九十]{1,3}\s?年|(?:sentenced? (?:to|of) )\w+ (?:years?|months?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Trait:
    """One thing that is told: ``kind`` is date, place, cell or sentence."""

    kind: str
    where: str  # the stage, the field, or empty for words of the text
    value: str


@dataclass(frozen=True)
class Group:
    """The smallest group found: how many witnesses told the same, and what it is."""

    size: int
    traits: tuple[Trait, ...]


def traits(parts: Mapping[str, Any], placeholders: Placeholders) -> list[Trait]:
    """Return what would leave that narrows down who is meant, cuts made."""
    fields = parts["document"]["fields"]
    said = [fields["w_narrative"]]
    said += [letter["fields"].get("w_narrative", "") for letter in parts["letters"]]
    said += [one["text"] for one in parts["transcripts"]]
    text = "\n".join(map(placeholders.text, said))
    found = [
        Trait("date", tag["stage"], tag["date_from"]) for tag in parts["tags"] if tag["date_from"]
    ]
    found += [
        Trait("place", name, fields[name])
        for name in PLACES
        if isinstance(fields.get(name), str) and fields[name] not in ("unknown", "other")
    ]
    for kind, pattern in (("cell", _CELL), ("sentence", _SENTENCE)):
        found += [Trait(kind, "", one[0]) for one in pattern.finditer(text)]
    return list(dict.fromkeys(found))[:MOST_TRAITS]


def smallest(
    index: Index, record: str, parts: Mapping[str, Any], placeholders: Placeholders
) -> Group | None:
    """Return the smallest group that one to three of the traits point at, of different kinds."""
    told = traits(parts, placeholders)
    holding = {one: index.holding(one.kind, one.where, one.value) for one in told}
    best: Group | None = None
    for number in (1, 2, 3):
        for chosen in itertools.combinations(told, number):
            if len({one.kind for one in chosen}) == number:
                size = len(
                    _shared(holding[one] for one in chosen) | index.holding("record", "", record)
                )
                if best is None or size < best.size:
                    best = Group(size, chosen)
    return best if best is not None and best.size < SMALL else None


def _shared(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset.intersection(*sets)

"""What reviewers have claimed about a person, as the clock, the rules and the counts read it.

The desk makes these of its tags; nothing here knows how they are kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from app.reading.edtf import NotEDTF, Span, parse

FIRSTHAND = ("firsthand", "saw_person_there")


@dataclass(frozen=True)
class Source:
    """Where a claim comes from: one testimony, and what its witness said of how they know.

    ``thread`` is the same for all items of one witness; ``informant`` is a name the reviewers give
    to the person at the start of a chain ("the aunt"), the same wherever it is the same person.
    """

    testimony: str
    thread: str = ""
    informant: str = ""
    hops: int | None = None  # through how many people it came (c_chain); None: not said
    paid: bool = False  # money was involved (c_paid)
    press: bool = False  # repeats press or another's text, no knowledge of its own (R23)

    @property
    def bought(self) -> bool:
        """Whether R24 speaks of it: paid for, or through two or more people."""
        return self.paid or (self.hops is not None and self.hops > 1)


@dataclass(frozen=True)
class Claim:
    """A tag: this person was in this stage then, says this source.

    ``start`` and ``end`` are EDTF or empty; ``details`` holds evidence fields of the model
    (``ef_group_size`` and so on), each as its text; ``grounds`` ids of charge grounds.
    """

    id: str
    person: str
    stage: str
    source: Source
    track: str = "common"
    episode: int = 1
    start: str = ""
    end: str = ""
    knowledge: str = "unknown"
    grounds: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def firsthand(self) -> bool:
        """Whether the witness lived or saw it."""
        return self.knowledge in FIRSTHAND

    def number(self, name: str) -> int | None:
        """Return a whole number among the details, or None."""
        said = self.details.get(name, "").strip()
        return int(said) if said.isdecimal() else None


@lru_cache(maxsize=4096)
def days(text: str) -> Span | None:
    """Read an EDTF value; what cannot be read is no date."""
    try:
        return parse(text) if text else None
    except NotEDTF:
        return None


def exact(text: str) -> date | None:
    """Return the day, where the value is one day and nobody doubts it."""
    span = days(text)
    if span is None or span.uncertain or span.approximate or span.earliest != span.latest:
        return None
    return span.earliest


def bounds(claim: Claim) -> tuple[date | None, date | None]:
    """Return the first and the last day a claim may speak of."""
    start, end = days(claim.start), days(claim.end)
    first = start.earliest if start else None
    last = end.latest if end else (start.latest if start else None)
    return first, last


def by_person(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Group claims by person, in their order."""
    grouped: dict[str, list[Claim]] = {}
    for claim in claims:
        grouped.setdefault(claim.person, []).append(claim)
    return grouped

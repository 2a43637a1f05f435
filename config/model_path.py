"""The way through the process: stages, the edges between them, and the clock."""

from typing import Literal

import msgspec

from config.model_types import Bounds, Frozen, Item, Level, Provenance, Range, Source


class Responsible(Frozen, frozen=True, kw_only=True):
    """Who runs a stage; `agency` is None where the article names nobody."""

    level: Level
    basis: Provenance
    agency: str | None = None


class Duration(Frozen, frozen=True, kw_only=True):
    """Length in days; `soft_min` is our reading of words, never a hard bound."""

    kind: Literal["point", "window", "open_ended", "unspecified"]
    min: int | None = None
    max: int | None = None
    soft_min: int | None = None
    permanent: bool = False
    finite: bool = False
    note: str | None = None


class Stage(Item, frozen=True, kw_only=True):
    """A step of the process: one of the fifteen, or an extension (x_*)."""

    order: int | float
    tracks: tuple[str, ...]
    duration_days: Duration
    prev: tuple[str, ...]
    next: tuple[str, ...]
    ask: tuple[str, ...]
    evidence_basis: Literal["cohort_reported", "general_pattern"] | None = None
    responsible: tuple[Responsible, ...] = ()
    facility_type: str | None = None
    location_note: str | None = None
    group_size: Range | None = None
    known_date: str | None = None
    decisions: tuple[str, ...] = ()
    fixed_values: dict[str, str] = msgspec.field(default_factory=dict)
    possible_outcomes: tuple[str, ...] = ()
    refines: str | None = None
    any_prev: bool = False
    begins_episode: bool = False
    against_order: tuple[str, ...] = ()
    order_on_track: dict[str, float] = msgspec.field(default_factory=dict)

    @property
    def is_extension(self) -> bool:
        """Whether other sources than the article tell of it."""
        return self.id.startswith("x_")

    @property
    def track(self) -> str | None:
        """Its track; None where it belongs to several."""
        return self.tracks[0] if len(self.tracks) == 1 else None


class When(Frozen, frozen=True, kw_only=True):
    """The decision that opens an edge."""

    decision: str
    value: str


class Transition(Frozen, frozen=True, kw_only=True):
    """One edge between two of the fifteen stages."""

    start: str = msgspec.field(name="from")
    to: str
    provenance: Provenance
    source: tuple[Source, ...]
    when: When | None = None


class Day0(Frozen, frozen=True, kw_only=True):
    """The stage and field that hold the day the clock counts from."""

    stage: str
    field: str


class Window(Frozen, frozen=True, kw_only=True):
    """When the description would expect a stage: days after day 0, [earliest, latest]."""

    start: Bounds
    end: Bounds
    tolerance: int = 0


class BeforeQuarantine(Frozen, frozen=True, kw_only=True):
    """How the clock runs for people sent back before `year`."""

    year: int
    skip: tuple[str, ...]
    starts_at_day0: str
    tolerance: int


class Snapshot(Frozen, frozen=True, kw_only=True):
    """A date and which day of the clock it is."""

    date: str
    day: int


class ClockExample(Frozen, frozen=True, kw_only=True):
    """The clock worked out for the day the article is about."""

    day0: str
    ends: dict[str, tuple[str, str]]
    snapshot: Snapshot


class Clock(Frozen, frozen=True, kw_only=True):
    """An aid to triage, never exported as a fact about a person."""

    day0: Day0
    windows: dict[str, Window]
    before_quarantine: BeforeQuarantine
    day_counting: str
    propagate: str
    example: ClockExample

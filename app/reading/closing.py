"""What closes soon: the windows of the process and of the UN urgent procedure, soonest first.

for each in closing(model, claims, today):
    each.person, each.what, each.closes, each.days_left, each.may_be_over
"""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date

from app.reading.claims import Claim, by_person, days
from app.reading.clock import DayZero, Expected, clocks, day_zero, windows
from config.model import Model

URGENT_MONTHS = 3  # the urgent procedure of WGEID takes disappearances of the last three months
UN_URGENT = "un_urgent"
_MONTHS = 12


@dataclass(frozen=True)
class Closing:
    """Something that can still be done in time. ``closes``: the first and the last day it may end.

    ``what`` is a stage whose window ends, or ``un_urgent``; ``rests_on`` are ids of claims.
    """

    person: str
    what: str
    closes: tuple[date, date]
    today: date
    rests_on: tuple[str, ...]

    @property
    def days_left(self) -> tuple[int, int]:
        """Days until it closes, at least and at most; below nothing it may be over."""
        return (self.closes[0] - self.today).days, (self.closes[1] - self.today).days

    @property
    def may_be_over(self) -> bool:
        """Whether it closed already, if day 0 was early."""
        return self.closes[0] < self.today


@dataclass(frozen=True)
class Group:
    """A known return of many on one day: where the model would expect those people today."""

    cohort: str
    day0: DayZero
    elapsed: tuple[int, int]
    expected: tuple[Expected, ...]
    persons: tuple[str, ...]


def closing(model: Model, claims: Iterable[Claim], today: date) -> list[Closing]:
    """Return what closes today or later, soonest first; whose story has ended has nothing."""
    known = by_person(claims)
    found: list[Closing] = []
    for clock in clocks(model, (each for one in known.values() for each in one), today):
        if clock.ended is None and clock.day0 is not None:
            found += _windows(model, clock.person, clock.day0, today)
        if clock.ended is None:
            episode = [each for each in known[clock.person] if each.episode == clock.episode]
            found += _urgent(model, clock.person, episode, today)
    return soonest(each for each in found if each.closes[1] >= today)


def soonest(found: Iterable[Closing]) -> list[Closing]:
    """Put what closes soonest first."""
    return sorted(found, key=lambda each: (each.closes[0], each.closes[1], each.person, each.what))


def _windows(model: Model, person: str, zero: DayZero, today: date) -> Iterator[Closing]:
    for each in windows(model, zero):
        first, last = each.closes
        timed = model.stage(each.stage).duration_days.kind == "window" and not each.external
        if timed and first is not None and last is not None and each.may_be(today):
            yield Closing(person, each.stage, (first, last), today, zero.rests_on)


def _urgent(model: Model, person: str, claims: list[Claim], today: date) -> Iterator[Closing]:
    """Three months from when the person was last seen; else from the return; else the arrest."""
    seen = [
        (span.latest, claim.id)
        for claim in claims
        if (span := days(claim.details.get("ef_last_seen_alive", ""))) and span.latest
    ]
    if seen:
        day, why = max(seen)
        gone = DayZero(day, day, (why,))
    else:
        arrest = [each for each in claims if each.stage == "cn_arrest"]
        found = day_zero(model, claims, today) or _dated(arrest)
        if found is None:
            return
        gone = found
    closes = months_after(gone.first, URGENT_MONTHS), months_after(gone.last, URGENT_MONTHS)
    yield Closing(person, UN_URGENT, closes, today, gone.rests_on)


def _dated(claims: list[Claim]) -> DayZero | None:
    for claim in claims:
        span = days(claim.start)
        if span is not None and span.earliest and span.latest:
            return DayZero(span.earliest, span.latest, (claim.id,))
    return None


def months_after(day: date, count: int) -> date:
    """Return the same day some months later, or the last day of a month that is too short."""
    month = day.month - 1 + count
    year, month = day.year + month // _MONTHS, month % _MONTHS + 1
    if year > MAXYEAR:  # somebody's slip: no page, and no log-in, may fail over it
        return date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def cohorts(model: Model, claims: Iterable[Claim], today: date) -> list[Group]:
    """Return every known return of many, latest first, with the people it may have held."""
    own = [clock for clock in clocks(model, claims, today) if clock.day0 is not None]
    found = []
    for cohort in model.cohorts.values():
        span = days(cohort.date)
        if span is None or span.earliest is None or span.latest is None:
            continue
        zero = DayZero(span.earliest, span.latest, ())
        persons = tuple(each.person for each in own if each.day0 and _meets(each.day0, zero))
        expected = tuple(each for each in windows(model, zero) if each.may_be(today))
        elapsed = (today - zero.last).days, (today - zero.first).days
        found.append(Group(cohort.id, zero, elapsed, expected, persons))
    return sorted(found, key=lambda each: each.day0.first, reverse=True)


def _meets(one: DayZero, other: DayZero) -> bool:
    return one.first <= other.last and other.first <= one.last

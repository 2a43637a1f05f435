"""R01 to R03: what cannot both be true. Only certain days count; any doubt keeps it silent."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from app.reading.claims import Claim, days, exact
from config.model import Model

# The county office of State Security holds people in its own building: two words for one place.
_ONE_PLACE = frozenset({"statesec_office_residence", "agency_detention_centre"})
_PASSING = "trial_venue"  # a person is taken to a trial for hours and still held elsewhere


def after_death(model: Model, claims: list[Claim]) -> Iterator[tuple[Claim, ...]]:
    """R01: an event begins after the last day on which the person may have died."""
    del model
    for dead in claims:
        death = days(dead.details.get("ef_death_date", ""))
        if death is None or death.latest is None or death.uncertain or death.approximate:
            continue
        for claim in claims:
            begun = days(claim.start)
            if claim is dead or begun is None or begun.uncertain or begun.approximate:
                continue
            if begun.earliest is not None and begun.earliest > death.latest:
                yield dead, claim


def two_places(model: Model, claims: list[Claim]) -> Iterator[tuple[Claim, ...]]:
    """R02: both firsthand, both exact, in two kinds of place; a day of transfer is in both."""
    placed = [
        (claim, start, end)
        for claim in claims
        if claim.firsthand
        and (start := exact(claim.start)) is not None
        and (end := exact(claim.end)) is not None
        and start <= end
    ]
    for (one, *first), (other, *second) in combinations(placed, 2):
        if _apart(model, one, other) and _both(first, second):
            yield one, other


def _both(first: list[date], second: list[date]) -> bool:
    """Whether they share more than one day, or a day in the middle of a stay."""
    start, end = max(first[0], second[0]), min(first[1], second[1])
    if start > end:
        return False
    return start < end or any(stay[0] < start < stay[1] for stay in (first, second))


def _apart(model: Model, one: Claim, other: Claim) -> bool:
    here, there = model.stage(one.stage), model.stage(other.stage)
    kinds = {here.facility_type, there.facility_type}
    same = len(kinds) == 1 or kinds <= _ONE_PLACE or there.id == here.refines
    return not (same or here.id == there.refines or kinds & {None, _PASSING})


def ends_before_it_starts(model: Model, claims: list[Claim]) -> Iterator[tuple[Claim, ...]]:
    """R03: the last day the end may be is before the first day the start may be."""
    del model
    for claim in claims:
        start, end = days(claim.start), days(claim.end)
        if start and end and start.earliest and end.latest and end.latest < start.earliest:
            yield (claim,)

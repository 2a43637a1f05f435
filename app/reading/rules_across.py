"""R17 to R24: between testimonies about one person, and about where a testimony comes from."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations

from app.reading.claims import Claim, days
from app.reading.edtf import Span
from config.model import Model

Found = Iterator[tuple[Claim, ...]]
# The county office of the ministry that was People's Security until May 2020, as people call it.
_OLD_SHORT = {"보안서": "2020-05", "보안부": "2020-05", "보안성": "2020-05", "인민보안": "2020-05"}


def _others(claims: list[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Pair claims of different testimonies about one episode."""
    for one, other in combinations(claims, 2):
        if one.source.testimony != other.source.testimony and one.episode == other.episode:
            yield one, other


def _gap(one: Span | None, other: Span | None) -> int:
    """Return how many days lie for certain between two dates; 0 where they may be one."""
    if one is None or other is None:
        return 0
    gaps = (
        (later.earliest - earlier.latest).days
        for earlier, later in ((one, other), (other, one))
        if earlier.latest is not None and later.earliest is not None
    )
    return max(0, *gaps, 0)


def return_dates(model: Model, claims: list[Claim]) -> Found:
    """R17: two testimonies date one return more than a day apart."""
    back = [claim for claim in claims if claim.stage == model.clock.day0.stage]
    for one, other in _others(back):
        if _gap(days(one.start), days(other.start)) > 1:
            yield one, other


def _differs(one: Claim, other: Claim, name: str) -> bool:
    here, there = (" ".join(each.details.get(name, "").casefold().split()) for each in (one, other))
    return bool(here and there) and here != there


def crossings(model: Model, claims: list[Claim]) -> Found:
    """R18: two testimonies name different crossing points, or regions, for one return."""
    stages = {model.clock.day0.stage, "x_border_handover"}
    back = [claim for claim in claims if claim.stage in stages]
    for one, other in _others(back):
        if _differs(one, other, "ef_crossing_point") or _differs(one, other, "ef_admin_area"):
            yield one, other


def deaths(model: Model, claims: list[Claim]) -> Found:
    """R19: two testimonies give different days or places of death."""
    del model
    for one, other in combinations(claims, 2):
        if one.source.testimony == other.source.testimony:
            continue
        dates = [days(each.details.get("ef_death_date", "")) for each in (one, other)]
        if _gap(dates[0], dates[1]) > 0 or _differs(one, other, "ef_death_place"):
            yield one, other


def regions(model: Model, claims: list[Claim]) -> Found:
    """R20: the office that classified lies in another region than the person's home."""
    del model
    for claim in claims:
        home = next((c for c in (claim, *claims) if c.details.get("ef_residence_region")), None)
        if claim.stage == "classification_pretrial" and home is not None:
            office = claim.details.get("ef_admin_area", "")
            if office and office != home.details["ef_residence_region"]:
                yield _once(claim, home)


def _once(*claims: Claim) -> tuple[Claim, ...]:
    return tuple(claim for at, claim in enumerate(claims) if claim not in claims[:at])


def old_names(model: Model, claims: list[Claim]) -> Found:
    """R21: the agency is called by a name it no longer had on that day."""
    gone = dict(_OLD_SHORT)
    today = " ".join(agency.label.ko for agency in model.agencies.values())
    for former in (each for agency in model.agencies.values() for each in agency.name_history):
        name = _short(former.name)
        if former.until is not None and name not in today:  # 사회안전부 is the county's today
            gone[name] = max(former.until, gone.get(name, ""))
    ends = {name: _last(until) for name, until in gone.items()}
    for claim in claims:
        begun, named = days(claim.start), claim.details.get("ef_agency_as_named", "")
        known = [end for name, end in ends.items() if name in named and end is not None]
        if begun is not None and begun.earliest and known and begun.earliest > max(known):
            yield (claim,)


def _short(name: str) -> str:
    return name.partition(" (")[0]


def _last(until: str) -> date | None:
    span = days(until)
    return span.latest if span else None


def episodes(model: Model, claims: list[Claim]) -> Found:
    """R22: one testimony tells of more than one return."""
    yield from _by_testimony(model, claims, lambda known: len({c.episode for c in known}) > 1)


def press(model: Model, claims: list[Claim]) -> Found:
    """R23: a testimony repeats press or another's text."""
    yield from _by_testimony(model, claims, lambda known: known[0].source.press)


def bought(model: Model, claims: list[Claim]) -> Found:
    """R24: what a testimony says was paid for, or came through two or more people."""
    yield from _by_testimony(
        model,
        claims,
        lambda known: (
            known[0].source.bought or any(claim.knowledge == "paid_intermediary" for claim in known)
        ),
    )


def _by_testimony(model: Model, claims: list[Claim], holds: Callable[[list[Claim]], bool]) -> Found:
    """Ask once for each testimony."""
    del model
    told: dict[str, list[Claim]] = {}
    for claim in claims:
        told.setdefault(claim.source.testimony, []).append(claim)
    for known in told.values():
        if holds(known):
            yield tuple(known)

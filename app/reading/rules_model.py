"""R04 to R16: where what is told differs from what the article describes."""

from collections.abc import Iterator
from itertools import pairwise

from app.reading.claims import Claim, days
from app.reading.naming import border, kinds, says
from config.model import Model

_TRACKS = ("state_security", "social_security")
_QUARANTINE, _CLASSIFIED = "quarantine_covid", "classification_pretrial"
_CLOSED_BORDER = (2021, 2023)  # the years for which R06 expects quarantine
Found = Iterator[tuple[Claim, ...]]


def _episodes(claims: list[Claim]) -> Iterator[list[Claim]]:
    for episode in dict.fromkeys(claim.episode for claim in claims):
        yield [claim for claim in claims if claim.episode == episode]


def order(model: Model, claims: list[Claim]) -> Found:
    """R04: a stage certainly begins after one from which no way of the graph leads to it."""
    for known in _episodes(claims):
        dated = [
            (span.earliest, span.latest, claim)
            for claim in known
            if (span := days(claim.start)) and span.earliest and span.latest
        ]
        dated.sort(key=lambda each: (each[0], each[1]))
        for (_, before_last, before), (after_first, _, after) in pairwise(dated):
            if before_last < after_first and not leads_to(model, before.stage, after.stage):
                yield before, after


def leads_to(model: Model, start: str, end: str) -> bool:
    """Whether some way of the graph leads from one stage to another within one episode."""
    made = _WAYS.get(model.version)
    if made is None:
        made = _WAYS[model.version] = _closed(model)
    return end in made[start]


_WAYS: dict[str, dict[str, set[str]]] = {}


def _closed(model: Model) -> dict[str, set[str]]:
    """Follow every edge to its end; an edge into a new episode is none."""
    step = {
        start: {
            end
            for end in model.by_stage
            if model.follows(end, start) and not model.stage(end).begins_episode
        }
        for start in model.by_stage
    }
    return {start: _from(start, step) for start in step}


def _from(start: str, step: dict[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for end in step[waiting.pop()] - seen:
            seen.add(end)
            waiting.append(end)
    return seen


def length(claim: Claim) -> tuple[int, int | None] | None:
    """Return how many days a stay lasted, at least and at most; None where nothing says."""
    stated = claim.number("ef_quarantine_days") if claim.stage == _QUARANTINE else None
    if stated is not None:
        return stated, stated
    start, end = days(claim.start), days(claim.end)
    if start is None or end is None or start.latest is None or end.earliest is None:
        return None
    least = max((end.earliest - start.latest).days, 0)
    if start.earliest is None or end.latest is None:
        return least, None
    return least, (end.latest - start.earliest).days


def _outside(model: Model, claims: list[Claim], stage: str) -> Found:
    span = model.stage(stage).duration_days
    slack = model.clock.windows[stage].tolerance
    for claim in claims:
        stay = length(claim) if claim.stage == stage else None
        if stay is None or span.min is None or span.max is None:
            continue
        shorter = stay[1] is not None and stay[1] < span.min - slack
        if shorter or stay[0] > span.max + slack:
            yield (claim,)


def quarantine_length(model: Model, claims: list[Claim]) -> Found:
    """R05: certainly outside 15 days and the tolerance."""
    yield from _outside(model, claims, _QUARANTINE)


def classification_length(model: Model, claims: list[Claim]) -> Found:
    """R07: certainly outside 10 to 15 days and the tolerance."""
    yield from _outside(model, claims, _CLASSIFIED)


def quarantine_years(model: Model, claims: list[Claim]) -> Found:
    """R06: quarantine before 2020, or none told after a return of 2021 to 2023."""
    first, last = _CLOSED_BORDER
    zero = model.clock.day0.stage
    for known in _episodes(claims):
        held = [claim for claim in known if claim.stage == _QUARANTINE]
        later = [
            each for each in known if model.order_key(each.stage) > model.order_key(_QUARANTINE)
        ]
        for claim in known:
            span = days(claim.start) if claim.stage == zero else None
            if span is None or span.earliest is None or span.latest is None:
                continue
            if held and span.latest.year < model.clock.before_quarantine.year:
                yield claim, *held
            elif not held and later and first <= span.earliest.year <= span.latest.year <= last:
                yield claim, later[0]


def _named(claim: Claim) -> str:
    fields = ("ef_agency_as_named", "ef_facility_name", "ef_place_text")
    return " ".join(claim.details[each] for each in fields if claim.details.get(each))


def classified_elsewhere(model: Model, claims: list[Claim]) -> Found:
    """R08: classified at the border, or by an agency that is not State Security."""
    del model
    for claim in claims:
        named = _named(claim)
        whose = kinds(named)
        if claim.stage == _CLASSIFIED and (border(named) or (whose and "statesec" not in whose)):
            yield (claim,)


def both_tracks(model: Model, claims: list[Claim]) -> Found:
    """R09: both tracks in one episode, and no word of who handed the person over."""
    del model
    for known in _episodes(claims):
        first = [next((c for c in known if c.track == track), None) for track in _TRACKS]
        told = any(c.details.get("handed_over") or c.details.get("ef_decided_by") for c in known)
        if first[0] and first[1] and not told:
            yield first[0], first[1]


def decision_and_track(model: Model, claims: list[Claim]) -> Found:
    """R10: what was decided belongs to the other track."""
    values = {
        track: link.value
        for track in _TRACKS
        if (link := model.tracks[track].decision_link) is not None
    }
    for known in _episodes(claims):
        for claim in known:
            said = claim.details.get("ef_decision_value", "unknown")
            for other in known:
                if said in values.values() and values.get(other.track, said) != said:
                    yield claim, other
                    break


def grounds_and_track(model: Model, claims: list[Claim]) -> Found:
    """R11: the grounds told are those the article gives for the other track."""
    for known in _episodes(claims):
        tracks = {claim.track for claim in known} - {"common"}
        grounds = {ground for claim in known for ground in claim.grounds}
        political = grounds & set(model.tracks["state_security"].charge_grounds)
        if len(tracks) != 1 or not grounds:
            continue
        if ("social_security" in tracks) == bool(political):
            handled = next(claim for claim in known if claim.track in tracks)
            yield *(claim for claim in known if claim.grounds), handled


def open_trial(model: Model, claims: list[Claim]) -> Found:
    """R12: a trial of the State Security track was open."""
    del model
    for claim in claims:
        if claim.stage == "statesec_closed_trial" and claim.details.get("ef_trial_mode") == "open":
            yield (claim,)


def camp_without_trial(model: Model, claims: list[Claim]) -> Found:
    """R13: it is said that there was no trial; that nobody mentions one is not enough."""
    del model
    for claim in claims:
        if claim.stage == "x_extrajudicial_camp_transfer":
            yield (claim,)


def group_size(model: Model, claims: list[Claim]) -> Found:
    """R14: fewer or more were held together than the article says."""
    for claim in claims:
        usual = model.stage(claim.stage).group_size
        size = claim.number("ef_group_size")
        if usual is not None and size is not None and not usual.min <= size <= usual.max:
            yield (claim,)


def short_questioning(model: Model, claims: list[Claim]) -> Found:
    """R15: the questioning certainly ended before two months."""
    for claim in claims:
        soft, stay = model.stage(claim.stage).duration_days.soft_min, length(claim)
        if soft is not None and stay is not None and stay[1] is not None and stay[1] < soft:
            yield (claim,)


def another_office(model: Model, claims: list[Claim]) -> Found:
    """R16: another office reviewed the case, or a court of the county tried it."""
    del model
    for claim in claims:
        office = claim.details.get("ef_reviewer_office", "")
        court = claim.details.get("ef_court_named", "")
        other = {
            "statesec_final_review": office and not says("central", office),
            "socialsec_final_review": office and "socialsec_provincial" not in kinds(office),
            "statesec_closed_trial": court and not says("provincial_court", court),
        }.get(claim.stage)
        if other:
            yield (claim,)

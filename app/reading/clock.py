"""The clock of the process: where the model would expect a person today, and what that rests on.

    clock = read_clock(model, claims_of_one_person, today)
    [each.stage for each in clock.expected], wording.expectation(clock, model, "ko")

An aid to triage, in whole days, always in the words "the model would expect": it says nothing of
where a person is. Day 0 is the return; where it is an interval [a, b], a window that opens between
day x and day y opens between a+x and b+y. Without a bound on both sides there is no clock.
Source: ``clock`` of ``config/process-model.yaml``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.reading.claims import Claim, by_person, days
from app.reading.edtf import Span
from config.model import Model
from config.model_path import Stage, Window

ENDED = ("x_release", "x_execution", "x_escape_from_custody")
_ABOUT = {10: 3, 7: 15, 4: 183}  # "about": days either side, by how the date is written


@dataclass(frozen=True)
class DayZero:
    """The day of the return: from ``first`` to ``last``; ``derived`` where no claim dates it."""

    first: date
    last: date
    rests_on: tuple[str, ...]
    derived: bool = False


@dataclass(frozen=True)
class Expected:
    """A stage the model would expect: opens and closes between two days each; None is open.

    ``certain``: whatever day 0 was within its bounds, the model has the stage on this day.
    ``external``: not the article's; other sources place people there.
    """

    stage: str
    opens: tuple[date, date]
    closes: tuple[date | None, date | None]
    tolerance: int = 0
    certain: bool = False
    external: bool = False

    def may_be(self, today: date) -> bool:
        """Whether the stage may be on, tolerance included."""
        first, last = plus(self.opens[0], -self.tolerance), self.closes[1]
        return first <= today and (last is None or today <= plus(last, self.tolerance))

    def must_be(self, today: date) -> bool:
        """Whether it is on whatever day 0 was; what the article does not tell never is."""
        first = self.closes[0]
        return not self.external and self.opens[1] <= today and (first is None or today <= first)


@dataclass(frozen=True)
class Clock:
    """One person's clock. ``beyond`` is the last stage told where the model gives no days."""

    person: str
    episode: int
    today: date
    day0: DayZero | None
    expected: tuple[Expected, ...] = ()
    beyond: str | None = None
    ended: str | None = None

    @property
    def elapsed(self) -> tuple[int, int] | None:
        """Days since day 0, at least and at most."""
        if self.day0 is None:
            return None
        return (self.today - self.day0.last).days, (self.today - self.day0.first).days


def read_clock(model: Model, claims: Iterable[Claim], today: date) -> Clock:
    """Read the clock of one person from all claims about them; the last episode counts."""
    known = list(claims)
    person = known[0].person if known else ""
    episode = max((claim.episode for claim in known), default=1)
    known = [claim for claim in known if claim.episode == episode]
    zero = day_zero(model, known, today)
    ended = next((claim.stage for claim in known if _ends(claim)), None)
    beyond = _beyond(model, known)
    if zero is None or ended or beyond:
        return Clock(person, episode, today, zero, beyond=beyond, ended=ended)
    tracks = {claim.track for claim in known} - {"common"}
    expected = tuple(
        _sure(each, today)
        for each in windows(model, zero)
        if each.may_be(today) and _on(model.stage(each.stage), tracks)
    )
    return Clock(person, episode, today, zero, expected)


def _ends(claim: Claim) -> bool:
    return claim.stage in ENDED or bool(claim.details.get("ef_death_date"))


def _sure(each: Expected, today: date) -> Expected:
    return Expected(
        each.stage,
        each.opens,
        each.closes,
        each.tolerance,
        certain=each.must_be(today),
        external=each.external,
    )


def _on(stage: Stage, tracks: set[str]) -> bool:
    return not tracks or bool({"common", *tracks} & set(stage.tracks))


def _beyond(model: Model, claims: list[Claim]) -> str | None:
    """Return the furthest stage told that lies after every window of its track."""
    timed = [model.order_key(stage) for stage in model.clock.windows]
    found = [
        (model.order_key(claim.stage, claim.track), claim.stage)
        for claim in claims
        if claim.stage not in model.clock.windows and _untimed(model, claim)
    ]
    return max(found)[1] if found and timed else None


def _untimed(model: Model, claim: Claim) -> bool:
    """Whether a claim is of a stage after the questioning of its track."""
    last = [
        model.order_key(stage, claim.track)
        for stage in model.clock.windows
        if claim.track in model.stage(stage).tracks
    ]
    return bool(last) and model.order_key(claim.stage, claim.track) > max(last)


def day_zero(model: Model, claims: Iterable[Claim], today: date) -> DayZero | None:
    """Return the bounds of day 0: as dated, or between what came before and what came after."""
    known = list(claims)
    returns = {model.clock.day0.stage, *_refining(model, model.clock.day0.stage)}
    dated = [
        (claim.id, wide)
        for claim in known
        if claim.stage in returns and (wide := _wide(days(claim.start), today)) is not None
    ]
    if dated:
        ids, spans = zip(*dated, strict=True)
        return DayZero(min(a for a, _ in spans), max(b for _, b in spans), tuple(ids))
    return _between(model, known, today)


def _refining(model: Model, stage: str) -> set[str]:
    return {each.id for each in model.all_stages if each.refines == stage}


def _wide(span: Span | None, today: date) -> tuple[date, date] | None:
    """Return the bounds of a date, wider where it is "about"; never after today."""
    if span is None or span.earliest is None:
        return None
    slack = 0
    if span.approximate:
        slack = _ABOUT.get(len(span.text.rstrip("?~%").partition("/")[0]), 30)
    last = today if span.latest is None else min(plus(span.latest, slack), today)
    first = plus(span.earliest, -slack)
    return (first, last) if first <= last else None


def _between(model: Model, claims: list[Claim], today: date) -> DayZero | None:
    """Bound an undated return by the last day told before it and the first told after it."""
    zero = model.order_key(model.clock.day0.stage)
    before, after = [], []
    for claim in claims:
        span = days(claim.start) or days(claim.end)
        if span is None:
            continue
        if model.order_key(claim.stage) < zero and span.earliest:
            before.append((span.earliest, claim.id))
        elif model.order_key(claim.stage) > zero and span.latest:
            after.append((min(span.latest, today), claim.id))
    if not before or not after:
        return None
    (first, low), (last, high) = max(before), min(after)
    return DayZero(first, last, (low, high), derived=True) if first <= last else None


def windows(model: Model, zero: DayZero) -> Iterator[Expected]:
    """Yield every window for a day 0, those before quarantine was known without it."""
    turn = date(model.clock.before_quarantine.year, 1, 1)
    if zero.first >= turn:
        yield from _shifted(model, zero, 0)
    elif zero.last < turn:
        yield from _old(model, zero)
    else:
        yield from _joined(_old(model, zero), _shifted(model, zero, 0))
    yield from _external(model, zero)


def _old(model: Model, zero: DayZero) -> Iterator[Expected]:
    """Before 2020: no quarantine, so what follows it begins on day 0, within a month."""
    rule = model.clock.before_quarantine
    shift = model.clock.windows[rule.starts_at_day0].start[0] or 0
    for each in _shifted(model, zero, shift):
        if each.stage not in rule.skip:
            yield Expected(each.stage, each.opens, each.closes, max(each.tolerance, rule.tolerance))


def _shifted(model: Model, zero: DayZero, shift: int) -> Iterator[Expected]:
    for stage, window in model.clock.windows.items():
        opens = [None if each is None else each - shift for each in window.start]
        closes = [None if each is None else each - shift for each in _closes(model, stage, window)]
        first, last = opens[0] or 0, opens[1] or 0
        yield Expected(
            stage,
            (plus(zero.first, max(first, 0)), plus(zero.last, max(last, 0))),
            (_or(zero.first, closes[0]), _or(zero.last, closes[1])),
            window.tolerance,
        )


def _closes(model: Model, stage: str, window: Window) -> tuple[int | None, int | None]:
    """Return the end; an open one lasts no longer than the stage after it may."""
    first, last = window.end
    if last is None:
        after = [model.clock.windows[one].end[1] for one in _next(model, stage)]
        last = max((each for each in after if each is not None), default=None)
    return first, last


def _next(model: Model, stage: str) -> list[str]:
    following = model.next_of(stage, extensions=False)
    return [each for each in following if each in model.clock.windows]


def _joined(*tellings: Iterable[Expected]) -> Iterator[Expected]:
    """Join two tellings of the same stages: as wide as both, since day 0 lies in either."""
    seen: dict[str, Expected] = {}
    for each in (each for telling in tellings for each in telling):
        other = seen.get(each.stage, each)
        seen[each.stage] = Expected(
            each.stage,
            (min(each.opens[0], other.opens[0]), max(each.opens[1], other.opens[1])),
            (_least(each.closes[0], other.closes[0]), _most(each.closes[1], other.closes[1])),
            max(each.tolerance, other.tolerance),
        )
    yield from sorted(seen.values(), key=lambda each: each.opens[0])


def _external(model: Model, zero: DayZero) -> Iterator[Expected]:
    """Yield the stages other sources put right after the return, as unverified intervals (A24)."""
    for stage in model.all_stages:
        span = stage.duration_days
        if stage.is_extension and "forced_repatriation" in stage.prev and span.kind == "window":
            yield Expected(
                stage.id,
                (zero.first, zero.last),
                (_or(zero.first, span.min), _or(zero.last, span.max)),
                external=True,
            )


def plus(day: date, count: int) -> date:
    """Return the day so many later, or the last there is: a year like 9999 is a slip of somebody's.

    No page, and no log-in, may fail over it.
    """
    return date.fromordinal(min(max(day.toordinal() + count, 1), date.max.toordinal()))


def _or(day: date, count: int | None) -> date | None:
    return None if count is None else plus(day, count)


def _least(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else min(one, other)


def _most(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def clocks(model: Model, claims: Iterable[Claim], today: date) -> list[Clock]:
    """Return the clock of everybody the claims are about."""
    return [read_clock(model, each, today) for each in by_person(claims).values()]

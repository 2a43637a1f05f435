"""People of an invented world and their ways through the model's graph. Nobody in it exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from config.model import Model

RETURNS = (date(2013, 3, 8), date(2021, 7, 15), date(2023, 8, 29), date(2023, 10, 9))
_EXTENSIONS = 0.3  # of steps that may go by an edge other sources add
_LONGEST = 12


@dataclass(frozen=True)
class Event:
    """One stage of one person: from a day to a day."""

    stage: str
    track: str
    first: date
    last: date


@dataclass(frozen=True)
class Person:
    """Somebody invented: id (SYN-…), an episode, the events in their order."""

    id: str
    events: tuple[Event, ...]


def person(model: Model, random: Random, number: int, told: frozenset[str]) -> Person:
    """Walk the graph from an arrest; only stages of ``told`` can be put into words."""
    track = random.choice(["state_security", "social_security"])
    day = random.choice(RETURNS)
    stages = [each for each in _walk(model, random, track) if each in told]
    before = [stage for stage in stages if model.order_key(stage) < model.order_key(_ZERO)]
    at = day - timedelta(days=40 * len(before))
    events = []
    for stage in stages:
        start = day if stage == _ZERO else at
        at = start + length(model, random, stage)
        if stage in before:  # nobody is held in China after the return
            start, at = min(start, day), min(at, day)
        own = model.stage(stage).tracks
        events.append(Event(stage, own[0] if len(own) == 1 else track, start, at))
    return Person(f"SYN-P-{number:06}", tuple(events))


_ZERO = "forced_repatriation"


def _walk(model: Model, random: Random, track: str) -> list[str]:
    """Follow edges that stay on the track, the article's mostly; never the same stage twice."""
    way = ["cn_arrest"]
    while len(way) < _LONGEST:
        after = [
            each
            for each in model.next_of(way[-1])
            if each not in way
            and {"common", track} & set(model.stage(each).tracks)
            and not model.stage(each).begins_episode
        ]
        seed = [each for each in after if not each.startswith("x_")]
        if not after:
            break
        way.append(random.choice(seed if seed and random.random() > _EXTENSIONS else after))
    return way


def length(model: Model, random: Random, stage: str) -> timedelta:
    """Draw a stay: within the model's limits where it has some, log-normal where it has none."""
    span = model.stage(stage).duration_days
    if span.kind == "point":
        return timedelta(days=0)
    if span.kind == "window" and span.max is not None and random.random() > _EXTENSIONS / 2:
        return timedelta(days=random.randint(span.min or 1, span.max))
    return timedelta(days=max(2, min(int(random.lognormvariate(4, 0.8)), 900)))

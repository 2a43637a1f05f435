"""People of an invented world and their ways through the model's graph. Nobody in it exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from config.model import Model

RETURNS = (
    *(date(2009, 5, 20), date(2013, 3, 8), date(2016, 11, 2), date(2021, 7, 15)),
    *(date(2023, 8, 29), date(2023, 9, 18), date(2023, 10, 9), date(2023, 10, 9)),
)
_EXTENSIONS = 0.3  # of steps that may go by an edge other sources add
_AGAIN = 0.16  # of people are sent back more than once
_MINORS = 0.06
_LONGEST = 12
_LAST = date(2025, 1, 1)
_ZEROS = ("forced_repatriation", "x_border_handover")
_BEFORE = ("x_departure_from_dprk", "x_life_in_china")
_OUT = ("x_release", "x_departure_from_dprk")  # between two returns
_NO_WAY_OUT = ("political_prison_camp", "x_extrajudicial_camp_transfer", "x_execution", *_OUT)
_NO_WAY_OUT += ("x_escape_from_custody", "x_internal_exile")
GROUNDS = {
    "state_security": ("attempted_south_korea", "religious_practice", "south_korean_contact"),
    "social_security": ("illegal_entry", "sold_to_buyer", "sold_to_trafficker_or_business"),
}
PROVINCES = ("함경북도", "함경북도", "량강도", "량강도", "평안북도", "함경남도", "자강도")


@dataclass(frozen=True)
class Event:
    """One stage of one person: from a day to a day, of one return."""

    stage: str
    track: str
    first: date
    last: date
    episode: int = 1


@dataclass(frozen=True)
class Person:
    """Somebody invented: id (SYN-…), what is known of them, the events in their order."""

    id: str
    events: tuple[Event, ...]
    born: int = 1980
    sex: str = "woman"
    province: str = ""
    grounds: tuple[str, ...] = ()

    @property
    def minor(self) -> bool:
        """Whether they were a child at their last return."""
        return any(each.first.year - self.born < 18 for each in self.events)


def person(model: Model, random: Random, number: int, told: frozenset[str]) -> Person:
    """Walk the graph from an arrest, in some lives twice or three times; only ``told`` stages."""
    events: list[Event] = []
    day, episode, again = random.choice(RETURNS), 0, random.random() < _AGAIN
    while not episode or (again and day < _LAST):
        episode += 1
        again = again and (episode == 1 or random.random() < _EXTENSIONS)
        track = random.choice(list(GROUNDS))
        way = [each for each in _way(model, random, track, day, first=episode == 1) if each in told]
        if again:  # who is sent back again came out before
            way = [*(each for each in way if each not in _NO_WAY_OUT), *_OUT]
        events += _dated(model, random, way, Event("", track, day, day, episode))
        day = max(each.last for each in events) + timedelta(days=random.randint(300, 900))
    born = events[0].first.year - (
        random.randint(4, 17) if random.random() < _MINORS else random.randint(19, 64)
    )
    sex = random.choices(("woman", "man"), (0.75, 0.25))[0]
    grounds = (random.choice(GROUNDS[track]),)
    return Person(f"SYN-P-{number:06}", tuple(events), born, sex, random.choice(PROVINCES), grounds)


def _way(model: Model, random: Random, track: str, day: date, *, first: bool) -> list[str]:
    """Return the stages of one return; some lives begin with leaving and with life in China."""
    way = _walk(model, random, track)
    if day.year < model.clock.before_quarantine.year:
        way = [each for each in way if each not in model.clock.before_quarantine.skip]
    return [*_BEFORE, *way] if first and random.random() < _EXTENSIONS else way


def _dated(model: Model, random: Random, way: list[str], back: Event) -> list[Event]:
    """Give each stage its days: up to the day of the return, and from it on."""
    zero = next((way.index(each) for each in _ZEROS if each in way), 0)
    at, events = back.first - timedelta(days=40 * zero), []
    for place, stage in enumerate(way):
        start = back.first if stage in _ZEROS else at
        at = start + length(model, random, stage)
        if place < zero:  # nobody is held in China after the return
            start, at = min(start, back.first), min(at, back.first)
        own = model.stage(stage).tracks
        track = own[0] if len(own) == 1 else back.track
        events.append(Event(stage, track, start, at, back.episode))
    return events


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
    anywhere = [each.id for each in model.all_stages if each.any_prev]
    if random.random() < _EXTENSIONS / 2:  # release, exile, flight: after any stage in North Korea
        at = random.randint(min(3, len(way)), len(way))
        way = [*way[:at], random.choice(anywhere)]
    return way


def length(model: Model, random: Random, stage: str) -> timedelta:
    """Draw a stay: within the model's limits where it has some, log-normal where it has none."""
    span = model.stage(stage).duration_days
    if span.kind == "point":
        return timedelta(days=0)
    if span.kind == "window" and span.max is not None:
        stay = random.randint(span.min or 1, span.max)
        slow = random.random() < _EXTENSIONS / 2  # a heavy tail: some wait up to twice as long
        return timedelta(days=int(stay * random.uniform(1, 2)) if slow else stay)
    return timedelta(days=max(2, min(int(random.lognormvariate(4, 0.8)), 900)))

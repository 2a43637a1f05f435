"""People of an invented world and their ways through the model's graph. Nobody in it exists."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from config.model import Model, load_model

RETURNS = (
    *(date(2009, 5, 20), date(2013, 3, 8), date(2016, 11, 2), date(2021, 7, 15)),
    *(date(2023, 8, 29), date(2023, 9, 18), date(2023, 10, 9), date(2023, 10, 9)),
)
EXTENSIONS = 0.3  # of steps where the article's edges and others lead on, by one of the others
AGAIN, MINORS, DEATHS = 0.1, 0.06, 0.08  # of people: back more than once; children; dead
SLOW = 0.15  # of stays with a limit last longer than the model would expect
_OUT_ALIVE = 0.6  # of the living are out when it is told: who else could tell it of themselves
_LONGEST = 12
_LAST = date(2025, 1, 1)
ZEROS = ("forced_repatriation", "x_border_handover")
_BEFORE = ("x_departure_from_dprk", "x_life_in_china")
_FREE = ("x_release", "x_escape_from_custody", "x_departure_from_dprk")
_OUT = ("x_release", "x_departure_from_dprk")  # between two returns
_NO_WAY_OUT = ("political_prison_camp", "x_extrajudicial_camp_transfer", "x_execution", *_OUT)
_NO_WAY_OUT += ("x_escape_from_custody", "x_internal_exile")
GROUNDS = {
    "state_security": ("attempted_south_korea", "religious_practice", "south_korean_contact"),
    "social_security": ("illegal_entry", "sold_to_buyer", "sold_to_trafficker_or_business"),
}
PROVINCES = ("함경북도", "함경북도", "량강도", "량강도", "평안북도", "함경남도", "자강도")


@cache
def the_model() -> Model:
    """Return the model everybody walks through, read once."""
    return load_model()


@dataclass(frozen=True)
class Event:
    """One stage of one person: from a day to a day, of one return."""

    stage: str
    track: str
    first: date
    last: date
    episode: int = 1


@dataclass(frozen=True)
class Fate:
    """What is settled of somebody before they set out: a child, back again, dead in the end."""

    minor: bool = False
    again: bool = False
    dies: bool = False

    @classmethod
    def drawn(cls, random: Random) -> "Fate":
        """Draw one, each of the three with its share."""
        return cls(random.random() < MINORS, random.random() < AGAIN, random.random() < DEATHS)


@dataclass(frozen=True)
class Person:
    """Somebody invented: id (SYN-…), what is known of them, the events in their order."""

    id: str
    events: tuple[Event, ...]
    born: int = 1980
    sex: str = "woman"
    province: str = ""
    grounds: tuple[str, ...] = ()
    died: date | None = None

    @property
    def minor(self) -> bool:
        """Whether they were a child when it began."""
        return self.events[0].first.year - self.born < 18

    @property
    def free(self) -> bool:
        """Whether they live and are out, so that they may tell it themselves."""
        return self.died is None and self.events[-1].stage in _FREE


def person(
    model: Model, random: Random, number: int, told: frozenset[str], fate: Fate | None = None
) -> Person:
    """Walk the graph from an arrest, in some lives twice or three times; only ``told`` stages."""
    fate = fate or Fate.drawn(random)
    sex = random.choices(("woman", "man"), (0.75, 0.25))[0]
    if sex == "man":  # what is told of life in China is told of women: sold, married, with child
        told = told - {"x_life_in_china"}
    events: list[Event] = []
    day, episode, again = random.choice(RETURNS), 0, fate.again
    out = not fate.dies and random.random() < _OUT_ALIVE
    if again:
        day = random.choice(RETURNS[:3])
    while not episode or (again and day < _LAST):
        episode += 1
        again = again and (episode == 1 or random.random() < EXTENSIONS)
        track = random.choice(list(GROUNDS))
        way = [each for each in _way(model, random, track, day, first=episode == 1) if each in told]
        if again or out:  # who is sent back again, or tells it, came out before
            way = [*(each for each in way if each not in _NO_WAY_OUT or each in _BEFORE), *_OUT]
            way = _once(way)
        events += _dated(model, random, way, Event("", track, day, day, episode))
        day = max(each.last for each in events) + timedelta(days=random.randint(300, 900))
    died = None
    if fate.dies:
        events, died = _dead(random, events)
    age = random.randint(4, 17) if fate.minor else random.randint(19, 64)
    grounds, province = (random.choice(GROUNDS[track]),), random.choice(PROVINCES)
    born = events[0].first.year - age
    return Person(f"SYN-P-{number:06}", tuple(events), born, sex, province, grounds, died)


def _once(way: list[str]) -> list[str]:
    """Drop what stands twice, but for leaving again in the end."""
    last = len(way) - 1
    return [each for at, each in enumerate(way) if each not in way[:at] or at == last]


def _dead(random: Random, events: list[Event]) -> tuple[list[Event], date]:
    """End a life in custody after the last return: by execution, in a third, or in a stay."""
    back = max(at for at, each in enumerate(events) if each.episode == events[-1].episode)
    begun = next((at for at, each in enumerate(events) if each.stage in ZEROS), 0)
    stays = [at for at in range(begun, back + 1) if events[at].stage not in _FREE]
    end = random.choice(stays[len(stays) // 2 :] or [back])
    last = events[end]
    died = last.first + timedelta(days=random.randint(0, max((last.last - last.first).days, 0)))
    kept = [*events[:end], replace(last, last=died)]
    if random.random() < 1 / 3 and last.stage not in ZEROS:
        kept.append(Event("x_execution", "common", died, died, last.episode))
    return kept, died


def _way(model: Model, random: Random, track: str, day: date, *, first: bool) -> list[str]:
    """Return the stages of one return; some lives begin with leaving and with life in China."""
    way = walk(model, random, track)
    if day.year < model.clock.before_quarantine.year:
        way = [each for each in way if each not in model.clock.before_quarantine.skip]
    return [*_BEFORE, *way] if first and random.random() < EXTENSIONS else way


def _dated(model: Model, random: Random, way: list[str], back: Event) -> list[Event]:
    """Give each stage its days: up to the day of the return, and from it on."""
    zero = next((way.index(each) for each in ZEROS if each in way), 0)
    at, events = back.first - timedelta(days=40 * zero), []
    for place, stage in enumerate(way):
        start = back.first if stage in ZEROS else at
        at = start + length(model, random, stage)
        if place < zero:  # nobody is held in China after the return
            start, at = min(start, back.first), min(at, back.first)
        own = model.stage(stage).tracks
        track = own[0] if len(own) == 1 else back.track
        events.append(Event(stage, track, start, at, back.episode))
    return events


def walk(model: Model, random: Random, track: str) -> list[str]:
    """Follow edges that stay on the track, the article's mostly; never the same stage twice."""
    way = ["cn_arrest"]
    while len(way) < _LONGEST:
        after = leads_on(model, way, track)
        if not any(after):
            break
        seed, others = after
        by_others = not seed or (others and random.random() < EXTENSIONS)
        way.append(random.choice(others if by_others else seed))
    anywhere = [each.id for each in model.all_stages if each.any_prev and each.id != "x_execution"]
    if random.random() < EXTENSIONS / 2:  # release, exile, flight: after any stage in North Korea
        at = random.randint(min(3, len(way)), len(way))
        way = [*way[:at], random.choice(anywhere)]
    return way


def leads_on(model: Model, way: list[str], track: str) -> tuple[list[str], list[str]]:
    """Return where the last stage leads: by the article's edges, and by what others add."""
    here, after = model.stage(way[-1]), model.next_of(way[-1])
    open_ = [
        each
        for each in after
        if each not in way
        and {"common", track} & set(model.stage(each).tracks)
        and not model.stage(each).begins_episode
    ]
    seed = [each for each in open_ if not (here.id.startswith("x_") or each.startswith("x_"))]
    return seed, [each for each in open_ if each not in seed]


def length(model: Model, random: Random, stage: str) -> timedelta:
    """Draw a stay: within the model's limits where it has some, log-normal where it has none."""
    span = model.stage(stage).duration_days
    if span.kind == "point":
        return timedelta(days=0)
    if span.kind == "window" and span.max is not None:
        stay = random.randint(span.min or 1, span.max)
        slow = random.random() < SLOW  # a heavy tail: some wait up to twice as long
        return timedelta(days=int(stay * random.uniform(1, 2)) if slow else stay)
    return timedelta(days=max(2, min(int(random.lognormvariate(4, 0.8)), 900)))

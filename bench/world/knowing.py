"""What a witness of an invented world knows: what they saw, forgot, heard wrongly or paid for.

Seven places to stand, from the person themselves to a guard; each sees some events only. The
observation model of the world is here: events forgotten, more of them by who writes little; the
word of one agency for the other; facts that are wrong, or were bought and never happened; and the
contradictions that are planted, by the rule of the model that should ask about them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from bench.world.people import Event, Person, the_model
from bench.world.wordings import read

ABROAD = ("x_life_in_china", "cn_arrest", "x_cn_police_custody", "x_cn_border_detention")
ABROAD += ("cn_detention", "x_cn_prison_sentence", "forced_repatriation", "x_border_handover")
RETURN = "forced_repatriation"
_AGENCIES = {  # one agency's stage, and what it is taken for by who confuses them
    "statesec_interrogation": "socialsec_interrogation",
    "socialsec_interrogation": "statesec_interrogation",
    "x_statesec_border_holding": "x_police_jipkyulso",
    "x_police_jipkyulso": "x_statesec_border_holding",
}
_SWAPPED = 0.08  # of what could be, by whoever was not there
_WRONG = {1: ("wrong", 0.12), 2: ("bought", 0.25)}  # by how many people it went through
_RUMOURED = ("political_prison_camp", "x_kyohwaso", "socialsec_trial", "x_release")
_ONE_PLACE = {"statesec_office_residence", "agency_detention_centre"}  # as the rule has it
_NO_PLACE = {None, "trial_venue"}
_ROOM = 14  # words that one event takes
_KEYS = {"ko": "SKOP", "en": ("S", "O", "P", "was"), "zh": "SOP"}


@dataclass(frozen=True)
class Witness:
    """A vantage point: what it sees, how far it is from what happened, what it calls the person."""

    name: str
    abroad: float
    inside: float
    depth: int
    words: dict[str, str] = field(repr=False, default_factory=dict)

    def saw(self, event: Event) -> float:
        """Return how likely this witness tells of an event."""
        return self.abroad if event.stage in ABROAD else self.inside


@dataclass(frozen=True)
class Manner:
    """How one account is told."""

    lang: str
    half: str
    witness: Witness
    register: str
    ending: str = ""  # of most of their sentences, in Korean
    dated: bool = True
    firm: bool = False
    planted: str = ""
    target: int = 180  # words

    @property
    def self_told(self) -> bool:
        """Whether it is told of oneself."""
        return self.witness.name == "self"


@dataclass(frozen=True)
class Known:
    """An event as a witness knows it: its stage in their words, the days that must be said."""

    event: Event
    stage: str
    track: str
    slip: str = ""
    day: date | None = None
    until: date | None = None


def witness(random: Random, someone: Person, lang: str) -> Witness:
    """Draw who tells of somebody: themselves only if they live and are out."""
    can = {
        name: each
        for name, each in read("witnesses").items()
        if (someone.free if name == "self" else someone.sex in each)
    }
    (name,) = random.choices(list(can), [each["share"] for each in can.values()])
    each = can[name]
    words = _called(random, name, someone, lang)
    return Witness(name, each["abroad"], each["inside"], each["depth"], words)


def _called(random: Random, name: str, someone: Person, lang: str) -> dict[str, str]:
    """Return what this witness calls the person, by the slots of a frame."""
    each = read("witnesses")[name]
    called = random.choice(each.get("anyone", each.get(someone.sex))[lang])
    return dict(zip(_KEYS[lang], called, strict=True))


def in_language(random: Random, manner: Manner, someone: Person, lang: str) -> Manner:
    """Return the same witness, going on in another language."""
    words = _called(random, manner.witness.name, someone, lang)
    return replace(manner, lang=lang, witness=replace(manner.witness, words=words))


def known(random: Random, someone: Person, manner: Manner) -> list[Known]:
    """Return what is told of somebody, in the order it is told."""
    must = _must(random, someone, manner)
    seen = [
        event
        for event in someone.events
        if event in must or random.random() < manner.witness.saw(event)
    ] or [random.choice(someone.events)]
    while len(seen) > max(2, manner.target // _ROOM):  # who writes little leaves out more
        spare = [event for event in seen if event not in must]
        if not spare:
            break
        seen.remove(random.choice(spare))
    told = [must.get(event) or _taken(random, event, manner) for event in seen]
    return list(_ordered(random, [*told, *_rumoured(random, someone, manner)]))


def _must(random: Random, someone: Person, manner: Manner) -> dict[Event, Known]:
    """Return what has to be told, on which day: so that accounts agree, or plainly do not."""
    back = next((each for each in someone.events if each.stage == RETURN), None)
    must = {}
    if manner.firm and back:
        must[back] = _as_it_was(back, day=back.first)
    if manner.planted == "R17" and back:
        day = back.first + timedelta(days=random.randint(45, 75))
        must[back] = _as_it_was(back, "R17", day)
    if manner.planted == "R01" and someone.died:
        last = _before_death(someone)
        day = someone.died + timedelta(days=random.randint(12, 40))
        must[last] = _as_it_was(last, "R01", day)
    for stay in (_two_places(someone) or ()) if manner.planted == "R02" else ():
        day = someone.events[0].first
        must[stay] = replace(_as_it_was(stay, "R02", day), until=day + timedelta(days=9))
    if manner.planted == "R03":
        stay = random.choice([e for e in someone.events if e.stage != RETURN] or someone.events)
        until = stay.first - timedelta(days=random.randint(3, 20))
        must[stay] = replace(_as_it_was(stay, "R03", stay.first), until=until)
    return must


def _before_death(someone: Person) -> Event:
    return [each for each in someone.events if each.stage != "x_execution"][-1]


def _as_it_was(event: Event, slip: str = "", day: date | None = None) -> Known:
    return Known(event, event.stage, event.track, slip, day)


def plants(random: Random, someone: Person, turn: int, by: Witness) -> str:
    """Return the rule that a contradiction about this person can be planted for."""
    if someone.died is not None:
        return "R19" if turn else "R01"
    if turn and any(each.stage == RETURN for each in someone.events):
        return "R17"
    there = by.depth == 0 and _two_places(someone)
    return "R02" if there and random.random() < 1 / 2 else "R03"


def _two_places(someone: Person) -> tuple[Event, Event] | None:
    """Return two stays of one return that cannot be at once, the first such."""
    for one, other in combinations(someone.events, 2):
        here, there = (the_model().stage(each.stage) for each in (one, other))
        kinds = {here.facility_type, there.facility_type}
        near = here.refines == there.id or there.refines == here.id or kinds <= _ONE_PLACE
        if len(kinds) == 2 and not near and not kinds & _NO_PLACE and one.episode == other.episode:
            return one, other
    return None


def _taken(random: Random, event: Event, manner: Manner) -> Known:
    """Return an event as it is understood: some take one agency for the other."""
    other = _AGENCIES.get(event.stage)
    if other is None or manner.self_told or random.random() >= _SWAPPED:
        return _as_it_was(event)
    tracks = the_model().stage(other).tracks
    return Known(event, other, tracks[0], "agency")


def _rumoured(random: Random, someone: Person, manner: Manner) -> Iterator[Known]:
    """Yield what never happened: heard wrongly, or sold by somebody who had to tell something."""
    slip, share = _WRONG.get(manner.witness.depth, ("", 0.0))
    lived = {each.stage for each in someone.events}
    of = [stage for stage in _RUMOURED if stage not in lived]
    if of and random.random() < share:
        stage, last = random.choice(of), someone.events[-1]
        track = the_model().stage(stage).tracks[0]
        yield Known(replace(last, stage=stage, track=track), stage, track, slip)


def _ordered(random: Random, told: list[Known]) -> Iterator[Known]:
    """Tell from the beginning, or first how it ended, or from the last return backwards."""
    way = random.random()
    if way < 0.12 and len(told) > 1:
        told = [told[-1], *told[:-1]]
    elif way < 0.18:
        told = sorted(told, key=lambda each: (-each.event.episode, each.event.first))
    yield from told

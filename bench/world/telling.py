"""How a witness of an invented world tells what they saw: what is forgotten, in which order, how.

``tell`` puts a person's events into words and writes down at once what a careful reader would tag.
A witness sees some events only, knows some from others, drops dates, begins at the end, ends each
sentence in the way of speaking of where they live now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again
from typing import Any

import yaml

from bench.world import said
from bench.world.people import Event, Person

FOLDER = Path(__file__).with_name("frames")
HALVES = ("tune", "held")
_ABROAD = ("x_life_in_china", "cn_arrest", "x_cn_police_custody", "x_cn_border_detention")
_ABROAD += ("cn_detention", "x_cn_prison_sentence", "forced_repatriation", "x_border_handover")


@dataclass(frozen=True)
class Gold:
    """What a careful reviewer would tag: the stage, its track and its words (code points).

    ``edtf`` is the day it began where the words say one (``said``), of which return it is told.
    """

    stage: str
    track: str
    start: int
    end: int
    episode: int = 1
    edtf: str = ""
    said: str = ""


@dataclass(frozen=True)
class Witness:
    """A vantage point: what it sees of China and of inside, how far it is from what happened."""

    name: str
    abroad: float
    inside: float
    depth: int
    words: dict[str, tuple[str, str, str]] = field(repr=False)  # subject, object, possessive

    def saw(self, event: Event) -> float:
        """Return how likely this witness tells of an event."""
        return self.abroad if event.stage in _ABROAD else self.inside


WITNESSES = (
    Witness("self", 0.95, 0.95, 0,
            {"ko": ("나는", "나를", "내"), "en": ("I", "me", "my"), "zh": ("我", "我", "我的")}),
    Witness("self", 0.95, 0.95, 0,
            {"ko": ("저는", "저를", "제"), "en": ("I", "me", "my"), "zh": ("我", "我", "我的")}),
    Witness("sister", 0.8, 0.6, 1,
            {"ko": ("동생은", "동생을", "동생"), "en": ("she", "her", "her"),
             "zh": ("妹妹", "妹妹", "妹妹的")}),
    Witness("husband", 0.9, 0.3, 1,
            {"ko": ("안해는", "안해를", "안해"), "en": ("she", "her", "her"),
             "zh": ("我老婆", "我老婆", "我老婆的")}),
    Witness("cellmate", 0.2, 0.9, 0,
            {"ko": ("그 언니는", "그 언니를", "그 언니"), "en": ("she", "her", "her"),
             "zh": ("她", "她", "她的")}),
    Witness("broker", 0.5, 0.5, 2,
            {"ko": ("그 사람은", "그 사람을", "그 사람"), "en": ("he", "him", "his"),
             "zh": ("那个人", "那个人", "那个人的")}),
    Witness("guard", 0.0, 0.8, 0,
            {"ko": ("그 녀자는", "그 녀자를", "그 녀자"), "en": ("she", "her", "her"),
             "zh": ("那个女人", "那个女人", "那个女人的")}),
)  # fmt: skip
# What a Korean sentence ends with, after the stem of its past: by where its speaker lives now.
_ENDS = {
    "north": ("습니다", "다", "소"),
    "south": ("습니다", "어요", "다", "거든요"),
    "border": ("슴다", "어요", "수다", "습데다"),
}
_HEARD = {  # after the stem, or around the clause: heard from somebody who may know
    "ko": ("다고 합니다", "답니다", "대요", "다고 하더라고요", "다더군요"),
    "en": ("a cellmate told us that {}", "according to the broker, {}", "{}, or so her aunt heard"),
    "zh": ("听出来的人说，{}", "据中间人讲，{}", "听说{}"),  # noqa: RUF001 - Chinese commas
}
_STOP = {"ko": ".", "en": ".", "zh": "。"}


@dataclass
class Page:
    """A text as it grows, with its gold."""

    lang: str
    text: str = ""
    gold: list[Gold] = field(default_factory=list)

    def add(self, words: str) -> tuple[int, int]:
        """Append a sentence; return where it lies."""
        gap = "" if self.lang == "zh" or not self.text or self.text.endswith("\n") else " "
        start = len(self.text) + len(gap)
        self.text += gap + words
        return start, len(self.text)


@cache
def frames(lang: str) -> dict[str, Any]:
    """Return the sentences of a language, read once."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text("utf-8"))
    return read


@cache
def stages() -> frozenset[str]:
    """Return the stages that can be put into words."""
    return frozenset(frames("ko")["stages"])


@dataclass(frozen=True)
class Manner:
    """How one account is told."""

    lang: str
    half: str
    witness: Witness
    register: str
    dated: bool


def tell(random: Random, someone: Person, manner: Manner, page: Page) -> list[str]:
    """Put what the witness knows onto the page; return the kinds of sentence of no event."""
    seen = [each for each in someone.events if random.random() < manner.witness.saw(each)]
    kinds = []
    for event in _ordered(random, seen):
        _event(random, event, manner, page)
        if random.random() < 0.3:
            kind = random.choice([k for k in frames(manner.lang)["distractors"] if k != "press"])
            kinds.append(kind)
            frame = random.choice(frames(manner.lang)["distractors"][kind][manner.half])
            page.add(_capital(_filled(random, frame, event, manner)))
        if random.random() < 0.4:
            page.add(random.choice(frames(manner.lang)["plain"][manner.half]))
    return kinds


def _ordered(random: Random, events: list[Event]) -> Iterator[Event]:
    """Tell from the beginning, or first how it ended, or from the last return backwards."""
    way = random.random()
    if way < 0.12 and len(events) > 1:
        events = [events[-1], *events[:-1]]
    elif way < 0.18:
        events = sorted(events, key=lambda each: (-each.episode, each.first))
    yield from events


def _event(random: Random, event: Event, manner: Manner, page: Page) -> None:
    frame = random.choice(frames(manner.lang)["stages"][event.stage][manner.half])
    clause, edtf, words = _filled(random, frame, event, manner), "", ""
    if manner.dated and random.random() < 0.45:
        words, edtf = said.when(random, manner.lang, event.first)
        clause = said.joined(manner.lang, words, clause)
    heard = manner.witness.depth > 0 and random.random() < 0.3 * manner.witness.depth
    start, end = page.add(_capital(_ended(random, manner, clause, heard=heard)))
    page.gold.append(Gold(event.stage, event.track, start, end, event.episode, edtf, words))


def _ended(random: Random, manner: Manner, clause: str, *, heard: bool) -> str:
    """End a clause as its speaker does, passing it on where it is only heard."""
    if manner.lang == "ko":
        ends = _HEARD["ko"] if heard else _ENDS[manner.register]
        return clause + random.choice(ends) + "."
    if heard:
        clause = random.choice(_HEARD[manner.lang]).format(clause)
    return clause + _STOP[manner.lang]


def _filled(random: Random, frame: str, event: Event, manner: Manner) -> str:
    """Fill a frame; a Korean speaker leaves themselves out where it is clear who it is."""
    lang = manner.lang
    subject, other, whose = manner.witness.words[lang]
    stay = (event.last - event.first).days or random.randint(8, 40)
    months = said.months(lang, max(1, min(stay // 30, 24)))
    if manner.witness.name == "self" and lang == "ko" and random.random() < 0.4:
        frame = frame.replace("{S} ", "", 1)
    bare = said.days(lang, stay).removesuffix(" 동안").removesuffix("을")
    return frame.format(S=subject, O=other, P=whose, N=said.days(lang, stay), D=bare, M=months)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]

"""How a witness of an invented world tells what they saw: what is forgotten, in which order, how.

``tell`` puts what a witness knows onto a page and writes down at once what a careful reader would
tag. What they know is settled in :mod:`bench.world.knowing`; here it becomes sentences, each in the
way of speaking of where its speaker lives now, with or without a day, passed on where it is heard.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from bench.world import said
from bench.world.grammar import Pattern
from bench.world.knowing import Known, Manner, known
from bench.world.people import Event, Person
from bench.world.wordings import Slots, choose, part, wordings, written

# What a Korean sentence ends with, after the stem of its past: by where its speaker lives now.
_ENDS = {
    "north": ("습니다", "습니다", "다", "소"),
    "south": ("습니다", "습니다", "어요", "다", "거든요"),
    "border": ("습니다", "슴다", "어요", "수다", "습데다"),
}
_FAMILIAR = ("다", "소", "수다")  # nobody who calls themselves 저 ends so
_STEADY = 0.75  # of the sentences of one account end alike
_HEARD = {  # after the stem, or around the clause: heard from somebody who may know, at each depth
    "ko": {1: ("다고 합니다", "답니다", "대요", "다고 하더라고요", "다더군요")},
    "en": {
        1: ("a cellmate told us that {}", "according to the broker, {}", "{}, or so an aunt heard"),
        2: ("my man over there says that {}", "{}, a driver was told", "they passed it on that {}"),
    },
    "zh": {
        1: ("听出来的人说，{}", "据中间人讲，{}", "听说{}"),  # noqa: RUF001 - Chinese commas
        2: ("里面的线人讲，{}", "捎信的人听来的，{}", "传话说{}"),  # noqa: RUF001 - the same
    },
}
_STOP = {"ko": ".", "en": ".", "zh": "。"}
_DATED, _SHIFTED, _HEARD_OF = 0.45, 0.15, 0.3
_PER_WORD_ZH = 1.6  # characters to a Chinese word
_MOST = 45  # words to an event: who knows little writes less
LONGEST_SHIFT = 9


@dataclass(frozen=True)
class Gold:
    """What a careful reviewer would tag: the stage, its track and its words (code points).

    ``edtf`` is the day it began where the words say one (``said``), ``until`` its last where they
    say that, of which return it is told. ``day`` is when it began in truth, ``slip`` how what is
    told differs from it: shifted, agency, wrong, bought, or a rule that was planted.
    """

    stage: str
    track: str
    start: int
    end: int
    episode: int = 1
    edtf: str = ""
    said: str = ""
    until: str = ""
    day: str = ""
    slip: str = ""


@dataclass(frozen=True)
class Death:
    """The words that say that somebody died, the day where they say one, where it was."""

    stage: str
    start: int
    end: int
    edtf: str = ""


@dataclass
class Page:
    """A text as it grows, with its gold."""

    lang: str
    text: str = ""
    gold: list[Gold] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    words: float = 0
    used: set[int] = field(default_factory=set)  # patterns of plain sentences
    sure: bool = False

    def add(self, words: str) -> tuple[int, int]:
        """Append a sentence; return where it lies."""
        closed = self.text.endswith("\n") or not self.text
        gap = "" if closed or (self.lang == "zh" and not self.text[-1].isascii()) else " "
        start = len(self.text) + len(gap)
        self.text += gap + words
        self.words += len(words) / _PER_WORD_ZH if self.lang == "zh" else len(words.split())
        return start, len(self.text)


def endings(manner: Manner) -> list[str]:
    """Return how this witness may end a Korean sentence."""
    humble = manner.witness.words.get("S", "").startswith("저")
    return [each for each in _ENDS[manner.register] if not (humble and each in _FAMILIAR)]


def tell(
    random: Random, someone: Person, manner: Manner, page: Page, other: Manner | None = None
) -> None:
    """Put what the witness knows onto the page, from somewhere on in another language."""
    told = known(random, someone, manner)
    dated, turn = random.randrange(len(told)), random.randint(len(told) // 2, len(told))
    for at, one in enumerate(told):
        if other is not None and at >= min(turn, len(told) - 1):
            manner = other
            page.lang = other.lang
        there = someone.died is not None and one.event == someone.events[-1]
        page.sure = at == dated  # who gives days gives one at least
        tell_one(random, one, manner, page, dead=there and one.slip != "R01")
        if random.random() < _HEARD_OF:
            _aside(random, one.event, manner, page)
        share = min(manner.target / len(told), _MOST) * (at + 1)
        while page.words < share:
            fill(random, manner, page, part(wordings(manner.lang).plain, manner.half))
    if someone.died is not None and not manner.self_told:
        _death(random, someone, manner, page)


def fill(random: Random, manner: Manner, page: Page, of: list[Pattern]) -> None:
    """Add a whole sentence that tells of no stage; a pattern again only when all have been."""
    fresh = [each for each in of if id(each) not in page.used]
    pattern = choose(random, fresh or of, self_told=manner.self_told)
    page.used.add(id(pattern))
    words = pattern.draw(random).format_map(_slots(random, manner, None))
    page.add(_capital(written(manner.lang, manner.register, words)))


def _aside(random: Random, event: Event, manner: Manner, page: Page) -> None:
    """Add a sentence of what did not happen, or to nobody in particular."""
    kinds = [kind for kind in wordings(manner.lang).distractors if kind != "press"]
    if manner.self_told:
        kinds.remove("question")
    kind = random.choice(kinds)
    of = part(wordings(manner.lang).distractors[kind], manner.half)
    words = choose(random, of, self_told=manner.self_told).draw(random)
    words = words.format_map(_slots(random, manner, event))
    page.kinds.append(kind)
    page.add(_capital(written(manner.lang, manner.register, words)))


def tell_one(random: Random, one: Known, manner: Manner, page: Page, *, dead: bool) -> None:
    """Put one event into words, with its gold; ``dead`` where the person died of it."""
    of = part(wordings(manner.lang).stages[one.stage], manner.half)
    words, edtf, until, slip = _dated(random, one, manner, sure=page.sure)
    pattern = choose(random, of, self_told=manner.self_told, dead=dead, day=bool(words))
    clause = _filled(random, pattern, one.event, manner)
    if words:
        at_end = manner.lang == "en" and random.random() < 0.4
        put = said.followed if at_end else partial(said.joined, manner.lang)
        clause = put(words, clause)
    start, end = page.add(_sentence(random, clause, manner))
    slip = one.slip or slip
    page.gold.append(
        Gold(
            one.stage,
            one.track,
            start,
            end,
            one.event.episode,
            edtf,
            words,
            until,
            one.event.first.isoformat(),
            slip,
        )
    )
    if pattern.only == "dead":
        page.deaths.append(Death(one.stage, start, end))


def _dated(random: Random, one: Known, manner: Manner, *, sure: bool) -> tuple[str, str, str, str]:
    """Return the words for a day, what they stand for, the last day, how far they are from true."""
    lang, day = manner.lang, one.day or one.event.first
    if one.until is not None:
        return said.between(lang, day, one.until), day.isoformat(), one.until.isoformat(), ""
    if one.day is not None:
        return (*said.exact(lang, day), "", "")
    if manner.dated and (sure or random.random() < _DATED):
        day, slip = (day, "") if one.slip else _remembered(random, day)
        return (*said.when(random, lang, day), "", slip)
    return "", "", "", ""


def _remembered(random: Random, day: date) -> tuple[date, str]:
    """Return the day as it is remembered: some are off by days."""
    if random.random() >= _SHIFTED:
        return day, ""
    off = random.choice((-1, 1)) * random.randint(1, LONGEST_SHIFT)
    return day + timedelta(days=off), "shifted"


def _death(random: Random, someone: Person, manner: Manner, page: Page) -> None:
    """Say that they died: on which day where that must be said, elsewhere mostly without one."""
    day = someone.died or date.min
    must = manner.firm or manner.planted in ("R01", "R19")
    if page.deaths and not must:
        return
    if manner.planted == "R19":
        day += timedelta(days=random.randint(20, 60))
    clause = choose(random, part(wordings(manner.lang).deaths, manner.half), self_told=False).draw(
        random
    )
    clause, edtf = clause.format_map(_slots(random, manner, None)), ""
    if must or (manner.dated and random.random() < _DATED):
        words, edtf = said.exact(manner.lang, day)
        clause = said.joined(manner.lang, words, clause)
    start, end = page.add(_sentence(random, clause, manner))
    page.deaths.append(Death(someone.events[-1].stage, start, end, edtf))


def _sentence(random: Random, clause: str, manner: Manner) -> str:
    """End a clause as its speaker does, passing it on where it is only heard."""
    depth = manner.witness.depth
    heard = depth > 0 and random.random() < _HEARD_OF * depth
    clause = written(manner.lang, manner.register, clause)
    passed = _HEARD[manner.lang].get(depth) or _HEARD[manner.lang][1]
    if manner.lang == "ko":
        steady = manner.ending and random.random() < _STEADY
        own = manner.ending if steady else random.choice(endings(manner))
        return clause + (random.choice(passed) if heard else own) + "."
    if heard:
        clause = random.choice(passed).format(clause)
    return _capital(clause) + _STOP[manner.lang]


def _filled(random: Random, pattern: Pattern, event: Event, manner: Manner) -> str:
    """Fill a frame; a Korean speaker leaves themselves out where it is clear who it is."""
    frame = pattern.draw(random)
    if manner.self_told and manner.lang == "ko" and random.random() < 0.4:
        frame = frame.replace("{S} ", "", 1)
    return frame.format_map(_slots(random, manner, event))


def _slots(random: Random, manner: Manner, event: Event | None) -> Slots:
    """Return what the person is called, and how long a stay was."""
    lang, given = manner.lang, dict(manner.witness.words)
    if event is not None:
        stay = (event.last - event.first).days or random.randint(8, 40)
        given["N"] = said.days(lang, stay)
        given["D"] = given["N"].removesuffix(" 동안").removesuffix("을")
        given["M"] = said.months(lang, max(1, min(stay // 30, 24)))
    return Slots(random, lang, given)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

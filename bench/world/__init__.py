"""A synthetic world: people, what happened to them, who saw it, how they tell it, and the gold.

    for account in generate(300, seed=1):
        account.id, account.lang, account.kind, account.text
        [(gold.stage, account.text[gold.start:gold.end]) for gold in account.gold]

Seeded: the same seed gives the same world in every process, and its first texts are the same
however many are asked for. Every id begins with ``SYN-`` and every text with a line that says so;
:func:`refuse` keeps the world out of a deployment that is real. ``half`` chooses the sentences:
``tune`` for whoever mends the rules, ``held`` only to measure, ``first`` those of ``tune`` that
the rules were first mended on.
``python -m bench.world --count 300 --seed 1`` writes it as lines of JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from math import exp, log
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from bench.world.cast import BLOCK, Part, cast
from bench.world.knowing import Manner, in_language, plants, witness
from bench.world.people import Person, person, the_model
from bench.world.telling import Death, Gold, Page, endings, fill, tell
from bench.world.wordings import FIRST, HALVES, read, stages, wordings
from bench.world.wordings import part as sentences
from config.settings_files import DEMONSTRATION_MARK

__all__ = [
    "FIRST",
    "HALVES",
    "LANGS",
    "MARK",
    "Account",
    "Death",
    "Gold",
    "RealDeployment",
    "generate",
    "refuse",
]

MARK = "SYN-"
HEADS = {
    "ko": "(지어낸 세계, {id})",
    "en": "(invented world, {id})",
    "zh": "（虚构世界，{id}）",  # noqa: RUF001 - Chinese brackets
}
LANGS = ("ko", "en", "zh")
LONG = 20_000  # characters
TYPICAL = 205  # words, before those who know little write less: 180 are left
_SPREAD = 0.5
REGISTERS = ("north", "south", "border")


class RealDeployment(Exception):
    """The folder is no demonstration's: invented testimony has no place in it."""


@dataclass(frozen=True)
class Account:
    """One telling: of whom, by whom, in which language, its text and its gold.

    ``kind`` says what arrived: told, mixed (languages), press, spam, hostile, empty, long.
    ``distractors`` are the kinds of sentence in it of which nothing may be suggested, ``planted``
    the rule that should ask about a contradiction, ``names`` where the person's name stands.
    """

    id: str
    person: str
    lang: str
    vantage: str
    text: str
    gold: tuple[Gold, ...]
    distractors: tuple[str, ...]
    kind: str = "told"
    depth: int = 0
    minor: bool = False
    deaths: tuple[Death, ...] = ()
    names: tuple[tuple[int, int], ...] = ()
    planted: str = ""
    dated: bool = True


def generate(count: int, seed: int = 1, half: str = "tune") -> Iterator[Account]:
    """Yield so many accounts, in the mix that :mod:`bench.world.cast` deals."""
    if half not in (FIRST, *HALVES):
        raise ValueError(half)
    people: dict[int, Person] = {}
    for number, part in enumerate(islice(cast(seed), count)):
        if number % BLOCK == 0:  # nobody is told of in two blocks
            people.clear()
        someone = people.get(part.person)
        if someone is None:
            chance = Random(f"{seed}/person/{part.person}")  # noqa: S311 - a world, not a secret
            someone = person(the_model(), chance, part.person, stages(), part.fate)
            people[part.person] = someone
        yield _account(Random(f"{seed}/text/{number}"), number, part, someone, half)  # noqa: S311


def _account(random: Random, number: int, part: Part, someone: Person, half: str) -> Account:
    """Choose from whom it comes and how they write, and put it into words."""
    ident = f"{MARK}W-{number:06}"
    page = Page(part.lang, HEADS[part.lang].format(id=ident) + "\n")
    who = witness(random, someone, part.lang)
    manner = Manner(
        part.lang,
        half,
        who,
        random.choice(REGISTERS),
        dated=part.dated,
        firm=part.firm,
        planted=plants(random, someone, part.turn, who) if part.planted else "",
        target=round(exp(random.gauss(log(TYPICAL), _SPREAD))),
    )
    manner = replace(manner, ending=random.choice(endings(manner)))
    names = _fill(random, part, someone, manner, page)
    told = part.kind in ("told", "mixed", "long")
    return Account(
        ident,
        someone.id if told else "",
        part.lang,
        manner.witness.name if told else "",
        page.text.rstrip(),
        tuple(page.gold),
        tuple(page.kinds),
        part.kind,
        manner.witness.depth if told else 0,
        told and someone.minor,
        tuple(page.deaths),
        names,
        manner.planted,
        part.dated,
    )


def _fill(
    random: Random, part: Part, someone: Person, manner: Manner, page: Page
) -> tuple[tuple[int, int], ...]:
    """Write the page of one account; return where the person's name stands in it."""
    if part.kind in ("press", "spam", "hostile"):
        page.kinds.append(part.kind)
        _odd(random, part.kind, manner, page)
    if part.kind in ("press", "spam", "hostile", "empty"):
        return ()
    names = (_named(random, someone, manner, page),) if part.named else ()
    if someone.minor and manner.self_told:
        page.add(_young(manner.lang, someone))
    other = None
    if part.kind == "mixed":
        to = random.choice([each for each in LANGS if each != manner.lang])
        other = in_language(random, manner, someone, to)
    tell(random, someone, manner, page, other)
    if other is not None:
        page.add(random.choice(read("odd")["mixed"][other.lang]))
    while part.kind == "long" and len(page.text) < LONG:
        fill(random, manner, page, sentences(wordings(manner.lang).plain, manner.half))
    return names


def _odd(random: Random, kind: str, manner: Manner, page: Page) -> None:
    if kind == "press":
        half = manner.half
        fill(random, manner, page, sentences(wordings(manner.lang).distractors["press"], half))
        return
    known = read("odd")[kind]
    page.add(random.choice(known if kind == "hostile" else known[manner.lang]))


def _named(random: Random, someone: Person, manner: Manner, page: Page) -> tuple[int, int]:
    """Say what the person is called, in one of the spellings of one name; return where."""
    own = Random(someone.id)  # noqa: S311 - the same name whoever tells of them
    invented = read("invented")
    of = [own.choice(invented[each]) for each in ("surnames", "given")]
    parts = [random.choice(each[manner.lang]) for each in of]
    name = (" " if manner.lang == "en" else "").join(parts)
    ways = wordings(manner.lang).named["self" if manner.self_told else "others"]
    words = random.choice(ways).draw(random)
    start, _ = page.add(words.format(name=name))
    start += words.index("{name}")
    return start, start + len(name)


def _young(lang: str, someone: Person) -> str:
    age = someone.events[0].first.year - someone.born
    words = {
        "ko": f"그때 나는 {age}살이였습니다.",
        "en": f"I was {age} years old.",
        "zh": f"那时我{age}岁。",
    }
    return words[lang]


def refuse(data_dir: Path) -> None:
    """Raise RealDeployment unless the folder carries the demonstration's mark."""
    if not (data_dir / DEMONSTRATION_MARK).exists():
        raise RealDeployment(f"{data_dir} is not a demonstration's: {MARK} testimony is invented")

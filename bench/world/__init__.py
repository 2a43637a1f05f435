"""A synthetic world: people, what happened to them, who saw it, how they tell it, and the gold.

    for account in generate(300, seed=1):
        account.id, account.lang, account.kind, account.text
        [(gold.stage, account.text[gold.start:gold.end]) for gold in account.gold]

Seeded: the same seed gives the same world in every process. Every id begins with ``SYN-`` and every
text with a line that says so; :func:`refuse` keeps the world out of a deployment that is real.
``half`` chooses the sentences: ``tune`` for whoever mends the rules, ``held`` only to measure.
``python -m bench.world --count 300 --seed 1`` writes it as lines of JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again
from typing import Any

import yaml

from bench.world.people import Person, person
from bench.world.telling import (
    FOLDER,
    HALVES,
    WITNESSES,
    Gold,
    Manner,
    Page,
    frames,
    stages,
    tell,
)
from config.model import load_model
from config.settings_files import DEMONSTRATION_MARK

__all__ = [
    "HALVES",
    "LANGS",
    "MARK",
    "Account",
    "Gold",
    "RealDeployment",
    "frames",
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
LONG = 20_000
_MIX = (0.47, 0.32, 0.21)
_KINDS = ("told", "mixed", "press", "spam", "hostile", "empty", "long")
_SHARES = (0.85, 0.05, 0.04, 0.01, 0.03, 0.01, 0.01)
_REGISTERS = ("north", "south", "border")


class RealDeployment(Exception):
    """The folder is no demonstration's: invented testimony has no place in it."""


@dataclass(frozen=True)
class Account:
    """One telling: of whom, by whom, in which language, its text and its gold.

    ``kind`` says what arrived: told, mixed (languages), press, spam, hostile, empty, long.
    ``distractors`` are the kinds of sentence in it of which nothing may be suggested.
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


def generate(count: int, seed: int = 1, half: str = "tune") -> Iterator[Account]:
    """Yield so many accounts; a fifth of the people are told of two to five times."""
    if half not in HALVES:
        raise ValueError(half)
    random, model = Random(seed), load_model()  # noqa: S311 - a world, not a secret
    someone, left = None, 0
    for number in range(count):
        if someone is None or left == 0:
            someone = person(model, random, number, stages())
            left = random.randint(2, 5) if random.random() < 0.2 else 1
        left -= 1
        yield _account(random, number, someone, half)


def _account(random: Random, number: int, someone: Person, half: str) -> Account:
    """Choose what arrives, from whom, in which language, and put it into words."""
    lang = random.choices(LANGS, _MIX)[0]
    kind = random.choices(_KINDS, _SHARES)[0]
    witness = random.choice(WITNESSES)
    ident = f"{MARK}W-{number:06}"
    page = Page(lang, HEADS[lang].format(id=ident) + "\n")
    manner = Manner(lang, half, witness, random.choice(_REGISTERS), dated=random.random() > 0.12)
    kinds = _fill(random, kind, someone, manner, page)
    return Account(
        ident,
        someone.id,
        lang,
        witness.name,
        page.text.rstrip(),
        tuple(page.gold),
        tuple(kinds),
        kind,
        witness.depth,
        someone.minor,
    )


def _fill(
    random: Random, kind: str, someone: Person, manner: Manner, page: Page
) -> tuple[str, ...] | list[str]:
    """Write the page of one account; return its kinds of sentence that tell of nothing."""
    if kind in ("press", "spam", "hostile"):
        page.add(_odd(random, kind, manner))
        return (kind,)
    if kind == "empty":
        return ()
    if someone.minor and manner.witness.name == "self":
        page.add(_young(manner.lang, someone))
    kinds = tell(random, someone, manner, page)
    if kind == "mixed":
        other = random.choice([each for each in LANGS if each != manner.lang])
        page.add(random.choice(_odds()["mixed"][other]))
    while kind == "long" and len(page.text) < LONG:
        page.add(random.choice(frames(manner.lang)["plain"][manner.half]))
    return kinds


def _odd(random: Random, kind: str, manner: Manner) -> str:
    if kind == "press":
        of: list[str] = frames(manner.lang)["distractors"]["press"][manner.half]
    else:
        known = _odds()[kind]
        of = known if kind == "hostile" else known[manner.lang]
    return random.choice(of)


def _young(lang: str, someone: Person) -> str:
    age = someone.events[0].first.year - someone.born
    words = {
        "ko": f"그때 나는 {age}살이였습니다.",
        "en": f"I was {age} years old.",
        "zh": f"那时我{age}岁。",
    }
    return words[lang]


@cache
def _odds() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((FOLDER / "odd.yaml").read_text("utf-8"))
    return read


def refuse(data_dir: Path) -> None:
    """Raise RealDeployment unless the folder carries the demonstration's mark."""
    if not (data_dir / DEMONSTRATION_MARK).exists():
        raise RealDeployment(f"{data_dir} is not a demonstration's: {MARK} testimony is invented")

"""A synthetic world: people, what happened to them, who saw it, how they tell it, and the gold.

    for account in generate(300, seed=1):
        account.id, account.lang, account.text
        [(gold.stage, account.text[gold.start:gold.end]) for gold in account.gold]

Seeded: the same seed gives the same world in every process. Every id begins with ``SYN-`` and every
text with a line that says so; :func:`refuse` keeps the world out of a deployment that is real.
``python -m bench.world --count 300 --seed 1`` writes it as lines of JSON.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again
from typing import Any

import yaml

from bench.world.people import Event, Person, person
from config.model import load_model
from config.settings_files import DEMONSTRATION_MARK

MARK = "SYN-"
HEADS = {
    "ko": "(지어낸 세계, {id})",
    "en": "(invented world, {id})",
    "zh": "（虚构世界，{id}）",  # noqa: RUF001 - Chinese brackets
}
LANGS = ("ko", "en", "zh")
_MIX = (0.5, 0.3, 0.2)
_WHO = {
    "self": {"ko": ("나는", "나를"), "en": ("I", "me"), "zh": ("我", "我")},
    "sister": {"ko": ("동생은", "동생을"), "en": ("she", "her"), "zh": ("妹妹", "妹妹")},
    "husband": {"ko": ("남편은", "남편을"), "en": ("he", "him"), "zh": ("丈夫", "丈夫")},
    "cellmate": {"ko": ("그는", "그를"), "en": ("he", "him"), "zh": ("他", "他")},
}
# What a vantage point sees: a share of the events, by whether it was in China or inside.
_SEES = {"self": (0.95, 0.95), "sister": (0.8, 0.6), "husband": (0.9, 0.3), "cellmate": (0.2, 0.9)}
_ABROAD = ("cn_arrest", "x_cn_police_custody", "x_cn_border_detention", "forced_repatriation")


class RealDeployment(Exception):
    """The folder is no demonstration's: invented testimony has no place in it."""


@dataclass(frozen=True)
class Gold:
    """What a careful reviewer would tag: the stage, its track and its words (code points)."""

    stage: str
    track: str
    start: int
    end: int


@dataclass(frozen=True)
class Account:
    """One telling: of whom, by whom, in which language, its text and its gold.

    ``distractors`` are the kinds of sentence in it of which nothing may be suggested.
    """

    id: str
    person: str
    lang: str
    vantage: str
    text: str
    gold: tuple[Gold, ...]
    distractors: tuple[str, ...]


@cache
def frames() -> dict[str, Any]:
    """Return the sentences, read once."""
    read: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("frames.yaml").read_text("utf-8")
    )
    return read


def generate(count: int, seed: int = 1) -> Iterator[Account]:
    """Yield so many accounts; about a quarter of the people are told of more than once."""
    random, model = Random(seed), load_model()  # noqa: S311 - a world, not a secret
    told = frozenset(frames()["stages"])
    someone: Person | None = None
    for number in range(count):
        if someone is None or random.random() > 0.25:
            someone = person(model, random, number, told)
        yield _tell(random, number, someone)


def _tell(random: Random, number: int, someone: Person) -> Account:
    """Choose a witness and a language, forget some, and put the rest into words."""
    lang = random.choices(LANGS, _MIX)[0]
    vantage = random.choice(list(_WHO))
    ident = f"{MARK}W-{number:06}"
    text, gold, kinds = HEADS[lang].format(id=ident) + "\n", [], []
    gap = "" if lang == "zh" else " "
    if random.random() < 0.04:  # an account of the press, of nobody
        text += random.choice(frames()["distractors"]["press"][lang])
        return Account(ident, someone.id, lang, vantage, text, (), ("press",))
    for event in someone.events:
        if random.random() > _SEES[vantage][event.stage not in _ABROAD]:
            continue
        words = _words(
            random, random.choice(frames()["stages"][event.stage][lang]), event, lang, vantage
        )
        gold.append(Gold(event.stage, event.track, len(text), len(text) + len(words)))
        text += words + gap
        if random.random() < 0.3:
            kind = random.choice([each for each in frames()["distractors"] if each != "press"])
            kinds.append(kind)
            frame = random.choice(frames()["distractors"][kind][lang])
            text += _words(random, frame, event, lang, vantage) + gap
        if random.random() < 0.4:
            text += random.choice(frames()["plain"][lang]) + gap
    return Account(ident, someone.id, lang, vantage, text.rstrip(), tuple(gold), tuple(kinds))


def _words(random: Random, frame: str, event: Event, lang: str, vantage: str) -> str:
    """Fill a sentence; a stay is told in days or months, whichever the sentence wants."""
    subject, other = _WHO[vantage][lang]
    stay = (event.last - event.first).days or random.randint(8, 40)
    months = max(2, min(stay // 30, 24))
    said = frame.format(S=subject, O=other, N=stay, M=months)
    return said[0].upper() + said[1:]


def refuse(data_dir: Path) -> None:
    """Raise RealDeployment unless the folder carries the demonstration's mark."""
    if not (data_dir / DEMONSTRATION_MARK).exists():
        raise RealDeployment(f"{data_dir} is not a demonstration's: {MARK} testimony is invented")

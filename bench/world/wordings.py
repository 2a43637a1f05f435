"""What an invented world is told with: patterns by language, names, ways of writing; read once.

``frames/<language>/*.yaml`` hold the patterns, ``tune`` and ``held`` apart; ``names.yaml`` what may
stand in ``{city}`` and the like, ``registers.yaml`` how those who live elsewhere write a word,
``invented.yaml`` the names of people who do not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again
from typing import Any

import yaml

from bench.world.grammar import Pattern, parse

FOLDER = Path(__file__).with_name("frames")
HALVES = ("tune", "held")
FIRST = "first"  # of the half that may be read: the sentences the rules were first mended on
Halves = dict[str, list[Pattern]]


@dataclass(frozen=True)
class Wordings:
    """All patterns of one language, each group in its two halves."""

    stages: dict[str, Halves] = field(default_factory=dict)
    distractors: dict[str, Halves] = field(default_factory=dict)
    plain: Halves = field(default_factory=dict)
    deaths: Halves = field(default_factory=dict)
    named: Halves = field(default_factory=dict)  # not halves: who says it, self or others

    def groups(self) -> list[Halves]:
        """Return every group that has two halves."""
        return [*self.stages.values(), *self.distractors.values(), self.plain, self.deaths]


@cache
def wordings(lang: str) -> Wordings:
    """Return the patterns of a language, of all its files together."""
    found = Wordings()
    for file in sorted((FOLDER / lang).glob("*.yaml")):
        for group, read in yaml.safe_load(file.read_text("utf-8")).items():
            into = getattr(found, group)
            if group in ("stages", "distractors"):
                for name, halves in read.items():
                    _add(into.setdefault(name, {}), halves, first=file.stem == FIRST)
            else:
                _add(into, read, first=file.stem == FIRST)
    return found


def _add(into: Halves, read: dict[str, list[str]], *, first: bool) -> None:
    for half, patterns in read.items():
        parsed = [parse(each) for each in patterns]
        into.setdefault(half, []).extend(parsed)
        if first and half == HALVES[0]:
            into[FIRST] = parsed


def part(of: Halves, half: str) -> list[Pattern]:
    """Return the patterns of one half; of the first ones all, where those say nothing of it."""
    return of.get(half) or of[HALVES[0]]


@cache
def read(name: str) -> Any:  # noqa: ANN401 - a YAML document
    """Return one of the lists beside the patterns."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def stages() -> frozenset[str]:
    """Return the stages that can be put into words."""
    return frozenset(wordings("ko").stages)


def choose(
    random: Random, of: list[Pattern], *, self_told: bool, dead: bool = False, day: bool = False
) -> Pattern:
    """Return one of the patterns that this witness can say of this person, with a day or none."""
    said_of = ("",) if self_told else ("", "others", "dead") if dead else ("", "others")
    return random.choice([one for one in of if one.only in said_of and not (day and one.dayless)])


class Slots(dict[str, str]):
    """What a frame is filled with; a name it stands beside is drawn when it is asked for."""

    def __init__(self, random: Random, lang: str, given: Mapping[str, str]) -> None:
        """Hold what is given and where the rest comes from."""
        super().__init__(given)
        self._random, self._names = random, read("names")[lang]

    def __missing__(self, name: str) -> str:
        """Draw a name of this kind."""
        return str(self._random.choice(self._names[name]))


def written(lang: str, register: str, words: str) -> str:
    """Return a sentence as it is written where its speaker lives."""
    for here, there in read("registers").get(lang, {}).get(register, {}).items():
        if here in words:
            words = words.replace(here, there)
    return words

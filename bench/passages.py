"""Short passages with the words a careful reader would tag: tests/reading/passages/.

    for passage in passages("first"):
        passage.lang, passage.kind, passage.text, passage.gold, passage.may

In the files ``{stage:words}`` marks what must be suggested; ``may`` names stages that neither count
for nor against. Each set was written before the rules were run on it (docs/decisions/0035).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.world import Gold

FOLDER = Path("tests/reading/passages")
# only counted: no rule is mended on these, and no test names a passage of them
KEPT = ("kept", "kept-tenth", "kept-last")
_MARKED = re.compile(r"\{(\w+):([^}]*)\}")


@dataclass(frozen=True)
class Passage:
    """One passage: what it shows (told, negation, fear …), its text, its gold."""

    kind: str
    lang: str
    text: str
    gold: tuple[Gold, ...]
    may: frozenset[str]


def passages(name: str) -> Iterator[Passage]:
    """Yield the passages of one set, in the order of its file."""
    for lang, told in yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")).items():
        for kind, marked, may in told:
            text, gold = _unmarked(marked)
            yield Passage(kind, lang, text, gold, frozenset(may))


def sets() -> list[str]:
    """Return the names of the sets that rules may be mended on, oldest first."""
    return [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
    ]


def _unmarked(marked: str) -> tuple[str, tuple[Gold, ...]]:
    text, gold, read = "", [], 0
    for found in _MARKED.finditer(marked):
        text += marked[read : found.start()]
        gold.append(Gold(found[1], "", len(text), len(text) + len(found[2])))
        text, read = text + found[2], found.end()
    return text + marked[read:], tuple(gold)

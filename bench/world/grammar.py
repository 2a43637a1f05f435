"""Sentence patterns of an invented world: alternations in brackets, read once, told by chance.

    parse("{S} {was} *[caught|seized]* [at dawn|at night]").expand()     # four frames

``[a|b]`` is one of several wordings and may hold others; ``*…*`` marks the words that say what
happened; ``{…}`` is filled in by who tells. ``(others)`` before a pattern: nobody says it of
themselves; ``(dead)``: only of who died there; ``(no day)``: never with a day. Tracery does as much
with a table of rules beside each sentence and has had no release since 2016; here a sentence is
read as it will be told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

_TOKEN = re.compile(r"[\[\]|]|[^\[\]|]+")
_ONLY = re.compile(r"\((others|dead|no day)(, no day)?\) ")
_OF = ("others", "dead")
_HEAD = re.compile(r"\*([^*]+)\*")
_SPACES = re.compile(r" {2,}")


class BadPattern(ValueError):
    """A bracket is left open, closed twice, or a star has no other."""


@dataclass(frozen=True)
class Either:
    """One of several wordings, each a row of parts."""

    ways: tuple[tuple["Part", ...], ...]


Part = str | Either


@dataclass(frozen=True)
class Pattern:
    """A pattern: its parts, of whom alone it can be said, whether a day may stand with it."""

    parts: tuple[Part, ...]
    only: str = ""  # others, dead; nothing: of anybody
    dayless: bool = False

    def draw(self, random: Random) -> str:
        """Return one of its frames, the marks of the head taken out."""
        return _plain(_drawn(random, self.parts))

    def expand(self) -> list[str]:
        """Return all its frames."""
        return [_plain(each) for each in _all(self.parts)]

    def heads(self) -> set[str]:
        """Return the different words it has for what happened."""
        return {head for each in _all(self.parts) for head in _HEAD.findall(each)}


@cache
def parse(text: str) -> Pattern:
    """Read a pattern; BadPattern where its brackets or stars do not match."""
    only = _ONLY.match(text)
    body = text[only.end() :] if only else text
    tokens = _TOKEN.findall(body)
    parts = _row(tokens, text)
    if tokens or any(each.count("*") % 2 for each in _all(parts)):
        raise BadPattern(text)
    marks = only[0] if only else ""
    return Pattern(parts, next((of for of in _OF if of in marks), ""), "no day" in marks)


def _row(tokens: list[str], text: str) -> tuple[Part, ...]:
    """Take parts off the tokens, up to a bar or a bracket that closes."""
    parts: list[Part] = []
    while tokens and tokens[0] not in "|]":
        word = tokens.pop(0)
        parts.append(_either(tokens, text) if word == "[" else word)
    return tuple(parts)


def _either(tokens: list[str], text: str) -> Either:
    ways = [_row(tokens, text)]
    while tokens and tokens[0] == "|":
        tokens.pop(0)
        ways.append(_row(tokens, text))
    if not tokens:
        raise BadPattern(text)
    tokens.pop(0)
    return Either(tuple(ways))


def _drawn(random: Random, parts: tuple[Part, ...]) -> str:
    return "".join(
        each if isinstance(each, str) else _drawn(random, random.choice(each.ways))
        for each in parts
    )


def _all(parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield every way through the parts."""
    choices = [
        [each] if isinstance(each, str) else [one for way in each.ways for one in _all(way)]
        for each in parts
    ]
    yield from map("".join, product(*choices))


def _plain(frame: str) -> str:
    return _SPACES.sub(" ", frame.replace("*", "")).strip()

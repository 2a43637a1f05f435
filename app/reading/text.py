"""Sentences of a testimony, and the same text letter by letter for Korean.

Offsets anywhere are code points of the text as the witness typed it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from config.reading import letters

T = TypeVar("T")
_STOPS = ".!?\u3002\uff01\uff1f"  # and their full-width forms
_CLOSES = '"\u201d\u2019\u300d\u300f)\uff09'
_SENTENCE = re.compile(
    rf"(?:[^{_STOPS}\n]|\.(?=\d)|(?<=\bNo)\.(?= \d)|(?<=\b[A-Z])\.)+[{_STOPS}]*[{_CLOSES}]*"
)
_PAUSE = re.compile(rf"[\s,;:\uff0c\uff1b\uff1a\u3001{_STOPS}{_CLOSES}\u201c(\uff08]")
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
LONGEST = 600  # a sentence is cut here, so that no pattern walks 200,000 code points


@dataclass(frozen=True)
class Sentence:
    """One sentence; ``form`` is what patterns see, ``at`` maps its places back to the text."""

    text: str = field(repr=False)
    start: int
    lang: str
    form: str = field(repr=False)
    at: tuple[int, ...] | None = field(default=None, repr=False)
    found: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, find: Callable[[], T]) -> T:
        """Find something once: every event asks anew who is near. It ends with the sentence."""
        if name not in self.found:
            self.found[name] = find()
        kept: T = self.found[name]
        return kept

    def place(self, position: int) -> int:
        """Return the code point of the whole text that a place in ``form`` stands for."""
        if self.at is None:
            return self.start + position
        return self.start + (self.at[position] if position < len(self.at) else len(self.text))

    def words(self, start: int, end: int) -> tuple[int, int]:
        """Return the whole words (in Chinese: the clause) around letters."""
        first, last = self.place(start) - self.start, self.place(end - 1) - self.start + 1
        while first > 0 and not _PAUSE.match(self.text[first - 1]):
            first -= 1
        while last < len(self.text) and not _PAUSE.match(self.text[last]):
            last += 1
        return self.start + first, self.start + last


def sentences(text: str, lang: str | None = None) -> Iterator[Sentence]:
    """Yield the sentences of a text, each with the language its script tells."""
    for found in _SENTENCE.finditer(text):
        for start in range(found.start(), found.end(), LONGEST):
            piece = text[start : min(start + LONGEST, found.end())]
            if piece.strip():
                yield _sentence(piece, start, lang)


def _sentence(piece: str, start: int, lang: str | None) -> Sentence:
    spoken = language(piece) or lang or "en"
    if spoken != "ko":
        return Sentence(piece, start, spoken, piece)
    parts = [letters(each) for each in piece]
    at = tuple(place for place, part in enumerate(parts) for _ in part)
    return Sentence(piece, start, spoken, "".join(parts), at)


def language(piece: str) -> str | None:
    """Tell ko, zh or en by script; None where there are no letters at all."""
    hangul, han = len(_HANGUL.findall(piece)), len(_HAN.findall(piece))
    latin = len(_LATIN.findall(piece)) / 4  # a Latin word is four letters for one syllable
    if not (hangul or han or latin):
        return None
    if hangul >= max(han, latin):
        return "ko"
    return "zh" if han >= latin else "en"

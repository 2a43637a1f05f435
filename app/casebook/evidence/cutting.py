"""Redaction: what is cut from everything that leaves, and what stands in its place.

A cut is decided by a person: words, a reason, and whom they name. It is made wherever those words
stand, in any script and spelling that ``spelling`` knows, in text, answers, letters and the words
of tags alike. A cut text is a list of strings and ``{"cut": reason, "who": token}``; the bundle
puts placeholders there, so that one person has one placeholder throughout one bundle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.casebook.evidence import spelling

REASONS = ("NAME", "PLACE", "DATE", "CONTACT", "DETAIL", "WITHHELD")

Text = str | list[str | dict[str, str]]
"""A text as it leaves: whole, or in pieces where something was cut."""


@dataclass(frozen=True)
class Cut:
    """Words that do not leave. ``who`` is the same for every spelling of one person's name."""

    reason: str
    who: str
    words: tuple[str, ...]
    paragraph: int = 0  # of the narrative, withheld whole; then there are no words

    def event(self) -> dict[str, Any]:
        """Return it as the record keeps it."""
        return {
            "reason": self.reason,
            "who": self.who,
            "words": list(self.words),
            "paragraph": self.paragraph,
        }

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Cut":
        """Read it from the record."""
        return cls(event["reason"], event["who"], tuple(event["words"]), event["paragraph"])


@dataclass(frozen=True)
class Span:
    """Where one cut is made: code points of the text."""

    start: int
    end: int
    reason: str
    who: str


def spans(text: str, cuts: Iterable[Cut]) -> list[Span]:
    """Return where a text is cut, in order; what overlaps is one cut, by the first reason."""
    folded = spelling.fold(text)
    found = [
        Span(start, end, cut.reason, cut.who)
        for cut in cuts
        for word in cut.words
        for start, end in spelling.spans(text, folded, word)
    ]
    return _joined(found)


def _joined(found: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for one in sorted(found, key=lambda span: (span.start, -span.end)):
        if out and one.start < out[-1].end:
            last = out[-1]
            out[-1] = Span(last.start, max(last.end, one.end), last.reason, last.who)
        else:
            out.append(one)
    return out


def lines(text: str) -> list[tuple[int, int]]:
    """Return start and end of every line, LF aside: the paragraphs commitments are made of."""
    out, at = [], 0
    for line in text.split("\n"):
        out.append((at, at + len(line)))
        at += len(line) + 1
    return out


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return start and end of every line that says something, as a lead counts them."""
    return [(start, end) for start, end in lines(text) if text[start:end].strip()]


def narrative(text: str, cuts: Sequence[Cut]) -> list[Span]:
    """Return where the narrative is cut: words, and paragraphs withheld whole."""
    counted = paragraphs(text)
    whole = [
        Span(*counted[cut.paragraph - 1], cut.reason, cut.who)
        for cut in cuts
        if 0 < cut.paragraph <= len(counted)
    ]
    return _joined([*whole, *spans(text, cuts)])


def pieces(text: str, made: Sequence[Span]) -> Text:
    """Return the text without what is cut."""
    if not made:
        return text
    out: list[str | dict[str, str]] = []
    at = 0
    for span in made:
        out += [text[at : span.start], {"cut": span.reason, "who": span.who}]
        at = span.end
    return [*out, text[at:]]


def cut(value: Any, cuts: Sequence[Cut]) -> Any:  # noqa: ANN401 - answers are strings or lists of them
    """Return an answer without what is cut: a string or a list of strings."""
    if isinstance(value, str):
        return pieces(value, spans(value, cuts))
    return [cut(one, cuts) for one in value]


def units(offset: int, made: Sequence[Span], *, end: bool = False) -> int:
    """Return an offset of the text as one of its pieces, where every cut counts as one.

    An offset inside a cut moves to its edge, so that a tag's words never begin half way.
    """
    shift = 0
    for span in made:
        if span.end <= offset:
            shift += span.end - span.start - 1
        elif span.start < offset:
            return span.start - shift + (1 if end else 0)
    return offset - shift


class Placeholders:
    """Numbers for the people and things cut in one bundle: stable in it, other in the next."""

    def __init__(self, order: Mapping[str, str]) -> None:
        """Take the sort key of every token: ``numbered`` makes one from the bundle's name."""
        self._numbers: dict[str, int] = {}
        for number, token in enumerate(sorted(order, key=order.__getitem__), start=1):
            self._numbers[token] = number

    def number(self, token: str) -> int:
        """Return the number of a token."""
        return self._numbers[token]

    def label(self, piece: Mapping[str, str]) -> str:
        """Return what stands in the place of a cut."""
        if piece["cut"] == "WITHHELD":
            return "[WITHHELD]"
        return f"[{piece['cut']}-{self._numbers[piece['who']]}]"

    def text(self, value: Text) -> str:
        """Return a text with placeholders."""
        if isinstance(value, str):
            return value
        return "".join(one if isinstance(one, str) else self.label(one) for one in value)

    def answer(self, value: Any) -> Any:  # noqa: ANN401 - strings, lists of them, or pieces
        """Return an answer with placeholders: a string or a list of strings."""
        if isinstance(value, str) or is_pieces(value):
            return self.text(value)
        return [self.text(one) for one in value]

    def offset(self, value: Text, at: int) -> int:
        """Return an offset in pieces (``units``) as one of the text with placeholders."""
        if isinstance(value, str):
            return at
        said = 0
        for one in value:
            size = len(one) if isinstance(one, str) else 1
            if at < size or (at == size and isinstance(one, str)):
                return said + at
            said += len(one if isinstance(one, str) else self.label(one))
            at -= size
        return said + at


def is_pieces(value: object) -> bool:
    """Tell a text in pieces from an answer of several strings."""
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def tokens(value: object) -> Iterable[str]:
    """Yield the tokens in anything that leaves."""
    if isinstance(value, Mapping):
        if "cut" in value:
            yield value["who"]
        for one in value.values():
            yield from tokens(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from tokens(one)

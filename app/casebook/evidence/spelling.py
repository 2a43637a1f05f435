"""Finding a name however it was typed: normalisation, blanks, hyphens, letter case, romanisation.

Everything is found in a folded text (compatibility decomposition, lower case, nothing but letters
and digits) that remembers where each piece came from, so that a find is code points of the text
as it stands. Romanisations are those of the North, of the South, of McCune and Reischauer and of
passports, mixed as people mix them. It finds too much rather than too little: what it cuts was
decided by a person, and what it misses would leave.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.casebook.forgetting import forgotten

_INITIALS = (
    "k|g", "kk|gg|k|g", "n|l|r", "t|d", "tt|dd|t|d", "r|l|n|", "m", "p|b", "pp|bb|p|b", "s|sh",
    "ss|s", "", "j|ch|z", "jj|tch|cch|j|ch", "ch|c|j", "k", "t", "p", "h|",
)  # fmt: skip
_VOWELS = (
    "a|ah", "ae|ai|e", "ya|yah", "yae|ye", "eo|o|u|uh", "e|ey", "yeo|yo|you|yu|yuh|yeu", "ye|e|yae",
    "o|oh", "wa", "wae|oae", "oe|oi|we|ue", "yo", "u|oo|woo|wu", "wo|weo|wuh", "we", "wi|ui|we",
    "yu|you|yoo", "eu|u|oo", "ui|eui|ee|i", "i|ee|ii|yi|ie|y",
)  # fmt: skip
_FINALS = (
    "", "k|g|c|ck", "k|kk", "k|ks", "n", "n|nj", "n|nh", "t|d", "l|r|ll", "k|l|lk", "m|l|lm", "l|p",
    "l|s", "l|t", "p|l", "l|lh", "m", "p|b", "p|ps", "t|s|d", "t|ss", "ng|n", "t|j", "t|ch", "k",
    "t", "p|b", "t|h|",
)  # fmt: skip
_SURNAMES = {
    "이": "ri|li|lee|yi|rhee|i|rhie|yee|lie", "리": "ri|li|lee|yi|rhee|i|rhie|yee|lie",
    "박": "pak|park|bak|bahk|pack", "최": "choe|choi|ch'oe|choy|che", "임": "rim|lim|im|yim|leem",
    "림": "rim|lim|im|yim|leem", "노": "ro|no|noh|roh", "로": "ro|no|noh|roh", "우": "u|woo|wu",
    "유": "ryu|yu|yoo|you|liu|lyu", "류": "ryu|yu|yoo|you|liu|lyu", "오": "o|oh", "안": "an|ahn",
    "정": "jong|jung|jeong|chong|chung|cheong|joung", "조": "jo|cho|joe", "강": "kang|gang",
    "양": "ryang|yang|lyang", "량": "ryang|yang|lyang", "여": "ryo|yo|yeo|ryeo", "신": "sin|shin",
    "려": "ryo|yo|yeo|ryeo", "허": "ho|heo|huh|hur", "주": "ju|joo|chu", "구": "ku|gu|koo|goo",
    "서": "so|seo|suh|sur", "석": "sok|seok|suk", "엄": "om|eom|um", "김": "kim|gim|ghim|khim",
}  # fmt: skip
# What the South writes without ㄹ or ㄴ at the head of a word, the North writes with it.
_HEADS = {11: "r|l|n|", 2: "n|r|l|"}
_PAIRS = (
    ("리", "이"), ("림", "임"), ("로", "노"), ("류", "유"),
    ("량", "양"), ("려", "여"), ("라", "나"), ("룡", "용"),
)  # fmt: skip
_TURNED = {a: b for pair in _PAIRS for a, b in (pair, (pair[1], pair[0]))}
_FIRST = 0xAC00
_JAMO = (28, 21)
_HANGUL = re.compile("[\uac00-\ud7a3]{2,}")
NAME_LETTERS = range(2, 6)
SPARE = 4  # letters by which another spelling of a last syllable may be longer or shorter


@dataclass(frozen=True)
class Folded:
    """A text reduced to what counts, and for each piece where it began and ended."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the code points of the text that a piece of the folded one stands for."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Fold a text. Marks that follow a letter belong to it."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, char in enumerate(text):
        pieces = _pieces(char)
        if not pieces and ends and unicodedata.category(char).startswith("M"):
            ends[-1] = at + 1
        out += pieces
        starts += [at] * len(pieces)
        ends += [at + 1] * len(pieces)
    return Folded("".join(out), tuple(starts), tuple(ends))


@lru_cache(maxsize=20_000)
def _pieces(char: str) -> tuple[str, ...]:
    return tuple(
        piece
        for piece in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", char)).casefold()
        if unicodedata.category(piece)[0] in "LN"
    )


def spans(text: str, folded: Folded, name: str) -> Iterator[tuple[int, int]]:
    """Yield where a name stands in a text, in any spelling of it that is known here."""
    for pattern in patterns(name):
        yield from _found(pattern, text, folded)
    yield from _in_hangul(text, name)


def _found(pattern: re.Pattern[str], text: str, folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield what a pattern finds that begins and ends as words do.

    Folding takes the blanks away: of "for Im" it sees a surname "rim". What begins or ends inside
    a word is therefore not the only find at that place: the next letter, and other ends, are tried.
    """
    at = 0
    while found := pattern.search(folded.text, at):
        start, end = found.span()
        at = start + 1
        for other in (end, *range(end + 1, end + SPARE), *range(end - 1, end - SPARE, -1)):
            fits = start < other <= len(folded.text) and _whole(text, folded, start, other)
            if fits and (other == end or pattern.fullmatch(folded.text, start, other)):
                yield folded.span(start, other)
                at = other
                break


@forgotten
@lru_cache(maxsize=2000)
def patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns over folded text: the name itself, turned round, and in Latin letters."""
    plain = fold(name).text
    if not plain:
        return ()
    found = [re.escape(plain)]
    words = [fold(word).text for word in re.split(r"[\s,·・]+", name) if fold(word).text]
    if len(words) > 1 and plain.isascii():
        found += [re.escape("".join(words[n:] + words[:n])) for n in range(1, len(words))]
    composed = "".join(unicodedata.normalize("NFC", name).split())
    if _HANGUL.fullmatch(composed):
        if composed[0] in _TURNED:
            found.append(fold(_TURNED[composed[0]] + composed[1:]).text)
        found += latin(composed)
    return tuple(re.compile(one) for one in dict.fromkeys(found))


def latin(hangul: str) -> list[str]:
    """Return patterns of a Korean name in Latin letters, surname first and last."""
    given = [_syllable(char, head=at == 0) for at, char in enumerate(hangul[1:])]
    surname = f"(?:{_SURNAMES.get(hangul[0]) or _syllable(hangul[0], head=True)})".replace("'", "")
    name = "".join(given)
    whole = "".join(_syllable(char, head=at == 0) for at, char in enumerate(hangul))
    return [surname + name, name + surname, whole]


def _syllable(char: str, *, head: bool) -> str:
    rest, final = divmod(ord(char) - _FIRST, _JAMO[0])
    initial, vowel = divmod(rest, _JAMO[1])
    first = _HEADS.get(initial, _INITIALS[initial]) if head else _INITIALS[initial]
    return f"(?:{first})(?:{_VOWELS[vowel]})(?:{_FINALS[final]})"


def _whole(text: str, folded: Folded, start: int, end: int) -> bool:
    """Tell whole words in Latin letters, and Korean that does not end inside a syllable."""
    before, after = folded.span(start, end)
    if folded.text[start].isascii() and before and _latin_letter(text[before - 1]):
        return False
    if folded.text[end - 1].isascii() and after < len(text) and _latin_letter(text[after]):
        return False
    inside = end < len(folded.text) and folded.starts[end] < after
    trailing = end < len(folded.text) and "\u1160" <= folded.text[end] <= "\u11ff"
    return not (inside or trailing)


def _latin_letter(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _in_hangul(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield Korean names in a text that a name in Latin letters may be a romanisation of."""
    words = fold(name).text
    if not words.isascii() or not words.isalpha() or len(words) < 4:  # noqa: PLR2004 - Ri Ok
        return
    composed = unicodedata.normalize("NFC", text)
    for run in _HANGUL.finditer(composed) if len(name.split()) > 1 or "-" in name else ():
        for size in NAME_LETTERS:
            for at in range(run.start(), run.end() - size + 1):
                if any(p.fullmatch(words) for p in _latin_of(composed[at : at + size])):
                    yield from _exactly(text, composed[at : at + size])


def _exactly(text: str, hangul: str) -> Iterator[tuple[int, int]]:
    folded = fold(text)
    for found in re.finditer(re.escape(fold(hangul).text), folded.text):
        yield folded.span(*found.span())


@forgotten
@lru_cache(maxsize=5000)
def _latin_of(hangul: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in latin(hangul)[:2])

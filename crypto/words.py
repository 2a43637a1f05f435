"""The three word lists, and reading what a person typed from one of them.

FORMAT.md section 5. Receipts and generated passphrases are words of the BIP-39 lists: 2,048 words
each, 11 bits a word, and no word stands in two lists.
"""

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from mnemonic import Mnemonic

from crypto.errors import NotAWord, WrongWordCount

LISTS = {"en": "english", "ko": "korean", "zh": "chinese_simplified"}
SIZE = 2048
LONGEST_TEXT = 1000
"""More code points than this are no receipt in any spelling, and are not read to the end."""

_LONGEST_WORD = 24
_NEAR = 3
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# One Han character is a word; so is a run of other letters. Whatever is no letter divides words.
_WORD = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}]+")


@cache
def word_list(lang: str) -> tuple[str, ...]:
    """Return the 2,048 words of `en`, `ko` or `zh`, in NFC as they are shown.

    Raises KeyError for another language.
    """
    return tuple(unicodedata.normalize("NFC", word) for word in Mnemonic(LISTS[lang]).wordlist)


@cache
def _indices() -> dict[str, tuple[str, int]]:
    """Map every word of every list, in NFKD as it is compared, to its language and index."""
    return {
        unicodedata.normalize("NFKD", word): (lang, index)
        for lang in LISTS
        for index, word in enumerate(word_list(lang))
    }


def read_words(untrusted_text: str, count: int) -> list[int]:
    """Return the indices of the `count` words in what a person typed, in any of the languages.

    Numbers, signs, line ends, capitals, full-width letters, composed or decomposed Hangul and
    blanks around Chinese words do not matter. Raises `WrongWordCount`, then `NotAWord`.
    """
    typed = untrusted_text.strip()
    tokens = _tokens(typed[:LONGEST_TEXT])
    if len(typed) > LONGEST_TEXT:
        raise WrongWordCount(max(len(tokens), count + 1), count)
    if len(tokens) != count:
        raise WrongWordCount(len(tokens), count)
    known = _indices()
    for position, token in enumerate(tokens, start=1):
        if token not in known:
            shown = unicodedata.normalize("NFC", token)
            raise NotAWord(shown, position, _near(token, tokens))
    return [known[token][1] for token in tokens]


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).lower()
    # Accents and invisible signs inside a word (a soft hyphen, a joiner) are dropped, not blanks.
    kept = (c for c in plain if unicodedata.category(c) not in {"Mn", "Mc", "Me", "Cf"})
    return _WORD.findall("".join(kept))


def _near(token: str, tokens: Sequence[str]) -> list[str]:
    """Return up to three words like `token`, from the language most of the others are in."""
    if len(token) > _LONGEST_WORD:
        return []
    known = _indices()
    found = [known[other][0] for other in tokens if other in known]
    lang = max(LISTS, key=found.count) if found else _script(token)
    # Compared in NFKD: one wrong letter of a Hangul syllable is one letter, not the syllable.
    spelled = {unicodedata.normalize("NFKD", word): word for word in word_list(lang)}
    return [spelled[word] for word in get_close_matches(token, spelled, _NEAR)]


def _script(token: str) -> str:
    return "en" if token.isascii() else "ko"

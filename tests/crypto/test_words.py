"""What a person typed, at the edges of what is read."""

import unicodedata

import pytest

from crypto.errors import NotAWord, WrongWordCount
from crypto.words import LONGEST_TEXT, read_words, word_list

SOME = "abandon ability able about above absent absorb abstract absurd abuse"
LONGEST_WORD = 24


def decomposed(word):
    return unicodedata.normalize("NFKD", word)


def test_the_longest_text_is_read_and_no_longer_one():
    longest = SOME + "," * (LONGEST_TEXT - len(SOME))
    assert read_words(longest, 10) == list(range(10))
    with pytest.raises(WrongWordCount):
        read_words(longest + ",", 10)


@pytest.mark.parametrize(
    "sign", ["\u0301", "\u0903", "\u20dd", "\u00ad", "\u200d"], ids=unicodedata.name
)
def test_signs_inside_a_word_are_dropped_of_whatever_kind(sign):
    assert unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}
    assert read_words(f"ab{sign}andon{sign} ability", 2) == [0, 1]


def test_what_is_near_is_looked_for_up_to_the_longest_word_and_no_further():
    word = max(word_list("ko"), key=lambda one: len(decomposed(one)))
    for more, near in ((0, [word]), (1, [])):
        rest = "가" * 12
        token = (decomposed(word) + decomposed(rest))[: LONGEST_WORD + more]
        assert len(token) == LONGEST_WORD + more
        with pytest.raises(NotAWord) as refused:
            read_words(token, 1)
        assert list(refused.value.near)[:1] == near

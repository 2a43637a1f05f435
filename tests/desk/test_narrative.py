"""Where words stand in a text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casebook.shapes import BadTag, Tag
from app.desk.narrative import locate, marked, paragraphs

TEXT = "하나 둘\n\n  셋 넷 \n하나 다섯"


def tag(start, end):
    return Tag("0", "r", "p", "", 1, "cn_arrest", "common", start, end, "", "sure")


@pytest.mark.parametrize(
    ("quote", "paragraph", "span"),
    [
        ("셋 넷", None, (8, 11)),
        ("셋\n넷", None, (8, 11)),
        ("하나", 1, (0, 2)),
        ("하나", 3, (13, 15)),
        ("둘 셋", None, (3, 9)),  # across paragraphs
        ("하나 둘 셋 넷 하나 다섯", None, (0, 18)),
    ],
)
def test_found(quote, paragraph, span):
    assert locate(TEXT, quote, paragraph) == span
    start, end = span
    assert TEXT[start:end].split() == quote.split()


@pytest.mark.parametrize(
    ("quote", "paragraph", "what"),
    [
        ("하나", None, "quote-again"),
        ("여섯", None, "quote"),
        ("셋", 1, "quote"),
        (" \n", None, "span"),
        ("하나", 4, "paragraph"),
        ("하나", 0, "paragraph"),
        ("하나 " * 9000, None, "span"),
        (".*", None, "quote"),
    ],
)
def test_not_found(quote, paragraph, what):
    with pytest.raises(BadTag) as refused:
        locate(TEXT, quote, paragraph)
    assert refused.value.what == what


def test_blank_lines_are_not_counted():
    assert [TEXT[a:b] for a, b in paragraphs(TEXT)] == ["하나 둘\n", "  셋 넷 \n", "하나 다섯"]


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6))
def test_the_text_inside_the_marks_is_the_text(text, spans):
    tags = [tag(min(one), max(one)) for one in spans]
    assert html.unescape(re.sub(r"<[^>]*>", "", marked(text, tags))) == text


def test_every_tag_can_be_jumped_to():
    page = marked(TEXT, [tag(0, 5), tag(3, 10)])
    assert page.count('id="words-0"') == 2
    assert page.count("<mark") == 4

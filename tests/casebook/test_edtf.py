"""EDTF: worked examples of what is read, and of what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.edtf import NotEDTF, parse

READ = {
    "2023": ("2023-01-01", "2023-12-31"),
    "2023?": ("2023-01-01", "2023-12-31"),
    "2023-10": ("2023-10-01", "2023-10-31"),
    "2024-02~": ("2024-02-01", "2024-02-29"),
    "2023-02": ("2023-02-01", "2023-02-28"),
    "2023-10-09": ("2023-10-09", "2023-10-09"),
    "2023-10-09%": ("2023-10-09", "2023-10-09"),
    "2023-21": ("2023-03-01", "2023-05-31"),
    "2023-22": ("2023-06-01", "2023-08-31"),
    "2023-23": ("2023-09-01", "2023-11-30"),
    "2023-24": ("2023-01-01", "2024-02-29"),
    "201X": ("2010-01-01", "2019-12-31"),
    "20XX": ("2000-01-01", "2099-12-31"),
    "2023-XX": ("2023-01-01", "2023-12-31"),
    "2023-10-XX": ("2023-10-01", "2023-10-31"),
    "2023-XX-XX": ("2023-01-01", "2023-12-31"),
    "2023-10-09/2023-10-24": ("2023-10-09", "2023-10-24"),
    "2023/2024-02": ("2023-01-01", "2024-02-29"),
    "2023-10-24~/2023-11": ("2023-10-24", "2023-11-30"),
    "2023-10/..": ("2023-10-01", None),
    "2023-10/": ("2023-10-01", None),
    "../2024": (None, "2024-12-31"),
    "/2024": (None, "2024-12-31"),
}
REFUSED = [
    "", "..", "/", "../..", "23", "2023-1", "2023-13", "2023-00", "2023-02-29", "2023-20",
    "2023-25", "2023-22-01", "2X23", "202X-10", "2023-XX-01", "XXXX", "2023?~", "2023-10-09T10:00",
    "2023/2022", "2023/2024/2025", "0000", "9999-24", " 2023", "2023\n", "２０２３", "Oct 2023",
    "2023-10-09" * 20,
]  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_read(text):
    span = parse(text)
    earliest, latest = (day and date.fromisoformat(day) for day in READ[text])
    assert (span.text, span.earliest, span.latest) == (text, earliest, latest)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(NotEDTF):
        parse(text)


@pytest.mark.parametrize(
    ("text", "uncertain", "approximate"),
    [("2023", 0, 0), ("2023?", 1, 0), ("2023~", 0, 1), ("2023%", 1, 1), ("2023?/2024~", 1, 1)],
)
def test_qualifiers_are_kept(text, uncertain, approximate):
    span = parse(text)
    assert (span.uncertain, span.approximate) == (bool(uncertain), bool(approximate))


@given(st.text())
def test_nothing_else_is_raised(text):
    try:
        span = parse(text)
    except NotEDTF:
        return
    assert span.earliest or span.latest


@given(st.dates(), st.dates())
def test_an_interval_holds_both_its_days(one, other):
    first, last = sorted([one, other])
    span = parse(f"{first.isoformat()}/{last.isoformat()}")
    assert (span.earliest, span.latest) == (first, last)

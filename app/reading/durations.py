"""Lengths of time as people say them, in days at least and at most: 보름 is 15, a fortnight 14.

find_durations("보름 있었다")[0].days == (15, 15)

"About" and "more than" widen: 열흘 남짓 is 10 to 13, 달포 a month and up to half of another.
"""
# ruff: noqa: E501 - a pattern reads best in one piece

import re
from dataclasses import dataclass

from app.reading.numerals import ENGLISH, HAN, KO_COUNT, KO_DAY, number

_MONTH, _YEAR, _WEEK = (28, 31), (365, 366), (7, 7)
_FIXED = {
    "보름": (15, 15), "열흘": (10, 10), "달포": (30, 45), "반달": (14, 16), "반년": (181, 184),
    "半个月": (15, 15), "半月": (15, 15), "半年": (181, 184), "fortnight": (14, 14),
    "half a month": (14, 16), "half a year": (181, 184), "해포": (365, 500),
    "半个来月": (15, 15), "半个多月": (15, 15),
}  # fmt: skip
_UNITS = {
    "일": (1, 1), "날": (1, 1), "天": (1, 1), "day": (1, 1), "주": _WEEK, "주일": _WEEK,
    "星期": _WEEK, "周": _WEEK, "礼拜": _WEEK, "week": _WEEK, "달": _MONTH, "개월": _MONTH,
    "月": _MONTH, "month": _MONTH, "년": _YEAR, "해": _YEAR, "年": _YEAR, "year": _YEAR,
}  # fmt: skip
_MORE = re.compile(r"남짓|넘게|넘도록|여(?=\s|$)|多|来|more than|over|余")
_ABOUT = re.compile(
    r"약 |쯤|정도|가량|가까이|about|around|nearly|almost|大概|左右|上下|将近|差不多|快"
)
_SPAN = re.compile(
    r"(?:약\s)?(?:"
    + "|".join(sorted(_FIXED, key=len, reverse=True))
    + r")(?:\s*(?:남짓|넘게|쯤|정도|가량|가까이|左右|上下))?"
    + rf"|(?:약\s)?(?<!\d)(?P<ko>\d{{1,3}}|{KO_COUNT})\s?(?P<ku>일(?=간|\s?동안|\s?있|\s?정도|\s?쯤|\s?넘)|주일?|달|개월|년(?=간|\s?동안|\s?반|\s?넘|\s?정도|을\s|\s?살)|해(?=\s|를|동안))(?:\s*(?:남짓|넘게|쯤|정도|가량|가까이))?"
    + rf"|(?P<kd>{KO_DAY})(?=\s?(?:동안|간|을|이나|있|만|쯤|넘|남짓|가까이|\s))(?:\s*(?:남짓|넘게|쯤|정도|가량|가까이))?"
    + rf"|(?:大概|将近|差不多|快)?(?P<zn>\d{{1,3}}|{HAN})(?P<zm>多|来|几)?个?(?P<zm2>多|来)?(?P<zu>天|星期|周|礼拜|月(?!\d|[一二三四五六七八九十初])|年(?!\d))(?:左右|上下|多)?"
    + rf"|\b(?:about |around |nearly |almost |more than |over )?(?P<en>\d{{1,3}}|{ENGLISH})(?: (?:or|to) (?P<to>\d{{1,3}}|{ENGLISH}))? (?:more )?(?P<eu>day|week|month|year)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Duration:
    """A length in a text: ``days`` at least and at most; ``text`` as said, in code points."""

    days: tuple[int, int]
    text: str
    start: int
    end: int


def find_durations(text: str) -> list[Duration]:
    """Return every length of time a text states, in its order."""
    return [
        Duration(span, found[0], *found.span())
        for found in _SPAN.finditer(text)
        if (span := _length(found)) is not None
    ]


def _length(found: re.Match[str]) -> tuple[int, int] | None:
    fixed = next(
        (days for word, days in _FIXED.items() if found[0].lower().strip("약 ").startswith(word)),
        None,
    )
    if fixed is not None:
        return _loosened(*fixed, found[0])
    if found["kd"]:
        count = number(found["kd"])
        return None if count is None else _loosened(count, count, found[0])
    said, unit = _said(found)
    low = number(said)
    if low is None:
        return None
    high = number(found["to"] or "") or low
    least, most = _UNITS[unit.lower()]
    return _loosened(low * least, high * most, found[0])


def _said(found: re.Match[str]) -> tuple[str, str]:
    for count, unit in (("ko", "ku"), ("zn", "zu"), ("en", "eu")):
        if found[count]:
            return found[count], found[unit]
    return "", ""


def _loosened(low: int, high: int, words: str) -> tuple[int, int]:
    """Widen for "more than" (up to a third more) and "about" (a fifth either side)."""
    if _MORE.search(words):
        return low, high + max(high // 3, 1)
    if _ABOUT.search(words.lower()):
        return low - max(low // 5, 1), high + max(high // 5, 1)
    return low, high

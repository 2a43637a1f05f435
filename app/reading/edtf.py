"""Dates as reviewers write them: EDTF (ISO 8601-2) level 0 and 1, and the days each may mean.

    parse("2023-10~").earliest == date(2023, 10, 1)
    parse("2023-10-09/..").latest is None

Read: a year, month or day; ``?`` uncertain, ``~`` approximate, ``%`` both; ``X`` for digits nobody
knows, from the right; the seasons 21 to 24; intervals with known, unknown (empty) and open (``..``)
ends. Not read: times of day, and years before 0 or after 9999, of which no testimony speaks. The
qualifiers widen nothing here: how much "about" means is for whoever reads the days.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

LONGEST = 64  # two dates with their marks, and room
_ONE = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX))?)?(?P<mark>[?~%]?)"
)
SPRING, WINTER = 21, 24


class NotEDTF(ValueError):
    """The text is no date of level 0 or 1."""


@dataclass(frozen=True)
class Span:
    """What a date may mean: every day from ``earliest`` to ``latest``; None is no bound."""

    text: str
    earliest: date | None
    latest: date | None
    uncertain: bool = False
    approximate: bool = False


def parse(text: str) -> Span:
    """Read one EDTF value; raise :class:`NotEDTF` if it is none or cannot exist."""
    if len(text) > LONGEST:
        raise NotEDTF("too long for a date")
    start, slash, end = text.partition("/")
    if not slash:
        return _date(text)
    ends = [_end(start), _end(end)]
    if ends == [None, None]:
        raise NotEDTF("an interval needs at least one known end")
    known = [each for each in ends if each is not None]
    made = Span(
        text,
        earliest=ends[0].earliest if ends[0] else None,
        latest=ends[1].latest if ends[1] else None,
        uncertain=any(each.uncertain for each in known),
        approximate=any(each.approximate for each in known),
    )
    if made.earliest and made.latest and made.latest < made.earliest:
        raise NotEDTF("the interval ends before it begins")
    return made


def _end(text: str) -> Span | None:
    return None if text in ("", "..") else _date(text)


def _date(text: str) -> Span:
    found = _ONE.fullmatch(text)
    if found is None:
        raise NotEDTF("not a date such as 2023, 2023-10, 2023-10-09, 2023-22, 202X or 2023/2024")
    year, month, day, mark = found["year"], found["month"], found["day"], found["mark"]
    if "X" in year and month not in (None, "XX"):
        raise NotEDTF("digits are unknown from the right")
    if month == "XX" and day not in (None, "XX"):
        raise NotEDTF("digits are unknown from the right")
    try:
        earliest, latest = _bounds(year, month, day)
    except ValueError:
        raise NotEDTF("there is no such day") from None
    return Span(
        text, earliest, latest, uncertain=mark in ("?", "%"), approximate=mark in ("~", "%")
    )


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    """Return first and last day; a ValueError where the calendar has no such day."""
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if month in (None, "XX"):
        return date(first, 1, 1), date(last, 12, 31)
    number = int(month or "")
    if SPRING <= number <= WINTER:
        if day is not None:
            raise ValueError("a season has no days")
        return _season(first, number)
    if day in (None, "XX"):
        return date(first, number, 1), date(first, number, _length(first, number))
    exact = date(first, number, int(day or ""))
    return exact, exact


def _season(year: int, number: int) -> tuple[date, date]:
    """Return the days of a northern season, by months.

    "The winter of 2023" is said of January 2023 and of January 2024. Taking one of them would make
    a contradiction of an honest account, so a winter is both.
    """
    if number == WINTER:
        return date(year, 1, 1), date(year + 1, 2, _length(year + 1, 2))
    month = 3 * (number - SPRING) + 3
    return date(year, month, 1), date(year, month + 2, _length(year, month + 2))


def _length(year: int, month: int) -> int:
    if not 1 <= month <= 12:  # noqa: PLR2004 - the months of a year
        raise ValueError("no such month")
    return calendar.monthrange(year, month)[1]

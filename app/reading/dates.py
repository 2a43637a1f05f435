"""Dates as witnesses state them, converted to EDTF; their words are kept and the conversion shown.

find_dates("음력 2023년 8월 25일에", told_on)[0].edtf == "2023-10-09"

Years not said are taken from the last year the text named; "last autumn" from ``told_on``, the day
the testimony came in. What needs a year and has none is found with an empty ``edtf``. The patterns
are in :mod:`app.reading.date_forms`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.reading import date_forms as forms
from app.reading import lunar
from app.reading.numerals import number
from config.anchors import load_anchors

JUCHE = 1911
_SEASONS = {"봄": 21, "여름": 22, "가을": 23, "겨울": 24, "春": 21, "夏": 22, "秋": 23, "冬": 24}
_SEASONS |= {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_PARTS = {"초": (1, 10), "중순": (11, 20), "하순": (21, 31), "말": (21, 31), "상순": (1, 10)}
_PARTS |= {"early": (1, 10), "mid": (11, 20), "late": (21, 31), "初": (1, 10), "中旬": (11, 20)}
_PARTS |= {"上旬": (1, 10), "下旬": (21, 31), "底": (21, 31)}
_YEARS = {"작년": -1, "지난해": -1, "재작년": -2, "올해": 0, "금년": 0, "내년": 1, "去年": -1}
_YEARS |= {"前年": -2, "今年": 0, "last": -1, "this": 0}
_NEXT = ("이듬해", "다음 해", "다음해", "第二年", "次年", "the following year", "the next year")
DECEMBER = 12


@dataclass(frozen=True)
class Stated:
    """A date in a text: ``edtf`` what it converts to (empty: not without a year), ``text`` as said.

    ``shown`` is the conversion for a reader, ``rule`` the kind: solar, lunar, juche, season,
    relative, anchor, feast. ``start`` and ``end`` are code points.
    """

    edtf: str
    text: str
    start: int
    end: int
    shown: str
    rule: str


@dataclass
class _Year:
    """The last year a text named, and the day it was told."""

    named: int | None
    told_on: date | None

    def of(self, found: re.Match[str]) -> int | None:
        """Return the year of a match: said, counted from the telling, or the last one named."""
        parts = found.groupdict()
        said = (parts.get("relative") or "").lower().strip()
        if parts.get("year"):
            self.named = _plain(parts["year"])
        elif parts.get("juche"):
            self.named = int(parts["juche"]) + JUCHE
        elif said in _NEXT and self.named is not None:
            self.named += 1
        elif said in _YEARS:
            self.named = self.told_on.year + _YEARS[said] if self.told_on else None
        return self.named


def _plain(year: str) -> int:
    digits = "〇一二三四五六七八九"
    return int("".join(str(digits.index(each)) if each in digits else each for each in year))


def find_dates(text: str, told_on: date | None = None) -> list[Stated]:
    """Return the dates of a text in their order; of two that overlap the longer is kept."""
    year, taken, found = _Year(None, told_on), 0, []
    matches = [
        (match.start(), -match.end(), kind, match)
        for kind, pattern in (*forms.PATTERNS, *_anchors())
        for match in pattern.finditer(text)
    ]
    for start, end, kind, match in sorted(matches, key=lambda each: each[:2]):
        if start < taken:
            continue
        read = _KINDS[kind.partition(":")[0]](kind, match, year)
        if read is not None:
            edtf, shown, rule = read
            taken = -end
            found.append(Stated(edtf, match[0], start, -end, shown, rule))
    return found


def convert(words: str, told_on: date | None = None) -> Stated | None:
    """Convert one date as stated, such as what a witness typed for "when"."""
    found = find_dates(words, told_on)
    return found[0] if found else None


_Read = tuple[str, str, str] | None


def _solar(kind: str, found: re.Match[str], years: _Year) -> _Read:
    del kind
    parts = found.groupdict()
    said, year = parts.get("relative"), years.of(found)
    rule = "juche" if parts.get("juche") else "relative" if said else "solar"
    if parts.get("season"):
        rule = "season" if rule == "solar" else rule
    if year is None:
        return ("", "no year is named", rule) if parts.get("month") or said else None
    edtf = _edtf(year, parts)
    if edtf is None:
        return "", "there is no such day", rule
    shown = edtf
    if rule == "juche":
        shown = f"Juche {parts['juche']} + {JUCHE} = {year}: {edtf}"
    elif rule == "relative" and said:
        shown = f"{said.strip()} = {year}: {edtf}"
    return edtf, shown, rule


def _edtf(year: int, parts: dict[str, str | None]) -> str | None:
    """Write year, month, day, part of a month or season; None where there is no such day."""
    if parts.get("season"):
        return f"{year:04}-{_SEASONS[(parts['season'] or '').lower()]}"
    month = forms.month(parts.get("month"))
    if month is None:
        return f"{year:04}"
    if not 1 <= month <= DECEMBER:
        return None
    day = number(parts.get("day") or "")
    if day is not None:
        return _day(year, month, day)
    part = (parts.get("part") or "").lower()
    if part in _PARTS:
        first, last = _PARTS[part]
        return f"{year:04}-{month:02}-{first:02}/{_day(year, month, last) or _end(year, month)}"
    return f"{year:04}-{month:02}"


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _end(year: int, month: int) -> str:
    following = date(year + month // DECEMBER, month % DECEMBER + 1, 1)
    return (following - timedelta(days=1)).isoformat()


def _lunar(kind: str, found: re.Match[str], years: _Year) -> _Read:
    del kind
    parts = found.groupdict()
    year, month = years.of(found), forms.month(parts.get("month"))
    if year is None or month is None:
        return "", "no year is named", "lunar"
    day, leap = parts.get("day") or "", bool(parts.get("leap"))
    try:
        if day.startswith("그믐"):
            made = lunar.last_of(year, month, leap=leap)
        elif number(day) is not None:
            made = lunar.solar(year, month, number(day) or 0, leap=leap)
        else:
            return _lunar_month(year, month, leap=leap)
    except lunar.NoCalendar as missing:
        return "", str(missing), "lunar"
    said = f"lunar {year}-{'leap ' if leap else ''}{month:02}-{number(day) or 'last'}"
    return (
        (made.isoformat(), f"{said} = {made}", "lunar") if made else ("", f"{said}: none", "lunar")
    )


def _lunar_month(year: int, month: int, *, leap: bool) -> _Read:
    said = f"lunar {year}-{'leap ' if leap else ''}{month:02}"
    first, last = (lunar.solar(year, month, 1, leap=leap), lunar.last_of(year, month, leap=leap))
    if first is None or last is None:
        return "", f"{said}: none", "lunar"
    return f"{first}/{last}", f"{said} = {first} to {last}", "lunar"


def _feast(kind: str, found: re.Match[str], years: _Year) -> _Read:
    del kind
    name = found["feast"].lower()
    year = years.of(found)
    month, day = lunar.FEASTS[name]
    if year is None:
        return "", "no year is named", "feast"
    try:
        made = lunar.solar(year, month, day)
    except lunar.NoCalendar as missing:
        return "", str(missing), "feast"
    return (f"{made}", f"{name} {year} = lunar {month}-{day} = {made}", "feast") if made else None


def _anchors() -> Iterator[tuple[str, re.Pattern[str]]]:
    for anchor in load_anchors().values():
        for lang, words in anchor.words.items():
            for relation, frame in forms.AROUND[lang].items():
                pattern = re.compile(frame.replace("EVENT", f"(?:{words})"), re.IGNORECASE)
                yield f"anchor:{anchor.id}:{relation}", pattern


def _anchor(kind: str, found: re.Match[str], years: _Year) -> _Read:
    del found
    _, name, relation = kind.split(":")
    first, last = load_anchors()[name].days
    years.named = last.year
    edtf = {
        "next": f"{last + timedelta(days=1)}",
        "after": f"{last}/..",
        "before": f"../{first}",
        "during": f"{first}/{last}" if first != last else f"{first}",
    }[relation]
    return edtf, f"{name}: {first} to {last}; {relation}: {edtf}", "anchor"


_KINDS: dict[str, Callable[[str, re.Match[str], _Year], _Read]] = {
    "solar": _solar,
    "lunar": _lunar,
    "feast": _feast,
    "anchor": _anchor,
}

"""Lunar dates: converted with `korean-lunar-calendar`, the original words kept beside."""

from datetime import date

MONTHS_DAYS = 30
FEASTS = {
    "추석": (8, 15), "한가위": (8, 15), "음력설": (1, 1), "설날": (1, 1), "구정": (1, 1),
    "단오": (5, 5), "대보름": (1, 15), "中秋": (8, 15), "春节": (1, 1), "端午": (5, 5),
    "元宵": (1, 15), "chuseok": (8, 15), "lunar new year": (1, 1), "chinese new year": (1, 1),
    "mid-autumn": (8, 15),
}  # fmt: skip


class NoCalendar(Exception):
    """The optional package that knows the lunar calendar is not installed."""


def solar(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """Return the day of a lunar date; None where the calendar has none; raise NoCalendar."""
    try:
        from korean_lunar_calendar import KoreanLunarCalendar  # noqa: PLC0415 - optional
    except ImportError:
        raise NoCalendar("lunar dates need the package korean-lunar-calendar") from None
    calendar = KoreanLunarCalendar()
    if not calendar.setLunarDate(year, month, day, leap):
        return None
    if leap and not calendar.isIntercalation:
        return None
    return date(calendar.solarYear, calendar.solarMonth, calendar.solarDay)


def last_of(year: int, month: int, *, leap: bool = False) -> date | None:
    """Return the last day of a lunar month (그믐): its 30th, or its 29th."""
    full = solar(year, month, MONTHS_DAYS, leap=leap)
    return full or solar(year, month, MONTHS_DAYS - 1, leap=leap)

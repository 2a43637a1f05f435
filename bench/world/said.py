"""How people of an invented world put days and lengths of time into words, in three languages.

``when`` returns the words and the EDTF a careful reader would write for them; ``stay`` a length.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

_JUCHE, _JUCHE_FROM = 1911, 1997
_SEASON = {3: 21, 4: 21, 5: 21, 6: 22, 7: 22, 8: 22, 9: 23, 10: 23, 11: 23}
_SEASONS = {
    "ko": {21: "봄", 22: "여름", 23: "가을", 24: "겨울"},
    "en": {21: "spring", 22: "summer", 23: "autumn", 24: "winter"},
    "zh": {21: "春天", 22: "夏天", 23: "秋天", 24: "冬天"},
}
_GAMES = date(2023, 10, 8)  # the last day of the Asian Games in Hangzhou
_ORDINAL = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()  # noqa: SIM905
)
_DAYS_KO = {10: "열흘을", 15: "보름을", 20: "스무 날을", 30: "한 달을"}
_DAYS_ZH = {10: "十天", 15: "半个月", 20: "二十天", 30: "一个月"}
_DAYS_EN = {10: "ten days", 14: "a fortnight", 15: "fifteen days", 30: "a month"}
_MONTHS_KO = ("", "한 달", "두 달", "석 달", "넉 달", "다섯 달", "여섯 달")
_MONTHS_ZH = ("", "一个月", "两个月", "三个月", "四个月", "五个月", "半年")
_WEEKS = 21


def when(random: Random, lang: str, day: date) -> tuple[str, str]:
    """Return words for a day, in one of the ways people have, and what they stand for in EDTF."""
    ways: list[Callable[[str, date], tuple[str, str]]] = [exact, _month, _season, _month]
    if day.year >= _JUCHE_FROM:
        ways.append(_juche)
    ways.append(_lunar)
    if day == _GAMES + timedelta(days=1):
        ways += [_games, _games]
    return random.choice(ways)(lang, day)


def exact(lang: str, day: date) -> tuple[str, str]:
    """Say a day by its number in the solar calendar."""
    words = {
        "ko": f"{day.year}년 {day.month}월 {day.day}일",
        "en": f"on {day.day} {day:%B} {day.year}",
        "zh": f"{day.year}年{day.month}月{day.day}日",
    }
    return words[lang], day.isoformat()


def _month(lang: str, day: date) -> tuple[str, str]:
    words = {
        "ko": f"{day.year}년 {day.month}월",
        "en": f"in {day:%B} {day.year}",
        "zh": f"{day.year}年{day.month}月",
    }
    return words[lang], f"{day:%Y-%m}"


def _season(lang: str, day: date) -> tuple[str, str]:
    season = _SEASON.get(day.month, 24)
    year = day.year - (day.month <= 2)
    name = _SEASONS[lang][season]
    words = {"ko": f"{year}년 {name}", "en": f"in the {name} of {year}", "zh": f"{year}年{name}"}
    return words[lang], f"{year}-{season}"


def _juche(lang: str, day: date) -> tuple[str, str]:
    juche = day.year - _JUCHE
    words = {
        "ko": f"주체{juche}년 {day.month}월",
        "en": f"in Juche {juche}, {day:%B}",
        "zh": f"主体{juche}年{day.month}月",
    }
    return words[lang], f"{day:%Y-%m}"


@cache
def _in_moons(day: date) -> tuple[int, int, int, bool]:
    """Return year, month and day of the lunar calendar, and whether the month is a leap month."""
    from korean_lunar_calendar import KoreanLunarCalendar  # noqa: PLC0415 - of the full set

    calendar = KoreanLunarCalendar()
    calendar.setSolarDate(day.year, day.month, day.day)
    leap = bool(calendar.isIntercalation)
    return calendar.lunarYear, calendar.lunarMonth, calendar.lunarDay, leap


def _lunar(lang: str, day: date) -> tuple[str, str]:
    year, month, of, leap = _in_moons(day)
    if leap and lang == "en":  # nobody says it in English
        return exact(lang, day)
    words = {
        "ko": f"음력 {year}년 {'윤' if leap else ''}{month}월 {of}일",
        "en": f"on the {of}{_th(of)} day of the {_ORDINAL[month - 1]} lunar month, {year}",
        "zh": f"农历{year}年{'闰' if leap else ''}{month}月{of}日",
    }
    return words[lang], day.isoformat()


def _th(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _games(lang: str, day: date) -> tuple[str, str]:
    words = {
        "ko": "아시안게임이 끝난 다음 날",
        "en": "the day after the Asian Games closed",
        "zh": "亚运会闭幕的第二天",
    }
    return words[lang], day.isoformat()


def between(lang: str, first: date, last: date) -> str:
    """Say from which day to which."""
    one, other = exact(lang, first)[0], exact(lang, last)[0]
    if lang == "ko":
        return f"{one}부터 {other}까지"
    if lang == "zh":
        return f"从{one}到{other}"
    return f"from {one.removeprefix('on ')} to {other.removeprefix('on ')}"


def joined(lang: str, words: str, clause: str) -> str:
    """Put a time before a clause."""
    if lang == "ko":
        return f"{words}{'' if words.endswith(('날', '까지')) else '에'} {clause}"
    return f"{words}，{clause}" if lang == "zh" else f"{words} {clause}"  # noqa: RUF001 - Chinese


def followed(words: str, clause: str) -> str:
    """Put a time behind an English clause that has one part, before it where it has more."""
    if any(mark in clause for mark in ":;,"):
        return joined("en", words, clause)
    return f"{clause} {words}"


def days(lang: str, count: int) -> str:
    """Say a stay in days: 보름, a fortnight, 半个月, or the number."""
    if lang == "ko":
        return _DAYS_KO.get(count, f"{count}일 동안")
    if lang == "zh":
        return _DAYS_ZH.get(count, f"{count}天")
    return _DAYS_EN.get(count, f"{count} days")


def months(lang: str, count: int) -> str:
    """Say a stay in months: 석 달, 半年, or the number."""
    if lang == "en":
        return f"{count} months" if count > 1 else "a month"
    known = _MONTHS_KO if lang == "ko" else _MONTHS_ZH
    if count < len(known):
        return known[count]
    return f"{count}개월" if lang == "ko" else f"{count}个月"

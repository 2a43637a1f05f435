"""Numbers as people write them in dates: digits, 스무닷새, 시월, 팔, 二十五, 初三, 腊月."""

import re

_SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6, "칠": 7, "팔": 8, "구": 9}
_HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_DAYS = {
    "하루": 1, "하룻": 1, "이틀": 2, "이튿": 2, "사흘": 3, "나흘": 4, "닷새": 5, "닷샛": 5,
    "엿새": 6, "엿샛": 6, "이레": 7, "이렛": 7, "여드레": 8, "여드렛": 8, "아흐레": 9, "아흐렛": 9,
}  # fmt: skip
_COUNT = {
    "한": 1, "두": 2, "세": 3, "석": 3, "서": 3, "네": 4, "넉": 4, "너": 4, "다섯": 5, "닷": 5,
    "여섯": 6, "엿": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12,
}  # fmt: skip
_MONTHS = {"정": 1, "시": 10, "유": 6, "동짓": 11, "섣": 12, "正": 1, "冬": 11, "腊": 12}
_ENGLISH = {
    "one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip

_unit = "|".join(sorted(_DAYS, key=len, reverse=True))
KO_DAY = rf"(?:초|열|스무)?(?:{_unit})날?|열흘날?|스무날|보름날?|그믐날?"
KO_SINO = r"(?:[일이삼사오육륙칠팔구]?십[일이삼사오육륙칠팔구]?|[일이삼사오육륙칠팔구])"
KO_COUNT = "|".join(sorted(_COUNT, key=len, reverse=True))
HAN = "[一二两三四五六七八九十廿初]{1,5}"  # bounded: a long run is not tried from each sign
ENGLISH = "|".join(sorted(_ENGLISH, key=len, reverse=True))


def number(text: str) -> int | None:
    """Read one number in any of these ways; None where it is none."""
    text = text.strip().lower()
    if text.isdecimal():
        return int(text)
    for table in (_COUNT, _MONTHS, _ENGLISH):
        if text in table:
            return table[text]
    return _native(text) or _tens(text)


def _native(text: str) -> int | None:
    """Read a day counted in Korean words: 열흘, 스무닷새, 보름; the last day is no number."""
    day = re.sub("날$", "", text)
    fixed = {"열흘": 10, "보름": 15, "스무": 20}.get(day)
    if fixed:
        return fixed
    for word, tens in (("스무", 20), ("열", 10), ("초", 0), ("", 0)):
        rest = day.removeprefix(word)
        if day.startswith(word) and rest in _DAYS:
            return tens + _DAYS[rest]
    return None


def _tens(text: str) -> int | None:
    """Read 스물 셋 as written with tens: 이십오, 十五, 廿三, 初三."""
    text = text.replace("廿", "二十").removeprefix("初")
    table = _SINO if "가" <= text[:1] <= "힣" else _HAN
    ten = "십" if table is _SINO else "十"
    high, found, low = text.partition(ten)
    if not found:
        return table.get(text)
    if (high and high not in table) or (low and low not in table):
        return None
    return 10 * (table[high] if high else 1) + (table[low] if low else 0)

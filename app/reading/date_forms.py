"""How dates are written in Korean, Chinese and English: the patterns of :mod:`app.reading.dates`."""
# ruff: noqa: E501, ISC004, RUF001 - patterns read best in one piece

import re

from app.reading.numerals import HAN, KO_DAY, KO_SINO, number

_MONTHS = ["january", "february", "march", "april", "may", "june", "july"]
_MONTHS += ["august", "september", "october", "november", "december"]
_EN_MONTH = "|".join(
    [*_MONTHS, *(each[:3] + r"\.?" for each in _MONTHS if each != "may"), r"sept\.?"]
)
_KO_SEASON, _ZH_SEASON = "봄|여름|가을|겨울", "[春夏秋冬]"
_KO_REL = "재작년|작년|지난해|올해|금년|그해|이듬해|다음\\s?해"
_ZH_REL = "去年|前年|今年|同年|当年|第二年|次年"
_KO_MONTH = rf"\d{{1,2}}|정|시|유|동짓|섣|{KO_SINO}"
_ZH_MONTH = r"\d{1,2}|正|冬|腊|十[一二]?|[一二三四五六七八九]"
_YEAR = r"(?:19|20)\d\d"
_ZH_YEAR = r"(?:19|20)\d\d|[一二]〇[〇一二三四五六七八九]{2}|一九[〇一二三四五六七八九]{2}|二[〇零][〇一二三四五六七八九]{2}"
_FEASTS = "추석|한가위|음력설|설날|구정|단오|대보름|中秋|春节|端午|元宵|chuseok|lunar new year|chinese new year|mid-autumn"

_KO = [
    rf"(?:(?P<year>{_YEAR})\s*년|주체\s*(?P<juche>\d{{2,3}})\s*(?:\(\d{{4}}\))?\s*년|(?P<relative>{_KO_REL}))"
    rf"(?:도)?(?:\s*(?P<season>{_KO_SEASON})|\s*(?:양력\s*)?(?P<month>\d{{1,2}}|{KO_SINO}|시|유)\s*월"
    rf"(?:\s*(?P<day>\d{{1,2}})\s*일|\s*(?P<part>초순|초|중순|하순|말|상순))?)?",
    r"(?<!\d)(?<!음력 )(?<!력)(?P<month>\d{1,2})\s*월\s*(?P<day>\d{1,2})\s*일",
]
_KO_LUNAR = [
    rf"(?:(?P<year>{_YEAR})\s*년|(?P<relative>{_KO_REL}))?\s*음력(?:으로)?\s*(?P<leap>윤)?\s*(?P<month>{_KO_MONTH})\s*(?:월|달)"
    rf"(?:\s*(?P<day>\d{{1,2}}(?=\s*일)|{KO_DAY}|{KO_SINO}(?=\s*일))(?:\s*일)?)?",
    rf"음력(?:으로)?\s*(?P<year>{_YEAR})\s*년\s*(?P<leap>윤)?\s*(?P<month>{_KO_MONTH})\s*(?:월|달)"
    rf"(?:\s*(?P<day>\d{{1,2}}(?=\s*일)|{KO_DAY}|{KO_SINO}(?=\s*일))(?:\s*일)?)?",
    rf"(?:(?P<year>{_YEAR})\s*년|(?P<relative>{_KO_REL}))?\s*(?P<leap>윤)\s?(?P<month>\d{{1,2}}|{KO_SINO})\s*월"
    rf"(?:\s*(?P<day>\d{{1,2}}(?=\s*일)|{KO_DAY}|{KO_SINO}(?=\s*일))(?:\s*일)?)?",
    rf"(?P<month>동짓|섣)달(?:\s*(?P<day>{KO_DAY}))?",
]
_ZH = [
    rf"(?:(?P<year>{_ZH_YEAR})\s*年|主体\s*(?P<juche>\d{{2,3}})\s*年|(?P<relative>{_ZH_REL}))"
    rf"的?(?:(?P<season>{_ZH_SEASON})天?|(?:阳历|公历)?(?P<month>{_ZH_MONTH})月(?:份)?"
    rf"(?:(?P<day>\d{{1,2}}|{HAN})[日号]|(?P<part>初|中旬|底|上旬|下旬))?)?",
    r"(?<!\d)(?<!农历)(?<!阴历)(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]",
]
_ZH_LUNAR = [
    rf"(?:(?P<year>{_ZH_YEAR})\s*年|(?P<relative>{_ZH_REL}))?的?(?:农历|阴历|旧历)(?P<leap>闰)?(?P<month>{_ZH_MONTH})月"
    rf"(?:(?P<day>\d{{1,2}}|{HAN})(?:[日号])?)?",
    rf"(?:农历|阴历|旧历)(?P<year>{_ZH_YEAR})年(?P<leap>闰)?(?P<month>{_ZH_MONTH})月(?:(?P<day>\d{{1,2}}|{HAN})(?:[日号])?)?",
]
_EN = [
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_EN_MONTH})(?:,? (?P<year>{_YEAR})|(?P<relative> last year| that year))?\b",
    rf"\b(?P<month>{_EN_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<year>{_YEAR}))?",
    rf"\b(?:(?P<part>early|mid|late)[- ])?(?P<month>{_EN_MONTH})(?: of)?,? (?P<year>{_YEAR})\b",
    rf"\b(?:the )?(?P<season>spring|summer|autumn|fall|winter)(?: of)? (?P<year>{_YEAR})\b",
    r"\b(?P<relative>last|this) (?P<season>spring|summer|autumn|fall|winter)\b",
    rf"\b(?P<month>{_EN_MONTH}) (?:of )?juche (?P<juche>\d{{2,3}})\b",
    rf"\bjuche (?:year )?(?P<juche>\d{{2,3}})\b(?:,? (?P<month>{_EN_MONTH}))?",
    rf"\b(?:in|since|until|before|after|of|from|year) (?P<year>{_YEAR})\b",
]
_EN_LUNAR = [
    rf"\b(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: day)? of the (?P<month>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth) lunar month(?:,? (?:of )?(?P<year>{_YEAR}))?",
    rf"\blunar (?:calendar )?(?P<year>{_YEAR})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b",
]
_NUMERIC = [
    rf"(?<!\d)(?P<year>{_YEAR})\s?[./-]\s?(?P<month>\d{{1,2}})\s?[./-]\s?(?P<day>\d{{1,2}})(?!\d)",
]
_FEAST = [
    rf"(?:(?P<year>{_YEAR})\s*[년年]?\s*|(?P<relative>{_KO_REL}|{_ZH_REL})\s*)?(?P<feast>{_FEASTS})(?:节|절)?(?: (?:of|in) (?P<year2>{_YEAR}))?",
]
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"]
_ORDINALS += ["eighth", "ninth", "tenth", "eleventh", "twelfth"]

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, group in (
        ("lunar", [*_KO_LUNAR, *_ZH_LUNAR, *_EN_LUNAR]),
        ("feast", _FEAST),
        ("solar", [*_NUMERIC, *_KO, *_ZH, *_EN]),
    )
    for pattern in group
)

# EVENT stands for the words of an anchor. The day after is tried before "after".
AROUND = {
    "ko": {
        "next": r"EVENT(?:이|가)?\s*(?:끝난|폐막한|폐막|막을 내린|끝나고)?\s*(?:바로\s*)?(?:다음\s*날|이튿날)",
        "after": r"EVENT(?:이|가)?\s*(?:끝난|끝나고|폐막|폐막한|막을 내린)?\s*(?:지\s*얼마\s*안|뒤|이후|후|다음|직후|나서|끝나고|끝나자)",
        "before": r"EVENT(?:이|가)?\s*(?:시작(?:되|하)기|열리기|개막)?\s*(?:전|직전)",
        "during": r"EVENT\s*(?:때|동안|기간|중|도중)",
    },
    "en": {
        "next": r"the (?:day|night|morning) after (?:the )?EVENT(?: (?:closed|ended|finished))?",
        "after": r"(?:(?:right |just |soon |shortly )?after|when) (?:the )?EVENT(?: (?:closed|ended|finished|were over))?",
        "before": r"(?:(?:right |just |shortly |weeks |days )?before) (?:the )?EVENT(?: (?:began|started|opened))?",
        "during": r"during (?:the )?EVENT",
    },
    "zh": {
        "next": r"EVENT(?:刚|才)?(?:闭幕|结束)?(?:的|后的?)?(?:第二天|次日)",
        "after": r"EVENT(?:刚|才|一)?(?:闭幕|结束|开完|完)?(?:之后|以后|后|就|没多久)",
        "before": r"EVENT(?:开幕|开始|召开)?(?:之前|以前|前)",
        "during": r"EVENT(?:期间|的时候|时)",
    },
}


def month(said: str | None) -> int | None:
    """Read a month in figures, Korean, Chinese or English."""
    said = (said or "").strip().lower().rstrip(".")
    if not said:
        return None
    if said in _ORDINALS:
        return _ORDINALS.index(said) + 1
    for at, name in enumerate(_MONTHS):
        if len(said) >= 3 and name.startswith(said[:3]) and said.isascii() and said.isalpha():  # noqa: PLR2004
            return at + 1
    return number(said)

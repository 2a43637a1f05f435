"""One spelling for a Korean name, however it is written: to propose who may be the same person.

    spellings("김철옥") & spellings("Kim Cheol-ok") & spellings("金哲玉")   # not empty

Hangul is spelled out; Latin letters of the three systems (DPRK, McCune-Reischauer, Revised) and the
usual spellings of surnames are folded onto it, so that what they write differently is one letter
here (ㄱ ㅋ ㄲ are k, ㅓ and ㅗ are o, 리 이 Lee Yi Rhee are ri). Chinese characters are read in
Korean by a short table of characters common in names; one that is not in it gives no spelling.
Much is folded on purpose: this proposes, people decide, and nothing is ever joined by itself.
"""

import re
import unicodedata
from functools import lru_cache

from app.casebook.forgetting import forgotten

_INITIALS = "k/k/n/t/t/r/m/p/p/s/s//c/c/c/k/t/p/h".split("/")  # noqa: SIM905 - reads as a table
_VOWELS = "a/e/ya/ye/o/e/yo/ye/o/wa/we/we/yo/u/wo/we/wi/yu/u/i/i".split("/")  # noqa: SIM905
_FINALS = "/k/k/k/n/n/n/t/r/k/m/p/r/r/p/r/m/p/p/t/t/ng/t/t/k/t/p/t".split("/")  # noqa: SIM905
_FIRST, _LAST = 0xAC00, 0xD7A3
_V, _T = 21, 28

# One folded spelling for each surname, and everything it is written as.
_SURNAMES = {
    "kim": "김 kim gim ghim 金",
    "ri": "리 이 lee yi ri rhee rhie li i 李",
    "pak": "박 park pak bak bahk 朴",
    "ce": "최 choi choe choy chwe 崔",
    "cong": "정 jung jeong chung chong jong 郑 鄭 丁",
    "co": "조 cho jo joe 赵 趙 曹",
    "kang": "강 kang gang 姜 康",
    "yun": "윤 yoon yun youn 尹",
    "cang": "장 jang chang 张 張",
    "rim": "림 임 lim im rim yim 林 任",
    "han": "한 han hahn 韩 韓",
    "o": "오 oh o 吴 吳",
    "so": "서 seo suh so sur 徐",
    "sin": "신 shin sin 申 辛",
    "kwon": "권 kwon gwon 权 權",
    "hwang": "황 hwang whang 黄 黃",
    "an": "안 ahn an 安",
    "song": "송 song 宋",
    "ryu": "류 유 ryu yoo yu you lyu 柳 刘 劉 俞",
    "con": "전 jeon chun jun chon 全 田",
    "hong": "홍 hong 洪",
    "ko": "고 ko go koh 高",
    "mun": "문 moon mun 文",
    "son": "손 son sohn 孙 孫",
    "ryang": "량 양 yang ryang liang 梁 杨 楊",
    "pe": "배 bae pae bai 裴",
    "pek": "백 baek paek paik 白",
    "ho": "허 heo hur huh ho 许 許",
    "nam": "남 nam 南",
    "sim": "심 shim sim 沈",
    "ro": "로 노 roh ro noh no rho 卢 盧 鲁",
    "ha": "하 ha 河",
    "kwak": "곽 kwak gwak 郭",
    "cha": "차 cha 车 車",
    "cu": "주 joo ju chu 朱 周",
    "u": "우 woo u wu 禹",
    "ra": "라 나 ra na la 罗 羅",
    "min": "민 min 闵 閔",
    "ci": "지 ji chi 池",
    "om": "엄 eom um om 严 嚴",
    "won": "원 won 元",
    "pang": "방 bang pang 方",
    "hyon": "현 hyun hyeon hyon 玄",
    "ham": "함 ham 咸",
    "yom": "염 렴 yeom yum ryom 廉",
    "ok": "옥 ok 玉",
}
_FOLDED = {said: folded for folded, row in _SURNAMES.items() for said in row.split()}
_FOLDED["차"] = _FOLDED["cha"] = "ca"

# Characters common in given names, by how they are read in Korean.
_READINGS = """
철哲铁鐵喆 옥玉 영英永荣榮映泳 순顺順淳 희姬熙喜希 숙淑 미美 금金锦錦
은银銀恩 경京庆慶景敬 정贞貞正静靜政廷晶 명明 성成星圣聖盛 혁革赫 진真眞珍镇鎭进進 수寿壽秀洙守
일日一 남男南 광光 호浩虎鎬镐 민敏民珉旻 국国國 춘春 화花华華
란兰蘭 실实實 향香 심心 해海 복福 룡龙龍 학学學鹤鶴
범范範 선善仙先鲜鮮 애爱愛 연莲蓮妍燕延 현贤賢铉玄 상尚相 준俊准峻 기基起
동东東 석石锡錫 봉凤鳳峰 자子 월月 분粉芬 련莲蓮 설雪
송松 근根 길吉 덕德 만万萬 산山 삼三 세世
승胜勝承 식植 신信新 양阳陽 용勇 우宇 원元原 유有裕
윤润潤 인仁 재在才 주柱珠 지智志 창昌 천天千 태泰
평平 필弼 하夏河 한汉漢 홍红紅洪 훈勋勳 흥兴興 령玲
나娜 보宝寶 아雅 류柳 매梅 별
"""
_KOREAN = {
    letter: row[0] for row in _READINGS.split() for letter in row[1:] if not "가" <= letter <= "힣"
}
_LATIN = (
    ("eo", "o"), ("eu", "u"), ("oo", "u"), ("ee", "i"), ("ae", "e"), ("oe", "we"), ("ou", "o"),
    ("ui", "i"), ("tch", "c"), ("ch", "c"), ("jj", "c"), ("j", "c"), ("sh", "s"), ("ss", "s"),
    ("kk", "k"), ("gg", "k"), ("tt", "t"), ("dd", "t"), ("pp", "p"), ("bb", "p"), ("l", "r"),
    ("d", "t"), ("b", "p"), ("v", "u"),
)  # fmt: skip


def _hangul(syllable: str) -> str:
    at = ord(syllable) - _FIRST
    first, vowel, last = at // (_V * _T), at // _T % _V, at % _T
    return _INITIALS[first] + _VOWELS[vowel] + _FINALS[last]


def _latin(word: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isascii() and c.isalpha())
    for said, folded in _LATIN:
        plain = plain.replace(said, folded)
    return re.sub(r"g(?!$|[bcdfgjklmnpqrst])", "k", re.sub(r"(?<!n)g", "k", plain))


@forgotten
@lru_cache(maxsize=65536)
def spellings(name: str) -> frozenset[tuple[str, str]]:
    """Return (surname, given name) as folded; the surname is empty where none is known."""
    text = unicodedata.normalize("NFC", name).casefold()
    found: set[tuple[str, str]] = set()
    for letters in re.findall(r"[가-힣]+", text):
        found |= _whole([_hangul(one) for one in letters], letters)
    for letters in re.findall(r"[\u4e00-\u9fff]+", text):
        read = [_KOREAN.get(one, "") for one in letters]
        given = [_hangul(one) if one else "" for one in read]
        if all(given[1:]) and len(given) > 1:
            found |= _whole([given[0] or "?", *given[1:]], letters)
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found |= _by_words(re.findall("[a-z]+", plain))
    return frozenset(found)


def _whole(said: list[str], letters: str) -> set[tuple[str, str]]:
    first = _FOLDED.get(letters[0])
    if first and len(letters) > 1:
        return {(first, "".join(said[1:]))}
    return {("", "".join(said))} if "?" not in said else set()


def _by_words(words: list[str]) -> set[tuple[str, str]]:
    """Read Latin words: the surname stands first or last."""
    if not words:
        return set()
    found = set()
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        if surname in _FOLDED and given:
            found.add((_FOLDED[surname], "".join(map(_latin, given))))
    return found or {("", "".join(map(_latin, words)))}


def likeness(one: str, other: str) -> int:
    """Return how alike two names are, 0 to 100; 100 is the same folded spelling."""
    best = 0
    for surname, given in spellings(one):
        for surname2, given2 in spellings(other):
            if not surname or not surname2 or surname == surname2:
                whole = 100 if surname == surname2 else 90
                best = max(best, whole * _ratio(given, given2) // 100)
    return best


def _ratio(one: str, other: str) -> int:
    if one == other:
        return 100 if one else 0
    try:
        from rapidfuzz import fuzz  # noqa: PLC0415 - optional: without it only equal spellings meet
    except ImportError:
        return 0
    return int(fuzz.ratio(one, other))

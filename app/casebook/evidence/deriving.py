"""What a table says beside a tag, derived from the tag's own words as they leave.

Each is a reading of words by the model and stands empty where they do not settle it: a place that
was cut is named in no column, an agency of two names in neither.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from app.reading.dates import convert
from config.model import Model
from config.vocabularies import load_vocabularies

CUT = re.compile(r"\[(?:[A-Z]+-\d+|WITHHELD)\]")
BASIS = {
    "solar": "stated",
    "lunar": "lunar",
    "feast": "lunar",
    "juche": "juche",
    "season": "season",
    "relative": "relative_to_event",
    "anchor": "relative_to_event",
}
"""A kind of ``app.reading.dates`` as a value of the model's ``ef_date_basis``."""

_APART = re.compile(r"[()（）/、,]")  # noqa: RUF001 - as the model writes them
_BESIDE = re.compile(r"\s*[(（][^)）]*[)）]$")  # noqa: RUF001
_LEVEL = re.compile(r"(?:(?<=..)(?:군|시)|郡|市| County)$")
_LETTER = r"(?<![^\W\d_])"  # 개성 is a place where a word begins so, and not inside another
_HAN = re.compile(r"[\u4e00-\u9fff]")  # written without blanks between words
LANGUAGES = ("en", "ko", "zh")


def date_basis(tag: Mapping[str, Any]) -> str:
    """Return how the date is known; empty where the words that told it were cut."""
    said = str(tag["date_as_stated"]).strip()
    if CUT.search(said):
        return ""
    if not tag["date_from"] and not tag["date_to"]:
        return "unknown"
    stated = convert(said) if said else None
    return "inferred_by_reviewer" if stated is None else BASIS[stated.rule]


class Words:
    """What names of agencies and places mean in one model."""

    def __init__(self, model: Model) -> None:
        self._agencies = _agencies(model)
        self._places = [(_pattern(name), provinces) for name, provinces in _named(model)]

    def agency_id(self, named: str) -> str:
        """Return the one agency of the model that has this name, now or then; else nothing."""
        found = self._agencies.get(_plain(named), frozenset())
        return next(iter(found)) if len(found) == 1 else ""

    def place_level1(self, words: str) -> str:
        """Return the one province these words name, or whose border crossing they name."""
        text = unicodedata.normalize("NFC", words)
        found = {
            province
            for pattern, provinces in self._places
            if pattern.search(text)
            for province in provinces
        }
        return found.pop() if len(found) == 1 else ""


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(folded.split()).removeprefix("the")


def _agencies(model: Model) -> Mapping[str, frozenset[str]]:
    found = defaultdict[str, set[str]](set)
    for one in model.agencies.values():
        former = (each.name for each in one.name_history)
        labels = (one.label.in_(lang) for lang in LANGUAGES)
        for name in (*labels, *one.aliases, *former):
            for said in (name, _BESIDE.sub("", name)):
                found[_plain(said)].add(one.id)
    return {name: frozenset(ids) for name, ids in found.items() if name}


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        re.escape(name) if _HAN.match(name) else _LETTER + re.escape(name), re.IGNORECASE
    )


def _named(model: Model) -> Iterator[tuple[str, tuple[str, ...]]]:
    for province, label in load_vocabularies().vocabularies["province"].items():
        if province != "unknown":
            yield from ((label.in_(lang), (province,)) for lang in LANGUAGES)
    for crossing in model.crossing_points.values():
        for lang in LANGUAGES if len(crossing.provinces) == 1 else ():
            for name in filter(None, map(str.strip, _APART.split(crossing.kp.in_(lang)))):
                yield _LEVEL.sub("", name), crossing.provinces

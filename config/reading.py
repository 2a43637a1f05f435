"""What testimonies say happens, as patterns, and what in a clause says it did not happen.

for event in load_reading(model).events:
    event.stage, event.pattern, event.why.ko

Korean is matched letter by letter: :func:`letters` takes syllables apart, so that a stem matches
whatever ending shares its last syllable (되 in 된, 될, 됩).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from config import strict_yaml
from config.model import Model
from config.model_types import Frozen, Label, Lang, Text

FOLDER = Path(__file__).with_name("events")  # a file for each language
RESOLVED = (
    "home",
    "handed",
    "questioned",
    "cell",
    "shut",
    "out",
    "holding",
    "examined",
    "review",
    "trial",
)
_BLANK = re.compile(r"(\(\?<[!=][^()]*\)|\[[^\]]*\])| (?![?*+{])")  # many write without blanks
_REPEATED = re.compile(r"([\uac00-\ud7a3])(?=[?*+{])")  # the syllable, not its last letter
_NESTING = 4  # sets may name sets
_FINALS = dict(
    zip(
        "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
        (chr(0x11A8 + at) for at in range(27)),
        strict=True,
    )
)


class ReadingError(strict_yaml.DataError):
    """The patterns are inconsistent; one line for each place where they are."""


class Event(Frozen, frozen=True, kw_only=True):
    """Words that say that something happened, and the stage they may stand for."""

    id: Text
    lang: Lang
    pattern: Text
    why: Label
    stage: str | None = None
    resolve: str | None = None
    unless: str | None = None
    context: Literal["china", "dprk", "taken"] | None = None


class Guard(Frozen, frozen=True, kw_only=True):
    """Words that say that it did not happen, or to nobody in particular."""

    id: Text
    lang: Lang
    scope: Literal[
        "tail", "verb", "match", "clause", "around", "half", "sentence", "ask", "statement"
    ]
    pattern: Text
    why: Label
    unless: str | None = None


class Actor(Frozen, frozen=True, kw_only=True):
    """How an agency is named."""

    id: Text
    lang: Lang
    kind: Literal["statesec", "socialsec", "china", "police"]
    pattern: Text
    level: Literal["provincial"] | None = None


class Cue(Frozen, frozen=True, kw_only=True):
    """Words that settle which of several stages is meant."""

    id: Text
    lang: Lang
    cue: Text
    pattern: Text


class Reading(Frozen, frozen=True, kw_only=True):
    """All of it, in the order of the file."""

    events: tuple[Event, ...]
    guards: tuple[Guard, ...]
    agencies: tuple[Actor, ...]
    cues: tuple[Cue, ...]

    def compiled(self, lang: str, pattern: str) -> re.Pattern[str]:
        """Return a pattern as a regular expression over :func:`letters`."""
        return _compiled(lang, pattern)


def letters(text: str) -> str:
    """Take Hangul syllables apart into their letters; other text stays as it is."""
    return unicodedata.normalize("NFD", text)


@cache
def _compiled(lang: str, pattern: str) -> re.Pattern[str]:
    if lang == "ko":
        pattern = _REPEATED.sub(r"(?:\1)", pattern)
        pattern = _BLANK.sub(lambda found: found[1] or " ?", pattern)
        pattern = letters("".join(_FINALS.get(each, each) for each in pattern))
    return re.compile(pattern, re.IGNORECASE if lang == "en" else 0)


def _filled(pattern: str, sets: Mapping[str, str]) -> str:
    for _ in range(_NESTING):
        for name, words in sets.items():
            inside = words if name in ("gap", "wide", "adv") else f"(?:{words})"
            pattern = pattern.replace(f"<{name}>", inside)
    return pattern


def _spelt(raw: dict[str, Any], sets: dict[str, Any]) -> dict[str, Any]:
    """Put the named alternatives of its language into every pattern of a table, once."""
    return {
        key: {
            name: _filled(said, sets.get(value.get("lang"), {}))
            if name in ("pattern", "unless") and isinstance(said, str)
            else said
            for name, said in value.items()
        }
        for key, value in raw.items()
    }


def load_reading(model: Model, path: Path | None = None) -> Reading:
    """Read the patterns (of a file, or of every language) and hold them against the model.

    Raises ReadingError.
    """
    wrong: list[str] = []
    try:
        read = _together([path] if path else sorted(FOLDER.glob("*.yaml")))
    except strict_yaml.DataError as error:
        raise ReadingError(*error.problems) from None
    sets = read.get("sets", {})
    tables = {
        key: tuple(_table(_spelt(read.get(key, {}), sets), kind, key, wrong))
        for key, kind in (("events", Event), ("guards", Guard), ("agencies", Actor), ("cues", Cue))
    }
    if wrong:
        raise ReadingError(*wrong)
    reading = Reading(**tables)
    if wrong := list(_problems(reading, model)):
        raise ReadingError(*wrong)
    return reading


def _together(files: list[Path]) -> dict[str, dict[str, Any]]:
    """Put the tables of several files together; ids begin with their language, so none meet."""
    every: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, table in strict_yaml.load(file).items():
            every.setdefault(name, {}).update(table)
    return every


def _table(raw: dict[str, Any], kind: Any, where: str, wrong: list[str]) -> Iterator[Any]:  # noqa: ANN401  # a type
    for key, value in raw.items():
        try:
            yield strict_yaml.convert({"id": key, **value}, kind, f"{where}.{key}")
        except strict_yaml.DataError as error:
            wrong.extend(error.problems)


def _problems(reading: Reading, model: Model) -> Iterator[str]:
    for event in reading.events:
        if (event.stage is None) == (event.resolve is None):
            yield f"events.{event.id}: either a stage, or how it is resolved"
        if event.stage is not None and event.stage not in model.by_stage:
            yield f'events.{event.id}.stage: the model has no "{event.stage}"'
        if event.resolve is not None and event.resolve not in RESOLVED:
            yield f"events.{event.id}.resolve: one of {', '.join(RESOLVED)}"
    every: tuple[Event | Guard | Actor | Cue, ...] = (
        *reading.events,
        *reading.guards,
        *reading.agencies,
        *reading.cues,
    )
    for one in every:
        yield from _unreadable(reading, one)


def _unreadable(reading: Reading, one: Event | Guard | Actor | Cue) -> Iterator[str]:
    if not one.id.startswith(f"{one.lang}_"):
        yield f"{one.id}.lang: ids start with the language"
    for pattern in (one.pattern, getattr(one, "unless", None)):
        try:
            reading.compiled(one.lang, pattern or "")
        except re.error as error:
            yield f"{one.id}: {error}"

"""Words looked for in everything that is told: texts, later letters, translations, notes.

Plain substrings, letter case aside: two syllables of Korean or Chinese are found as well as a whole
word. Texts lie here as Python strings, not in SQLite: to look through all of them, which is what
words that are nowhere cost, takes an eighth of the time.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.casebook.indexing.conditions import ROW, conditions, row_of, seen
from app.casebook.shapes import Found, Moment
from app.reading import transcripts

AROUND, PREVIEW = 60, 90
LETTERS = ("addition", "correction", "answer")  # what a witness tells later
_BESIDE = ("translation", "note")
# What holds the words: its kind, its text, and of a transcript the recording and the version.
Place = tuple[str, str, str, int]
_BLANKS = re.compile(r"\s+")


class Searching:
    """The part of the index that is looked through. It needs ``_db``, ``_lock``, ``_texts``."""

    _db: sqlite3.Connection
    _lock: threading.RLock
    _texts: dict[str, str]

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def search(
        self, rings: Sequence[str], words: str, limit: int, where: Mapping[str, str] | None = None
    ) -> tuple[Found, ...]:
        """Return testimonies of which something holds these words, newest first."""
        with self._lock:
            places = dict(self._places(rings, words, limit, where or {}))
            marks = ",".join("?" * len(places))
            sql = f"SELECT {ROW} FROM record r WHERE r.id IN ({marks})"  # noqa: S608 - marks
            rows = {row[0]: row for row in self._all(sql, *places)}
        return tuple(
            Found(
                row_of(rows[record]),
                kind,
                *around(text, words),
                moment(item, version, text, words) if item else None,
            )
            for record, (kind, text, item, version) in places.items()
        )

    def _places(
        self, rings: Sequence[str], words: str, limit: int, where: Mapping[str, str]
    ) -> Iterator[tuple[str, Place]]:
        """Yield testimonies in the order of the queue, with the text that holds the words."""
        beside = dict(self._beside(rings, words))
        sql, values = conditions(rings, where)
        sql = f"SELECT r.id, r.thread FROM record r WHERE {sql} ORDER BY r.day DESC, r.id"  # noqa: S608 - built from constants
        found = 0
        for record, thread in self._db.execute(sql, values):
            if holds(self._texts.get(record, ""), words):
                yield record, ("text", self._texts[record], "", 0)
            elif record in beside or thread in beside:
                yield record, beside.get(record) or beside[thread]
            else:
                continue
            found += 1
            if found == limit:
                return

    def _beside(self, rings: Sequence[str], words: str) -> Iterator[tuple[str, Place]]:
        """Yield what is beside a text and holds the words, by its testimony or its witness."""
        sql, values = seen("r", rings)
        kinds = ",".join("?" * len(LETTERS))
        sql = f"SELECT r.id, r.thread FROM record r WHERE r.kind IN ({kinds}) AND {sql}"  # noqa: S608 - built from constants
        for record, thread in self._db.execute(sql, (*LETTERS, *values)):
            if holds(self._texts.get(record, ""), words):
                yield thread, ("letter", self._texts[record], "", 0)
        for kind in _BESIDE:
            for record, text in self._db.execute(f"SELECT record, text FROM {kind}"):  # noqa: S608 - names above
                if holds(text, words):
                    yield record, (kind, text, "", 0)
        for record, text, item, version in self._db.execute(
            "SELECT record, text, item, version FROM transcript"
        ):
            if holds(text, words):
                yield record, ("transcript", text, item, version)


def holds(text: str, words: str) -> bool:
    """Tell whether the words stand in a text. Hangul and Chinese have no case: no copy is made."""
    if words.lower() == words.upper():
        return words in text
    return words.lower() in text.lower()


def moment(item: str, version: int, text: str, words: str) -> Moment | None:
    """Return the line of a transcript in which the words begin."""
    line = transcripts.heard(text, max(0, text.casefold().find(words.casefold())))
    return Moment(item, version, line.fragment, line.stamp[0]) if line else None


def around(text: str, words: str) -> tuple[str, str, str]:
    """Return what stands before the words, the words, and what stands after, in one line."""
    at = text.casefold().find(words.casefold())
    if at < 0:  # folding changed the length of something before it
        return "", "", " ".join(text[:PREVIEW].split())
    end = at + len(words)
    before, after = text[max(0, at - AROUND) : at], text[end : end + AROUND]
    return _BLANKS.sub(" ", before).lstrip(), text[at:end], _BLANKS.sub(" ", after).rstrip()

"""Texts that came many times: counted as they come and go, so that no question counts them.

Mixed into ``Index``. Only the texts of which there are too many stand in the database.
"""

import hashlib
import sqlite3
from collections import Counter
from typing import Any

MANY = 5  # arrivals with the same words, white space aside, are a flood

_BLANKS = [one for one in map(chr, range(0x3001)) if one.isspace()]  # Unicode has none beyond

SCHEMA = """
CREATE TABLE flooded (same TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Flooding:
    """The part of the index that counts equal texts. It needs ``_db`` and ``_all``."""

    _db: sqlite3.Connection
    _alike: Counter[str]

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _add_alike(self, same: str) -> None:
        if not same:
            return
        self._alike[same] += 1
        if self._alike[same] == MANY:
            self._db.execute("INSERT INTO flooded VALUES (?)", (same,))

    def _forget_alike(self, record: str) -> None:
        for (same,) in self._all("SELECT same FROM record WHERE id = ? AND same <> ''", record):
            self._alike[same] -= 1
            if self._alike[same] == MANY - 1:
                self._db.execute("DELETE FROM flooded WHERE same = ?", (same,))
            if not self._alike[same]:
                del self._alike[same]


def sameness(text: str) -> str:
    """Return what texts share that differ in white space only; empty for no text."""
    words = text
    for blank in _BLANKS:  # most are in no text: half the time of splitting and joining
        if blank in words:
            words = words.replace(blank, "")
    return hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""

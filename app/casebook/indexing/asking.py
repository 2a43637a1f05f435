"""Releases that wait for a second person: found without opening every testimony.

Mixed into ``Index``. What is asked lies in the testimony's own record, under its key: it is erased
with it, and whoever may not read the testimony does not learn that it was asked.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = """
CREATE TABLE asked (record TEXT, digest TEXT, by TEXT, day TEXT, partner TEXT, purpose TEXT,
  agreed INTEGER, PRIMARY KEY (record, digest)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Waiting:
    """A release that nobody has agreed to yet."""

    record: str
    by: str
    day: str
    partner: str
    purpose: str


class Asking:
    """The part of the index that is about the second person. It needs ``_db`` and ``_all``."""

    _db: sqlite3.Connection

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _on_asked(self, record: str, _ring: str, event: Mapping[str, Any], day: str) -> None:
        names = ("digest", "by", "day", "partner", "purpose")
        values = [str(event.get(name, day)) for name in names]
        self._db.execute("INSERT OR REPLACE INTO asked VALUES (?,?,?,?,?,?,0)", (record, *values))

    def _on_agreed(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        where = (record, str(event["digest"]))
        self._db.execute("UPDATE asked SET agreed = 1 WHERE record = ? AND digest = ?", where)

    def _forget_asked(self, record: str) -> None:
        self._db.execute("DELETE FROM asked WHERE record = ?", (record,))

    def waiting(self, rings: Sequence[str]) -> list[Waiting]:
        """Return what waits among what is seen, oldest first."""
        marks = ",".join("?" * len(rings))
        rows = self._all(
            "SELECT a.record, a.by, a.day, a.partner, a.purpose FROM asked a JOIN record r"  # noqa: S608 - marks
            f" ON r.id = a.record WHERE a.agreed = 0 AND (r.ring IN ({marks}) OR r.id IN"
            f" (SELECT record FROM shared WHERE ring IN ({marks}))) ORDER BY a.day, a.record",
            *rings,
            *rings,
        )
        return [Waiting(*row) for row in rows]

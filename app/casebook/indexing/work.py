"""What the index knows of the work itself: states, whose it is, who read it, notes, own settings.

Mixed into ``Index``: the handlers of the events of work, and the questions the queue asks.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATES = ("new", "in_work", "done", "set_aside")

SCHEMA = """
CREATE TABLE step (record TEXT, what TEXT, value TEXT, by TEXT, day TEXT);
CREATE INDEX step_record ON step (record);
CREATE TABLE read (record TEXT, member TEXT, day TEXT, PRIMARY KEY (record, member, day))
  WITHOUT ROWID;
CREATE INDEX read_member ON read (member, day, record);
CREATE TABLE setting (member TEXT PRIMARY KEY, record TEXT, most INTEGER, veil INTEGER)
  WITHOUT ROWID;
CREATE TABLE note (id TEXT PRIMARY KEY, record TEXT, text TEXT, by TEXT, day TEXT) WITHOUT ROWID;
CREATE INDEX note_record ON note (record);
CREATE TABLE translation (record TEXT, version INTEGER, lang TEXT, text TEXT, by TEXT, day TEXT,
  seen INTEGER,
  PRIMARY KEY (record, lang, version)) WITHOUT ROWID;
CREATE TABLE transcript (record TEXT, item TEXT, version INTEGER, text TEXT, by TEXT, day TEXT,
  seen INTEGER,
  PRIMARY KEY (record, item, version)) WITHOUT ROWID;
CREATE TABLE dismissed (record TEXT, key TEXT, by TEXT, day TEXT, PRIMARY KEY (record, key))
  WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Setting:
    """What one member chose for themselves."""

    record: str = ""
    most: int = 0  # testimonies a day; 0 is no limit
    veil: bool = True  # texts are blurred until asked for


@dataclass(frozen=True)
class Step:
    """One change of a record's state, or of whose it is."""

    what: str  # state, assign
    value: str  # the state; the member's id, or empty
    by: str
    day: str


@dataclass(frozen=True)
class Note:
    """A remark of a member about one testimony."""

    id: str
    text: str
    by: str
    day: str


@dataclass(frozen=True)
class Translation:
    """One version of a translation by a person."""

    version: int
    lang: str
    text: str
    by: str
    day: str
    seen: int = 0  # the version its writer had before them

    @property
    def unseen(self) -> bool:
        """Tell whether somebody kept a version meanwhile, which this one's writer did not see."""
        return self.seen < self.version - 1


class Work:
    """The part of the index that is about the work. It needs ``_db``, ``_lock`` and ``_all``."""

    _db: sqlite3.Connection
    _lock: threading.RLock

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    # Events

    def _on_state(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._stepped(record, "state", event["state"], event)
        self._db.execute("UPDATE record SET state = ? WHERE id = ?", (event["state"], record))

    def _on_assign(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._stepped(record, "assign", event["to"], event)
        self._db.execute("UPDATE record SET assignee = ? WHERE id = ?", (event["to"], record))

    def _stepped(self, record: str, what: str, value: str, event: Mapping[str, Any]) -> None:
        row = (record, what, value, event["by"], event["day"])
        self._db.execute("INSERT INTO step VALUES (?,?,?,?,?)", row)

    def _on_read(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO read VALUES (?,?,?)", (record, event["member"], event["day"])
        )

    def _on_setting(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO setting VALUES (?,?,?,?)",
            (event["member"], record, event["most"], event["veil"]),
        )

    def _on_note(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO note VALUES (?,?,?,?,?)",
            (event["id"], record, event["text"], event["by"], event["day"]),
        )

    def _on_translation(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        version = self._all(
            "SELECT count(*) + 1 FROM translation WHERE record = ? AND lang = ?",
            record,
            event["lang"],
        )[0][0]
        values = (record, version, event["lang"], event["text"], event["by"], event["day"])
        seen = event.get("seen", version - 1)
        self._db.execute("INSERT INTO translation VALUES (?,?,?,?,?,?,?)", (*values, seen))

    def _on_transcript(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        item = event["item"]
        version = self._all(
            "SELECT count(*) + 1 FROM transcript WHERE record = ? AND item = ?", record, item
        )[0][0]
        values = (record, item, version, event["text"], event["by"], event["day"])
        seen = event.get("seen", version - 1)
        self._db.execute("INSERT INTO transcript VALUES (?,?,?,?,?,?,?)", (*values, seen))

    def _on_dismiss(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        sql = "INSERT OR IGNORE INTO dismissed VALUES (?,?,?,?)"
        self._db.execute(sql, (record, event["key"], event["by"], event["day"]))

    def _on_undismiss(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        sql = "DELETE FROM dismissed WHERE record = ? AND key = ?"
        self._db.execute(sql, (record, event["key"]))

    def _forget_work(self, record: str) -> None:
        for table in ("step", "read", "setting", "note", "translation", "transcript", "dismissed"):
            self._db.execute(f"DELETE FROM {table} WHERE record = ?", (record,))  # noqa: S608 - names above

    # Questions

    def work_of(self, record: str) -> tuple[str, str]:
        """Return state and assignee (a member's id, or empty) of a record."""
        found = self._all("SELECT state, assignee FROM record WHERE id = ?", record)
        return found[0] if found else ("new", "")

    def steps(self, record: str) -> list[Step]:
        """Return who gave it which state, or gave it to whom, and when; in order."""
        sql = "SELECT what, value, by, day FROM step WHERE record = ? ORDER BY rowid"
        return [Step(*row) for row in self._all(sql, record)]

    def opened_on(self, member: str, day: str) -> set[str]:
        """Return what a member opened on a day."""
        rows = self._all("SELECT record FROM read WHERE member = ? AND day = ?", member, day)
        return {record for (record,) in rows}

    def last_visit(self, member: str, before: str) -> str:
        """Return the last day before this one on which a member opened anything, or empty."""
        sql = "SELECT max(day) FROM read WHERE member = ? AND day < ?"
        return self._all(sql, member, before)[0][0] or ""

    def untouched(self, rings: Sequence[str]) -> tuple[int, str | None]:
        """Return how many testimonies nobody has begun with, and the day of the oldest."""
        marks = ",".join("?" * len(rings))
        found = self._all(
            "SELECT count(*), min(day) FROM record WHERE kind = 'testimony' AND state = 'new' "  # noqa: S608 - marks alone
            f"AND ring IN ({marks})",
            *rings,
        )
        return found[0][0], found[0][1]

    def readers(self, record: str) -> set[str]:
        """Return the ids of the members who opened a record."""
        rows = self._all("SELECT DISTINCT member FROM read WHERE record = ?", record)
        return {member for (member,) in rows}

    def setting(self, member: str) -> Setting:
        """Return what a member chose for themselves."""
        found = self._all("SELECT record, most, veil FROM setting WHERE member = ?", member)
        return Setting(found[0][0], found[0][1], bool(found[0][2])) if found else Setting()

    def notes(self, record: str) -> list[Note]:
        """Return the notes on a record, in their order."""
        sql = "SELECT id, text, by, day FROM note WHERE record = ? ORDER BY day, id"
        return [Note(*row) for row in self._all(sql, record)]

    def translations(self, record: str) -> list[Translation]:
        """Return every version of every translation, newest version of each language first."""
        sql = (
            "SELECT version, lang, text, by, day, seen FROM translation WHERE record = ?"
            " ORDER BY lang, version DESC"
        )
        return [Translation(*row) for row in self._all(sql, record)]

    def transcripts(self, record: str, item: str) -> list[Translation]:
        """Return every version of what was written down of a recording, the newest first."""
        sql = (
            "SELECT version, '', text, by, day, seen FROM transcript WHERE record = ? AND item = ?"
            " ORDER BY version DESC"
        )
        return [Translation(*row) for row in self._all(sql, record, item)]

    def dismissed(self, record: str) -> dict[str, tuple[str, str]]:
        """Return by and day of every dismissed suggestion, by its key."""
        rows = self._all("SELECT key, by, day FROM dismissed WHERE record = ?", record)
        return {key: (by, day) for key, by, day in rows}

"""The index: what the records say, opened once into memory, forgotten at the last log-out.

A SQLite database in ``:memory:``; nothing of it is ever on disk (DESIGN 5). It is made from
events alone: ``add`` is given the same events that the ledger appends.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from typing_extensions import override

from app.casebook.forgetting import forgotten
from app.casebook.indexing import asking as index_asking
from app.casebook.indexing import flooding as index_flooding
from app.casebook.indexing import people as index_people
from app.casebook.indexing import tags as index_tags
from app.casebook.indexing import work as index_work
from app.casebook.indexing.asking import Asking
from app.casebook.indexing.conditions import seen
from app.casebook.indexing.counting import TAGGING, Counting
from app.casebook.indexing.flooding import Flooding, sameness
from app.casebook.indexing.people import People
from app.casebook.indexing.queueing import Queueing
from app.casebook.indexing.readings import Readings
from app.casebook.indexing.searching import Searching
from app.casebook.indexing.tags import NAMED, TagHistory
from app.casebook.indexing.witnessing import Witnessing
from app.casebook.indexing.work import Work
from app.casebook.shapes import Tag, Trouble
from app.reading import edtf

PREVIEW = 90

SCHEMA = """
CREATE TABLE record (id TEXT PRIMARY KEY, day TEXT, ring TEXT, kind TEXT, thread TEXT, lang TEXT,
  way TEXT, role TEXT, number INTEGER, preview TEXT, answers TEXT, province TEXT,
  state TEXT, assignee TEXT, same TEXT, reader TEXT, flood INTEGER) WITHOUT ROWID;
CREATE INDEX record_day ON record
  (kind, day DESC, id, ring, state, lang, role, assignee, reader, same, thread);
CREATE INDEX record_thread ON record (thread);
CREATE TABLE tag (id TEXT PRIMARY KEY, record TEXT, person TEXT, stage TEXT, track TEXT, body TEXT,
  ring TEXT, quarter TEXT, begins TEXT) WITHOUT ROWID;
CREATE INDEX tag_record ON tag (record);
CREATE INDEX tag_person ON tag (person, ring);
CREATE INDEX tag_quarter ON tag (quarter, ring, person);
CREATE INDEX tag_returned ON tag (quarter, ring, person, begins)
  WHERE stage = 'forced_repatriation';
CREATE INDEX tag_stage ON tag (stage, track, ring, record);
CREATE INDEX tag_who ON tag (stage, track, ring, person);
CREATE TABLE person (id TEXT PRIMARY KEY, ring TEXT, name TEXT) WITHOUT ROWID;
CREATE TABLE release (record TEXT, partner TEXT, purpose TEXT, day TEXT, by TEXT);
CREATE INDEX release_record ON release (record);
CREATE TABLE shared (record TEXT, ring TEXT, PRIMARY KEY (record, ring)) WITHOUT ROWID;
CREATE TABLE trouble (id TEXT PRIMARY KEY, day TEXT, why TEXT) WITHOUT ROWID;
"""
PARTS = (index_work, index_tags, index_people, index_asking, index_flooding)
_LARGE = ("record", "tag", "read")  # the tables whose orders cost most to keep while they grow


class Index(Work, TagHistory, People, Searching, Asking, Flooding, Witnessing, Counting, Queueing):
    """Answers questions about all records; every method may be called from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        for schema in (SCHEMA, *(part.SCHEMA for part in PARTS)):
            self._db.executescript(schema)
        self._texts: dict[str, str] = {}
        self._alike: Counter[str] = Counter()
        self._begun: set[str] = set()  # persons who have a record of their own
        self.readings: Readings[Any] = Readings()

    @override
    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def add(self, record: str, ring: str, events: Iterable[Mapping[str, Any]], day: str) -> None:
        """Apply events of one record, in order."""
        with self._lock:
            for event in events:
                before = self._count(record, event)
                apply = getattr(self, f"_on_{event['e']}", self._nothing)
                if self._placed and event["e"] in TAGGING:
                    with self._moving(self._stands(record, event)):
                        apply(record, ring, event, day)
                else:
                    apply(record, ring, event, day)
                if before:
                    self._stale(before | self._tells_of(record, event))

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Take in everything: an empty index sorts once at the end, not with each record."""
        with self._lock:
            self._all_stale()  # nothing kept has to follow each of very many events
            self._placed.clear()
            marks = ",".join("?" * len(_LARGE))
            sql = (
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"  # noqa: S608 - marks
                f" AND tbl_name IN ({marks})"
            )
            orders = [] if self._texts else self._all(sql, *_LARGE)
            for name, _ in orders:
                self._db.execute(f"DROP INDEX {name}")
            try:
                yield
            finally:
                for _, made in orders:
                    self._db.execute(made)

    def trouble(self, record: str, day: str, why: str) -> None:
        """Remember a record that cannot be opened."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO trouble VALUES (?,?,?)", (record, day, why))

    def share(self, record: str, ring: str) -> None:
        """Let one member see a record of a ring that is not theirs."""
        sql = "INSERT OR IGNORE INTO shared VALUES (?,?)"
        with self._lock:
            if self._db.execute(sql, (record, ring)).rowcount:
                self._all_stale()

    def forget(self, record: str) -> None:
        """Drop everything a record gave."""
        with self._lock, self._moving(self._stands_in(record)):
            self._all_stale()
            self._forget_alike(record)
            self._texts.pop(record, None)
            self._forget_named(record)
            self._begun.discard(record)
            for table, key in (
                ("record", "id"),
                ("person", "id"),
                ("tag", "record"),
                ("release", "record"),
                ("trouble", "id"),
                ("shared", "record"),
                ("tag_version", "record"),
            ):
                self._db.execute(f"DELETE FROM {table} WHERE {key} = ?", (record,))  # noqa: S608 - names above
            self._forget_work(record)
            self._forget_asked(record)
            self._forget_person(record)

    def _on_document(self, record: str, ring: str, event: Mapping[str, Any], day: str) -> None:
        document = event["document"]
        fields = document["fields"]
        text = fields.get("w_narrative", "")
        if not isinstance(text, str):
            text = "\n".join(text)
        elif text:  # it lies with the texts, and nowhere twice
            fields = {name: said for name, said in fields.items() if name != "w_narrative"}
        if record in self._texts:
            self._forget_alike(record)
        same = sameness(text)
        self._texts[record] = text
        self._add_alike(same)
        self._db.execute(
            "INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,'new','',?,?,?)",
            (
                record,
                day,
                ring,
                document["kind"],
                document["thread"],
                document["lang"],
                document["way"],
                str(fields.get("w_role", "")),
                int(document.get("number", 0)),
                " ".join(text[: PREVIEW * 2].split())[:PREVIEW],
                _json(fields),
                str(fields.get("a_home_prov") or fields.get("b_home_prov") or ""),
                same,
                str(fields.get("w_reader", "")),
                "flood" in event,
            ),
        )

    def _on_tag(self, record: str, ring: str, event: Mapping[str, Any], day: str) -> None:
        self._put(record, ring, {key: value for key, value in event.items() if key != "e"}, day)

    @override
    def _put(self, record: str, ring: str, body: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO tag VALUES (?,?,?,?,?,?,?,?,?)",
            (
                body["id"],
                record,
                body["person"],
                body["stage"],
                body["track"],
                _json(body),
                ring,
                quarter(body.get("date_from") or body.get("date_to") or ""),
                body.get("date_from") or "",
            ),
        )
        if NAMED in body:
            row = (body["person"], ring, body[NAMED])
            self._db.execute("INSERT OR IGNORE INTO person VALUES (?,?,?)", row)
            self._called(body["person"], body[NAMED])

    def begun(self, person: str) -> bool:
        """Tell whether a person has a record of their own."""
        return person in self._begun

    def _forget_named(self, record: str) -> None:
        """Drop the persons whom this record alone names."""
        sql = "SELECT json_extract(body, '$.person') FROM tag_version WHERE record = ?1"
        sql += " UNION SELECT person FROM tag WHERE record = ?1"
        for (person,) in self._all(sql, record):
            if person not in self._begun:
                self._db.execute("DELETE FROM person WHERE id = ?", (person,))

    def _on_person(self, record: str, ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO person VALUES (?,?,?)", (record, ring, event["name"])
        )
        self._called(record, event["name"])
        self._begun.add(record)

    def _on_release(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "INSERT INTO release VALUES (?,?,?,?,?)",
            (record, event["partner"], event["purpose"], event["day"], event["by"]),
        )

    def _on_recalled(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute(
            "DELETE FROM release WHERE record = ? AND partner = ?", (record, event["partner"])
        )

    def _nothing(self, _record: str, _ring: str, _event: Mapping[str, Any], _day: str) -> None:
        """Leave out what only a testimony's own page shows (``rules.BARS``)."""

    # Questions. ``rings`` are those the asking member may see.

    def tags(self, rings: Sequence[str], *, record: str = "", person: str = "") -> tuple[Tag, ...]:
        """Return the tags of one record or of one person, of records that are seen."""
        key, value = ("record", record) if record else ("person", person)
        sql, values = seen("r", rings)
        rows = self._all(
            "SELECT t.record, t.body, p.name FROM tag t JOIN record r ON r.id = t.record"  # noqa: S608 - two names
            f" LEFT JOIN person p ON p.id = t.person WHERE t.{key} = ? AND {sql} ORDER BY t.id",
            value,
            *values,
        )
        return tuple(_tag(*row) for row in rows)

    def persons(self, rings: Sequence[str]) -> list[tuple[str, str]]:
        """Return id and name of every person, by name."""
        marks = ",".join("?" * len(rings))
        return self._all(
            f"SELECT id, name FROM person WHERE ring IN ({marks}) ORDER BY name, id",  # noqa: S608 - marks
            *rings,
        )

    def releases(self, record: str) -> list[tuple[str, str, str, str]]:
        """Return partner, purpose, day, by of every release of a record."""
        return self._all(
            "SELECT partner, purpose, day, by FROM release WHERE record = ? ORDER BY day", record
        )

    def released_since(self, partner: str, day: str) -> list[str]:
        """Return the records released to a partner on or after a day."""
        sql = "SELECT DISTINCT record FROM release WHERE partner = ? AND day >= ? ORDER BY record"
        return [record for (record,) in self._all(sql, partner, day)]

    def troubles(self) -> tuple[Trouble, ...]:
        """Return what could not be opened."""
        return tuple(Trouble(*row) for row in self._all("SELECT id, day, why FROM trouble"))

    def knows(self, record: str) -> bool:
        """Tell whether a record is in the index."""
        return bool(
            self._all(
                "SELECT 1 FROM record WHERE id = ? UNION SELECT 1 FROM person WHERE id = ?",
                record,
                record,
            )
        )


def _tag(record: str, body: str, name: str | None) -> Tag:
    return index_tags.make(record, body, name or "")


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


@forgotten
@lru_cache(maxsize=4096)
def quarter(date: str) -> str:
    """Return the quarter an EDTF date begins in, ``2023-Q4``; empty where it has no such day."""
    try:
        first = edtf.parse(date).earliest if date else None
    except edtf.NotEDTF:
        first = None
    return f"{first.year}-Q{(first.month + 2) // 3}" if first else ""

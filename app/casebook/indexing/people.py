"""People in the index: names in every script, who was joined to whom, who belongs to whom.

A joined person keeps their own record, and their tags keep naming it: parting them again is one
more event, and nothing that was said is lost on the way.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.casebook.indexing.conditions import seen
from app.casebook.indexing.romanising import likeness, spellings
from app.casebook.indexing.tags import make
from app.casebook.shapes import Tag

LIKE = 80  # of 100: what is proposed as perhaps the same person
PROPOSED = 8
_AT_ONCE = 500  # ids in one question to SQLite

SCHEMA = """
CREATE INDEX person_name ON person (name, id);
CREATE TABLE name (person TEXT, name TEXT, by TEXT, day TEXT, PRIMARY KEY (person, name))
  WITHOUT ROWID;
CREATE TABLE spelling (surname TEXT, person TEXT, name TEXT, PRIMARY KEY (surname, person, name))
  WITHOUT ROWID;
CREATE TABLE joined (child TEXT PRIMARY KEY, parent TEXT, by TEXT, day TEXT) WITHOUT ROWID;
CREATE INDEX joined_parent ON joined (parent);
CREATE TABLE kin (person TEXT, other TEXT, relation TEXT, PRIMARY KEY (person, other))
  WITHOUT ROWID;
"""
INVERSE = {"child": "parent", "parent": "child"}


@dataclass(frozen=True)
class Kin:
    """One of a person's family; ``said`` are the two of whom it was said, in that order."""

    id: str
    name: str
    relation: str
    said: tuple[str, str]


@dataclass(frozen=True)
class Given:
    """Another name: whose, who gave it, and when."""

    person: str
    name: str
    by: str
    day: str


_FAMILY = (
    "WITH RECURSIVE family(id) AS (SELECT ? UNION SELECT j.child FROM joined j JOIN family f"
    " ON j.parent = f.id) SELECT id FROM family"
)


class People:
    """The part of the index about persons. It needs ``_db`` and ``_all``."""

    _db: sqlite3.Connection

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _called(self, person: str, name: str) -> None:
        for surname, _ in spellings(name):
            row = (surname, person, name)
            self._db.execute("INSERT OR IGNORE INTO spelling VALUES (?,?,?)", row)

    def _on_name(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        row = (record, event["name"], event["by"], event["day"])
        self._db.execute("INSERT OR IGNORE INTO name VALUES (?,?,?,?)", row)
        self._called(record, event["name"])

    def _on_unname(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        row = (record, event["name"])
        self._db.execute("DELETE FROM name WHERE person = ? AND name = ?", row)
        if not self._all("SELECT 1 FROM person WHERE id = ? AND name = ?", *row):
            self._db.execute("DELETE FROM spelling WHERE person = ? AND name = ?", row)

    def _on_join(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        row = (event["child"], record, event["by"], event["day"])
        self._db.execute("INSERT OR REPLACE INTO joined VALUES (?,?,?,?)", row)

    def _on_part(self, _record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        self._db.execute("DELETE FROM joined WHERE child = ?", (event["child"],))

    def _on_kin(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        row = (record, event["other"], event["relation"])
        self._db.execute("INSERT OR REPLACE INTO kin VALUES (?,?,?)", row)

    def _on_unkin(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        row = (record, event["other"])
        self._db.execute("DELETE FROM kin WHERE person = ? AND other = ?", row)

    def _forget_person(self, record: str) -> None:
        for table in ("name", "spelling"):
            self._db.execute(f"DELETE FROM {table} WHERE person = ?", (record,))  # noqa: S608 - names above
        self._db.execute("DELETE FROM joined WHERE child = ? OR parent = ?", (record, record))
        self._db.execute("DELETE FROM kin WHERE person = ? OR other = ?", (record, record))

    # Questions

    def root(self, person: str) -> str:
        """Return who this person was joined to, at the last; themselves if to nobody."""
        for _ in range(100):
            found = self._all("SELECT parent FROM joined WHERE child = ?", person)
            if not found:
                break
            person = found[0][0]
        return person

    def family(self, person: str) -> list[str]:
        """Return this person and everyone joined to them."""
        return [one for (one,) in self._all(_FAMILY, person)]

    def joined_to(self, person: str) -> list[tuple[str, str, str, str]]:
        """Return id, name, by, day of those joined directly to a person."""
        sql = (
            "SELECT j.child, p.name, j.by, j.day FROM joined j JOIN person p ON p.id = j.child"
            " WHERE j.parent = ? ORDER BY p.name"
        )
        return self._all(sql, person)

    def named(self, rings: Sequence[str], person: str) -> str | None:
        """Return the name of a person who is seen, or None."""
        marks = ",".join("?" * len(rings))
        sql = f"SELECT name FROM person WHERE id = ? AND ring IN ({marks})"  # noqa: S608 - marks
        found = self._all(sql, person, *rings)
        return found[0][0] if found else None

    def names(self, person: str) -> list[str]:
        """Return every other name of a person and of those joined to them."""
        ids = self.family(person)
        marks = ",".join("?" * len(ids))
        sql = (
            f"SELECT name FROM name WHERE person IN ({marks}) UNION"  # noqa: S608 - marks
            f" SELECT name FROM person WHERE id IN ({marks}) AND id <> ? ORDER BY 1"
        )
        return [name for (name,) in self._all(sql, *ids, *ids, person)]

    def given(self, person: str) -> list[Given]:
        """Return the names somebody gave a person beside the first, or one joined to them."""
        ids = self.family(person)
        marks = ",".join("?" * len(ids))
        sql = f"SELECT person, name, by, day FROM name WHERE person IN ({marks}) ORDER BY name, day"  # noqa: S608 - marks
        return [Given(*row) for row in self._all(sql, *ids)]

    def kin(self, person: str) -> list[Kin]:
        """Return whom somebody put in the family of a person, or of one joined to them.

        A relation is what the other is to this person, whichever of the two it was said at.
        """
        ids = self.family(person)
        marks = ",".join("?" * len(ids))
        rows = self._all(
            f"SELECT person, other, relation, 0 FROM kin WHERE person IN ({marks}) UNION ALL"  # noqa: S608 - marks
            f" SELECT person, other, relation, 1 FROM kin WHERE other IN ({marks})",
            *ids,
            *ids,
        )
        found: dict[str, Kin] = {}
        for holder, other, relation, turned in rows:
            them = self.root(holder if turned else other)
            if them not in ids:
                said = INVERSE.get(relation, relation) if turned else relation
                named = self._all("SELECT name FROM person WHERE id = ?", them)
                name = named[0][0] if named else ""
                found.setdefault(them, Kin(them, name, said, (holder, other)))
        return sorted(found.values(), key=lambda one: (one.name, one.id))

    def beside(self, rings: Sequence[str], person: str, limit: int) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of who else the same testimonies speak of."""
        ids = self.family(person)
        marks, marks2 = ",".join("?" * len(ids)), ",".join("?" * len(rings))
        rows = self._all(
            "SELECT DISTINCT person FROM tag WHERE record IN"  # noqa: S608 - marks
            f" (SELECT record FROM tag WHERE person IN ({marks})) AND person NOT IN ({marks})"
            f" AND ring IN ({marks2}) LIMIT ?",
            *ids,
            *ids,
            *rings,
            limit,
        )
        return self.cards(rings, [self.root(one) for (one,) in rows])

    def cards(self, rings: Sequence[str], persons: Sequence[str]) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of persons who are seen, each once, in this order."""
        found = []
        for person in dict.fromkeys(persons):
            name = self.named(rings, person)
            if name is not None:
                told = self._all("SELECT count(*) FROM tag WHERE person = ?", person)
                found.append((person, name, told[0][0]))
        return found

    def page_of_people(
        self, rings: Sequence[str], q: str, after: tuple[str, str], limit: int
    ) -> list[tuple[str, str, int]]:
        """Return id, name, number of tags of persons, by name, after one of them."""
        marks = ",".join("?" * len(rings))
        like = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        sql = (
            "SELECT p.id, p.name, (SELECT count(*) FROM tag t WHERE t.person = p.id) FROM person p"  # noqa: S608 - marks
            f" WHERE p.ring IN ({marks}) AND (p.name, p.id) > (?, ?)"
            " AND NOT EXISTS (SELECT 1 FROM joined j WHERE j.child = p.id)"
            " AND (? = '%%' OR p.name LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM name n"
            " WHERE n.person = p.id AND n.name LIKE ? ESCAPE '\\'))"
            " ORDER BY p.name, p.id LIMIT ?"
        )
        return self._all(sql, *rings, *after, like, like, like, limit)

    def alike(self, rings: Sequence[str], person: str, names: Sequence[str]) -> list[Any]:
        """Return id, name, likeness of who may be the same person, likest first. Never joins."""
        surnames = {surname for name in names for surname, _ in spellings(name)} | {""}
        marks, marks2 = ",".join("?" * len(surnames)), ",".join("?" * len(rings))
        sql = (
            "SELECT s.person, s.name FROM spelling s JOIN person p ON p.id = s.person"  # noqa: S608 - marks
            f" WHERE s.surname IN ({marks}) AND p.ring IN ({marks2})"
        )
        own = set(self.family(person))
        best: dict[str, tuple[str, int]] = {}
        for other, said in self._all(sql, *surnames, *rings):
            if other not in own:
                score = max(likeness(said, name) for name in names)
                if score >= LIKE and score > best.get(other, ("", 0))[1]:
                    best[other] = (said, score)
        found = [(other, said, score) for other, (said, score) in best.items()]
        return sorted(found, key=lambda one: (-one[2], one[1], one[0]))[:PROPOSED]

    def roots(self) -> dict[str, str]:
        """Return, for everyone who was joined to another, who they are at the last."""
        joined = dict(self._all("SELECT child, parent FROM joined"))
        return {child: self.root(child) for child in joined}

    def tags_of(self, rings: Sequence[str], persons: Sequence[str]) -> list[Tag]:
        """Return the tags of many persons, of records that are seen."""
        sql, values = seen("r", rings)
        found: list[Tag] = []
        for some in _parts(persons):
            rows = self._all(
                "SELECT t.record, t.body, p.name FROM tag t JOIN record r ON r.id = t.record"  # noqa: S608 - marks
                " LEFT JOIN person p ON p.id = t.person"
                f" WHERE t.person IN ({','.join('?' * len(some))}) AND {sql} ORDER BY t.id",
                *some,
                *values,
            )
            found += [make(record, body, name or "") for record, body, name in rows]
        return found

    def sources(self, records: Sequence[str]) -> dict[str, tuple[str, str, str]]:
        """Return of records the thread, and the answers on the chain and on money."""
        found: dict[str, tuple[str, str, str]] = {}
        for some in _parts(records):
            sql = (
                "SELECT id, thread, json_extract(answers, '$.c_chain'),"  # noqa: S608 - marks
                " json_extract(answers, '$.c_paid') FROM record"
                f" WHERE id IN ({','.join('?' * len(some))})"
            )
            found |= {i: (thread, str(c), str(p)) for i, thread, c, p in self._all(sql, *some)}
        return found

    def told_since(self, rings: Sequence[str], quarter: str, limit: int) -> list[str]:
        """Return persons of whom something is dated to a quarter or later, the latest first."""
        marks = ",".join("?" * len(rings))
        sql = (
            "SELECT person FROM tag INDEXED BY tag_quarter WHERE quarter >= ?"  # noqa: S608 - marks
            f" AND ring IN ({marks}) GROUP BY person ORDER BY max(quarter) DESC, person LIMIT ?"
        )
        return [person for (person,) in self._all(sql, quarter, *rings, limit)]

    def told_most(self, rings: Sequence[str], limit: int) -> list[str]:
        """Return the persons with the most tags, most first."""
        marks = ",".join("?" * len(rings))
        sql = (
            f"SELECT person FROM tag WHERE ring IN ({marks}) GROUP BY person"  # noqa: S608 - marks
            " ORDER BY count(*) DESC, person LIMIT ?"
        )
        return [person for (person,) in self._all(sql, *rings, limit)]

    def returned(self, rings: Sequence[str], quarter: str) -> list[tuple[str, str]]:
        """Return the persons told to have been sent back in a quarter, each with its EDTF date."""
        marks = ",".join("?" * len(rings))
        sql = (
            "SELECT DISTINCT person, begins FROM tag INDEXED BY tag_returned"  # noqa: S608 - marks
            f" WHERE stage = 'forced_repatriation' AND quarter = ? AND ring IN ({marks})"
        )
        roots = self.roots()
        rows = self._all(sql, quarter, *rings)
        return [(roots.get(person, person), date) for person, date in rows]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]

"""The history of tags in the index: every version stays, and two made at once both stand.

An edit says which version its writer had before them. A version is a *head* while no later one was
written with it in sight: with two heads, two people corrected the same tag and neither saw the
other's; both are shown until somebody writes a third.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from app.casebook.shapes import Tag, TagVersion

NAMED = "named"  # in a tag: the name of somebody who has no record of their own
SCHEMA = """
CREATE TABLE tag_version (tag TEXT, number INTEGER, record TEXT, kind TEXT, seen INTEGER, body TEXT,
  PRIMARY KEY (tag, number)) WITHOUT ROWID;
CREATE INDEX tag_version_record ON tag_version (record);
"""
_COPIED = ("person", "stage", "track")


def make(record: str, body: str, name: str) -> Tag:
    """Return the tag of a stored body."""
    said = json.loads(body)
    said.pop(NAMED, None)
    said["abuse"] = tuple(said.get("abuse", ()))
    return Tag(record=record, person_name=name, **said)


class TagHistory:
    """The part of the index that keeps versions. It needs ``_db`` and ``_all``."""

    _db: sqlite3.Connection

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _on_edit(self, record: str, ring: str, event: Mapping[str, Any], day: str) -> None:
        number = self._remember(event["id"], record)
        body = {key: value for key, value in event.items() if key not in ("e", "seen")}
        self._version(event["id"], number, record, "edit", event["seen"], body)
        self._put(record, ring, body | {"version": number}, day)

    def _on_untag(self, record: str, _ring: str, event: Mapping[str, Any], _day: str) -> None:
        number = self._remember(event["tag"], record)
        latest = self._body(event["tag"])
        if latest:
            latest |= {"by": event.get("by", ""), "day": event.get("day", "")}
            self._version(event["tag"], number, record, "untag", number - 1, latest)
        self._db.execute("DELETE FROM tag WHERE id = ?", (event["tag"],))

    def _on_retag(self, record: str, ring: str, event: Mapping[str, Any], day: str) -> None:
        latest = self._body(event["tag"])
        if latest:
            number = self._remember(event["tag"], record)
            latest |= {"by": event["by"], "day": event["day"]}
            self._version(event["tag"], number, record, "retag", number - 1, latest)
            self._put(record, ring, latest | {"version": number}, day)

    def _put(self, record: str, ring: str, body: Mapping[str, Any], day: str) -> None:
        raise NotImplementedError

    def _remember(self, tag: str, record: str) -> int:
        """Keep the first version, if none is kept yet; return the next number."""
        last = self._all("SELECT max(number) FROM tag_version WHERE tag = ?", tag)[0][0]
        if last is None:
            found = self._all("SELECT body FROM tag WHERE id = ?", tag)
            if found:
                self._version(tag, 1, record, "tag", 0, json.loads(found[0][0]))
            last = 1
        return int(last) + 1

    def _version(
        self, tag: str, number: int, record: str, kind: str, seen: int, body: Mapping[str, Any]
    ) -> None:
        said = json.dumps({key: value for key, value in body.items() if key != "version"})
        row = (tag, number, record, kind, seen, said)
        self._db.execute("INSERT OR REPLACE INTO tag_version VALUES (?,?,?,?,?,?)", row)

    def _body(self, tag: str) -> dict[str, Any]:
        sql = "SELECT body FROM tag_version WHERE tag = ? ORDER BY number DESC LIMIT 1"
        found = self._all(sql, tag)
        return json.loads(found[0][0]) if found else {}

    def versions(self, record: str) -> dict[str, list[TagVersion]]:
        """Return the versions of every tag of a record that was ever changed, oldest first."""
        rows = self._all(
            "SELECT v.tag, v.number, v.kind, v.seen, v.body, p.name FROM tag_version v LEFT JOIN"
            " person p ON p.id = json_extract(v.body, '$.person') WHERE v.record = ?"
            " ORDER BY v.tag, v.number",
            record,
        )
        seen: dict[str, list[tuple[int, int]]] = {}
        for tag, number, _, base, _, _ in rows:
            seen.setdefault(tag, []).append((number, base))
        found: dict[str, list[TagVersion]] = {}
        for tag, number, kind, _, body, name in rows:
            head = not any(later > number and base >= number for later, base in seen[tag])
            version = TagVersion(number, kind, make(record, body, name or ""), head)
            found.setdefault(tag, []).append(version)
        return found

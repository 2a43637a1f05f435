"""Answers the index keeps: for as long as nothing is added, nothing is told, or of one person.

Most of what is added says nothing about anybody: who opened what, a state, a note. And a tag says
something about one person, so what was read of each of the others stays as it was.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

TELLING = frozenset({"document", "tag", "edit", "untag", "retag", "join", "part", "person"})
_KINDS = 8  # kinds of reading kept of each person: of today, of these rings


class Remembering:
    """The part of the index that keeps answers. It needs ``_db``, ``_lock``, ``root``."""

    _db: sqlite3.Connection
    _lock: threading.RLock

    def __init__(self) -> None:
        self._changes = self._tellings = 0
        self._answers: dict[tuple[object, ...], tuple[int, list[Any]]] = {}
        self._of_each: OrderedDict[tuple[object, ...], dict[str, Any]] = OrderedDict()

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def root(self, person: str) -> str:
        """Return who a person was joined to."""
        raise NotImplementedError

    def remembered(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Answer a question about everything, once for as long as nothing is added."""
        with self._lock:
            return self._known((sql, *values), self._changes, lambda: self._all(sql, *values))

    def told(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Answer a question about tags, once for as long as nobody tags or joins anything."""
        with self._lock:
            key = ("told", sql, *values)
            return self._known(key, self._tellings, lambda: self._all(sql, *values))

    def kept(self, key: tuple[object, ...], make: Callable[[], list[Any]]) -> list[Any]:
        """Make something of tags, once for as long as nobody tags or joins anything."""
        return self._known(key, self._tellings, make)

    def _known(
        self, key: tuple[object, ...], changes: int, make: Callable[[], list[Any]]
    ) -> list[Any]:
        known = self._answers.get(key)
        if known is None or known[0] != changes:
            known = self._answers[key] = (changes, make())
        return known[1]

    def each(
        self,
        key: tuple[object, ...],
        persons: Iterable[str],
        make: Callable[[list[str]], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Read something of each person, once for as long as nothing is told of them.

        ``make`` is given those of whom it is not known and returns it for each of them.
        """
        wanted = list(persons)
        with self._lock:
            known = dict(self._of_each.get(key, {}))
            changes = self._tellings
        found = dict(make([one for one in wanted if one not in known]))
        with self._lock:
            if changes == self._tellings:  # else what was read may be of before
                self._of_each.setdefault(key, {}).update(found)
                self._of_each.move_to_end(key)
                while len(self._of_each) > _KINDS:
                    self._of_each.popitem(last=False)
        return {one: found[one] if one in found else known[one] for one in wanted}

    def _count(self, record: str, event: Mapping[str, Any]) -> set[str]:
        """Count an event; return whom it tells of before it is applied, where that matters."""
        self._changes += 1
        if event["e"] not in TELLING:
            return set()
        self._tellings += 1
        return {record, *self._tells_of(record, event)} if self._of_each else set()

    def _stale(self, persons: set[str]) -> None:
        """Drop what was read of persons."""
        for known in self._of_each.values():
            for person in persons:
                known.pop(person, None)

    def _tells_of(self, record: str, event: Mapping[str, Any]) -> set[str]:
        """Return the persons an event tells of, and who they are joined to."""
        persons = {event[one] for one in ("person", "child") if one in event}
        match event["e"]:
            case "join" | "part" | "person":
                persons.add(record)
            case "document":
                persons |= self._tagged("record", record)
            case _:
                persons |= self._tagged("id", event.get("tag") or event.get("id", ""))
        return persons | {self.root(one) for one in persons}

    def _tagged(self, where: str, value: str) -> set[str]:
        rows = self._all(f"SELECT person FROM tag WHERE {where} = ?", value)  # noqa: S608 - names above
        return {person for (person,) in rows}

    def _all_stale(self) -> None:
        """Drop everything: what may be seen, or whose it is, changed."""
        self._changes += 1
        self._tellings += 1
        self._of_each.clear()

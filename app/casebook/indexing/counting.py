"""How many testimonies and persons stand on each stage: kept while tags come and go.

The map is the desk's home, so nobody waits there for a count over everything: it is made once, as
the index is loaded, and then moved by what each event changes of one testimony and one person.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

Cell = tuple[str, str]  # stage, track
Stand = tuple[Cell, str, str]  # a testimony or a person (the column) on a stage
TAGGING = frozenset({"tag", "edit", "untag", "retag"})
COLUMNS = ("record", "person")


class Counting:
    """The part of the index that counts what stands on a stage. It needs ``_db`` and ``_lock``."""

    _db: sqlite3.Connection
    _lock: threading.RLock

    def __init__(self) -> None:
        super().__init__()
        self._placed: dict[tuple[str, ...], dict[Cell, list[int]]] = {}  # by what is seen

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _body(self, tag: str) -> dict[str, Any]:
        raise NotImplementedError

    def placed(self, rings: Sequence[str]) -> dict[Cell, tuple[int, int]]:
        """Return how many testimonies and how many persons stand on each stage and track."""
        key = tuple(sorted(rings))
        with self._lock:
            if key not in self._placed:
                self._placed[key] = self._counted_anew(key)
            cells = self._placed[key]
            return {cell: (told, who) for cell, (told, who) in cells.items() if told}

    def _counted_anew(self, rings: Sequence[str]) -> dict[Cell, list[int]]:
        found: dict[Cell, list[int]] = {}
        marks = ",".join("?" * len(rings))
        for at, column in enumerate(COLUMNS):
            sql = (
                f"SELECT stage, track, count(DISTINCT {column}) FROM tag"  # noqa: S608 - marks, names above
                f" WHERE ring IN ({marks}) GROUP BY stage, track"
            )
            for stage, track, count in self._all(sql, *rings):
                found.setdefault((stage, track), [0, 0])[at] = count
        return found

    @contextmanager
    def _moving(self, stands: set[Stand]) -> Iterator[None]:
        """Let something happen to these, and count what of them stands there then."""
        before = {rings: self._standing(stands, rings) for rings in self._placed}
        yield
        for rings, cells in self._placed.items():
            after = self._standing(stands, rings)
            for step, held in ((1, after - before[rings]), (-1, before[rings] - after)):
                for cell, column, _ in held:
                    cells.setdefault(cell, [0, 0])[COLUMNS.index(column)] += step

    def _standing(self, stands: set[Stand], rings: Sequence[str]) -> set[Stand]:
        marks = ",".join("?" * len(rings))
        return {
            (cell, column, one)
            for cell, column, one in stands
            if self._all(
                f"SELECT 1 FROM tag WHERE {column} = ? AND stage = ? AND track = ?"  # noqa: S608 - marks, names above
                f" AND ring IN ({marks}) LIMIT 1",
                one,
                *cell,
                *rings,
            )
        }

    def _stands(self, record: str, event: Mapping[str, Any]) -> set[Stand]:
        """Return who may come to stand somewhere, or stand there no more, by an event of a tag."""
        tag = event.get("tag") or event["id"]
        said = event if "stage" in event else self._body(tag)
        rows = self._all("SELECT stage, track, record, person FROM tag WHERE id = ?", tag)
        if said:
            rows.append((said["stage"], said["track"], record, said["person"]))
        return _stands_of(rows)

    def _stands_in(self, record: str) -> set[Stand]:
        """Return everybody whom a testimony puts on a stage, and itself."""
        sql = "SELECT stage, track, record, person FROM tag WHERE record = ?"
        return _stands_of(self._all(sql, record))


def _stands_of(rows: list[tuple[Any, ...]]) -> set[Stand]:
    return {
        ((stage, track), column, one)
        for stage, track, *both in rows
        for column, one in zip(COLUMNS, both, strict=True)
    }

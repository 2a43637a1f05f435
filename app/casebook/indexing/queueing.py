"""The queue: testimonies in the order they are worked in, a page at a time, and which lies next.

Mixed into ``Index``.
"""

from collections.abc import Mapping, Sequence

from app.casebook.indexing.conditions import ROW, conditions, row_of
from app.casebook.indexing.remembering import Remembering
from app.casebook.shapes import Page


class Queueing(Remembering):
    """The part of the index that pages through it. It needs ``_all`` and ``remembered``."""

    def queue(
        self,
        rings: Sequence[str],
        after: tuple[str, str] | None,
        limit: int,
        where: Mapping[str, str],
    ) -> Page:
        """Return a keyset page: newest day first, then by id."""
        sql, values = conditions(rings, where)
        (total,) = self.remembered(f"SELECT count(*) FROM record r WHERE {sql}", *values)[0]  # noqa: S608 - built from constants
        if after is not None:
            sql += " AND (r.day < ? OR (r.day = ? AND r.id > ?))"
            values += [after[0], after[0], after[1]]
        rows = self._all(
            f"SELECT {ROW} FROM record r WHERE r.id IN (SELECT r.id FROM record r WHERE {sql}"  # noqa: S608 - built from constants
            " ORDER BY r.day DESC, r.id LIMIT ?) ORDER BY r.day DESC, r.id",
            *values,
            limit + 1,
        )
        page = tuple(row_of(row) for row in rows[:limit])
        cursor = f"{page[-1].day}.{page[-1].id}" if len(rows) > limit else ""
        return Page(page, cursor, total)

    def neighbours(
        self, rings: Sequence[str], record: str, where: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """Return the ids before and after a record in the order of the queue, or empty."""
        sql, values = conditions(rings, {})
        found = self._all(f"SELECT r.day FROM record r WHERE {sql} AND r.id = ?", *values, record)  # noqa: S608 - built from constants
        sql, values = conditions(rings, where or {})
        if not found:
            return "", ""
        day = found[0][0]
        before = self._all(
            f"SELECT r.id FROM record r WHERE {sql} AND (r.day > ? OR (r.day = ? AND r.id < ?))"  # noqa: S608 - built from constants
            " ORDER BY r.day, r.id DESC LIMIT 1",
            *values,
            day,
            day,
            record,
        )
        behind = self._all(
            f"SELECT r.id FROM record r WHERE {sql} AND (r.day < ? OR (r.day = ? AND r.id > ?))"  # noqa: S608 - built from constants
            " ORDER BY r.day DESC, r.id LIMIT 1",
            *values,
            day,
            day,
            record,
        )
        return (before[0][0] if before else ""), (behind[0][0] if behind else "")

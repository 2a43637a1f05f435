"""What belongs to one witness in the index: their items, and which witnesses tell a thing."""

import json
from collections.abc import Sequence
from typing import Any

from app.casebook.indexing.conditions import seen

_THREAD_OF = "SELECT thread FROM record WHERE id = ?"


class Witnessing:
    """The part of the index about witnesses. It needs ``_all`` and ``_texts``."""

    _texts: dict[str, str]

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def thread(
        self, rings: Sequence[str], record: str
    ) -> list[tuple[str, str, str, str, dict[str, Any]]]:
        """Return id, kind, day, way, answers of the witness's other items, in their order."""
        sql, values = seen("o", rings)
        rows = self._all(
            "SELECT o.id, o.kind, o.day, o.way, o.answers FROM record r JOIN record o ON o.thread ="  # noqa: S608 - built from constants
            f" r.thread WHERE r.id = ? AND o.id <> r.id AND {sql} ORDER BY o.day, o.kind, o.number",
            record,
            *values,
        )
        return [(*told, self._told(told[0], answers)) for *told, answers in rows]

    def _told(self, record: str, answers: str) -> dict[str, Any]:
        """Return what a witness answered, the text put back in its place."""
        text = self._texts.get(record)
        told = ({"w_narrative": text} if text else {}) | json.loads(answers)
        return dict(sorted(told.items()))

    def threads(self, rings: Sequence[str], thread: str) -> list[tuple[str, str, str]]:
        """Return id, kind and ring of what is seen of one witness."""
        sql, values = seen("r", rings)
        return self._all(
            f"SELECT r.id, r.kind, r.ring FROM record r WHERE r.thread = ? AND {sql}",  # noqa: S608 - built from constants
            thread,
            *values,
        )

    def holding(self, kind: str, where: str, value: str) -> frozenset[str]:
        """Return the threads of testimonies that tell this: see ``singling.Trait``."""
        match kind:
            case "date":
                sql = (
                    "SELECT r.thread FROM tag t JOIN record r ON r.id = t.record WHERE t.stage = ?"
                    " AND json_extract(t.body, '$.date_from') = ?"
                )
                rows = self._all(sql, where, value)
            case "place":
                sql = "SELECT thread FROM record WHERE json_extract(answers, ?) = ?"
                rows = self._all(sql, f"$.{where}", value)
            case "record":
                rows = self._all(_THREAD_OF, value)
            case _:
                told = [one for one, text in self._texts.items() if value.lower() in text.lower()]
                rows = [row for one in told for row in self._all(_THREAD_OF, one)]
        return frozenset(thread for (thread,) in rows)

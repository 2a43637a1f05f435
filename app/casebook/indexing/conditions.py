"""What a question to the index may ask for: which rows a member sees, and how a row is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.casebook.keyring import LEADS
from app.casebook.shapes import Row

# What came too often (``flooding.MANY``), and what the intake marked.
FLOODED = "(r.flood OR r.same IN (SELECT same FROM flooded))"
ROW = (
    "r.id, r.day, r.lang, r.role, r.preview, (SELECT count(*) FROM tag WHERE record = r.id),"  # noqa: S608 - built from constants
    " (SELECT count(*) FROM record o WHERE o.thread = r.thread AND o.id <> r.id),"
    " (SELECT count(*) FROM release WHERE record = r.id), r.state, r.assignee, r.reader,"
    f" {FLOODED}, r.ring"
)


def seen(table: str, rings: Sequence[str]) -> tuple[str, list[Any]]:
    """Make the condition that a row of ``record`` is in these rings, or shared with one of them."""
    marks = ",".join("?" * len(rings))
    sql = f"{table}.ring IN ({marks})"
    if any(ring.startswith("to:") for ring in rings):
        sql = f"({sql} OR {table}.id IN (SELECT record FROM shared WHERE ring IN ({marks})))"  # noqa: S608 - marks
        return sql, [*rings, *rings]
    return sql, list(rings)


def conditions(rings: Sequence[str], where: Mapping[str, str]) -> tuple[str, list[Any]]:
    """Make the condition that a row is a testimony these rings see, and fits what was asked."""
    sql, values = seen("r", rings)
    sql = f"r.kind = 'testimony' AND {sql}"
    for key in ("lang", "role", "day", "state", "assignee", "reader"):
        if where.get(key):
            sql += f" AND r.{key} = ?"
            values.append(where[key])
    if where.get("nobody"):
        sql += " AND r.assignee = ''"
    if where.get("flood"):
        sql += f" AND {FLOODED}"
    if where.get("unread"):  # the id of the member who asks
        sql += " AND NOT EXISTS (SELECT 1 FROM read v WHERE v.record = r.id AND v.member = ?)"
        values.append(where["unread"])
    if where.get("since"):  # a day
        sql += " AND r.day >= ?"
        values.append(where["since"])
    placed = [(key, where[key]) for key in ("stage", "track") if where.get(key)]
    if placed:
        named = "".join(f" AND {key} = ?" for key, _ in placed)
        sql += f" AND r.id IN (SELECT record FROM tag WHERE 1{named})"  # noqa: S608 - names above
        values += [value for _, value in placed]
    return sql, values


def row_of(row: tuple[Any, ...]) -> Row:
    """Read what ``ROW`` selects."""
    *head, state, assignee, reader, flood, ring = row
    work = (ring == LEADS, row[5] > 0, state, assignee, reader, bool(flood))
    return Row(*head, *work)  # type: ignore[call-arg] # eight and six


def visible(rings: Mapping[str, object]) -> list[str]:
    """Return the rings a member sees: those they hold a key of, and what is shared with them."""
    return [ring for ring, keys in rings.items() if keys or ring.startswith("to:")]

"""What can be counted without reading: arrivals by day, what waits, what room is left.

Every figure here is one that a thief of the disks would learn too (docs/columns.md), so showing it
to an operator or a lead gives nothing away.
"""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from app.mailbox import tables

DAYS = 14


@dataclass(frozen=True)
class Waiting:
    """What was not taken in yet: how many items, and the day of the oldest, if there is one."""

    items: int
    since: str | None

    def days(self, today: dt.date) -> int:
        """Return how long the oldest waits; 0 when nothing does."""
        return (today - dt.date.fromisoformat(self.since)).days if self.since else 0


@dataclass(frozen=True)
class Room:
    """Bytes of databases and sealed files in a folder, the number of files, and what is free."""

    databases: int
    files: int
    sealed: int
    free: int


def by_day(connection: Connection, today: dt.date, days: int = DAYS) -> list[tuple[str, int]]:
    """Return each of the last days, newest first, with how many items arrived on it."""
    shown = [(today - dt.timedelta(days=back)).isoformat() for back in range(days)]
    query = select(tables.item.c.day, func.count()).where(tables.item.c.day >= shown[-1])
    counts = {row[0]: row[1] for row in connection.execute(query.group_by(tables.item.c.day))}
    return [(day, counts.get(day, 0)) for day in shown]


def waiting(connection: Connection, before: dt.date | None = None) -> Waiting:
    """Return what still has its header; ``before``: only what arrived on an earlier day."""
    query = select(func.count(), func.min(tables.item.c.day)).select_from(
        tables.item.join(tables.header, tables.header.c.item_id == tables.item.c.id)
    )
    if before is not None:
        query = query.where(tables.item.c.day < before.isoformat())
    items, since = connection.execute(query).one()
    return Waiting(items, since)


def published(connection: Connection) -> set[str]:
    """Return the epochs to whose recipients can be sealed, ``standing`` among them."""
    return set(connection.execute(select(tables.recipient.c.epoch)).scalars())


def weeks_ahead(connection: Connection, today: dt.date) -> int:
    """Return for how many weeks, this one included, there are recipients."""
    known, ahead = published(connection), 0
    while _week(today + dt.timedelta(weeks=ahead)) in known:
        ahead += 1
    return ahead


def _week(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def room(data_dir: Path) -> Room:
    """Measure a deployment's folder. A database elsewhere is its server's to measure."""
    databases = sum(_size(path) for path in data_dir.glob("*.sqlite*"))
    blobs = [path for path in (data_dir / "blobs").glob("*") if path.is_file()]
    free = shutil.disk_usage(data_dir).free
    return Room(databases, len(blobs), sum(map(_size, blobs)), free)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # destroyed while we looked
        return 0

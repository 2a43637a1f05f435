"""Writing a SQLite file anew, so that its pages lie in the order of random keys.

A table `WITHOUT ROWID` is sorted by key, but its pages are taken in the order of writing, and a
sealed payload fills pages of its own: where they lie tells the order of arrival, and that a release
was written beside its record (`tests/casebook/test_packing.py` measures it). VACUUM writes
everything in the order of the keys.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, insert, select

from app.db import Writer, truncate_wal
from app.mailbox import tables as mailbox

LARGEST = 256 << 20  # VACUUM keeps the copy in memory (temp_store) and nobody can write meanwhile
GROUP = 200


def packed_on(engine: Engine) -> int:
    """Return the day (YYYYMMDD) on which a file was last written anew, or 0."""
    if engine.dialect.name != "sqlite":
        return 0
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def pack(engine: Engine, day: str) -> bool:
    """Write the whole file anew and note the day. False if it is not SQLite, or too large."""
    if engine.dialect.name != "sqlite":
        return False
    small = _size(engine) <= LARGEST
    # The driver's own connection: the engine's begins a transaction, and VACUUM takes none.
    held = engine.raw_connection()
    try:
        cursor = held.cursor()
        cursor.execute(f"PRAGMA user_version = {int(day.replace('-', ''))}")
        if small:
            cursor.execute("VACUUM")
    finally:
        held.close()
    truncate_wal(engine)
    return small


def shuffle(engine: Engine, writer: Writer, day: str) -> None:
    """Write one day's arrivals anew in groups that chance makes: for a file too large to pack."""
    with engine.connect() as connection:
        query = select(mailbox.item.c.id).where(mailbox.item.c.day == day)
        ids = list(connection.execute(query).scalars())
    secrets.SystemRandom().shuffle(ids)
    for start in range(0, len(ids), GROUP):
        group = ids[start : start + GROUP]
        writer.run(lambda connection, group=group: _rewrite(connection, group))  # type: ignore[misc]
    truncate_wal(engine)


def _rewrite(connection: Connection, ids: Sequence[bytes]) -> None:
    kept = []
    others = (mailbox.header, mailbox.payload, mailbox.blob)  # all that refers to an item
    keys = (mailbox.item.c.id, *(table.c.item_id for table in others))
    for key in keys:
        query = select(key.table).where(key.in_(ids)).order_by(key)
        kept.append([dict(row._mapping) for row in connection.execute(query)])  # noqa: SLF001 - SQLAlchemy's name
    for key in reversed(keys):
        connection.execute(delete(key.table).where(key.in_(ids)))
    for key, rows in zip(keys, kept, strict=True):
        if rows:
            connection.execute(insert(key.table), rows)


def _size(engine: Engine) -> int:
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())

"""Replacing the casebook keys: every record key is wrapped anew, while the desk goes on working.

The new keys serve from the first transaction on; the old ones are retired, not destroyed, because
acts of the account stay sealed under them. Record keys move over in batches: between two of them
others write, and a process that dies leaves the rest to whoever calls ``finish``.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from app.casebook import account, members, tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.store import Store
from app.db import truncate_wal
from crypto import records, sealing
from crypto.custody import Entry
from crypto.recipients import pq_recipient_from_seed

BATCH = 2000
YEAR = dt.timedelta(days=365)


def rotate(store: Store, keyring: Keyring) -> int:
    """Replace both casebook keys; return how many record keys were wrapped anew. A lead's act."""
    keyring.require("lead")

    def work(connection: Connection) -> None:
        keyring.load(connection)
        living = tables.casebook_key.c.retired_on.is_(None)
        old = connection.execute(select(tables.casebook_key.c.id).where(living)).scalars().all()
        for ring in (REVIEWERS, LEADS):
            _new_key(store, connection, keyring, ring)
        connection.execute(
            update(tables.casebook_key)
            .where(tables.casebook_key.c.id.in_(old))
            .values(retired_on=store.today())
        )
        keyring.load(connection)
        members.rewrite_directory(connection, keyring)
        entry = Entry("key-rotated", keyring.member.id, store.today())
        account.append(connection, keyring, [entry])

    store.casebook_writer.run(work)
    return finish(store, keyring)


def due(store: Store) -> tuple[str, bool]:
    """Return since which day the casebook keys serve, and whether that is more than a year."""
    living = tables.casebook_key.c.retired_on.is_(None)
    query = select(func.min(tables.casebook_key.c.day)).where(living)
    with store.casebook.connect() as connection:
        since = str(connection.execute(query).scalar_one())
    served = dt.date.fromisoformat(store.today()) - dt.date.fromisoformat(since)
    return since, served > YEAR


def _new_key(store: Store, connection: Connection, keyring: Keyring, ring: str) -> None:
    roles = {REVIEWERS: members.READERS, LEADS: ("lead",)}[ring]
    entries = members.directory(connection, keyring)
    to = [e.recipient for e in entries if e.member.role in roles]
    key = records.new_key()
    connection.execute(
        insert(tables.casebook_key).values(
            id=secrets.token_bytes(16),
            ring=ring,
            day=store.today(),
            sealed=b"".join(sealing.seal(key, [*to, members.standing(connection)])),
            recipient=str(pq_recipient_from_seed(records.desk_seed(key))),
        )
    )


def finish(store: Store, keyring: Keyring) -> int:
    """Wrap under the newest keys whatever is still under retired ones; return how many."""
    with store.casebook.connect() as connection:
        keyring.load(connection)
    moved, found, after = 0, 0, b""
    while True:
        found, after = store.casebook_writer.run(_batch(keyring, after))
        moved += found
        if not after:
            break
    if moved:
        truncate_wal(store.casebook)
    return moved


def _batch(keyring: Keyring, after: bytes) -> Callable[[Connection], tuple[int, bytes]]:
    table = tables.record_key
    newest = {ids[-1]: ids for ids in keyring.rings.values() if ids}
    target = {old: (new, keyring.casebook[new]) for new, ids in newest.items() for old in ids[:-1]}

    def work(connection: Connection) -> tuple[int, bytes]:
        query = select(table).where(table.c.record_id > after).order_by(table.c.record_id)
        rows = connection.execute(query.limit(BATCH)).all()
        values = [_anew(keyring, row, target) for row in rows if row.casebook_key_id in target]
        if values:
            change = update(table).where(table.c.record_id == bindparam("record"))
            connection.execute(
                change.values(casebook_key_id=bindparam("key"), wrapped=bindparam("new")), values
            )
        return len(values), rows[-1].record_id if len(rows) == BATCH else b""

    return work


def _anew(
    keyring: Keyring,
    row: Any,  # noqa: ANN401 - a row of `record_key`
    target: dict[bytes, tuple[bytes, bytes]],
) -> dict[str, bytes]:
    new_id, new = target[row.casebook_key_id]
    old = keyring.casebook[row.casebook_key_id]
    key = records.unwrap(old, row.casebook_key_id, row.record_id, row.wrapped)
    wrapped = records.wrap(new, new_id, row.record_id, key)
    return {"record": row.record_id, "key": new_id, "new": wrapped}

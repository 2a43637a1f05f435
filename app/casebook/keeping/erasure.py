"""Erasure: record key and share are destroyed, a tombstone stays. No member's key is needed.

Nothing spans both databases: every step may be repeated, and what a crash left half done is due
again. What cannot be reached from here (backups, copies handed over) is in `docs/erasure.md`.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from app.casebook import account, tables
from app.casebook.keyring import Keyring
from app.casebook.store import Store
from app.db import truncate_wal
from app.mailbox import blobs
from app.mailbox import tables as mailbox
from crypto.custody import Entry

STEWARD = "steward"
AT_ONCE = 200


def withdrawals(store: Store) -> list[bytes]:
    """Erase everything whose withdrawal has come into effect. Returns the ids of those records."""
    found = list(_due(store))
    for ids in _batches(found):
        erase(store, ids, "withdrawn")
    return found


def erase(store: Store, ids: Sequence[bytes], act: str, keyring: Keyring | None = None) -> None:
    """Destroy records and their arrivals, and leave a tombstone. ``act`` is what custody calls it.

    ``keyring`` is that of the lead who decides; the steward has none.
    """
    names = store.mailbox_writer.run(lambda connection: _clear_mailbox(connection, ids))
    if store.blobs is not None:
        store.blobs.destroy(names)
    actor = keyring.member.id if keyring else STEWARD
    days = _days_of_arrival(store, ids)

    def work(connection: Connection) -> None:
        gone = [record_id for record_id in ids if _bury(connection, record_id, days, store.today())]
        secrets.SystemRandom().shuffle(gone)  # which items were one witness's must not show
        entries = [Entry(act, actor, store.today(), record=one.hex()) for one in gone]
        account.append(connection, keyring, entries)

    store.casebook_writer.run(work)
    store.mailbox_writer.run(lambda connection: _blur(connection, ids, store.today()))
    truncate_wal(store.mailbox)
    truncate_wal(store.casebook)


def pending(store: Store, record_id: bytes) -> str | None:
    """Return the day from which this is withdrawn, if its witness has said so."""
    with store.mailbox.connect() as connection:
        query = select(mailbox.item.c.withdraw_on).where(mailbox.item.c.id == record_id)
        found: str | None = connection.execute(query).scalar()
        return found


def tombstones(store: Store) -> Iterator[tuple[bytes, str]]:
    """Yield id and month of every record that was erased."""
    with store.casebook.connect() as connection:
        query = select(tables.record.c.id, tables.record.c.erased_on)
        for row in connection.execute(query.where(tables.record.c.erased_on.is_not(None))):
            yield row.id, row.erased_on


def _due(store: Store) -> Iterator[bytes]:
    item = mailbox.item
    with store.mailbox.connect() as connection:
        query = select(item.c.id).where(item.c.withdraw_on <= store.today())
        withdrawn = connection.execute(query.order_by(item.c.id)).scalars().all()
        left = or_(
            exists().where(mailbox.header.c.item_id == item.c.id),
            exists().where(mailbox.payload.c.item_id == item.c.id),
            exists().where(mailbox.blob.c.item_id == item.c.id),
        )
        whole = set(connection.execute(query.where(left)).scalars())
    buried = {record_id for record_id, _ in tombstones(store)} if withdrawn else set()
    return (one for one in withdrawn if one in whole or one not in buried)


def _clear_mailbox(connection: Connection, ids: Sequence[bytes]) -> list[str]:
    for table in (mailbox.header, mailbox.payload):
        connection.execute(delete(table).where(table.c.item_id.in_(ids)))
    return blobs.forget(connection, ids)


def _days_of_arrival(store: Store, ids: Sequence[bytes]) -> dict[bytes, str]:
    with store.mailbox.connect() as connection:
        query = select(mailbox.item.c.id, mailbox.item.c.day).where(mailbox.item.c.id.in_(ids))
        return {row.id: row.day for row in connection.execute(query)}


def _bury(connection: Connection, record_id: bytes, days: dict[bytes, str], today: str) -> bool:
    """Destroy one record's key, share and events; false if that was done before.

    The events cannot be opened without the key; they go too, so that their number and sizes do.
    """
    record = tables.record
    row = connection.execute(
        select(record.c.erased_on).where(record.c.id == record_id)
    ).one_or_none()
    if row is not None and row.erased_on is not None:
        return False
    if row is None:  # never taken in: the tombstone keeps a restored backup from taking it in
        connection.execute(insert(record).values(id=record_id, day=days.get(record_id, today)))
    connection.execute(delete(tables.record_key).where(tables.record_key.c.record_id == record_id))
    connection.execute(delete(tables.event).where(tables.event.c.record_id == record_id))
    # The month, not the day: what one witness withdraws is withdrawn on one day.
    connection.execute(update(record).where(record.c.id == record_id).values(erased_on=today[:7]))
    return True


def _blur(connection: Connection, ids: Sequence[bytes], today: str) -> None:
    """Leave of the day of a withdrawal its month: a day tells which items were one witness's."""
    item = mailbox.item
    connection.execute(
        update(item)
        .where(item.c.id.in_(ids), item.c.withdraw_on.is_not(None))
        .values(withdraw_on=f"{today[:7]}-01")
    )


def _batches(ids: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(ids)
    while part := list(islice(rest, AT_ONCE)):
        yield part

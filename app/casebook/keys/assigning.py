"""Sharing one record for leads with one reviewer: its record key is sealed to them, no more.

A row's id is keyed by the desk's secret, so that the disk does not tell whose it is, and a removal
finds all that were one member's.
"""

import hashlib
import hmac

from sqlalchemy import Connection, delete, insert, select

from app.casebook import account, ledger, members, tables
from app.casebook.keyring import LEADS, Keyring
from app.casebook.shapes import NotFound, NotYours
from app.casebook.store import Store
from crypto import sealing
from crypto.custody import Entry


def _row_id(store: Store, record_id: bytes, member_id: str) -> bytes:
    said = b"naru/v1/assignment" + record_id + bytes.fromhex(member_id)
    return hmac.digest(store.secret.value, said, hashlib.sha256)[:16]


def assign(store: Store, keyring: Keyring, record_id: bytes, name: str) -> None:
    """Share a record for leads with the reviewer ``name``. A lead's act.

    Raises ``NotFound`` for no such reviewer or record, ``NotYours`` without its key.
    """
    keyring.require("lead")

    def work(connection: Connection) -> None:
        to = _reviewer(store, connection, keyring, name)
        if ledger.ring_of(connection, record_id) != LEADS:
            raise NotYours
        key = ledger.record_key(connection, keyring, record_id)
        row_id = _row_id(store, record_id, to.member.id)
        connection.execute(delete(tables.assignment).where(tables.assignment.c.id == row_id))
        connection.execute(
            insert(tables.assignment).values(
                id=row_id, record_id=record_id, sealed=b"".join(sealing.seal(key, [to.recipient]))
            )
        )
        _tell(store, connection, keyring, "shared", record_id, to.member.id)

    store.casebook_writer.run(work)


def take_back(store: Store, keyring: Keyring, record_id: bytes, name: str) -> None:
    """End a sharing. What the reviewer has read is not taken back. Raises ``NotFound``."""
    keyring.require("lead")

    def work(connection: Connection) -> None:
        to = _reviewer(store, connection, keyring, name)
        row = tables.assignment.c.id == _row_id(store, record_id, to.member.id)
        if not connection.execute(delete(tables.assignment).where(row)).rowcount:
            raise NotFound
        _tell(store, connection, keyring, "unshared", record_id, to.member.id)

    store.casebook_writer.run(work)


def shared_with(store: Store, keyring: Keyring, record_id: bytes) -> list[str]:
    """Return the names of the reviewers a record is shared with."""
    table = tables.assignment
    with store.casebook.connect() as connection:
        query = select(table.c.id).where(table.c.record_id == record_id)
        rows = set(connection.execute(query).scalars())
        return [
            e.member.name
            for e in members.directory(connection, keyring)
            if _row_id(store, record_id, e.member.id) in rows
        ]


def take_all(store: Store, connection: Connection, member_id: str) -> None:
    """Delete every row that is sealed to one member; in the transaction of a removal."""
    table = tables.assignment
    mine = [
        row.id
        for row in connection.execute(select(table.c.id, table.c.record_id))
        if row.id == _row_id(store, row.record_id, member_id)
    ]
    connection.execute(delete(table).where(table.c.id.in_(mine)))


def _reviewer(store: Store, connection: Connection, keyring: Keyring, name: str) -> members.Entry:
    handle = store.secret.handle(name)
    for entry in members.directory(connection, keyring):
        if entry.member.role == "reviewer" and store.secret.handle(entry.member.name) == handle:
            return entry
    raise NotFound


def _tell(
    store: Store, connection: Connection, keyring: Keyring, act: str, record_id: bytes, whom: str
) -> None:
    more = {"member": whom}
    entry = Entry(act, keyring.member.id, store.today(), record=record_id.hex(), more=more)
    account.append(connection, keyring, [entry])

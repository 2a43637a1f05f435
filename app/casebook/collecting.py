"""Taking in: an arrival is opened, its record made durable, then its header deleted.

One way and idempotent; no transaction spans mailbox and casebook. A crash between the two leaves
a record whose header is still there: the next round deletes the header and makes nothing twice.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from app.casebook import account, ledger, tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.shapes import Altered, CasebookError, Misfiled, NotYours, Trouble
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import opening
from crypto.custody import Entry
from crypto.documents import Document
from crypto.errors import CryptoError, WrongIdentity
from crypto.identities import PQIdentity

WHY = {NotYours: "not-for-you", Altered: "altered", Misfiled: "misfiled"}


@dataclass(frozen=True)
class Opened:
    """An arrival, opened in memory."""

    item_id: bytes
    day: str
    document: Document
    file_key: bytes
    payload: bytes


def collect(store: Store, keyring: Keyring, limit: int) -> tuple[list[bytes], list[Trouble]]:
    """Take in up to ``limit`` arrivals. Returns the new records' ids, and what cannot be opened."""
    with store.mailbox.connect() as connection:
        rows = connection.execute(_arrivals().limit(limit)).all()
    opened: list[Opened] = []
    trouble: list[Trouble] = []
    with store.casebook.connect() as connection:
        for row in rows:
            try:
                one = open_arrival(connection, keyring, row)
                # What is for leads waits sealed until a lead comes: nobody else records it.
                if keyring.rings.get(LEADS) or not for_leads(one.document):
                    opened.append(one)
            except CasebookError as refusal:
                trouble.append(Trouble(row.id.hex(), row.day, WHY.get(type(refusal), "altered")))
    if opened:
        new = store.casebook_writer.run(lambda c: _record(c, keyring, opened, store.today()))
        _forget_headers(store, [one.item_id for one in opened])
        return new, trouble
    return [], trouble


def _arrivals() -> Any:  # noqa: ANN401 - a select of joined columns
    return (
        select(mailbox.item, mailbox.header.c.header, mailbox.payload.c.payload)
        .join(mailbox.header)
        .join(mailbox.payload, mailbox.payload.c.item_id == mailbox.item.c.id)
        .order_by(mailbox.item.c.day, mailbox.item.c.id)
    )


def arrival(connection: Connection, item_id: bytes) -> Row[Any] | None:
    """Return one arrival with its header and payload, if it is there and not taken in."""
    row: Row[Any] | None = connection.execute(
        _arrivals().where(mailbox.item.c.id == item_id)
    ).one_or_none()
    return row


def original(connection: Connection, item_id: bytes) -> bytes | None:
    """Return the payload as it arrived."""
    query = select(mailbox.payload.c.payload).where(mailbox.payload.c.item_id == item_id)
    found: bytes | None = connection.execute(query).scalar()
    return found


def open_arrival(connection: Connection, keyring: Keyring, row: Row[Any]) -> Opened:
    """Open one arrival in memory. Raises ``NotYours``, ``Altered`` or ``Misfiled``."""
    identity = keyring.epoch(connection, row.epoch)
    try:
        file_key = opening.unwrap(row.header, [identity] if identity else [])
    except WrongIdentity as error:
        raise _whose(connection, keyring, row) from error
    except CryptoError as error:
        raise Altered from error
    document = read_payload(row.payload, file_key, row.id, row.epoch)
    return Opened(row.id, row.day, document, file_key, row.payload)


def _whose(connection: Connection, keyring: Keyring, row: Row[Any]) -> CasebookError:
    """Say why no identity of its epoch opens it: what another epoch opens lies in a wrong row."""
    others: Sequence[PQIdentity] = keyring.epochs(connection)
    try:
        opening.unwrap(row.header, others)
    except CryptoError:
        return NotYours()
    return Misfiled()


def read_payload(payload: bytes, file_key: bytes, item_id: bytes, epoch: str) -> Document:
    """Open a payload with its file key and hold it against its row. ``Altered``, ``Misfiled``."""
    try:
        document = Document.from_bytes(opening.open_payload_bytes(payload, file_key))
    except CryptoError as error:
        raise Altered from error
    if document.id != item_id.hex() or document.epoch != epoch:
        raise Misfiled
    return document


def _record(
    connection: Connection, keyring: Keyring, opened: list[Opened], today: str
) -> list[bytes]:
    ids = [one.item_id for one in opened]
    known = set(
        connection.execute(select(tables.record.c.id).where(tables.record.c.id.in_(ids))).scalars()
    )
    fresh = [one for one in opened if one.item_id not in known]
    for one in fresh:
        first = {
            "e": "document",
            "document": one.document.to_object(),
            "key": one.file_key.hex(),
            "day": one.day,
        }
        ring = LEADS if for_leads(one.document) else REVIEWERS
        ledger.begin(connection, keyring, one.item_id, one.day, first, ring)
    received = [_entry("received", one, today) for one in fresh]
    secrets.SystemRandom().shuffle(received)  # the account must not tell the order of arrival
    taken = [_entry("taken-in", one, today, keyring.member.id) for one in fresh]
    account.append(connection, keyring, [*received, *taken])
    return [one.item_id for one in fresh]


def for_leads(document: Document) -> bool:
    """Tell what only leads may see: the witness named somebody who must not read it."""
    return bool(document.fields.get("w_not_read"))


def _entry(act: str, one: Opened, today: str, actor: str = "intake") -> Entry:
    digest = hashlib.sha256(one.payload).hexdigest()
    return Entry(act, actor, today, digest, one.item_id.hex())


def _forget_headers(store: Store, ids: list[bytes]) -> None:
    def work(connection: Connection) -> None:
        connection.execute(delete(mailbox.header).where(mailbox.header.c.item_id.in_(ids)))

    store.mailbox_writer.run(work)

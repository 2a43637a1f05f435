"""Arrival epochs after their beginning: what is still to be taken in, the end, the retirement.

An epoch ends when its identity is destroyed; then nobody opens what was captured of it. It is
retired when a member is removed who holds its identity: another key serves for the same week, and
what was sealed to the old one meanwhile is still accepted for twelve weeks, first, and marked.
"""

import datetime as dt
import secrets

from sqlalchemy import Connection, delete, func, insert, select, update

from app.casebook import account, members, tables
from app.casebook.keyring import Keyring
from app.casebook.keys import founding
from app.casebook.shapes import NotFound, Refusal
from app.casebook.store import Store
from app.db import truncate_wal
from app.mailbox import tables as mailbox
from crypto import sealing
from crypto.custody import Entry
from crypto.identities import PQIdentity

KEPT_WEEKS = 4


class TooEarly(Refusal):
    """An epoch ends four weeks after its week, not before."""


class NotTakenIn(Refusal):
    """Something of the epoch was not taken in: ending it would destroy testimony."""


def waiting(store: Store) -> dict[str, int]:
    """Return how many arrivals of each epoch are not taken in."""
    query = select(mailbox.item.c.epoch, func.count()).join(mailbox.header)
    with store.mailbox.connect() as connection:
        rows = connection.execute(query.group_by(mailbox.item.c.epoch)).all()
    return {row.epoch: int(row[1]) for row in rows}


def may_end(epoch: str) -> str:
    """Return the first day on which an epoch may end. Raises ``NotFound`` for no week."""
    try:
        sunday = dt.date.fromisocalendar(int(epoch[:4]), int(epoch[6:]), 7)
    except ValueError as error:
        raise NotFound from error
    return (sunday + dt.timedelta(weeks=KEPT_WEEKS, days=1)).isoformat()


def check_end(store: Store, epoch: str) -> None:
    """Raise ``NotFound``, ``TooEarly`` or ``NotTakenIn`` if the epoch may not end now."""
    with store.casebook.connect() as connection:
        _require_living(connection, epoch)
    if store.today() < may_end(epoch):
        raise TooEarly
    if waiting(store).get(epoch):
        raise NotTakenIn


def _require_living(connection: Connection, epoch: str) -> None:
    query = select(tables.epoch.c.sealed).where(tables.epoch.c.epoch == epoch)
    if connection.execute(query).scalar() is None:
        raise NotFound


def end(store: Store, keyring: Keyring, epoch: str) -> None:
    """Destroy an epoch's identity for good. A lead's act. Raises as ``check_end``.

    The intake stops using the recipient first: what came in between would never be opened.
    """
    keyring.require("lead")
    check_end(store, epoch)
    recipient = mailbox.recipient
    store.mailbox_writer.run(
        lambda c: c.execute(delete(recipient).where(recipient.c.epoch == epoch))
    )
    if waiting(store).get(epoch):
        raise NotTakenIn

    def work(connection: Connection) -> None:
        _require_living(connection, epoch)
        connection.execute(
            update(tables.epoch)
            .where(tables.epoch.c.epoch == epoch)
            .values(sealed=None, ended_on=store.today())
        )
        connection.execute(
            delete(tables.retired_epoch).where(tables.retired_epoch.c.epoch == epoch)
        )
        entry = Entry("epoch-ended", keyring.member.id, store.today(), more={"epoch": epoch})
        account.append(connection, keyring, [entry])

    store.casebook_writer.run(work)
    truncate_wal(store.casebook)
    keyring.forget_epochs()


def retire(store: Store, connection: Connection, keyring: Keyring) -> list[str]:
    """Give this week and all coming ones another key; in the transaction of a removal."""
    today = dt.date.fromisoformat(store.today())
    this_week = founding.week_of(today)
    to = [e.recipient for e in members.directory(connection, keyring) if e.member.triage]
    to.append(members.standing(connection))
    retired = []
    query = select(tables.epoch).where(tables.epoch.c.sealed.is_not(None))
    for row in connection.execute(query.where(tables.epoch.c.epoch >= this_week)).all():
        connection.execute(
            insert(tables.retired_epoch).values(
                id=secrets.token_bytes(16),
                epoch=row.epoch,
                recipient=row.recipient,
                sealed=row.sealed,
                retired_on=store.today(),
            )
        )
        identity = PQIdentity.generate()
        connection.execute(
            update(tables.epoch)
            .where(tables.epoch.c.epoch == row.epoch)
            .values(
                recipient=str(identity.recipient),
                sealed=b"".join(sealing.seal(f"{identity}\n".encode(), to)),
            )
        )
        retired.append(row.epoch)
    actor, day = keyring.member.id, store.today()
    acts = [Entry("epoch-retired", actor, day, more={"epoch": epoch}) for epoch in retired]
    account.append(connection, keyring, acts)
    return retired

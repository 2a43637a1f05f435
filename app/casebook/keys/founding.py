"""The first day of a desk: its keys, its first lead, eight weeks of epochs, the recovery identity.

Also the acts that need a lead's keys from the first day on: adding members, beginning epochs.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from app.casebook import account, members, tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.shapes import CasebookError, Member
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import bundle, locking, records, sealing
from crypto.canonical import canonical
from crypto.custody import Entry
from crypto.identities import PQIdentity
from crypto.recipients import PQRecipient, pq_recipient_from_seed
from crypto.signing import Signer

AHEAD = 8
ACCEPTED_WEEKS = 12


class AlreadyFounded(CasebookError):
    """The casebook has members: it is founded once."""


@dataclass(frozen=True)
class Founded:
    """What the founder must keep: shown once, stored nowhere."""

    lead: members.Enrolled
    recovery: PQIdentity
    fingerprint: str


def week_of(day: dt.date) -> str:
    """Return the ISO week of a day, as epochs are named: 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def found(store: Store, name: str, lang: str = "en", passphrase: str = "") -> Founded:
    """Make the desk's keys and its first lead. Raises ``AlreadyFounded``."""
    recovery, desk, bundles = PQIdentity.generate(), Signer.generate(), Signer.generate()
    passphrase = passphrase or locking.generate_passphrase(lang)
    keys = {
        REVIEWERS: (secrets.token_bytes(16), records.new_key()),
        LEADS: (secrets.token_bytes(16), records.new_key()),
    }
    lead = Member(secrets.token_hex(16), name, "lead", triage=True)

    def work(connection: Connection) -> members.Enrolled:
        if connection.execute(select(tables.member.c.id)).first() is not None:
            raise AlreadyFounded
        enrolled = members.enrol(store, connection, keys[REVIEWERS], lead, passphrase)
        to = [enrolled.identity.recipient, recovery.recipient]
        _keep_keys(connection, store.today(), keys, to)
        _keep_signers(connection, desk, bundles, to)
        connection.execute(
            insert(tables.epoch).values(
                epoch="standing", recipient=str(recovery.recipient), sealed=None
            )
        )
        ring = Keyring(lead, enrolled.identity, "")
        ring.load(connection)
        account.append(connection, ring, [Entry("founded", lead.id, store.today())])
        return enrolled

    enrolled = store.casebook_writer.run(work)
    ring = Keyring(lead, enrolled.identity, "")
    with store.casebook.connect() as connection:
        ring.load(connection)
    begin_epochs(store, ring)
    return Founded(enrolled, recovery, desk.public.fingerprint)


def _keep_keys(
    connection: Connection, today: str, keys: dict[str, tuple[bytes, bytes]], to: list[PQRecipient]
) -> None:
    for ring, (key_id, key) in keys.items():
        connection.execute(
            insert(tables.casebook_key).values(
                id=key_id,
                ring=ring,
                day=today,
                sealed=b"".join(sealing.seal(key, to)),
                recipient=str(pq_recipient_from_seed(records.desk_seed(key))),
            )
        )


def _keep_signers(
    connection: Connection, desk: Signer, bundles: Signer, to: list[PQRecipient]
) -> None:
    vouched = bundle.vouch(desk, bundles.public).signatures
    for name, signer, word in (("desk", desk, None), ("bundle", bundles, vouched)):
        connection.execute(
            insert(tables.signing_key).values(
                name=name,
                public=bytes(signer.public),
                sealed=b"".join(sealing.seal(b"".join(signer.seeds), to)),
                sshsig=word and word.sshsig,
                mldsa65=word and word.mldsa65,
            )
        )


def add_member(  # noqa: PLR0913 - what a member is, as the shell says it
    store: Store,
    keyring: Keyring,
    name: str,
    role: str,
    *,
    triage: bool = False,
    lang: str = "en",
    passphrase: str = "",
    kind: str = "rescue",
) -> members.Enrolled:
    """Enrol a member and seal to them what their role opens. A lead's act.

    ``kind`` is what a partner is: it decides for which purposes anything may go to it.
    """
    keyring.require("lead")
    kind = kind if role == "partner" else ""
    member = Member(secrets.token_hex(16), name, role, triage=triage, kind=kind)
    passphrase = passphrase or locking.generate_passphrase(lang)

    def work(connection: Connection) -> members.Enrolled:
        keyring.load(connection)
        bundles = b"".join(keyring.signer(connection, "bundle").seeds)
        enrolled = members.enrol(
            store, connection, keyring.current(REVIEWERS), member, passphrase, bundles
        )
        members.reseal(connection, keyring)
        entry = Entry("member-added", keyring.member.id, store.today(), more={"member": member.id})
        account.append(connection, keyring, [entry])
        return enrolled

    return store.casebook_writer.run(work)


def begin_epochs(store: Store, keyring: Keyring, ahead: int = AHEAD) -> list[str]:
    """Make the epochs from this week to ``ahead`` weeks on, and publish them signed.

    Casebook first: a recipient is never published before its identity is durable.
    """
    keyring.require("lead")
    monday = dt.date.fromisoformat(store.today())
    monday -= dt.timedelta(days=monday.weekday())
    weeks = [monday + dt.timedelta(weeks=n) for n in range(ahead + 1)]

    def work(connection: Connection) -> list[str]:
        known = set(connection.execute(select(tables.epoch.c.epoch)).scalars())
        to = [e.recipient for e in members.directory(connection, keyring) if e.member.triage]
        to.append(members.standing(connection))
        begun = [week_of(day) for day in weeks if week_of(day) not in known]
        for epoch in begun:
            identity = PQIdentity.generate()
            connection.execute(
                insert(tables.epoch).values(
                    epoch=epoch,
                    recipient=str(identity.recipient),
                    sealed=b"".join(sealing.seal(f"{identity}\n".encode(), to)),
                )
            )
        account.append(
            connection,
            keyring,
            [
                Entry("epoch-begun", keyring.member.id, store.today(), more={"epoch": epoch})
                for epoch in begun
            ],
        )
        return begun

    begun = store.casebook_writer.run(work)
    store.casebook_writer.run(lambda c: _forget_retired(store, c))
    publish(store, keyring)
    return begun


def _forget_retired(store: Store, connection: Connection) -> None:
    """Destroy identities that were retired more than twelve weeks ago."""
    last = dt.date.fromisoformat(store.today()) - dt.timedelta(weeks=ACCEPTED_WEEKS)
    old = tables.retired_epoch.c.retired_on < last.isoformat()
    connection.execute(delete(tables.retired_epoch).where(old))


def publish(store: Store, keyring: Keyring) -> None:
    """Put every living recipient, signed with the desk key, where the intake finds it."""
    with store.casebook.connect() as connection:
        signer = keyring.signer(connection, "desk")
        rows = connection.execute(
            select(tables.epoch).where(tables.epoch.c.ended_on.is_(None))
        ).all()
    statements = [_statement(store, signer, row.epoch, row.recipient) for row in rows]

    table = mailbox.recipient
    current = {row.epoch: row.recipient.encode() for row in rows}

    def work(connection: Connection) -> None:
        for row in connection.execute(select(table.c.epoch, table.c.statement)).all():
            if current.get(row.epoch, b" ") in row.statement:
                del current[row.epoch]
            else:  # ended, or replaced when a member was removed
                connection.execute(delete(table).where(table.c.epoch == row.epoch))
        for values in statements:
            if values["epoch"] in current:
                connection.execute(insert(table).values(**values))

    store.mailbox_writer.run(work)


def _statement(store: Store, signer: Signer, epoch: str, recipient: str) -> dict[str, object]:
    first, last = _days(epoch)
    body = canonical(
        {
            "epoch": epoch,
            "from": first,
            "naru": 1,
            "recipient": recipient,
            "site": store.site_id.hex(),
            "until": last,
        }
    )
    signed = signer.sign("naru-epoch", body)
    return {
        "epoch": epoch,
        "statement": body,
        "sshsig": signed.sshsig,
        "mldsa65": signed.mldsa65,
        "signer": bytes(signer.public),
    }


def _days(epoch: str) -> tuple[str, str]:
    if epoch == "standing":
        return "0001-01-01", "9999-12-31"
    first = dt.date.fromisocalendar(int(epoch[:4]), int(epoch[6:]), 1)
    return first.isoformat(), (first + dt.timedelta(days=6)).isoformat()

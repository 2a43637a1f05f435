"""Members: enrolment, their cards, the directory, and to whom each key is sealed."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from app.casebook import tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.shapes import Member, NoSession, NotYours
from app.casebook.store import Store
from crypto import locking, opening, padding, records, sealing
from crypto.canonical import canonical
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.recipients import PQRecipient, parse_recipient

T = TypeVar("T")
CARD = 4096  # cards are padded to one size: it must not tell a lead from a partner
READERS = ("lead", "reviewer")


@dataclass(frozen=True)
class Enrolled:
    """What a new member is handed, once."""

    member: Member
    passphrase: str
    identity: PQIdentity


def enrol(
    store: Store,
    connection: Connection,
    directory: tuple[bytes, bytes],
    member: Member,
    passphrase: str,
    bundle: bytes = b"",
) -> Enrolled:
    """Make a member with a new identity. ``directory`` is id and key of the reviewers' ring.

    ``bundle`` are the seeds of the key that signs bundles; a partner's card holds them locked
    with the desk host's half, so that neither partner nor disk can sign alone.
    """
    identity = PQIdentity.generate()
    member_id = bytes.fromhex(member.id)
    card = _describe(member)
    if member.role == "partner":
        card["shelf"] = secrets.token_hex(32)
        sealed = records.RecordKey(store.secret.host_key).seal(
            member_id, 0, {"seeds": bundle.hex()}
        )
        card["bundle"] = sealed.hex()
    locked = locking.lock(identity.seed, passphrase, member_id, store.profile)
    key_id, key = directory
    entry = {k: v for k, v in card.items() if k != "bundle"}
    connection.execute(
        insert(tables.member).values(
            id=member_id,
            handle=store.secret.handle(member.name),
            locked=bytes(locked),
            recipient=str(identity.recipient),
            card=b"".join(sealing.seal(padding.pad(canonical(card), CARD), [identity.recipient])),
            entry=key_id + records.RecordKey(key).seal(member_id, 0, entry, floor=CARD),
        )
    )
    return Enrolled(member, passphrase, identity)


def _describe(member: Member) -> dict[str, object]:
    kind = {"kind": member.kind} if member.kind else {}
    return {
        "id": member.id,
        "name": member.name,
        "role": member.role,
        "triage": "yes" if member.triage else "no",
        **kind,
    }


def member_of(card: dict[str, object]) -> Member:
    """Return whose card or entry this is."""
    return Member(
        id=str(card["id"]),
        name=str(card["name"]),
        role=str(card["role"]),
        triage=card["triage"] == "yes",
        kind=str(card.get("kind", "rescue" if card["role"] == "partner" else "")),
    )


@dataclass(frozen=True)
class Entry:
    """A member as the directory has them: who, their public key, a partner's shelf."""

    member: Member
    recipient: PQRecipient
    shelf: bytes


def directory(connection: Connection, keyring: Keyring) -> list[Entry]:
    """Return every member, by name. Needs the reviewers' ring, else ``NotYours``.

    Nobody is left out: keys are sealed to whom this names, and to no other. A session that began
    before the casebook key was replaced opens the new one here.
    """
    rows = connection.execute(select(tables.member)).all()
    if not keyring.casebook.keys() >= {row.entry[:16] for row in rows}:
        keyring.load(connection)
    found = []
    for row in rows:
        card = _listed(row.id, row.entry, keyring.casebook)
        recipient = parse_recipient(row.recipient)
        if isinstance(recipient, PQRecipient):
            shelf = bytes.fromhex(str(card.get("shelf", "")))
            found.append(Entry(member_of(card), recipient, shelf))
    return sorted(found, key=lambda entry: entry.member.name)


def _listed(member_id: bytes, entry: bytes, keys: Mapping[bytes, bytes]) -> dict[str, Any]:
    """Open a member's entry with casebook keys, by their ids. Raises ``NotYours``."""
    key = keys.get(entry[:16])
    if key is None:
        raise NotYours
    return records.RecordKey(key).open(member_id, 0, entry[16:])


def listed(member_id: bytes, entry: bytes, keys: Mapping[bytes, bytes]) -> Member:
    """Return whose entry this is, where no directory stands yet. Raises ``NotYours``."""
    return member_of(_listed(member_id, entry, keys))


def rewrite_directory(connection: Connection, keyring: Keyring) -> None:
    """Seal every member's entry under the newest casebook key."""
    key_id, key = keyring.directory_key()
    for row in connection.execute(select(tables.member.c.id, tables.member.c.entry)).all():
        card = _listed(row.id, row.entry, keyring.casebook)
        sealed = key_id + records.RecordKey(key).seal(row.id, 0, card, floor=CARD)
        connection.execute(
            update(tables.member).where(tables.member.c.id == row.id).values(entry=sealed)
        )


def change_card(
    store: Store, identity: PQIdentity, member_id: bytes, change: Callable[[dict[str, Any]], T]
) -> T:
    """Open a member's card, change it, seal it again: in one transaction, so that none is lost.

    Raises ``NoSession`` if the member is gone or has another key.
    """

    def work(connection: Connection) -> T:
        query = select(tables.member.c.card).where(tables.member.c.id == member_id)
        card = read_card(connection.execute(query).scalar(), identity)
        before = canonical(card)
        answer = change(card)
        if canonical(card) != before:
            sealed = b"".join(
                sealing.seal(padding.pad(canonical(card), CARD), [identity.recipient])
            )
            where = tables.member.c.id == member_id
            connection.execute(update(tables.member).where(where).values(card=sealed))
        return answer

    return store.casebook_writer.run(work)


def read_card(sealed: bytes | None, identity: PQIdentity) -> dict[str, Any]:
    """Open a member's card. Raises ``NoSession`` if the member is gone or has another key."""
    try:
        card: dict[str, Any] = json.loads(opening.open_bytes(sealed or b"", [identity]))
    except CryptoError as error:  # gone, or they have a new key: this session is of the old one
        raise NoSession from error
    return card


def card_of(store: Store, keyring: Keyring) -> dict[str, Any]:
    """Return a member's own card."""
    query = select(tables.member.c.card).where(
        tables.member.c.id == bytes.fromhex(keyring.member.id)
    )
    with store.casebook.connect() as connection:
        return read_card(connection.execute(query).scalar(), keyring.identity)


def reseal(connection: Connection, keyring: Keyring) -> None:
    """Seal every living key file to exactly those who may hold it now, and to recovery."""
    entries = directory(connection, keyring)
    recovery = standing(connection)
    readers = [e.recipient for e in entries if e.member.role in READERS]
    leads = [e.recipient for e in entries if e.member.role == "lead"]
    triage = [e.recipient for e in entries if e.member.triage]
    for row in connection.execute(select(tables.casebook_key)).all():
        to = {REVIEWERS: readers, LEADS: leads}[row.ring]
        _reseal_row(connection, keyring, (tables.casebook_key, row), [*to, recovery])
    for row in connection.execute(select(tables.epoch)).all():
        if row.sealed is not None:
            _reseal_row(connection, keyring, (tables.epoch, row), [*triage, recovery])
    for row in connection.execute(select(tables.retired_epoch)).all():
        _reseal_row(connection, keyring, (tables.retired_epoch, row), [*triage, recovery])
    for row in connection.execute(select(tables.signing_key)).all():
        _reseal_row(connection, keyring, (tables.signing_key, row), [*leads, recovery])


def _reseal_row(connection: Connection, keyring: Keyring, what, to: list[PQRecipient]) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    table, row = what
    sealed = opening.rewrap_file(row.sealed, [keyring.identity], to)
    (key,) = table.primary_key.columns
    connection.execute(update(table).where(key == row[0]).values(sealed=sealed))


def standing(connection: Connection) -> PQRecipient:
    """Return the recovery recipient: what the intake falls back to, and every key file names."""
    query = select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == "standing")
    found = parse_recipient(connection.execute(query).scalar_one())
    if not isinstance(found, PQRecipient):
        raise TypeError("the standing recipient is post-quantum")
    return found

"""Members: enrolment, log-in, sessions, and to whom each key is sealed."""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, insert, select, update

from app.casebook import secondfactor, tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.shapes import Member, NoSession, NotYours, Refused
from app.casebook.store import Store
from crypto import locking, opening, padding, records, sealing, sessions
from crypto.canonical import canonical
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.recipients import PQRecipient, parse_recipient

T = TypeVar("T")
SESSION_HOURS = 12
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


def _member(card: dict[str, object]) -> Member:
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
            found.append(Entry(_member(card), recipient, shelf))
    return sorted(found, key=lambda entry: entry.member.name)


def _listed(member_id: bytes, entry: bytes, keys: Mapping[bytes, bytes]) -> dict[str, Any]:
    """Open a member's entry with casebook keys, by their ids. Raises ``NotYours``."""
    key = keys.get(entry[:16])
    if key is None:
        raise NotYours
    return records.RecordKey(key).open(member_id, 0, entry[16:])


def listed(member_id: bytes, entry: bytes, keys: Mapping[bytes, bytes]) -> Member:
    """Return whose entry this is, where no directory stands yet. Raises ``NotYours``."""
    return _member(_listed(member_id, entry, keys))


def rewrite_directory(connection: Connection, keyring: Keyring) -> None:
    """Seal every member's entry under the newest casebook key."""
    key_id, key = keyring.directory_key()
    for row in connection.execute(select(tables.member.c.id, tables.member.c.entry)).all():
        card = _listed(row.id, row.entry, keyring.casebook)
        sealed = key_id + records.RecordKey(key).seal(row.id, 0, card, floor=CARD)
        connection.execute(
            update(tables.member).where(tables.member.c.id == row.id).values(entry=sealed)
        )


def log_in(store: Store, name: str, passphrase: str, code: str, now: float) -> tuple[str, Keyring]:
    """Unlock a member and open a session. Returns the cookie's text. Raises ``Refused``.

    An unknown name costs the same Argon2 as a wrong passphrase: the clock does not tell them apart.
    """
    with store.casebook.connect() as connection:
        query = select(tables.member).where(tables.member.c.handle == store.secret.handle(name))
        row = connection.execute(query).one_or_none()
    try:
        if row is None:
            locking.waste(passphrase, store.profile)
            raise Refused
        locked = locking.Locked.parse(row.locked)
        seed = locking.unlock(locked, passphrase, row.id)
    except CryptoError as error:
        raise Refused from error
    if not change_card(store, PQIdentity(seed), row.id, _code_is_right(code, now)):
        raise Refused
    if locking.needs_raising(locked, store.profile):
        _raise(store, row.id, seed, passphrase)
    key = sessions.new_session_key()
    body = {
        "member": row.id.hex(),
        "seed": seed.hex(),
        "until": str(int(now) + SESSION_HOURS * 3600),
    }
    sealed = sessions.seal_session(key, body)

    def work(connection: Connection) -> None:
        connection.execute(
            insert(tables.session).values(
                id=sessions.session_id(key), day=store.today(), body=sealed
            )
        )

    store.casebook_writer.run(work)
    return cookie_of(store, key, name), keyring_of(store, row.id, seed, key)


def cookie_of(store: Store, key: bytes, name: str) -> str:
    """Return the text of a cookie: the key, and the mark of the member it was made for.

    The mark outlives the session: it opens nothing, and gives the member a line of their own at
    the door (``throttle``) in a browser where they were before.
    """
    text = sessions.to_cookie(key)
    return f"{text}.{store.secret.mark(text, name)}"


def key_of(cookie: str) -> bytes:
    """Return the session key in a cookie. Raises ``WrongSession``."""
    return sessions.from_cookie(cookie.partition(".")[0])


def was_here(store: Store, cookie: str, name: str) -> bool:
    """Tell whether this member was in the browser before that brings this cookie."""
    key, _, mark = cookie.partition(".")
    return hmac.compare_digest(mark.encode(), store.secret.mark(key, name).encode())


def _code_is_right(code: str, now: float) -> Callable[[dict[str, Any]], bool]:
    return lambda card: secondfactor.check(card, code, now)


def change_card(
    store: Store, identity: PQIdentity, member_id: bytes, change: Callable[[dict[str, Any]], T]
) -> T:
    """Open a member's card, change it, seal it again: in one transaction, so that none is lost.

    Raises ``NoSession`` if the member is gone or has another key.
    """

    def work(connection: Connection) -> T:
        query = select(tables.member.c.card).where(tables.member.c.id == member_id)
        card = _read_card(connection.execute(query).scalar(), identity)
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


def _read_card(sealed: bytes | None, identity: PQIdentity) -> dict[str, Any]:
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
        return _read_card(connection.execute(query).scalar(), keyring.identity)


def _raise(store: Store, member_id: bytes, seed: bytes, passphrase: str) -> None:
    """Lock an identity anew under today's parameters, while the passphrase is at hand."""
    locked = bytes(locking.lock(seed, passphrase, member_id, store.profile))
    change = update(tables.member).where(tables.member.c.id == member_id)
    store.casebook_writer.run(lambda c: c.execute(change.values(locked=locked)))


def resume(store: Store, cookie: str, now: float) -> tuple[bytes, bytes, bytes]:
    """Return member id, seed and session key of a living session. Raises ``NoSession``."""
    try:
        key = key_of(cookie)
        with store.casebook.connect() as connection:
            query = select(tables.session.c.body).where(
                tables.session.c.id == sessions.session_id(key)
            )
            body = connection.execute(query).scalar()
        if body is None:
            raise NoSession
        session = sessions.open_session(key, body)
    except CryptoError as error:
        raise NoSession from error
    if int(str(session["until"])) <= now:
        log_out(store, key)
        raise NoSession
    return bytes.fromhex(str(session["member"])), bytes.fromhex(str(session["seed"])), key


def still_there(store: Store, keyring: Keyring) -> bool:
    """Tell whether the member is still one, with the key this session was opened with."""
    query = select(tables.member.c.recipient).where(
        tables.member.c.id == bytes.fromhex(keyring.member.id)
    )
    with store.casebook.connect() as connection:
        found = connection.execute(query).scalar()
    return found == str(keyring.identity.recipient)


def log_out(store: Store, key: bytes) -> None:
    """Delete the session's row: the cookie is dead from here on."""

    def work(connection: Connection) -> None:
        connection.execute(
            delete(tables.session).where(tables.session.c.id == sessions.session_id(key))
        )

    store.casebook_writer.run(work)


def keyring_of(store: Store, member_id: bytes, seed: bytes, session_key: bytes) -> Keyring:
    """Open the member's card and casebook keys. Raises ``NoSession`` if the member is gone."""
    identity = PQIdentity(seed)
    with store.casebook.connect() as connection:
        row = connection.execute(
            select(tables.member).where(tables.member.c.id == member_id)
        ).one_or_none()
        if row is None:
            raise NoSession
        card = _read_card(row.card, identity)
        ring = Keyring(
            member=_member(card),
            identity=identity,
            csrf=sessions.csrf_token(session_key),
            shelf=bytes.fromhex(card.get("shelf", "")),
        )
        ring.load(connection)
    if "bundle" in card:
        host = records.RecordKey(store.secret.host_key)
        seeds = host.open(member_id, 0, bytes.fromhex(card["bundle"]))
        ring.bundle = bytes.fromhex(str(seeds["seeds"]))
    return ring


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

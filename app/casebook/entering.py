"""Log-in and sessions: a passphrase and perhaps a code against a keyring, for some hours."""

import hmac
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.casebook import members, secondfactor, tables
from app.casebook.keyring import Keyring
from app.casebook.shapes import NoSession, Refused
from app.casebook.store import Store
from crypto import locking, records, sessions
from crypto.errors import CryptoError
from crypto.identities import PQIdentity

SESSION_HOURS = 12


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
    if not members.change_card(store, PQIdentity(seed), row.id, _code_is_right(code, now)):
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
        card = members.read_card(row.card, identity)
        ring = Keyring(
            member=members.member_of(card),
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

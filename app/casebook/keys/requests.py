"""Where a second person is asked for: one member asks, any other confirms, then it is done.

With one member who reads, the recovery identity on paper counts as the second, and custody says so.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.casebook import account, members, tables
from app.casebook.keyring import REVIEWERS, Keyring
from app.casebook.keys import epochs, founding, recovery
from app.casebook.shapes import NotFound, Refusal
from app.casebook.store import Store
from crypto import records
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.identities import PQIdentity

KINDS = ("end-epoch", "add-lead")


class OwnRequest(Refusal):
    """Nobody is their own second person."""


class NotAlone(Refusal):
    """Paper counts only where there is no other member to ask."""


class NotConfirmed(Refusal):
    """No second person has confirmed this."""


@dataclass(frozen=True)
class Request:
    """What was asked, by whom, and who confirmed it, if anybody."""

    id: str
    kind: str
    what: Mapping[str, str]
    day: str
    by: str
    by_id: str
    confirmed: str = ""


def ask(store: Store, keyring: Keyring, kind: str, what: Mapping[str, str]) -> str:
    """Leave a request for another member; return its id. A lead's act. Raises as the act would."""
    keyring.require("lead")
    if kind == "end-epoch":
        epochs.check_end(store, what["epoch"])
    request_id = secrets.token_bytes(16)
    body = {
        "kind": kind,
        "what": dict(what),
        "day": store.today(),
        "by": keyring.member.name,
        "by_id": keyring.member.id,
        "confirmed": "",
    }

    def work(connection: Connection) -> None:
        keyring.load(connection)
        sealed = _seal(keyring, request_id, body)
        connection.execute(insert(tables.request).values(id=request_id, body=sealed))
        _tell(store, connection, keyring, "asked", (kind, sealed))

    store.casebook_writer.run(work)
    return request_id.hex()


def waiting(store: Store, keyring: Keyring) -> list[Request]:
    """Return the open requests, oldest first."""
    keyring.require(*members.READERS)
    with store.casebook.connect() as connection:
        keyring.load(connection)
        rows = connection.execute(select(tables.request)).all()
        found = [_open(keyring, row.id, row.body) for row in rows]
    return sorted((one for one in found if one), key=lambda one: (one.day, one.id))


def confirm(store: Store, keyring: Keyring, request_id: str) -> None:
    """Confirm what another asked. Raises ``NotFound``, ``OwnRequest``."""
    keyring.require(*members.READERS)
    _confirm(store, keyring, request_id, keyring.member.name, "confirmed", by_paper=False)


def confirm_by_paper(store: Store, keyring: Keyring, request_id: str, paper: PQIdentity) -> None:
    """Confirm with the recovery identity what the only member asked.

    Raises ``NotAlone``, ``recovery.NotTheRecovery``.
    """
    prove_alone(store, keyring, paper)
    _confirm(store, keyring, request_id, "recovery", "confirmed-on-paper", by_paper=True)


def prove_alone(store: Store, keyring: Keyring, paper: PQIdentity) -> None:
    """Let the paper stand for a second person. A lead's act. Raises as ``confirm_by_paper``."""
    keyring.require("lead")
    with store.casebook.connect() as connection:
        recovery.prove(connection, paper)
        readers = [
            e for e in members.directory(connection, keyring) if e.member.role in members.READERS
        ]
    if len(readers) > 1:
        raise NotAlone


def _confirm(
    store: Store, keyring: Keyring, request_id: str, name: str, act: str, *, by_paper: bool
) -> None:
    raw = _id(request_id)

    def work(connection: Connection) -> None:
        request = _read(connection, keyring, raw)
        if request.by_id == keyring.member.id and not by_paper:
            raise OwnRequest
        body = {**vars(request), "what": dict(request.what), "confirmed": name}
        del body["id"]
        sealed = _seal(keyring, raw, body)
        connection.execute(
            update(tables.request).where(tables.request.c.id == raw).values(body=sealed)
        )
        _tell(store, connection, keyring, act, (request.kind, sealed))

    store.casebook_writer.run(work)


def drop(store: Store, keyring: Keyring, request_id: str) -> None:
    """Refuse or take back a request. Raises ``NotFound``."""
    keyring.require(*members.READERS)
    raw = _id(request_id)

    def work(connection: Connection) -> None:
        request = _read(connection, keyring, raw)
        connection.execute(delete(tables.request).where(tables.request.c.id == raw))
        _tell(store, connection, keyring, "request-refused", (request.kind, raw))

    store.casebook_writer.run(work)


def carry_out(store: Store, keyring: Keyring, request_id: str) -> members.Enrolled | None:
    """Do what was confirmed: end the epoch, or enrol the lead, who is returned. A lead's act.

    Raises ``NotConfirmed``, ``NotFound``, and what the act itself refuses.
    """
    keyring.require("lead")
    raw = _id(request_id)
    with store.casebook.connect() as connection:
        request = _read(connection, keyring, raw)
    if not request.confirmed:
        raise NotConfirmed
    made = None
    if request.kind == "end-epoch":
        epochs.end(store, keyring, request.what["epoch"])
    elif request.kind == "add-lead":
        made = founding.add_member(
            store, keyring, request.what["name"], "lead", triage=True, lang=request.what["lang"]
        )
    else:
        raise NotFound
    store.casebook_writer.run(
        lambda c: c.execute(delete(tables.request).where(tables.request.c.id == raw))
    )
    return made


def _read(connection: Connection, keyring: Keyring, raw: bytes) -> Request:
    keyring.load(connection)
    query = select(tables.request.c.body).where(tables.request.c.id == raw)
    body = connection.execute(query).scalar()
    found = _open(keyring, raw, body) if body is not None else None
    if found is None:
        raise NotFound
    return found


def _seal(keyring: Keyring, raw: bytes, body: Mapping[str, object]) -> bytes:
    key_id, key = keyring.current(REVIEWERS)
    return key_id + records.RecordKey(key).seal(raw, 0, body)


def _open(keyring: Keyring, raw: bytes, sealed: bytes) -> Request | None:
    key = keyring.casebook.get(sealed[:16])
    if key is None:
        return None
    try:
        return Request(id=raw.hex(), **records.RecordKey(key).open(raw, 0, sealed[16:]))
    except (CryptoError, TypeError):
        return None


def _tell(
    store: Store, connection: Connection, keyring: Keyring, act: str, about: tuple[str, bytes]
) -> None:
    kind, sealed = about
    digest = hashlib.sha256(sealed).hexdigest()
    entry = Entry(act, keyring.member.id, store.today(), digest, more={"kind": kind})
    account.append(connection, keyring, [entry])


def _id(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise NotFound from error
    return found

"""Enrolment by a one-time link: the member sees their passphrase once, and nobody else does.

The lead's session makes the identity and seals to it what the role opens. Its seed is then locked
under the link alone; whoever opens the link first gets the passphrase under which it is locked from
then on, and the link is spent. An invitation that was answered by the wrong person shows: the right
one finds it spent, and the lead removes the member.
"""

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from app.casebook import tables
from app.casebook.keyring import Keyring
from app.casebook.keys import founding
from app.casebook.shapes import NotFound
from app.casebook.store import Store
from crypto import locking, records
from crypto.derivation import expand
from crypto.encoding import decode_url, encode_url
from crypto.errors import CryptoError

DAYS = 3
TOKEN = 32


@dataclass(frozen=True)
class Invitation:
    """What an open link says: for whom, as what, in which language the words are drawn."""

    member: bytes
    seed: bytes
    name: str
    role: str
    lang: str


def invite(  # noqa: PLR0913 - what a member is
    store: Store,
    keyring: Keyring,
    name: str,
    role: str,
    *,
    triage: bool = False,
    lang: str = "en",
    kind: str = "rescue",
) -> str:
    """Enrol a member who is not there, and return the link's token. A lead's act."""
    # Nobody ever sees this passphrase: until the link is opened, no log-in is possible.
    made = founding.add_member(
        store,
        keyring,
        name,
        role,
        triage=triage,
        passphrase=secrets.token_hex(32),
        kind=kind,
    )
    token = secrets.token_bytes(TOKEN)
    body = {"seed": made.identity.seed.hex(), "member": made.member.id, "name": name}
    sealed = _key(token).seal(
        bytes.fromhex(made.member.id), 0, {**body, "role": role, "lang": lang}
    )
    until = dt.date.fromisoformat(store.today()) + dt.timedelta(days=DAYS)
    values = {
        "id": _row(token),
        "until": until.isoformat(),
        "body": bytes.fromhex(made.member.id) + sealed,
    }
    store.casebook_writer.run(lambda c: c.execute(insert(tables.enrolment).values(**values)))
    return encode_url(token)


def look(store: Store, link: str) -> Invitation:
    """Return what a link is for, without spending it. Raises ``NotFound``: spent, old, not ours."""
    try:
        token = decode_url(link, TOKEN)
        with store.casebook.connect() as connection:
            query = select(tables.enrolment).where(tables.enrolment.c.id == _row(token))
            row = connection.execute(query).one_or_none()
        if row is None or row.until < store.today():
            raise NotFound
        said = _key(token).open(row.body[:16], 0, row.body[16:])
    except (CryptoError, ValueError, json.JSONDecodeError) as error:
        raise NotFound from error
    member, seed = bytes.fromhex(said["member"]), bytes.fromhex(said["seed"])
    return Invitation(member, seed, said["name"], said["role"], said["lang"])


def accept(store: Store, link: str) -> tuple[str, str]:
    """Spend a link; return name and passphrase, shown once. Raises ``NotFound``."""
    invitation = look(store, link)
    passphrase = locking.generate_passphrase(invitation.lang)
    locked = bytes(locking.lock(invitation.seed, passphrase, invitation.member, store.profile))
    row = _row(decode_url(link, TOKEN))

    def work(connection: Connection) -> None:
        spent = delete(tables.enrolment).where(tables.enrolment.c.id == row)
        if not connection.execute(spent).rowcount:
            raise NotFound  # somebody was here first
        change = update(tables.member).where(tables.member.c.id == invitation.member)
        if not connection.execute(change.values(locked=locked)).rowcount:
            raise NotFound  # removed again before the link was opened

    store.casebook_writer.run(work)
    return invitation.name, passphrase


def forget_old(store: Store) -> None:
    """Delete invitations nobody answered."""
    old = tables.enrolment.c.until < store.today()
    store.casebook_writer.run(lambda c: c.execute(delete(tables.enrolment).where(old)))


def _row(token: bytes) -> bytes:
    return hashlib.sha256(b"naru/v1/enrolment-id" + token).digest()


def _key(token: bytes) -> records.RecordKey:
    return records.RecordKey(expand(token, b"naru/v1/enrolment", 32))

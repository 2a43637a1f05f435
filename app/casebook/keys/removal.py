"""A member leaves, or gets a new key: every key they held is replaced (DESIGN 5).

What cannot be taken back is said in words on the page that asks: what they have already read,
and whatever they copied, together with the keys of that time.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from app.casebook import account, members, tables
from app.casebook.keyring import Keyring
from app.casebook.keys import assigning, epochs, founding, rotation
from app.casebook.shapes import Member, NotFound, Refusal
from app.casebook.store import Store
from app.db import truncate_wal
from crypto import locking
from crypto.custody import Entry


class LastOne(Refusal):
    """Without this member nobody would be left who can lead, or take in what arrives."""


@dataclass(frozen=True)
class Removed:
    """What a removal did: who, the weeks that have another key, record keys wrapped anew."""

    member: Member
    epochs: tuple[str, ...]
    rewrapped: int


def remove(store: Store, keyring: Keyring, name: str) -> Removed:
    """Take a member's keys away and replace all they held. A lead's act.

    Raises ``NotFound``, ``LastOne``.
    """
    keyring.require("lead")

    def work(connection: Connection) -> tuple[Member, list[str]]:
        gone = _found(store, connection, keyring, name)
        _refuse_last(connection, keyring, gone)
        connection.execute(
            delete(tables.member).where(tables.member.c.id == bytes.fromhex(gone.id))
        )
        assigning.take_all(store, connection, gone.id)
        members.reseal(connection, keyring)
        retired = epochs.retire(store, connection, keyring) if gone.role != "partner" else []
        entry = Entry("member-removed", keyring.member.id, store.today(), more={"member": gone.id})
        account.append(connection, keyring, [entry])
        return gone, retired

    gone, retired = store.casebook_writer.run(work)
    return _replace(store, keyring, gone, retired)


def renew(store: Store, keyring: Keyring, name: str, lang: str = "en") -> members.Enrolled:
    """Give a member a new identity and passphrase: a forgotten passphrase, a lost laptop.

    The old key opens nothing that is made from now on, and their sessions end. A lead's act.
    """
    keyring.require("lead")
    passphrase = locking.generate_passphrase(lang)

    def work(connection: Connection) -> tuple[members.Enrolled, list[str]]:
        keyring.load(connection)
        member = _found(store, connection, keyring, name)
        bundles = b"".join(keyring.signer(connection, "bundle").seeds)
        connection.execute(
            delete(tables.member).where(tables.member.c.id == bytes.fromhex(member.id))
        )
        assigning.take_all(store, connection, member.id)
        made = members.enrol(
            store, connection, keyring.directory_key(), member, passphrase, bundles
        )
        members.reseal(connection, keyring)
        retired = epochs.retire(store, connection, keyring) if member.triage else []
        entry = Entry(
            "member-renewed", keyring.member.id, store.today(), more={"member": member.id}
        )
        account.append(connection, keyring, [entry])
        return made, retired

    made, retired = store.casebook_writer.run(work)
    if made.member.id == keyring.member.id:  # a lead renews themselves: go on with the new key
        keyring.identity = made.identity
    _replace(store, keyring, made.member, retired)
    return made


def _replace(store: Store, keyring: Keyring, member: Member, retired: list[str]) -> Removed:
    keyring.forget_epochs()
    if retired:
        founding.publish(store, keyring)
    moved = rotation.rotate(store, keyring) if member.role != "partner" else 0
    truncate_wal(store.casebook)
    return Removed(member, tuple(retired), moved)


def _found(store: Store, connection: Connection, keyring: Keyring, name: str) -> Member:
    handle = store.secret.handle(name)
    query = select(tables.member.c.id).where(tables.member.c.handle == handle)
    member_id = connection.execute(query).scalar()
    for entry in members.directory(connection, keyring):
        if member_id is not None and entry.member.id == member_id.hex():
            return entry.member
    raise NotFound


def _refuse_last(connection: Connection, keyring: Keyring, gone: Member) -> None:
    left = [e.member for e in members.directory(connection, keyring) if e.member.id != gone.id]
    if not any(one.role == "lead" for one in left) or not any(one.triage for one in left):
        raise LastOne

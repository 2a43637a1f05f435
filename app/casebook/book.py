"""The casebook as the desk's pages use it: sessions, the index, and one method for each act."""

import contextlib

from sqlalchemy import select

from app.casebook import account, collecting, members, tables
from app.casebook.evidence import releases
from app.casebook.evidence.deciding import Evidence
from app.casebook.evidence.handing import Handing
from app.casebook.evidence.proposing import Choice
from app.casebook.indexing.conditions import visible
from app.casebook.indexing.peopling import Peopling
from app.casebook.keyring import Keyring
from app.casebook.shapes import (
    Act,
    Altered,
    Found,
    Member,
    Page,
    Person,
    Testimony,
    Trouble,
)
from app.casebook.store import Store
from app.casebook.tagging import Tagging
from app.casebook.testimonies import Testimonies
from app.casebook.vault import READERS, Vault
from app.casebook.viewing import Viewing
from app.casebook.working import Working
from crypto import sealing
from crypto.custody import Entry
from crypto.recipients import ScryptRecipient

WHOLE = Choice()  # nothing decided: by purpose, whole or without names


class Casebook:
    """Everything a member may do. Built once per process; keeps opened things in memory only."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.account = account.Account(store.casebook)
        self.vault = Vault(store)
        self.working = Working(store, self.vault)
        self.peopling = Peopling(store, self.vault, self.working)
        self.viewing = Viewing(store, self.vault)
        self._trouble: tuple[Trouble, ...] = ()
        self.testimonies = Testimonies(store, self.vault)
        self.tagging = Tagging(store, self.vault, self.testimonies)
        self.evidence = Evidence(store, self.vault, self.testimonies, self.viewing)
        self.handing = Handing(store, self.vault, self.evidence, self.account)

    # Sessions

    def log_in(
        self, name: str, passphrase: str, code: str, now: float, *, brought: str = ""
    ) -> str:
        """Return the cookie's text of a new session. Raises ``Refused``, ``TooMany``."""
        cookie = self.vault.log_in(name, passphrase, code, now, brought=brought)
        keyring = self.vault.resume(cookie, now)
        if keyring.member.role == "lead":  # only a lead can sign, so every session of one does
            releases.sign_checkpoint(self.store, keyring, self.account)
        elif keyring.member.role == "partner":
            with contextlib.suppress(Altered):  # which its page says; it keeps nobody out
                self.handing.clear(keyring)
        return cookie

    def resume(self, cookie: str, now: float) -> Keyring:
        """Return the keyring of a living session. Raises ``NoSession``."""
        return self.vault.resume(cookie, now)

    def log_out(self, cookie: str) -> None:
        """End a session; with the last one, the index is forgotten."""
        self.vault.log_out(cookie)

    # Taking in, reading

    def collect(self, keyring: Keyring, limit: int = 500) -> None:
        """Take in what has arrived. Idempotent; only a member with triage can."""
        if not keyring.member.triage:
            return
        self.testimonies.erase_withdrawn()
        index, seen = self.vault.index(keyring), visible(keyring.rings)
        self._trouble = tuple(
            collecting.collect(self.store, keyring, limit, lambda one: index.threads(seen, one))
        )

    def queue(self, keyring: Keyring, after: str = "", limit: int = 50, **filters: str) -> Page:
        """Return one keyset page of the queue. ``filters``: lang, role, day, stage, track."""
        keyring.require(*READERS)
        day, _, record = after.partition(".")
        cursor = (day, record) if record else None
        return self.vault.index(keyring).queue(visible(keyring.rings), cursor, limit, filters)

    def troubled(self, keyring: Keyring) -> tuple[Trouble, ...]:
        """Return what arrived and cannot be opened, and records that no longer open."""
        return (*self._trouble, *self.vault.index(keyring).troubles())

    def neighbours(self, keyring: Keyring, record: str) -> tuple[str, str]:
        """Return the ids before and after a record in the queue as this session filters it."""
        filters = self.working.filters(keyring)
        return self.vault.index(keyring).neighbours(visible(keyring.rings), record, filters)

    def search(self, keyring: Keyring, q: str, **filters: str) -> tuple[Found, ...]:
        """Return the testimonies whose text, translation or notes hold ``q``; up to 100."""
        keyring.require(*READERS)
        if not q.strip():
            return ()
        return self.vault.index(keyring).search(visible(keyring.rings), q, 100, filters)

    def testimony(self, keyring: Keyring, record: str) -> Testimony:
        """Open one testimony from disk, held against its original; custody says who opened it.

        Raises ``NotFound``, ``NotYours``, ``Altered``, ``Misfiled``.
        """
        keyring.require(*READERS)
        opened = self.testimonies.open(keyring, record)
        entry = Entry("opened", keyring.member.id, self.store.today(), record=record)
        self.working.opened(keyring, record, entry)
        return opened

    # People

    def people(self, keyring: Keyring) -> tuple[Person, ...]:
        """Return every person, without tags."""
        keyring.require(*READERS)
        rows = self.vault.index(keyring).persons(visible(keyring.rings))
        return tuple(Person(person, name) for person, name in rows)

    def person(self, keyring: Keyring, person: str) -> Person:
        """Return one person with their tags in the order of the stages. Raises ``NotFound``."""
        return self.peopling.person(keyring, person)

    # Release

    def partners(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return the partners something can be released to."""
        return tuple(m for m in self.members(keyring) if m.role == "partner")

    def release(
        self,
        keyring: Keyring,
        record: str,
        partner_name: str,
        purpose: str,
        choice: Choice = WHOLE,
    ) -> None:
        """Release a testimony to a partner, cut as chosen. Raises as ``Evidence.release``."""
        self.evidence.release(keyring, record, partner_name, purpose, choice)
        releases.sign_checkpoint(self.store, keyring, self.account)

    # Keys, members, custody

    def members(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return all members, by name."""
        keyring.require(*READERS)
        with self.store.casebook.connect() as connection:
            return tuple(e.member for e in members.directory(connection, keyring))

    def readers(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return the members who read: those a testimony can be given to."""
        return tuple(m for m in self.members(keyring) if m.role in READERS)

    def epochs(self, keyring: Keyring) -> list[dict[str, str]]:
        """Return every epoch: its week, recipient and state."""
        keyring.require(*READERS)
        with self.store.casebook.connect() as connection:
            rows = connection.execute(select(tables.epoch).order_by(tables.epoch.c.epoch)).all()
        return [
            {
                "epoch": row.epoch,
                "recipient": row.recipient,
                "state": "ended" if row.ended_on else "standing" if row.sealed is None else "open",
            }
            for row in rows
        ]

    def custody(self, keyring: Keyring) -> tuple[Act, ...]:
        """Return every act this member's keys open, newest first."""
        keyring.require("lead")
        with self.store.casebook.connect() as connection:
            names = {e.member.id: e.member.name for e in members.directory(connection, keyring)}
            found = [
                Act.told(at, opened.entry, names)
                for at, opened in account.openings(connection, keyring)
            ]
        return tuple(reversed(found))

    def identity_file(self, keyring: Keyring, passphrase: str) -> bytes:
        """Return the member's identity as an ``age -p`` file that stock age opens.

        Custody tells that it was taken: what it opens, it opens elsewhere from then on.
        """
        entry = Entry("key-taken", keyring.member.id, self.store.today())
        self.store.casebook_writer.run(lambda c: account.append(c, keyring, [entry]))
        text = f"# {keyring.member.name}\n{keyring.identity}\n".encode()
        return b"".join(sealing.seal(text, [ScryptRecipient(passphrase)]))

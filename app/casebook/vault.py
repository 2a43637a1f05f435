"""What is unlocked in this process: keyrings by session, and the index made with them.

All of it is memory. With the last log-out the index is gone; a process that dies takes it along.
"""

import threading
from collections.abc import Callable, Iterable
from typing import cast

from sqlalchemy import Connection, select

from app.casebook import account, collecting, entering, forgetting, ledger, tables
from app.casebook.indexing.conditions import visible
from app.casebook.indexing.index import Index
from app.casebook.keyring import Keyring
from app.casebook.shapes import CasebookError, Erased, NoSession, NotFound, NotYours
from app.casebook.store import Store
from app.casebook.throttle import Throttle
from crypto import sessions

READERS = ("lead", "reviewer")


class Vault:
    """Opens and ends sessions; hands out the index to those who may read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keyrings: dict[bytes, Keyring] = {}
        self._index: Index | None = None
        self._loaded: set[str] = set()
        self._door = Throttle()
        self.acts = account.ByRecord()
        self.ready: list[Callable[[Keyring], object]] = []  # done once more of the index is there
        self._seen = 0  # acts of the account the index knows of
        self._lock = threading.RLock()

    def log_in(
        self, name: str, passphrase: str, code: str, now: float, *, brought: str = ""
    ) -> str:
        """Return the cookie's text of a new session. Raises ``Refused``, ``TooMany``.

        ``brought`` is the cookie of an earlier session: it shows in which line to stand.
        """
        known = entering.was_here(self._store, brought, name)
        with self._door.turn(self._store.secret.handle(name), known=known) as succeeded:
            cookie, keyring = entering.log_in(self._store, name, passphrase, code, now)
            succeeded()
        self._remember(entering.key_of(cookie), keyring)
        return cookie

    def resume(self, cookie: str, now: float) -> Keyring:
        """Return the keyring of a living session. Raises ``NoSession``."""
        try:
            member_id, seed, key = entering.resume(self._store, cookie, now)
        except NoSession:
            self._prune(now)
            raise
        found = self._keyrings.get(sessions.session_id(key))
        if found is None:
            found = entering.keyring_of(self._store, member_id, seed, key)
            self._remember(key, found)
        elif not entering.still_there(self._store, found):
            self.log_out(cookie)
            raise NoSession
        return found

    def log_out(self, cookie: str) -> None:
        """End a session; with the last one, the index is forgotten."""
        key = entering.key_of(cookie)
        entering.log_out(self._store, key)
        with self._lock:
            self._keyrings.pop(sessions.session_id(key), None)
            self._forget_unread()

    def left(self, name: str) -> str:
        """Return what a member's browser keeps after log-out: a mark, and the key of nothing."""
        return entering.cookie_of(self._store, sessions.new_session_key(), name)

    def _remember(self, key: bytes, keyring: Keyring) -> None:
        with self._lock:
            self._keyrings[sessions.session_id(key)] = keyring
        if keyring.member.role in READERS:
            self.index(keyring)

    def _prune(self, _now: float) -> None:
        with self._store.casebook.connect() as connection:
            living = set(connection.execute(select(tables.session.c.id)).scalars())
        with self._lock:
            for gone in self._keyrings.keys() - living:
                del self._keyrings[gone]
            self._forget_unread()

    def _forget_unread(self) -> None:
        forgetting.forget()
        rings = {ring for keyring in self._keyrings.values() for ring in keyring.rings}
        if not rings >= self._loaded:
            self._index, self._loaded = None, set()
            self.acts.forget()

    def forget(self, records: Iterable[str]) -> None:
        """Drop what memory holds of records that were erased."""
        with self._lock:
            for record in records if self._index is not None else ():
                forgetting.forget()
                if self._index is not None and self._index.knows(record):
                    self._index.forget(record)
                    self._index.readings.forget(record)

    def index(self, keyring: Keyring) -> Index:
        """Return the index, holding at least what this member sees, up to the last act on disk."""
        with self._lock, self._store.casebook.connect() as connection:
            size = account.size(connection)
            if self._index is not None and self._seen < size:
                keyring.load(connection)
            if self._index is None:
                self._index, self._loaded = Index(), set()
            unlocked = [*self._keyrings.values(), keyring]
            reader = Keyring.together(unlocked)
            if missing := set(reader.rings) - self._loaded:
                self._load(connection, reader, missing)
            if self._seen < size and missing != set(reader.rings):
                self._catch_up(connection, reader)
            self._seen, index = size, self._index
            self._share(index, unlocked)
            if missing:
                self._prepare(index, keyring)
            return index

    def _share(self, index: Index, unlocked: Iterable[Keyring]) -> None:
        for one in unlocked:
            for record_id in one.assigned:
                index.share(record_id.hex(), one.mine)

    def _prepare(self, index: Index, keyring: Keyring) -> None:
        """Make what the pages of everybody begin with: who unlocks waits, no page does."""
        index.placed(visible(keyring.rings))
        if keyring.member.role in READERS:
            for work in self.ready:
                work(keyring)

    def _load(self, connection: Connection, reader: Keyring, missing: set[str]) -> None:
        index = cast("Index", self._index)
        with index.filling():
            for record_id, day, ring, events in ledger.read_all(connection, reader, missing):
                if isinstance(events, CasebookError):
                    index.trouble(record_id.hex(), day, collecting.WHY[type(events)])
                else:
                    index.add(record_id.hex(), ring, events, day)
        self._loaded |= missing
        for record_id in reader.assigned:
            self._read_again(connection, reader, record_id)

    def _catch_up(self, connection: Connection, reader: Keyring) -> None:
        """Read again what the account says was touched since, by whichever process."""
        touched: set[str] = set()
        for _, opened in account.openings(connection, reader, self._seen):
            if opened.entry.act not in ("opened", "export-begun", "exported"):
                touched.add(opened.entry.record)
        gone = False
        for record in touched - {""}:
            gone |= self._read_again(connection, reader, bytes.fromhex(record))
        if gone:  # a person who was begun on it is named by no act that can still be read
            for record_id in ledger.readable(connection, reader):
                if not cast("Index", self._index).knows(record_id.hex()):
                    self._read_again(connection, reader, record_id)

    def _read_again(self, connection: Connection, reader: Keyring, record_id: bytes) -> bool:
        """Read a record as it is now; tell whether it was erased."""
        index, record = cast("Index", self._index), record_id.hex()
        index.forget(record)
        query = select(tables.record.c.day).where(tables.record.c.id == record_id)
        day = connection.execute(query).scalar()
        try:
            events = ledger.read(connection, reader, record_id)
        except (Erased, NotFound, NotYours) as refusal:
            index.readings.forget(record)
            return isinstance(refusal, Erased)
        except CasebookError as refusal:
            index.readings.forget(record)
            index.trouble(record, day or "", collecting.WHY.get(type(refusal), "altered"))
            return False
        index.add(record, ledger.ring_of(connection, record_id), events, day or "")
        for person in {str(e["person"]) for e in events if e["e"] == "tag"}:
            if not index.knows(person):
                self._read_again(connection, reader, bytes.fromhex(person))
        return False

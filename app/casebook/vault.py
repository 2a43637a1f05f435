"""What is unlocked in this process: keyrings by session, and the index made with them.

All of it is memory. With the last log-out the index is gone; a process that dies takes it along.
"""

import threading
from collections.abc import Iterable

from sqlalchemy import select

from app.casebook import collecting, ledger, members, tables
from app.casebook.index import Index
from app.casebook.keyring import Keyring
from app.casebook.shapes import CasebookError, NoSession
from app.casebook.store import Store
from crypto import sessions

READERS = ("lead", "reviewer")


class Vault:
    """Opens and ends sessions; hands out the index to those who may read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keyrings: dict[bytes, Keyring] = {}
        self._index: Index | None = None
        self._loaded: set[str] = set()
        self._lock = threading.RLock()

    def log_in(self, name: str, passphrase: str, code: str, now: float) -> str:
        """Return the cookie's text of a new session. Raises ``Refused``."""
        del code  # members get a code with their enrolment; until then there is none to check
        cookie, keyring = members.log_in(self._store, name, passphrase, now)
        self._remember(sessions.from_cookie(cookie), keyring)
        return cookie

    def resume(self, cookie: str, now: float) -> Keyring:
        """Return the keyring of a living session. Raises ``NoSession``."""
        try:
            member_id, seed, key = members.resume(self._store, cookie, now)
        except NoSession:
            self._prune(now)
            raise
        found = self._keyrings.get(sessions.session_id(key))
        if found is None:
            found = members.keyring_of(self._store, member_id, seed, key)
            self._remember(key, found)
        return found

    def log_out(self, cookie: str) -> None:
        """End a session; with the last one, the index is forgotten."""
        key = sessions.from_cookie(cookie)
        members.log_out(self._store, key)
        with self._lock:
            self._keyrings.pop(sessions.session_id(key), None)
            self._forget_unread()

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
        rings = {ring for keyring in self._keyrings.values() for ring in keyring.rings}
        if not rings >= self._loaded:
            self._index, self._loaded = None, set()

    def forget(self, records: Iterable[str]) -> None:
        """Drop what memory holds of records that were erased."""
        with self._lock:
            for record in records if self._index is not None else ():
                if self._index is not None and self._index.knows(record):
                    self._index.forget(record)

    def index(self, keyring: Keyring) -> Index:
        """Return the index, holding at least what this member sees."""
        with self._lock:
            if self._index is not None and self._loaded >= set(keyring.rings):
                return self._index
            unlocked = (*self._keyrings.values(), keyring)
            fullest = max(unlocked, key=lambda ring: len(ring.rings))
            index = Index()
            with self._store.casebook.connect() as connection:
                for record_id, day, ring, events in ledger.read_all(connection, fullest):
                    if isinstance(events, CasebookError):
                        index.trouble(record_id.hex(), day, collecting.WHY[type(events)])
                    else:
                        index.add(record_id.hex(), ring, events, day)
            self._index, self._loaded = index, set(fullest.rings)
            return index

"""The custody account: who did what, appended with the act itself (FORMAT 9).

A leaf is appended in the same transaction as what it tells of. Its opening is sealed under the
newest casebook key the actor holds; an actor without one (a partner, or the steward, who has no
keys at all) seals it to the desk.
"""

import threading
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from app.casebook import tables
from app.casebook.keyring import REVIEWERS, Keyring
from app.casebook.store import CUSTODY_ID
from crypto import opening, padding, records, sealing
from crypto.canonical import canonical
from crypto.custody import Entry, Opening
from crypto.errors import CryptoError
from crypto.exact import parse_exact
from crypto.identities import PQIdentity
from crypto.merkle import Tree
from crypto.recipients import parse_recipient

Want = Callable[[Entry], bool]
SCANNED = 5000
ROOM = 1024  # openings are padded to one size, so that it does not tell the act


def append(connection: Connection, keyring: Keyring | None, entries: Iterable[Entry]) -> list[int]:
    """Append one leaf for each entry and return their positions."""
    position = size(connection)
    seal = _sealer(connection, keyring)
    rows = []
    for at, entry in enumerate(entries, start=position):
        opened = Opening.fresh(entry)
        rows.append({"position": at, "leaf": opened.leaf, "opening": seal(at, opened)})
    if rows:
        connection.execute(insert(tables.custody), rows)
    return [row["position"] for row in rows]


def size(connection: Connection) -> int:
    """Return the number of acts. By the last position: counting rows reads them all."""
    last: int | None = connection.execute(select(func.max(tables.custody.c.position))).scalar()
    return 0 if last is None else last + 1


def _plain(opened: Opening) -> dict[str, object]:
    return {"entry": opened.entry.fields(), "salt": opened.salt.hex()}


def _sealer(connection: Connection, keyring: Keyring | None):  # type: ignore[no-untyped-def] # noqa: ANN202
    if keyring is not None and keyring.rings.get(REVIEWERS):
        newest = select(tables.casebook_key.c.id).where(
            tables.casebook_key.c.ring == REVIEWERS, tables.casebook_key.c.retired_on.is_(None)
        )
        if connection.execute(newest).scalar() != keyring.current(REVIEWERS)[0]:
            keyring.load(connection)  # it was replaced by another process
        key_id, key = keyring.current(REVIEWERS)
        book = records.RecordKey(key)
        return lambda at, opened: key_id + book.seal(CUSTODY_ID, at, _plain(opened))
    query = (
        select(tables.casebook_key.c.recipient)
        .where(tables.casebook_key.c.ring == REVIEWERS)
        .where(tables.casebook_key.c.retired_on.is_(None))
    )
    desk = parse_recipient(connection.execute(query).scalars().first() or "")
    return lambda _at, opened: b"".join(
        sealing.seal(padding.pad(canonical(_plain(opened)), ROOM), [desk])
    )


def openings(
    connection: Connection, keyring: Keyring, first: int = 0
) -> Iterator[tuple[int, Opening]]:
    """Yield position and opening of every act from ``first`` on that these keys open, in order."""
    return _openings(connection, keyring, tables.custody.c.position >= first)


def _openings(
    connection: Connection, keyring: Keyring, where: ColumnElement[bool]
) -> Iterator[tuple[int, Opening]]:
    books, desks = _keys(keyring)
    query = select(tables.custody.c.position, tables.custody.c.opening).where(where)
    for position, sealed in connection.execute(query.order_by(tables.custody.c.position)):
        try:
            yield position, _open(position, sealed, books, desks)
        except CryptoError:
            continue


def page(
    connection: Connection, keyring: Keyring, before: int | None, limit: int, want: Want
) -> tuple[list[tuple[int, Opening]], int | None]:
    """Return up to ``limit`` acts that fit, newest first, and the position to go on before.

    What does not fit must be opened to be passed over; a page is at most ``SCANNED`` acts deep.
    """
    found: list[tuple[int, Opening]] = []
    books, desks = _keys(keyring)
    at = tables.custody.c.position
    query = select(at, tables.custody.c.opening).order_by(at.desc()).limit(SCANNED)
    last = None
    for position, sealed in connection.execute(
        query if before is None else query.where(at < before)
    ):
        last = position
        try:
            opened = _open(position, sealed, books, desks)
        except CryptoError:
            continue
        if want(opened.entry):
            found.append((position, opened))
            if len(found) == limit:
                break
    return found, last or None


def _keys(keyring: Keyring) -> tuple[dict[bytes, records.RecordKey], list[PQIdentity]]:
    books = {key_id: records.RecordKey(key) for key_id, key in keyring.casebook.items()}
    return books, [PQIdentity(records.desk_seed(key)) for key in keyring.casebook.values()]


def _open(
    position: int, sealed: bytes, books: dict[bytes, records.RecordKey], desks: list[PQIdentity]
) -> Opening:
    if sealed[:16] in books:
        plain = books[sealed[:16]].open(CUSTODY_ID, position, sealed[16:])
    else:
        plain = parse_exact(opening.open_bytes(sealed, desks).rstrip(b" "))
    entry, salt = plain["entry"], plain["salt"]
    if not isinstance(entry, dict) or not isinstance(salt, str):
        raise CryptoError
    return Opening(bytes.fromhex(salt), Entry.of(entry))


class ByRecord:
    """Which acts concern which record, learnt once: who asks again reads those acts alone.

    The account does not tell this without opening it all, so it is known only while somebody who
    may read is there; ``forget`` ends that.
    """

    def __init__(self) -> None:
        self._positions: dict[str, list[int]] = {}
        self._seen = 0
        self._lock = threading.Lock()

    def learn(self, connection: Connection, keyring: Keyring) -> None:
        """Read on to the last act on disk. Never inside a transaction that may be undone."""
        with self._lock:
            end = size(connection)
            for position, opened in openings(connection, keyring, self._seen):
                self._positions.setdefault(opened.entry.record, []).append(position)
            self._seen = max(self._seen, end)

    def acts(
        self, connection: Connection, keyring: Keyring, record: str
    ) -> list[tuple[int, Opening]]:
        """Return the acts on one record in order, those of this transaction with them."""
        with self._lock:
            known, seen = list(self._positions.get(record, ())), self._seen
        old = tables.custody.c.position.in_(known)
        found = [*_openings(connection, keyring, old), *openings(connection, keyring, seen)]
        return [(at, opened) for at, opened in found if opened.entry.record == record]

    def forget(self) -> None:
        """Forget it all."""
        with self._lock:
            self._positions, self._seen = {}, 0


class Account:
    """The tree over all leaves, extended as the table grows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tree = Tree()
        self._lock = threading.Lock()

    def tree(self) -> Tree:
        """Return the tree brought up to the last leaf that is on disk."""
        with self._lock, self._engine.connect() as connection:
            query = select(tables.custody.c.leaf).where(
                tables.custody.c.position >= len(self._tree)
            )
            for leaf in connection.execute(query.order_by(tables.custody.c.position)).scalars():
                self._tree.append(leaf)
        return self._tree

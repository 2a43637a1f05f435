"""Taking in: an arrival is opened, its record made durable, then its header deleted.

One way and idempotent; no transaction spans mailbox and casebook. A crash between the two leaves
a record whose header is still there: the next round deletes the header and makes nothing twice.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select

from app.casebook import account, ledger, mailing, outcomes, tables, wrapped
from app.casebook.keyring import LEADS, REVIEWERS, ArrivalKey, Keyring
from app.casebook.shapes import Altered, CasebookError, Misfiled, NotYours, Trouble
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import opening
from crypto.custody import Entry
from crypto.documents import Document
from crypto.errors import CryptoError, WrongIdentity

TESTIMONY = "testimony"
FROM_DESK = frozenset({"question", "reply"})
ROUND = 250  # arrivals opened at a time: what bounds the memory of taking in
WHY = {NotYours: "not-for-you", Altered: "altered", Misfiled: "misfiled"}


@dataclass(frozen=True)
class Opened:
    """An arrival, opened in memory."""

    item_id: bytes
    day: str
    document: Document
    file_key: bytes
    payload: bytes
    retired: bool = False
    inner: tuple[str, ...] = ()  # the file keys of the age files it was made of
    flood: bool = False


EpochKeys = Mapping[str, Sequence[ArrivalKey]]
Thread = Callable[[str], list[tuple[str, str, str]]]


class Rings:
    """Which ring each item of a witness goes to, as far as this member can tell."""

    def __init__(self, keyring: Keyring, thread: Thread) -> None:
        self._lead = bool(keyring.rings.get(LEADS))
        self._thread = thread
        self._known: dict[str, set[str]] = {}
        self.widened: set[str] = set()  # records of the reviewers that are for leads from now on

    def heed(self, document: Document) -> None:
        """Take note of what a witness wants kept from others; it holds for all they sent."""
        if for_leads(document):
            self._of(document.thread).add(LEADS)
            self.widened |= {i for i, _, ring in self._thread(document.thread) if ring != LEADS}

    def place(self, document: Document) -> str | None:
        """Return the ring, or None for what waits sealed until a lead comes."""
        rings = self._of(document.thread)
        if LEADS in rings:
            return LEADS if self._lead else None
        # A letter says nothing of who may read it: what it belongs to does, if we can see that.
        if document.kind != TESTIMONY and REVIEWERS not in rings and not self._lead:
            return None
        rings.add(REVIEWERS)
        return REVIEWERS

    def _of(self, thread: str) -> set[str]:
        if thread not in self._known:
            self._known[thread] = {ring for _, _, ring in self._thread(thread)}
        return self._known[thread]


def collect(store: Store, keyring: Keyring, limit: int, thread: Thread) -> list[Trouble]:
    """Take in up to ``limit`` arrivals, in rounds; return what cannot be opened.

    ``thread`` tells id, kind and ring of what is already seen of one witness. What is in trouble
    or waits for a lead is passed over: it never keeps others from being taken in.
    """
    trouble: list[Trouble] = []
    taken, rings = 0, Rings(keyring, thread)
    with store.casebook.connect() as connection:
        keys = keyring.epochs(connection)
    # What a removed member could open on its way comes first, so that it lies there no longer.
    urgent = [epoch for epoch, held in keys.items() if any(key.retired for key in held)]
    for some in (mailbox.item.c.epoch.in_(urgent), mailbox.item.c.epoch.not_in(urgent)):
        taken += _rounds(store, keyring, (keys, rings, trouble), limit - taken, some)
    return trouble


def _rounds(
    store: Store,
    keyring: Keyring,
    tools: tuple[EpochKeys, Rings, list[Trouble]],
    limit: int,
    some: ColumnElement[bool],
) -> int:
    (keys, rings, trouble), taken, after = tools, 0, ("", b"")
    while taken < limit:
        with store.mailbox.connect() as connection:
            rows = connection.execute(_arrivals(after).where(some).limit(ROUND)).all()
        opened = _open_all(rows, keys, trouble)
        for one in opened:
            rings.heed(one.document)
        opened.sort(key=lambda one: one.document.kind != TESTIMONY)  # before their letters
        placed = [(one, ring) for one in opened if (ring := rings.place(one.document))]
        if placed:
            _take_in(store, keyring, placed, rings.widened)
        taken += len(placed)
        if len(rows) < ROUND:
            break
        after = (rows[-1].day, rows[-1].id)
    return taken


def _take_in(
    store: Store, keyring: Keyring, placed: list[tuple[Opened, str]], widened: set[str]
) -> None:
    moving = set(widened) if keyring.rings.get(LEADS) else set()
    store.casebook_writer.run(lambda c: _record(c, keyring, placed, moving, store.today()))
    for one, _ in placed:
        if one.inner:
            outcomes.leave(store, one.document)
    _forget_headers(store, [one.item_id for one, _ in placed])
    widened.clear()


def _open_all(rows: Sequence[Row[Any]], keys: EpochKeys, trouble: list[Trouble]) -> list[Opened]:
    opened = []
    for row in rows:
        try:
            opened.append(_open(row, keys))
        except CasebookError as refusal:
            trouble.append(Trouble(row.id.hex(), row.day, WHY.get(type(refusal), "altered")))
    return opened


def _arrivals(after: tuple[str, bytes] | None = None) -> Any:  # noqa: ANN401 - a select
    item = mailbox.item
    query = (
        select(item, mailbox.header.c.header, mailbox.payload.c.payload)
        .join(mailbox.header)
        .join(mailbox.payload, mailbox.payload.c.item_id == item.c.id)
        .order_by(item.c.day, item.c.id)
    )
    if after:
        day, item_id = after
        query = query.where((item.c.day > day) | ((item.c.day == day) & (item.c.id > item_id)))
    return query


def arrival(connection: Connection, item_id: bytes) -> Row[Any] | None:
    """Return one arrival with its header and payload, if it is there and not taken in."""
    row: Row[Any] | None = connection.execute(
        _arrivals().where(mailbox.item.c.id == item_id)
    ).one_or_none()
    return row


def original(connection: Connection, item_id: bytes) -> bytes | None:
    """Return the payload as it arrived."""
    query = select(mailbox.payload.c.payload).where(mailbox.payload.c.item_id == item_id)
    found: bytes | None = connection.execute(query).scalar()
    return found


def open_arrival(connection: Connection, keyring: Keyring, row: Row[Any]) -> Opened:
    """Open one arrival in memory. Raises ``NotYours``, ``Altered`` or ``Misfiled``."""
    return _open(row, keyring.epochs(connection))


def _open(row: Row[Any], keys: EpochKeys) -> Opened:
    for key in keys.get(row.epoch, []):
        try:
            file_key = opening.unwrap(row.header, [key.identity])
        except WrongIdentity:
            continue
        except CryptoError as error:
            raise Altered from error
        document = read_payload(row.payload, file_key, row.id, row.epoch)
        inner: tuple[str, ...] = ()
        if wrapped.is_wrapped(document):
            everyone = [one.identity for held in keys.values() for one in held]
            inner = wrapped.keys_of(document, everyone)
        return Opened(
            row.id,
            row.day,
            _said(document, inner),
            file_key,
            row.payload,
            key.retired,
            inner,
            bool(row.flood),
        )
    raise _whose(row, keys)


def _said(document: Document, inner: Sequence[str]) -> Document:
    """Return the document as the desk reads it. Raises ``Altered``."""
    try:
        return wrapped.said(document, inner)
    except CryptoError as error:  # together they are no document, however well each was made
        raise Altered from error


def _whose(row: Row[Any], keys: EpochKeys) -> CasebookError:
    """Say why no identity of its epoch opens it: what another epoch opens lies in a wrong row."""
    others = [key.identity for held in keys.values() for key in held]
    try:
        opening.unwrap(row.header, others)
    except WrongIdentity:
        return NotYours()
    except CryptoError:
        return Altered()
    return Misfiled()


def read_payload(payload: bytes, file_key: bytes, item_id: bytes, epoch: str) -> Document:
    """Open a payload with its file key and hold it against its row. ``Altered``, ``Misfiled``."""
    try:
        document = Document.from_bytes(opening.open_payload_bytes(payload, file_key))
    except CryptoError as error:
        raise Altered from error
    if document.id != item_id.hex() or document.epoch != epoch:
        raise Misfiled
    if document.kind in FROM_DESK:  # nobody writes to themselves in our name
        raise Misfiled
    return document


def _record(
    connection: Connection,
    keyring: Keyring,
    placed: list[tuple[Opened, str]],
    moving: set[str],
    today: str,
) -> None:
    ids = [one.item_id for one, _ in placed]
    known = set(
        connection.execute(select(tables.record.c.id).where(tables.record.c.id.in_(ids))).scalars()
    )
    fresh = [(one, ring) for one, ring in placed if one.item_id not in known]
    ledger.begin_all(
        connection, keyring, [(one.item_id, one.day, _first(one), ring) for one, ring in fresh]
    )
    for one, _ in fresh:
        if one.inner and mailing.reaches(one.document.reply):
            told = outcomes.event(one.document, keyring.member.name, today)
            ledger.append(connection, keyring, one.item_id, told)
    received = [_entry("received", one, today) for one, _ in fresh]
    secrets.SystemRandom().shuffle(received)  # the account must not tell the order of arrival
    taken = [_entry("taken-in", one, today, keyring.member.id) for one, _ in fresh]
    for record in moving:
        ledger.move(connection, keyring, bytes.fromhex(record), LEADS)
    moved = [Entry("restricted", keyring.member.id, today, record=r) for r in sorted(moving)]
    account.append(connection, keyring, [*received, *taken, *moved])


def _first(one: Opened) -> dict[str, Any]:
    """Return the first event of a record: the document, and the key of its original."""
    first: dict[str, Any] = {
        "e": "document",
        "document": one.document.to_object(),
        "key": one.file_key.hex(),
        "day": one.day,
    }
    if one.retired:
        first["retired"] = "yes"
    if one.inner:
        first["inner"] = list(one.inner)
    if one.flood:
        first["flood"] = "yes"
    return first


def for_leads(document: Document) -> bool:
    """Tell what only leads may see: the witness named somebody who must not read it."""
    return bool(document.fields.get("w_not_read"))


def _entry(act: str, one: Opened, today: str, actor: str = "intake") -> Entry:
    digest = hashlib.sha256(one.payload).hexdigest()
    return Entry(act, actor, today, digest, one.item_id.hex())


def _forget_headers(store: Store, ids: list[bytes]) -> None:
    def work(connection: Connection) -> None:
        connection.execute(delete(mailbox.header).where(mailbox.header.c.item_id.in_(ids)))

    store.mailbox_writer.run(work)

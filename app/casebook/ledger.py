"""Records and their events: append-only, sealed under the record's own key (FORMAT 7)."""

import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from app.casebook import tables
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.shapes import Altered, Erased, NotFound, NotYours
from crypto import copies, records
from crypto.errors import CryptoError

Event = Mapping[str, Any]
_EVENT = msgspec.json.Decoder(dict[str, Any])  # half of what json takes: unlocking reads them all


def begin(
    connection: Connection, keyring: Keyring, record_id: bytes, day: str, first: Event, ring: str
) -> None:
    """Make a record under a fresh record key, with its first event."""
    begin_all(connection, keyring, [(record_id, day, first, ring)])


def begin_all(
    connection: Connection, keyring: Keyring, fresh: Sequence[tuple[bytes, str, Event, str]]
) -> None:
    """Make records, each (id, day, first event, ring) under a record key of its own."""
    if not fresh:
        return
    rings = {ring: ring_key(connection, keyring, ring) for ring in {one[3] for one in fresh}}
    made = [{"id": record_id, "day": day} for record_id, day, _, _ in fresh]
    keys, events = [], []
    for record_id, _, first, ring in fresh:
        key_id, key = rings[ring]
        record_key = records.new_key()
        keys.append(
            {
                "record_id": record_id,
                "casebook_key_id": key_id,
                "wrapped": records.wrap(key, key_id, record_id, record_key),
                "share": secrets.token_bytes(copies.SHARE),
            }
        )
        body = records.RecordKey(record_key).seal(record_id, 0, first)
        events.append({"record_id": record_id, "sequence": 0, "body": body})
    connection.execute(insert(tables.record), made)
    connection.execute(insert(tables.record_key), keys)
    connection.execute(insert(tables.event), events)


def exists(connection: Connection, record_id: bytes) -> bool:
    """Tell whether there is such a record, erased or not."""
    query = select(tables.record.c.id).where(tables.record.c.id == record_id)
    return connection.execute(query).first() is not None


def ring_key(connection: Connection, keyring: Keyring, ring: str) -> tuple[bytes, bytes]:
    """Return the key a new record is wrapped under. Who lacks a ring cannot write into it."""
    if ring == LEADS and not keyring.rings.get(LEADS):
        raise NotYours
    keyring.load(connection)
    return keyring.current(ring)


def unlock(connection: Connection, keyring: Keyring, record_id: bytes) -> records.RecordKey:
    """Return the record's key, made ready. Raises as ``record_key``."""
    return records.RecordKey(record_key(connection, keyring, record_id))


def record_key(connection: Connection, keyring: Keyring, record_id: bytes) -> bytes:
    """Return the record's key. ``NotFound``, ``Erased``, ``NotYours`` (not for us), ``Altered``."""
    row = connection.execute(
        select(tables.record_key).where(tables.record_key.c.record_id == record_id)
    ).one_or_none()
    if row is None:
        refuse_erased(connection, record_id)
        raise NotYours if exists(connection, record_id) else NotFound
    if row.casebook_key_id not in keyring.casebook and keyring.member.id:
        keyring.load(connection)
    key = keyring.casebook.get(row.casebook_key_id)
    if key is None and record_id in keyring.assigned:
        return keyring.assigned[record_id]
    if key is None:
        raise NotYours
    try:
        return records.unwrap(key, row.casebook_key_id, record_id, row.wrapped)
    except CryptoError as error:
        raise Altered from error


def refuse_erased(connection: Connection, record_id: bytes) -> None:
    """Raise ``Erased`` if there is only a tombstone of this record."""
    query = select(tables.record.c.erased_on).where(tables.record.c.id == record_id)
    if month := connection.execute(query).scalar():
        raise Erased(month)


def share_of(connection: Connection, record_id: bytes) -> bytes | None:
    """Return the record's half of the key of its copies; None once it is erased."""
    query = select(tables.record_key.c.share).where(tables.record_key.c.record_id == record_id)
    found: bytes | None = connection.execute(query).scalar()
    return found


def ring_of(connection: Connection, record_id: bytes) -> str:
    """Return the ring the record's key is wrapped under."""
    query = (
        select(tables.casebook_key.c.ring)
        .join(tables.record_key, tables.record_key.c.casebook_key_id == tables.casebook_key.c.id)
        .where(tables.record_key.c.record_id == record_id)
    )
    return connection.execute(query).scalar() or REVIEWERS


def move(connection: Connection, keyring: Keyring, record_id: bytes, ring: str) -> None:
    """Wrap a record's key under another ring: one row, whatever was made from the testimony."""
    row = connection.execute(
        select(tables.record_key).where(tables.record_key.c.record_id == record_id)
    ).one()
    key_id, key = ring_key(connection, keyring, ring)
    old = keyring.casebook[row.casebook_key_id]
    record_key = records.unwrap(old, row.casebook_key_id, record_id, row.wrapped)
    connection.execute(
        update(tables.record_key)
        .where(tables.record_key.c.record_id == record_id)
        .values(casebook_key_id=key_id, wrapped=records.wrap(key, key_id, record_id, record_key))
    )


def append(connection: Connection, keyring: Keyring, record_id: bytes, event: Event) -> bytes:
    """Append one event and return its sealed body (what custody digests)."""
    key = unlock(connection, keyring, record_id)
    count = select(func.count()).where(tables.event.c.record_id == record_id)
    sequence = connection.execute(count).scalar_one()
    body = key.seal(record_id, sequence, event)
    connection.execute(
        insert(tables.event).values(record_id=record_id, sequence=sequence, body=body)
    )
    return body


def read(connection: Connection, keyring: Keyring, record_id: bytes) -> list[Event]:
    """Return all events of a record in order. Raises as ``unlock``; ``Altered`` for any gap."""
    key = unlock(connection, keyring, record_id)
    query = (
        select(tables.event.c.sequence, tables.event.c.body)
        .where(tables.event.c.record_id == record_id)
        .order_by(tables.event.c.sequence)
    )
    rows = ((sequence, body) for sequence, body in connection.execute(query))
    return _opened(key, record_id, rows)


def _opened(
    key: records.RecordKey, record_id: bytes, rows: Iterable[tuple[int, bytes]]
) -> list[Event]:
    events: list[Event] = []
    try:
        for expected, (sequence, body) in enumerate(rows):
            if sequence != expected:
                raise Altered
            events.append(_EVENT.decode(key.unseal(record_id, sequence, body)))
    except (CryptoError, msgspec.DecodeError) as error:
        raise Altered from error
    if not events:
        raise Altered
    return events


def read_all(
    connection: Connection, keyring: Keyring, wanted: Container[str]
) -> Iterable[tuple[bytes, str, str, Any]]:
    """Yield id, day, ring and events (or the refusal) of every record in the rings wanted."""
    rings = {
        key_id: ring for ring, ids in keyring.rings.items() for key_id in ids if ring in wanted
    }
    bodies = _bodies(connection)
    query = (
        select(
            tables.record.c.id,
            tables.record.c.day,
            tables.record_key.c.casebook_key_id,
            tables.record_key.c.wrapped,
        )
        .outerjoin(tables.record_key)
        .where(tables.record.c.erased_on.is_(None))
    )
    for record_id, day, key_id, wrapped in connection.execute(query.order_by(tables.record.c.id)):
        if key_id is None:
            yield record_id, day, REVIEWERS, NotYours()
        elif key_id in rings:
            rows = bodies(record_id)
            yield (
                record_id,
                day,
                rings[key_id],
                _attempt(keyring, (record_id, key_id, wrapped), rows),
            )


def readable(connection: Connection, keyring: Keyring) -> Sequence[bytes]:
    """Return the ids of all records in this keyring's rings."""
    keys = [key_id for ids in keyring.rings.values() for key_id in ids]
    table = tables.record_key
    query = select(table.c.record_id).where(table.c.casebook_key_id.in_(keys))
    return connection.execute(query).scalars().all()


def _attempt(
    keyring: Keyring, place: tuple[bytes, bytes, bytes], rows: list[tuple[int, bytes]]
) -> list[Event] | Altered:
    record_id, key_id, wrapped = place
    try:
        key = records.unwrap(keyring.casebook[key_id], key_id, record_id, wrapped)
        return _opened(records.RecordKey(key), record_id, rows)
    except CryptoError:
        return Altered()
    except Altered as refusal:
        return refusal


def _bodies(connection: Connection):  # type: ignore[no-untyped-def] # noqa: ANN202
    """Walk the event table once beside the records: both are in the order of the record's id."""
    query = select(tables.event.c.record_id, tables.event.c.sequence, tables.event.c.body)
    ordered = query.order_by(tables.event.c.record_id, tables.event.c.sequence)
    rows = iter(connection.execution_options(yield_per=1000).execute(ordered))
    ahead = next(rows, None)

    def of(record_id: bytes) -> list[tuple[int, bytes]]:
        nonlocal ahead
        found = []
        while ahead is not None and ahead[0] <= record_id:
            if ahead[0] == record_id:
                found.append((ahead[1], ahead[2]))
            ahead = next(rows, None)
        return found

    return of

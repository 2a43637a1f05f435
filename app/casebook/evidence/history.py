"""What a partner has taken home: one note for each bundle, sealed to the partner alone.

It lies in the table of releases, in slots of its own of the same shelf, so that the disk tells
neither a note from a copy nor whose it is. From it the partner's page says what is new.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from sqlalchemy import Connection, func, insert, select

from app.casebook import tables
from app.casebook.evidence.releases import PROBE, Copy
from app.casebook.shapes import Altered, Taken
from crypto import opening, padding, sealing
from crypto.canonical import canonical
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.receipts import Slots
from crypto.recipients import PQRecipient


def note(
    connection: Connection,
    shelf: bytes,
    recipient: PQRecipient,
    day: str,
    name: str,
    chosen: Iterable[Copy],
) -> None:
    """Note that a bundle of these copies was made on a day."""
    slots = _slots(shelf)
    at = next(n for n in count(0, PROBE) if _filled(connection, slots, n) < PROBE)
    lies = slots.slot(at + _filled(connection, slots, at))
    said = {"copies": sorted(copy.slot.hex() for copy in chosen), "day": day, "name": name}
    plain = padding.pad_document(canonical(said))
    header, payload = sealing.seal(plain, [recipient])
    connection.execute(insert(tables.release).values(id=lies, header=header, payload=payload))


def notes(connection: Connection, shelf: bytes, identity: PQIdentity) -> tuple[Taken, ...]:
    """Return every bundle of this partner, newest last. ``Altered`` if a note does not open."""
    return tuple(_notes(connection, shelf, identity))


def _notes(connection: Connection, shelf: bytes, identity: PQIdentity) -> Iterator[Taken]:
    slots = _slots(shelf)
    for number in count(0, PROBE):
        batch = _batch(slots, number)
        query = select(tables.release).where(tables.release.c.id.in_(batch))
        rows = {row.id: row for row in connection.execute(query)}
        for slot in batch:
            if slot in rows:
                yield _read(rows[slot].header + rows[slot].payload, identity)
        if len(rows) < PROBE:
            return


def _read(sealed: bytes, identity: PQIdentity) -> Taken:
    try:
        said = json.loads(opening.open_bytes(sealed, [identity]))
    except CryptoError as error:
        raise Altered from error
    return Taken(said["name"], said["day"], frozenset(map(bytes.fromhex, said["copies"])))


def _slots(shelf: bytes) -> Slots:
    return Slots(hmac.digest(shelf, b"naru/v1/taken", hashlib.sha256))


def _batch(slots: Slots, number: int) -> Sequence[bytes]:
    return [slots.slot(n) for n in range(number, number + PROBE)]


def _filled(connection: Connection, slots: Slots, number: int) -> int:
    query = select(func.count()).where(tables.release.c.id.in_(_batch(slots, number)))
    return int(connection.execute(query).scalar_one())

"""Calling a release back: a lead takes the partner's copies away while the testimony stays.

Where the witness takes a consent back, or a decision was wrong. What the partner has in a bundle
cannot be reached: it is named in the signed list, as what was withdrawn is (``revoking``).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from app.casebook import account, ledger, tables
from app.casebook.evidence import attaching
from app.casebook.keyring import Keyring
from app.casebook.members import Entry as DirectoryEntry
from app.casebook.shapes import NotFound
from app.casebook.store import Store
from app.db import truncate_wal
from crypto import copies
from crypto.custody import Entry

ACT = "recalled"


def standing(events: Iterable[Mapping[str, Any]], partner: str) -> list[Mapping[str, Any]]:
    """Return the releases of a record to a partner that were not called back, in order."""
    found: list[Mapping[str, Any]] = []
    for event in events:
        if event.get("partner") != partner:
            continue
        if event["e"] == "release":
            found.append(event)
        elif event["e"] == ACT:
            found = []
    return found


def recall(
    store: Store, keyring: Keyring, partner: DirectoryEntry, record: str
) -> Mapping[str, Any]:
    """Empty every copy of this testimony at this partner; return the event. ``NotFound``."""
    record_id, name = bytes.fromhex(record), partner.member.name
    said = {"e": ACT, "partner": name, "by": keyring.member.name, "day": store.today()}

    def work(connection: Connection) -> list[bytes]:
        found = standing(ledger.read(connection, keyring, record_id), name)
        if not found:
            raise NotFound
        slots = [bytes.fromhex(one["slot"]) for one in found]
        empty(connection, slots)
        ledger.append(connection, keyring, record_id, said)
        more = {"partner": partner.member.id}
        entry = Entry(ACT, keyring.member.id, store.today(), record=record, more=more)
        account.append(connection, keyring, [entry])
        return slots

    for slot in store.casebook_writer.run(work):
        attaching.destroy(store, partner.shelf, slot)
    truncate_wal(store.casebook)
    return said


def empty(connection: Connection, slots: Iterable[bytes]) -> int:
    """Leave of these copies which record each was of; return how many held more than that."""
    table = tables.release
    query = select(table.c.id, table.c.payload).where(table.c.id.in_(list(slots)))
    full = [row for row in connection.execute(query) if len(row.payload) > copies.PLACE]
    for row in full:
        left = row.payload[: copies.PLACE]
        connection.execute(update(table).where(table.c.id == row.id).values(payload=left))
    return len(full)

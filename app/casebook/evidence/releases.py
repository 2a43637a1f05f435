"""Release: a copy sealed to the partner alone, in a slot of the partner's shelf.

The shelf key is in the partner's card and in the directory; a row's id is derived from it, so the
disk tells neither whose a release is nor how many one partner has.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from app.casebook import account, ledger, tables
from app.casebook.evidence import attaching, leaving, recalling
from app.casebook.forgetting import forgotten
from app.casebook.keyring import Keyring
from app.casebook.members import Entry as DirectoryEntry
from app.casebook.shapes import Altered, NoConsent, NotFound
from app.casebook.store import Store
from app.db import truncate_wal
from crypto import copies as sealed_copies
from crypto import custody, opening, padding
from crypto.canonical import canonical
from crypto.custody import Entry, Opening
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.receipts import Slots

PROBE = 64


@dataclass(frozen=True)
class Copy:
    """A partner's copy of one release, opened."""

    slot: bytes
    record: str
    plain: bytes = field(repr=False)

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says; read when asked, because a thousand of them are held at once."""
        return _read(self.plain)


@forgotten
@lru_cache(maxsize=2)
def _read(plain: bytes) -> Mapping[str, Any]:
    read: dict[str, Any] = msgspec.json.decode(plain)
    return read


def release(
    store: Store,
    connection: Connection,
    keyring: Keyring,
    partner: DirectoryEntry,
    decision: Mapping[str, Any],
    acts: account.ByRecord,
) -> Mapping[str, Any]:
    """Record the decision, append custody, leave the partner's copy; return the event.

    ``decision``: record, purpose, consents, tags, cuts, letters, agreed. One transaction. What
    ``rules`` refuses was refused before; consent is asked again. Raises ``NoConsent``.
    """
    record = decision["record"]
    if decision["purpose"] not in decision["consents"]:
        raise NoConsent
    slot, listed = _free(connection, partner.shelf), decision["attachments"]
    event = {
        "e": "release",
        "partner": partner.member.name,
        "purpose": decision["purpose"],
        "consents": decision["consents"],
        "tags": decision["tags"],
        "cuts": decision["cuts"],
        "letters": decision["letters"],
        "translations": decision["translations"],
        "transcripts": decision["transcripts"],
        "attachments": decision["attachments"],
        "agreed": decision["agreed"],
        "slot": slot.hex(),
        "day": store.today(),
        "by": keyring.member.name,
    }
    body = ledger.append(connection, keyring, bytes.fromhex(record), event)
    source = leaving.source(connection, keyring, record, event, partner.shelf)
    more = {
        "partner": partner.member.id,
        "purpose": decision["purpose"],
        "commitments": leaving.sealed_list(source.commitments),
    }
    if event["attachments"]:
        more["attachments"] = attaching.sealed_list(event["attachments"])
    digest = hashlib.sha256(body).hexdigest()
    entry = Entry("released", keyring.member.id, store.today(), digest, record, more)
    account.append(connection, keyring, [entry])
    told = _told(acts.acts(connection, keyring, record))
    content = _content(record, source, event, told, attaching.told(listed, partner.shelf, slot))
    share = ledger.share_of(connection, bytes.fromhex(record))
    if share is None:
        raise NotFound
    plain = padding.pad_document(canonical(content))
    header, payload = sealed_copies.seal(plain, [partner.recipient], bytes.fromhex(record), share)
    connection.execute(insert(tables.release).values(id=slot, header=header, payload=payload))
    return event


def _content(
    record: str,
    source: leaving.Source,
    event: Mapping[str, Any],
    acts: list[dict[str, Any]],
    attachments: list[dict[str, Any]],
) -> dict[str, Any]:
    said = ("partner", "purpose", "consents", "day")
    return {
        "naru": 1,
        "record": record,
        "acts": acts,
        "attachments": attachments,
        **{key: event[key] for key in said},
        **leaving.parts(source),
    }


def remake(
    connection: Connection,
    keyring: Keyring,
    partner: DirectoryEntry,
    records: Iterable[str],
    acts: account.ByRecord,
) -> list[Copy]:
    """Make a partner's copies again from the decisions: what a lead exports in its stead."""
    found = []
    for record in records:
        events = ledger.read(connection, keyring, bytes.fromhex(record))
        decisions = recalling.standing(events, partner.member.name)
        if decisions:
            event = decisions[-1]
            told = acts.acts(connection, keyring, record)
            whose = {"act": "released", "partner": partner.member.id}
            last = max(at for at, opened in told if whose.items() <= opened.entry.fields().items())
            source = leaving.source(connection, keyring, record, event, partner.shelf)
            upto = [(at, opened) for at, opened in told if at <= last]
            slot = bytes.fromhex(event["slot"])
            attachments = attaching.told(event.get("attachments", ()), partner.shelf, slot)
            content = _content(record, source, event, _told(upto), attachments)
            found.append(Copy(slot, record, canonical(content)))
    return found


def _told(acts: Iterable[tuple[int, Opening]]) -> list[dict[str, Any]]:
    return [
        {"position": str(at), "salt": opened.salt.hex(), "entry": opened.entry.fields()}
        for at, opened in acts
    ]


def _free(connection: Connection, shelf: bytes) -> bytes:
    slots = Slots(shelf)
    number = 0
    while True:
        batch = [slots.slot(n) for n in range(number, number + PROBE)]
        query = select(func.count()).where(tables.release.c.id.in_(batch))
        filled = connection.execute(query).scalar_one()
        if filled < PROBE:
            return batch[filled]
        number += PROBE


@dataclass(frozen=True)
class Gone:
    """A copy whose record was erased, or that was called back: only which record it was of."""

    slot: bytes
    record: str


def shelf(connection: Connection, shelf: bytes, identity: PQIdentity) -> Iterator[Copy | Gone]:
    """Yield what lies on a shelf, in the order of release. ``Altered`` if one does not open."""
    slots = Slots(shelf)
    number = 0
    while True:
        batch = [slots.slot(n) for n in range(number, number + PROBE)]
        query = select(tables.release).where(tables.release.c.id.in_(batch))
        rows = {row.id: row for row in connection.execute(query)}
        for slot in batch:
            if slot in rows and rows[slot].payload is not None:
                yield _opened(connection, rows[slot], identity)
        if len(rows) < PROBE:
            return
        number += PROBE


def copies(connection: Connection, key: bytes, identity: PQIdentity) -> Iterator[Copy]:
    """Yield every copy on a shelf that can still be read. ``Altered`` if one does not open."""
    return (one for one in shelf(connection, key, identity) if isinstance(one, Copy))


def _opened(connection: Connection, row: Any, identity: PQIdentity) -> Copy | Gone:  # noqa: ANN401 - a row of `release`
    try:
        half = opening.unwrap(row.header, [identity])
        record = sealed_copies.record_of(half, row.payload)
        share = ledger.share_of(connection, record)
        if share is None or len(row.payload) == sealed_copies.PLACE:
            return Gone(row.id, record.hex())
        key = sealed_copies.file_key(half, record, share)
        plain = opening.open_payload_bytes(row.payload[sealed_copies.PLACE :], key)
    except CryptoError as error:
        raise Altered from error
    copy = Copy(row.id, record.hex(), padding.unpad(plain))
    if copy.content["record"] != copy.record:
        raise Altered
    return copy


def empty(store: Store, shelf: bytes, gone: Iterable[Gone]) -> None:
    """Destroy what is left of copies that are gone; which record each was of stays."""
    slots = [one.slot for one in gone]
    for slot in slots:
        attaching.destroy(store, shelf, slot)

    if not slots:
        return
    emptied = store.casebook_writer.run(lambda connection: recalling.empty(connection, slots))
    if emptied:
        truncate_wal(store.casebook)


def checkpoint_after(connection: Connection, copies: Iterable[Copy]) -> Any:  # noqa: ANN401 - a row
    """Return the first signed checkpoint that covers every act of these copies.

    The first, not the newest: the same decisions make the same bag, whenever it is made.
    """
    last = max(int(act["position"]) for copy in copies for act in copy.content["acts"])
    query = select(tables.checkpoint).where(tables.checkpoint.c.size > last)
    return connection.execute(query.order_by(tables.checkpoint.c.size).limit(1)).one()


def sign_checkpoint(store: Store, keyring: Keyring, acts: account.Account) -> None:
    """Sign the account as it stands, in a lead's session, and keep the checkpoint."""
    with store.casebook.connect() as connection:
        signer = keyring.signer(connection, "desk")
    tree = acts.tree()
    size = len(tree)
    body = custody.checkpoint(store.site_id, size, tree.root(size))
    signed = signer.sign("naru-custody", body)

    def work(connection: Connection) -> None:
        known = select(tables.checkpoint.c.size).where(tables.checkpoint.c.size == size)
        if connection.execute(known).first() is None:
            connection.execute(
                insert(tables.checkpoint).values(
                    size=size, body=body, sshsig=signed.sshsig, mldsa65=signed.mldsa65
                )
            )

    store.casebook_writer.run(work)

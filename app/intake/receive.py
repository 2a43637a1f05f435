"""Taking in what was sent: a document is made, sealed, and stored in its slot, or is there already.

The slot is the row's primary key, and it is derived from the receipt. So the same form sent twice,
at once or days apart, meets its own row: with the same text it is the same testimony, with other
text it becomes a correction. Nothing is answered before ``Writer.run`` has returned.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db import Writer, truncate_wal
from app.intake.budgets import Day, TooLong
from app.intake.forms import Fields
from app.intake.recipients import Recipients
from app.mailbox import blobs, tables
from app.mailbox.blobs import Blobs
from crypto import sealing
from crypto.documents import Document, File, Reply
from crypto.receipts import DESK, Receipt, Root, Slots, same
from crypto.recipients import pq_recipient_from_seed
from crypto.tokens import Capability

TESTIMONY = "testimony"
WAY = "server"
KINDS = ("testimony", "addition", "correction", "answer", "consent", "attachment")
GRACE = dt.timedelta(days=7)


class Withdrawn(Exception):
    """The testimony this belongs to was withdrawn: nothing more is kept under it."""


@dataclass(frozen=True)
class Content:
    """What goes into one document: the answers, and what they belong to."""

    kind: str
    lang: str
    fields: Fields
    about: str | None = None
    reply: Reply | None = None
    file: File | None = None
    blob: str | None = None
    way: str = WAY

    def tag(self, same_key: bytes) -> bytes:
        """Return the tag by which the same content sent again is known."""
        if self.file is not None:
            return same(same_key, self.kind, self.file.fields())
        told = {**self.fields, "about": self.about} if self.about else self.fields
        return same(same_key, self.kind, told)


class Receiver:
    """Stores what witnesses send."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        recipients: Recipients,
        blobs: Blobs,
        site_id: bytes,
        day: Day,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._blobs = blobs
        self._recipients = recipients
        self._site = site_id
        self._budget, self._today = day, day.today

    def testimony(self, receipt: Receipt, fields: Fields, lang: str, way: str = WAY) -> None:
        """Keep a testimony under its receipt; other text under the same receipt corrects it.

        Raises `NoRecipient`, `NotDurable`, `TooLong` or `Withdrawn`.
        """
        root = receipt.root(self._site)
        allowed = Capability.of(root, TESTIMONY)
        reply = Reply(str(pq_recipient_from_seed(root.identity_seed)), root.slots(DESK).key)
        content = Content(TESTIMONY, lang, fields, reply=reply, way=way)
        slot = root.slot(TESTIMONY, 0)
        try:
            if self._store(allowed, 0, content):
                return
        except TooLong:
            if self._look(slot) is None:
                raise
        found = self._look(slot)
        if found is None or found.same == content.tag(root.same_key):
            return
        if found.withdraw_on is not None and found.withdraw_on <= self._day():
            raise Withdrawn
        changed = Content("correction", lang, {**fields, "keep_first": "yes"}, way=way)
        self.follow_up(Capability.of(root, changed.kind), changed)

    def follow_up(self, allowed: Capability, content: Content) -> bool:
        """Keep what came later in the next free slot of its kind; false if it is there already.

        Sent again it is the same item; a consent counts as sent again only if none came after it.
        What comes while a withdrawal waits is withdrawn with the rest.
        Raises `NoRecipient`, `NotDurable`, `TooLong` or `Withdrawn`.
        """
        tag = content.tag(allowed.same_key)
        while True:
            filled = self._filled(allowed.slots)
            tags = [found.same for found in filled if found.same is not None]
            day = next((found.withdraw_on for found in filled if found.withdraw_on), None)
            if day is not None and day <= self._day():
                raise Withdrawn
            if tag in (tags[-1:] if content.kind == "consent" else tags):
                return False
            if self._store(allowed, len(filled), content, day):
                return True

    def withdraw(self, root: Root, *, now: bool) -> None:
        """Withdraw everything under a receipt: now, which destroys what is here, or in a week.

        The rows stay as a sign to the desk, which destroys what it took in. In each kind the next
        free slot gets an empty row, so that a page left open cannot add to what was withdrawn.
        Raises `NotDurable`.
        """
        day = (self._today() if now else self._today() + GRACE).isoformat()

        def work(connection: Connection) -> list[str]:
            slots = [found.slot for kind in KINDS for found in _filled(connection, root, kind)]
            for kind in KINDS:
                filled = _filled(connection, root, kind)
                if kind != TESTIMONY and not any(found.same is None for found in filled):
                    slots.append(root.slot(kind, len(filled)))
                    _mark_end(connection, slots[-1], self._day())
            for slot in slots:
                _mark_withdrawn(connection, slot, day)
                if now:
                    _destroy(connection, slot)
            return blobs.forget(connection, slots) if now else []

        self._blobs.destroy(self._writer.run(work))
        if now:
            truncate_wal(self._engine)

    def stay(self, root: Root) -> bool:
        """Take back a withdrawal that has not come into effect; false if it has."""

        def work(connection: Connection) -> bool:
            filled = [found for kind in KINDS for found in _filled(connection, root, kind)]
            if any(found.withdraw_on and found.withdraw_on <= self._day() for found in filled):
                return False
            slots = [found.slot for found in filled]
            item = tables.item
            connection.execute(update(item).where(item.c.id.in_(slots)).values(withdraw_on=None))
            return True

        return self._writer.run(work)

    def _day(self) -> str:
        return self._today().isoformat()

    def _look(self, slot: bytes) -> "Found | None":
        with self._engine.connect() as connection:
            return _row(connection, slot)

    def _filled(self, slots: Slots) -> "list[Found]":
        with self._engine.connect() as connection:
            return _rows(connection, slots)

    def _store(
        self, allowed: Capability, number: int, content: Content, withdraw_on: str | None = None
    ) -> bool:
        """Seal and store one item; false if somebody else filled the slot meanwhile."""
        row = self._sealed(allowed, number, content, withdraw_on)
        try:
            self._writer.run(lambda connection: put(connection, row))
        except IntegrityError:  # the slot is the primary key: somebody was here before
            return False
        self._budget.count(len(row.payload))
        return True

    def _sealed(
        self, allowed: Capability, number: int, content: Content, withdraw_on: str | None
    ) -> "Row":
        slot = allowed.slots.slot(number)
        recipient = self._recipients.current(self._day())
        document = Document(
            kind=content.kind,
            id=slot.hex(),
            thread=allowed.thread.hex(),
            epoch=recipient.epoch,
            way=content.way,
            lang=content.lang,
            fields=content.fields,
            reply=content.reply,
            file=content.file,
            about=content.about,
            number=number,
        )
        header, payload = sealing.seal(document.to_bytes(), [recipient.recipient])
        tag = content.tag(allowed.same_key)
        flood = self._budget.mark(len(payload))
        return Row(
            slot,
            recipient.epoch,
            self._day(),
            tag,
            header,
            payload,
            content.blob,
            withdraw_on,
            flood,
        )


@dataclass(frozen=True)
class Found:
    """What a row tells without being opened; without a tag it only marks the end of its kind."""

    slot: bytes
    same: bytes | None
    withdraw_on: str | None


def _row(connection: Connection, slot: bytes) -> Found | None:
    item = tables.item
    row = connection.execute(
        select(item.c.same, item.c.withdraw_on).where(item.c.id == slot)
    ).one_or_none()
    return Found(slot, row.same, row.withdraw_on) if row else None


def _rows(connection: Connection, slots: Slots) -> list[Found]:
    found: list[Found] = []
    while row := _row(connection, slots.slot(len(found))):
        found.append(row)
    return found


def _filled(connection: Connection, root: Root, kind: str) -> list[Found]:
    return _rows(connection, root.slots(kind))


@dataclass(frozen=True)
class Row:
    """One sealed item, ready to be stored."""

    slot: bytes
    epoch: str
    day: str
    same: bytes
    header: bytes
    payload: bytes
    blob: str | None = None
    withdraw_on: str | None = None
    flood: bool = False


_ITEM, _HEADER, _PAYLOAD, _BLOB = (
    insert(t) for t in (tables.item, tables.header, tables.payload, tables.blob)
)


def put(connection: Connection, row: Row) -> None:
    """Store an item whole. Raises `IntegrityError` when its slot is taken."""
    connection.execute(
        _ITEM,
        {
            "id": row.slot,
            "epoch": row.epoch,
            "day": row.day,
            "same": row.same,
            "withdraw_on": row.withdraw_on,
            "flood": row.flood or None,
        },
    )
    connection.execute(_HEADER, {"item_id": row.slot, "header": row.header})
    connection.execute(_PAYLOAD, {"item_id": row.slot, "payload": row.payload})
    if row.blob is not None:
        connection.execute(_BLOB, {"item_id": row.slot, "name": row.blob})


def _mark_end(connection: Connection, slot: bytes, day: str) -> None:
    connection.execute(_ITEM, {"id": slot, "epoch": "", "day": day, "same": None})


def _mark_withdrawn(connection: Connection, slot: bytes, day: str) -> None:
    """Mark the row; a withdrawal already said for an earlier day stands."""
    item = tables.item
    earlier = item.c.withdraw_on.is_not(None) & (item.c.withdraw_on <= day)
    connection.execute(
        update(item).where(item.c.id == slot).where(~earlier).values(withdraw_on=day)
    )


def _destroy(connection: Connection, slot: bytes) -> None:
    connection.execute(tables.header.delete().where(tables.header.c.item_id == slot))
    connection.execute(tables.payload.delete().where(tables.payload.c.item_id == slot))

"""Putting what the desk wrote into a witness's slots, sealed to that witness alone."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import sealing
from crypto.documents import Document, Reply
from crypto.receipts import Slots
from crypto.recipients import parse_recipient


def leave(store: Store, about: Document, reply: Reply, kind: str, text: str) -> None:
    """Seal a text to a witness and put it into the next of their free slots."""
    slots, recipient = Slots(reply.slots), parse_recipient(reply.recipient)

    def free(connection: Connection) -> int:
        number = 0
        while connection.execute(
            select(mailbox.reply.c.id).where(mailbox.reply.c.id == slots.slot(number))
        ).first():
            number += 1
        return number

    while True:
        with store.mailbox.connect() as connection:
            number = free(connection)
        slot = slots.slot(number)
        document = Document(
            kind=kind,
            id=slot.hex(),
            thread=about.thread,
            epoch=about.epoch,
            way="server",
            lang=about.lang,
            fields={"text": text},
            number=number,
        )
        header, payload = sealing.seal(document.to_bytes(), [recipient])
        row = {"id": slot, "day": store.today(), "header": header, "payload": payload}
        try:
            store.mailbox_writer.run(partial(_put, row))
        except IntegrityError:  # a colleague wrote at the same time: the next slot
            continue
        return


def _put(row: Mapping[str, object], connection: Connection) -> None:
    connection.execute(insert(mailbox.reply), row)

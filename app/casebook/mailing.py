"""Putting what the desk wrote into a witness's slots, sealed to that witness alone."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.casebook.shapes import BadTag
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import sealing
from crypto.documents import Document, Reply
from crypto.errors import MalformedKey
from crypto.receipts import Slots
from crypto.recipients import Recipient, parse_recipient


class NoWay(BadTag):
    """The witness cannot be written to: no slots, no key, or they said not to be asked."""


def recipient_of(reply: Reply | None) -> Recipient:
    """Return to whom a witness's letters are sealed. Raises `NoWay`.

    The document vouches for its letters only: anybody can hand in one whose key is none.
    """
    if reply is None:
        raise NoWay("reply")
    try:
        return parse_recipient(reply.recipient)
    except MalformedKey as error:
        raise NoWay("reply") from error


def reaches(reply: Reply | None) -> bool:
    """Tell whether a witness can be written to."""
    try:
        recipient_of(reply)
    except NoWay:
        return False
    return True


def leave(store: Store, about: Document, reply: Reply, kind: str, text: str) -> None:
    """Seal a text to a witness and put it into the next of their free slots. Raises `NoWay`."""
    slots, recipient = Slots(reply.slots), recipient_of(reply)

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

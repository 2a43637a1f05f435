"""Keeping what arrives already sealed: by a witness's own page, or by a file somebody carried.

Who sealed it named the slot. A slot is a digest nobody guesses, so whoever names one knows the
receipt, or carries the file of somebody who does. It is filled once: sent again with the same tag
it is the same item, with another tag it is refused, and the page takes the next slot.
"""

import base64
import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from app.db import Writer
from app.intake.budgets import Day
from app.intake.envelopes import Carried, Place
from app.intake.receive import GRACE, TESTIMONY, Row, Withdrawn, put
from app.intake.recipients import STANDING, Recipients
from app.mailbox import tables
from crypto import sealing
from crypto.documents import Document
from crypto.errors import CryptoError
from crypto.header import Header, read_header
from crypto.padding import DOCUMENT_FLOOR, bucket
from crypto.recipients import ENC, PQ, WRAPPED
from crypto.stream import CHUNK, NONCE, TAG

RETIRED_WEEKS = 12
EARLY = dt.timedelta(days=1)  # a witness's clock may be ahead of ours
ENC_BASE64 = -(-ENC * 4 // 3)
ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Malformed(Exception):
    """What arrived is no envelope as FORMAT.md describes it, or for no recipient of these days."""


class Stale(Exception):
    """It was sealed to a recipient that was retired too long ago: nobody can open it any more."""


class Taken(Exception):
    """Something else lies in this slot."""


@dataclass(frozen=True)
class Deposit:
    """What a page sends: where it belongs, and an age file. Nothing of it is trusted."""

    slot: bytes
    same: bytes
    epoch: str
    header: bytes
    payload: bytes
    withdraw_on: str | None = None


def read(told: Mapping[str, str], envelope: bytes) -> Deposit:
    """Read a deposit and hold its shape against FORMAT.md. Raises `Malformed`.

    ``told``: slot, same, epoch, and withdraw_on when what it belongs to waits for its withdrawal.
    """
    slot, same, epoch = (told.get(name, "") for name in ("slot", "same", "epoch"))
    if not ID.fullmatch(slot) or not ID.fullmatch(same):
        raise Malformed
    source = io.BytesIO(envelope)
    try:
        header = read_header(source)
    except CryptoError as error:
        raise Malformed from error
    payload = source.read()
    if not _is_ours(header) or not is_padded(len(payload)):
        raise Malformed
    withdraw_on = _day(told.get("withdraw_on", ""))
    ids = bytes.fromhex(slot), bytes.fromhex(same)
    return Deposit(*ids, epoch, bytes(header), payload, withdraw_on)


def _day(said: str) -> str | None:
    """Return a day, or nothing if none is said. Raises `Malformed`."""
    if not said:
        return None
    try:
        found = dt.date.fromisoformat(said)
    except ValueError as error:
        raise Malformed from error
    if found.isoformat() != said:
        raise Malformed
    return said


def _is_ours(header: Header) -> bool:
    (stanza, *more) = header.stanzas
    return (
        not more
        and stanza.type == PQ
        and [len(argument) for argument in stanza.arguments] == [ENC_BASE64]
        and len(stanza.body) == WRAPPED
    )


def is_padded(sealed: int) -> bool:
    """Tell whether a payload of this size holds a whole bucket: else its size would speak."""
    chunks = -(-(sealed - NONCE) // (CHUNK + TAG))
    plain = sealed - NONCE - chunks * TAG
    return plain >= DOCUMENT_FLOOR and bucket(plain) == plain


class Depositor:
    """Stores what arrives sealed."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        recipients: Recipients,
        day: Day,
    ) -> None:
        self._engine, self._writer = engine, writer
        self._recipients, self._budget, self._today = recipients, day, day.today

    def keep(self, deposit: Deposit, blob: str | None = None) -> bool:
        """Keep an envelope as it is, in its slot, and the name of its file; false if it is there.

        What comes while a withdrawal waits is withdrawn with the rest: which day that is, only the
        page can say, for nothing here tells which slots belong together.
        Raises `Malformed` for an epoch that does not serve now, `Taken`, `Withdrawn`, `TooLong`,
        `NotDurable`.
        """
        if deposit.epoch not in self._serving():
            raise Malformed
        today, day = self._today(), deposit.withdraw_on
        if day is not None and not today.isoformat() < day <= (today + GRACE).isoformat():
            raise Malformed
        ids = deposit.slot, deposit.epoch, today.isoformat(), deposit.same
        return self._put(Row(*ids, deposit.header, deposit.payload, blob, day))

    def carried(self, one: Carried, place: Place, lang: str) -> None:
        """Seal a file of the offline page again and keep it under the receipt it was made with.

        Raises `Stale`, `Taken`, `Withdrawn`, `TooLong`, `NoRecipient`, `NotDurable`.
        """
        day = self._today().isoformat()
        current = self._recipients.current(day)
        fields: dict[str, str | tuple[str, ...]] = {
            "envelope": (one.text,),
            "envelope_epoch": place.epoch,
        }
        if self._retired(place.epoch):
            fields["envelope_retired"] = "yes"
        document = Document(
            kind=TESTIMONY,
            id=place.slot.hex(),
            thread=place.slot.hex(),  # the true one is inside what cannot be opened here
            epoch=current.epoch,
            way="offline",
            lang=lang,
            fields=fields,
        )
        header, payload = sealing.seal(document.to_bytes(), [current.recipient])
        self._put(Row(place.slot, current.epoch, day, place.same, header, payload))

    def _serving(self) -> set[str]:
        """Return the epochs a page may seal to now: this week's and its neighbours', and standing.

        A page stays open over the end of a week, and a witness's clock may be wrong by a day.
        """
        today, two_days = self._today(), dt.timedelta(days=2)
        return {
            one.epoch
            for one in self._recipients.usable()
            if one.epoch == STANDING
            or (
                one.first <= (today + EARLY).isoformat()
                and (today - two_days).isoformat() <= one.last
            )
        }

    def _retired(self, epoch: str) -> bool:
        """Tell whether an epoch's week is over. Raises `Stale` when it is so for 12 weeks."""
        if epoch == STANDING:
            return False
        try:
            last = dt.date.fromisocalendar(int(epoch[:4]), int(epoch[6:]), 7)
        except ValueError as error:
            raise Stale from error
        if last + dt.timedelta(weeks=RETIRED_WEEKS) < self._today():
            raise Stale
        return last < self._today()

    def _put(self, row: Row) -> bool:
        size = len(row.payload)
        row = replace(row, flood=self._budget.mark(size))
        try:
            self._writer.run(lambda connection: put(connection, row))
        except IntegrityError:  # the slot is the primary key: somebody was here before
            self._same_or_refuse(row)
            return False
        self._budget.count(size)
        return True

    def _same_or_refuse(self, row: Row) -> None:
        item = tables.item
        query = select(item.c.same, item.c.withdraw_on).where(item.c.id == row.slot)
        with self._engine.connect() as connection:
            found = connection.execute(query).one()
        if found.same == row.same:
            return
        if found.withdraw_on is not None and found.withdraw_on <= row.day:
            raise Withdrawn
        raise Taken


def left(engine: Engine, slots: list[bytes]) -> dict[str, list[dict[str, str]]]:
    """Return what lies in these slots, and nothing about whose they are.

    ``items``: slot, day, the tag of the content (none where a withdrawal ended its kind) and the
    day of a withdrawal. ``replies``: slot, day and the age file.
    """
    item, reply = tables.item, tables.reply
    with engine.connect() as connection:
        items = connection.execute(
            select(item.c.id, item.c.day, item.c.same, item.c.withdraw_on).where(
                item.c.id.in_(slots)
            )
        ).all()
        replies = connection.execute(select(reply).where(reply.c.id.in_(slots))).all()
    return {
        "items": [
            {
                "slot": row.id.hex(),
                "day": row.day,
                "same": (row.same or b"").hex(),
                "withdraw_on": row.withdraw_on or "",
            }
            for row in items
        ],
        "replies": [
            {
                "slot": row.id.hex(),
                "day": row.day,
                "envelope": base64.b64encode(row.header + row.payload).decode("ascii"),
            }
            for row in replies
        ],
    }

"""The mailbox: what the intake writes and the desk collects. Every column says what it reveals."""

from sqlalchemy import Boolean, ForeignKey, MetaData, Table, Text

from app.db import Bytes, column

HEAD = "mailbox_0003"
# WITHOUT ROWID everywhere: a row id would tell the order of arrival within a day.
metadata = MetaData()

item = Table(
    "item",
    metadata,
    column(
        "id", Bytes(16), primary_key=True, reveals="nothing: a slot, random without the receipt"
    ),
    column("epoch", Text, nullable=False, reveals="the week whose key it was sealed to"),
    column("day", Text, nullable=False, index=True, reveals="the day it arrived"),
    column("same", Bytes(16), reveals="nothing: a keyed tag, equal for no two witnesses"),
    column(
        "withdraw_on",
        Text,
        reveals="that it is withdrawn, and from which day; once that has passed, the month",
    ),
    column(
        "flood", Boolean, reveals="that more had come that day than the day's budget, or nothing"
    ),
    sqlite_with_rowid=False,
)

header = Table(
    "header",
    metadata,
    column(
        "item_id",
        Bytes(16),
        ForeignKey("item.id"),
        primary_key=True,
        reveals="by its absence, that the item was taken in or withdrawn",
    ),
    column(
        "header", Bytes, nullable=False, reveals="the type and number of recipients: always one"
    ),
    sqlite_with_rowid=False,
)

payload = Table(
    "payload",
    metadata,
    column("item_id", Bytes(16), ForeignKey("item.id"), primary_key=True, reveals="nothing"),
    column("payload", Bytes, nullable=False, reveals="the padded size"),
    sqlite_with_rowid=False,
)

blob = Table(
    "blob",
    metadata,
    column(
        "item_id",
        Bytes(16),
        ForeignKey("item.id"),
        primary_key=True,
        reveals="that the item is a file",
    ),
    column(
        "name",
        Text,
        nullable=False,
        unique=True,
        reveals="nothing: random; the file of this name tells its padded size and day",
    ),
    sqlite_with_rowid=False,
)

reply = Table(
    "reply",
    metadata,
    column(
        "id", Bytes(16), primary_key=True, reveals="nothing: a slot, random without the receipt"
    ),
    column("day", Text, nullable=False, reveals="the day it was left"),
    column(
        "header", Bytes, nullable=False, reveals="the type and number of recipients: always one"
    ),
    column("payload", Bytes, nullable=False, reveals="the padded size"),
    sqlite_with_rowid=False,
)

recipient = Table(
    "recipient",
    metadata,
    column("epoch", Text, primary_key=True, reveals="the weeks there are keys for (published)"),
    column("statement", Bytes, nullable=False, reveals="a published recipient and its days"),
    column("sshsig", Bytes, nullable=False, reveals="a published signature"),
    column("mldsa65", Bytes, nullable=False, reveals="a published signature"),
    column("signer", Bytes, nullable=False, reveals="the desk's published public key"),
    sqlite_with_rowid=False,
)

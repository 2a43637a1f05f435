"""The casebook: sealed records, keys, custody. Every column says what it reveals."""

from sqlalchemy import ForeignKey, Integer, MetaData, Table, Text

from app.db import Bytes, column

HEAD = "casebook_0003"
# WITHOUT ROWID everywhere but in custody, whose order is what it proves.
metadata = MetaData()

member = Table(
    "member",
    metadata,
    column("id", Bytes(16), primary_key=True, reveals="nothing: random"),
    column(
        "handle",
        Bytes(32),
        nullable=False,
        unique=True,
        reveals="nothing without the desk's secret file",
    ),
    column("locked", Bytes, nullable=False, reveals="the Argon2 parameters"),
    column(
        "recipient",
        Text,
        nullable=False,
        reveals="a public key; by counting, the number of members",
    ),
    column(
        "card",
        Bytes,
        nullable=False,
        reveals="nothing: padded, sealed to the member (role, name, shelf)",
    ),
    column(
        "entry",
        Bytes,
        nullable=False,
        reveals="nothing: padded, sealed under a casebook key (role, name)",
    ),
    sqlite_with_rowid=False,
)

session = Table(
    "session",
    metadata,
    column(
        "id",
        Bytes(32),
        primary_key=True,
        reveals="nothing; by counting, the number of log-ins still open",
    ),
    column("day", Text, nullable=False, reveals="the day of a log-in"),
    column(
        "body",
        Bytes,
        nullable=False,
        reveals="nothing: sealed under the key in the member's cookie",
    ),
    sqlite_with_rowid=False,
)

epoch = Table(
    "epoch",
    metadata,
    column("epoch", Text, primary_key=True, reveals="the weeks there are keys for (published)"),
    column("recipient", Text, nullable=False, reveals="a public key (published)"),
    column(
        "sealed",
        Bytes,
        reveals="the number of members with triage; by its absence, that the epoch ended",
    ),
    column("ended_on", Text, reveals="the day its identity was destroyed"),
    sqlite_with_rowid=False,
)

casebook_key = Table(
    "casebook_key",
    metadata,
    column("id", Bytes(16), primary_key=True, reveals="nothing: random"),
    column("ring", Text, nullable=False, reveals="whether it serves all who read or leads only"),
    column("day", Text, nullable=False, reveals="the day it was made"),
    column("recipient", Text, nullable=False, reveals="a public key"),
    column("sealed", Bytes, nullable=False, reveals="the number of members who read, or of leads"),
    column("retired_on", Text, reveals="that it was replaced, and the day"),
    sqlite_with_rowid=False,
)

retired_epoch = Table(
    "retired_epoch",
    metadata,
    column("id", Bytes(16), primary_key=True, reveals="nothing: random"),
    column("epoch", Text, nullable=False, reveals="the week whose key was replaced"),
    column("recipient", Text, nullable=False, reveals="a public key (published until then)"),
    column("sealed", Bytes, nullable=False, reveals="the number of members with triage"),
    column("retired_on", Text, nullable=False, reveals="the day a member was removed"),
    sqlite_with_rowid=False,
)

enrolment = Table(
    "enrolment",
    metadata,
    column(
        "id",
        Bytes(32),
        primary_key=True,
        reveals="nothing without the link; by counting, the number of open invitations",
    ),
    column("until", Text, nullable=False, reveals="the day an invitation ends"),
    column("body", Bytes, nullable=False, reveals="nothing: sealed under the link"),
    sqlite_with_rowid=False,
)

request = Table(
    "request",
    metadata,
    column(
        "id",
        Bytes(16),
        primary_key=True,
        reveals="nothing: random; by counting, the number of open requests",
    ),
    column("body", Bytes, nullable=False, reveals="nothing: padded, sealed under a casebook key"),
    sqlite_with_rowid=False,
)

signing_key = Table(
    "signing_key",
    metadata,
    column("name", Text, primary_key=True, reveals="that the desk has this key"),
    column("public", Bytes, nullable=False, reveals="a public key (published)"),
    column("sealed", Bytes, nullable=False, reveals="the number of leads"),
    column("sshsig", Bytes, reveals="a published signature"),
    column("mldsa65", Bytes, reveals="a published signature"),
    sqlite_with_rowid=False,
)

record = Table(
    "record",
    metadata,
    column(
        "id",
        Bytes(16),
        primary_key=True,
        reveals="which item of the mailbox it was made from, if any",
    ),
    column("day", Text, nullable=False, index=True, reveals="the day it was made"),
    column("erased_on", Text, reveals="that it was erased, and the month"),
    sqlite_with_rowid=False,
)

record_key = Table(
    "record_key",
    metadata,
    column(
        "record_id",
        Bytes(16),
        ForeignKey("record.id"),
        primary_key=True,
        reveals="by its absence, that the record was erased",
    ),
    column(
        "casebook_key_id",
        Bytes(16),
        ForeignKey("casebook_key.id"),
        nullable=False,
        reveals="whether it is for leads only",
    ),
    column("wrapped", Bytes, nullable=False, reveals="nothing: 60 bytes, always"),
    column("share", Bytes(32), nullable=False, reveals="nothing: random, one for each record"),
    sqlite_with_rowid=False,
)

assignment = Table(
    "assignment",
    metadata,
    column("id", Bytes(16), primary_key=True, reveals="nothing: random"),
    column(
        "record_id",
        Bytes(16),
        ForeignKey("record.id"),
        nullable=False,
        index=True,
        reveals="that a record for leads only is shared with somebody",
    ),
    column("sealed", Bytes, nullable=False, reveals="nothing: sealed to one member"),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    column(
        "record_id",
        Bytes(16),
        ForeignKey("record.id"),
        primary_key=True,
        reveals="how many events a record has",
    ),
    column(
        "sequence",
        Integer,
        primary_key=True,
        autoincrement=False,
        reveals="the order of the events of one record",
    ),
    column("body", Bytes, nullable=False, reveals="the padded size"),
    sqlite_with_rowid=False,
)

custody = Table(
    "custody",
    metadata,
    column(
        "position", Integer, primary_key=True, autoincrement=False, reveals="the number of acts"
    ),
    column("leaf", Bytes(32), nullable=False, unique=True, reveals="nothing: a salted digest"),
    column(
        "opening",
        Bytes,
        nullable=False,
        reveals="whether a member who reads did it, or else a partner or the steward",
    ),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    column(
        "size",
        Integer,
        primary_key=True,
        autoincrement=False,
        reveals="how many acts there were when it was signed",
    ),
    column("body", Bytes, nullable=False, reveals="the size and root of the custody tree"),
    column("sshsig", Bytes, nullable=False, reveals="nothing"),
    column("mldsa65", Bytes, nullable=False, reveals="nothing"),
    sqlite_with_rowid=False,
)

release = Table(
    "release",
    metadata,
    column(
        "id",
        Bytes(16),
        primary_key=True,
        reveals="nothing: random without the partner's key; by counting, the releases and bundles",
    ),
    column("header", Bytes, reveals="the type and number of recipients: always one"),
    column("payload", Bytes, reveals="the padded size; once its partner met it erased, that it is"),
    sqlite_with_rowid=False,
)

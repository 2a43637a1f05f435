"""Writing to a witness: sealed to the witness alone, left in the next of their slots.

Who may write is told by the testimony itself: it hands over a recipient and a slot key. What was
written is kept in the record before it is left in the mailbox, so nothing reaches a witness of
which the desk has no account.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.casebook import ledger, mailing
from app.casebook.keyring import Keyring
from app.casebook.mailing import NoWay
from app.casebook.shapes import BadTag, NotFound
from app.casebook.store import Store
from app.casebook.vault import READERS
from app.casebook.working import Working
from crypto.documents import Document

KINDS = ("question", "reply")
LONGEST = 20_000


@dataclass(frozen=True)
class Sent:
    """What was written to a witness, by whom and on which day."""

    kind: str
    text: str
    by: str
    day: str


def send(
    store: Store, working: Working, keyring: Keyring, record: str, kind: str, text: str
) -> None:
    """Keep and leave a question or a reply. Raises ``BadTag``, ``NoWay``, and as reading does."""
    keyring.require(*READERS)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if kind not in KINDS or not text.strip() or len(text) > LONGEST:
        raise BadTag("text")
    document = _document(store, keyring, record)
    mailing.recipient_of(document.reply)
    if document.reply is None or (kind == "question" and document.fields.get("w_reply") == "no"):
        raise NoWay("reply")
    event = {"e": "written", "kind": kind, "text": text, "by": keyring.member.name}
    working.append(keyring, [(record, {**event, "day": store.today()}, "replied")])
    mailing.leave(store, document, document.reply, kind, text)


def sent(store: Store, keyring: Keyring, record: str) -> Sequence[Sent]:
    """Return what was written to this witness so far, in order."""
    with store.casebook.connect() as connection:
        events = ledger.read(connection, keyring, bytes.fromhex(record))
    return [
        Sent(one["kind"], one["text"], one["by"], one["day"])
        for one in events
        if one["e"] == "written"
    ]


def may_ask(store: Store, keyring: Keyring, record: str) -> tuple[bool, bool]:
    """Tell whether this witness can be written to, and whether questions may be asked."""
    document = _document(store, keyring, record)
    reached = mailing.reaches(document.reply)
    return reached, reached and document.fields.get("w_reply") != "no"


def _document(store: Store, keyring: Keyring, record: str) -> Document:
    with store.casebook.connect() as connection:
        first = ledger.read(connection, keyring, bytes.fromhex(record))[0]
    if first["e"] != "document":
        raise NotFound
    return Document.from_object(first["document"])

"""What lies under a receipt: kinds and days, and the text of what the desk wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, select

from app.intake.receive import KINDS, TESTIMONY
from app.mailbox import tables
from app.web import report
from crypto.errors import CryptoError
from crypto.receipts import DESK, Root, Slots

try:  # Replies are the one thing opened here; without that module the rest works as before.
    from app.intake import replies
except ImportError:
    replies = None  # type: ignore[assignment]

AT_ONCE = 8  # slots of a kind looked up in one query


@dataclass(frozen=True)
class Letter:
    """One item under a receipt, as far as it can be shown."""

    kind: str
    day: str
    id: str = ""
    text: str = ""
    unread: bool = False


@dataclass(frozen=True)
class Found:
    """All that lies under a receipt."""

    letters: tuple[Letter, ...]
    withdraw_on: str | None
    consents: frozenset[str] | None = None

    @property
    def question(self) -> Letter | None:
        """The latest question of the desk."""
        asked = [letter for letter in self.letters if letter.kind == "question"]
        return asked[-1] if asked else None


def look(engine: Engine, root: Root, ticks: Sequence[str] = ()) -> Found | None:
    """Return what lies under a receipt, in the order of days; nothing if nobody sent it.

    ``ticks`` are the consents that are boxes: see `_agreed`.
    """
    with engine.connect() as connection:
        rows = {kind: _rows(connection, tables.item, root.slots(kind)) for kind in KINDS}
        left = _rows(connection, tables.reply, root.slots(DESK))
    if not rows[TESTIMONY]:
        return None
    letters = [Letter(kind, row.day) for kind, found in rows.items() for row in found if row.same]
    letters += [_opened(root, row) for row in left]
    return Found(
        tuple(sorted(letters, key=lambda letter: letter.day)),
        rows[TESTIMONY][0].withdraw_on,
        _agreed(root, [row.same for row in rows["consent"] if row.same], ticks),
    )


def _agreed(root: Root, tags: Sequence[bytes], ticks: Sequence[str]) -> frozenset[str] | None:
    """Return what was agreed to last, without opening anything: the tag of its content tells.

    Boxes leave few contents, and who has the ten words can try each of them. Nothing when the
    consents were never changed, or when words were written beside the boxes.
    """
    if not tags:
        return None
    for number in range(1 << len(ticks)):
        ticked = [name for at, name in enumerate(ticks) if number >> at & 1]
        if root.same("consent", dict.fromkeys(ticked, "yes")) == tags[-1]:
            return frozenset(ticked)
    return None


def _rows(connection: Connection, table: Table, slots: Slots) -> Sequence[Row[Any]]:
    """Return the rows of one kind in the order of its slots, which are filled without gaps."""
    found: list[Row[Any]] = []
    while True:
        ids = [slots.slot(n) for n in range(len(found), len(found) + AT_ONCE)]
        rows = {row.id: row for row in connection.execute(select(table).where(table.c.id.in_(ids)))}
        for slot in ids:
            if slot not in rows:
                return found
            found.append(rows[slot])


def _opened(root: Root, row: Row[Any]) -> Letter:
    kind, slot = "reply", row.id.hex()
    if replies is not None:
        try:
            document = replies.read(root, slot, row.header, row.payload)
        except CryptoError as error:
            report(type(error), "replies")
        else:
            text = document.fields.get("text") or document.fields.get("w_narrative") or ""
            return Letter(document.kind, row.day, slot, str(text))
    return Letter(kind, row.day, slot, unread=True)

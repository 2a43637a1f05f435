"""What has reached its age, and persons on whom nothing rests any more: for a lead to decide.

Purposes are sealed, so no rule can run without a lead's keys: the steward cannot know what a
testimony may be kept for, and neither can a thief. A hold is an event of the record; it keeps a
testimony from being erased for its age, never from its witness's own withdrawal.

A testimony goes with all its witness sent later: a letter or a file that stayed would tell the same
again, and no list would ever offer it. A letter whose testimony is gone is listed by itself.
"""

import datetime as dt
import json
from dataclasses import dataclass

from app.casebook import ledger
from app.casebook.book import Casebook
from app.casebook.indexing.conditions import visible
from app.casebook.keeping import erasure
from app.casebook.keyring import Keyring
from app.casebook.shapes import NotFound
from app.casebook.testimonies import agreed_now

MOST = 500


@dataclass(frozen=True)
class Aged:
    """A testimony that is older than asked for."""

    id: str
    day: str
    preview: str
    consents: tuple[str, ...]
    held: bool


def aged(book: Casebook, keyring: Keyring, days: int, without: str = "") -> list[Aged]:
    """Return testimonies, and letters without one, of more than ``days`` ago, oldest first.

    At most ``MOST``. ``without`` is a purpose: only those whose witness does not agree to it, by
    the latest they said of it. A lead's question.
    """
    keyring.require("lead")
    today = dt.date.fromisoformat(book.store.today())
    last = (today - dt.timedelta(days=days)).isoformat()
    rings, index, found = visible(keyring.rings), book.vault.index(keyring), []
    for record, day, preview, answers, again in _older(book, keyring, last):
        said = json.loads(answers)
        if again:
            said = agreed_now(said, index.thread(rings, record))
        agreed = tuple(sorted(k for k, value in said.items() if value == "yes"))
        if without and without in agreed:
            continue
        found.append(Aged(record, day, preview, agreed, _held(book, keyring, record)))
        if len(found) == MOST:
            break
    return found


def _older(book: Casebook, keyring: Keyring, last: str) -> list[tuple[str, str, str, str, int]]:
    """Return id, day, preview, answers, and whether the witness spoke of consent once more."""
    marks = ",".join("?" * len(visible(keyring.rings)))
    return book.vault.index(keyring).remembered(
        "SELECT id, day, preview, answers, EXISTS"  # noqa: S608 - marks
        " (SELECT 1 FROM record o WHERE o.thread = r.thread AND o.kind = 'consent')"
        " FROM record r WHERE day <= ?"
        " AND (kind = 'testimony' OR NOT EXISTS"
        " (SELECT 1 FROM record o WHERE o.thread = r.thread AND o.kind = 'testimony'))"
        f" AND ring IN ({marks}) ORDER BY day, id",
        last,
        *visible(keyring.rings),
    )


def _held(book: Casebook, keyring: Keyring, record: str) -> bool:
    with book.store.casebook.connect() as connection:
        events = ledger.read(connection, keyring, bytes.fromhex(record))
    said = [event["e"] for event in events if event["e"] in ("held", "let-go")]
    return bool(said) and said[-1] == "held"


def resting_on_nothing(book: Casebook, keyring: Keyring) -> list[tuple[str, str]]:
    """Return id and name of persons whom no tag speaks of any more. A lead's question."""
    keyring.require("lead")
    marks = ",".join("?" * len(visible(keyring.rings)))
    return book.vault.index(keyring).remembered(
        f"SELECT id, name FROM person WHERE ring IN ({marks}) AND NOT EXISTS"  # noqa: S608 - marks
        " (SELECT 1 FROM tag WHERE tag.person = person.id) ORDER BY name, id",
        *visible(keyring.rings),
    )


def erase(book: Casebook, keyring: Keyring, ids: list[str], days: int) -> int:
    """Erase what is on one of the two lists, with what belongs to it; return how many records.

    Raises ``NotFound`` for anything else.
    """
    offered = {one.id for one in aged(book, keyring, days) if not one.held}
    offered |= {person for person, _ in resting_on_nothing(book, keyring)}
    if not ids or not set(ids) <= offered:
        raise NotFound
    rings, index = visible(keyring.rings), book.vault.index(keyring)
    later = (item for one in ids for item, *_ in index.thread(rings, one))
    going = list(dict.fromkeys([*ids, *later]))
    erasure.erase(book.store, [bytes.fromhex(one) for one in going], "erased", keyring)
    book.vault.forget(going)
    return len(going)


def hold(book: Casebook, keyring: Keyring, record: str, *, held: bool) -> None:
    """Put a testimony on hold, or end that. A lead's act; custody tells of it."""
    keyring.require("lead")
    act = "held" if held else "let-go"
    event = {"e": act, "by": keyring.member.name, "day": book.store.today()}
    book.working.append(keyring, [(record, event, act)])

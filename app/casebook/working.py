"""The work on the queue: states, assignment, what was read, notes, translations, own settings.

    working = Working(book)
    working.mark(keyring, ["<32 hex>"], "done")
    working.undo(keyring)

Each act is an event sealed under the record's own key and an entry in custody, in one transaction.
Who has what open just now is in memory only: it concerns the next quarter of an hour.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.casebook import account, ledger
from app.casebook.indexing.index import Index
from app.casebook.indexing.work import STATES, Setting
from app.casebook.keyring import REVIEWERS, Keyring
from app.casebook.shapes import BadTag, NotFound
from app.casebook.store import Store
from app.casebook.vault import READERS, Vault
from app.reading.transcripts import parse
from crypto.custody import Entry

Event = Mapping[str, Any]
Step = tuple[str, Event, str]  # record, event, act
MOST = 200  # records in one act
OPEN_FOR = 15 * 60
LONGEST = 200_000
LANGS = ("en", "ko", "zh")


@dataclass
class _Desk:
    """What one member has in hand, in memory. ``before`` undoes ``which`` of records set ``to``."""

    before: list[Step] = field(default_factory=list)
    which: int = 0
    to: str = ""
    said: str = ""
    filters: dict[str, str] = field(default_factory=dict)


class Working:
    """What members do with testimonies beside tagging them. One per process."""

    def __init__(
        self, store: Store, vault: Vault, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._vault, self._now = store, vault, now
        self._open: dict[str, dict[str, tuple[str, float]]] = {}
        self._desks: dict[str, _Desk] = {}

    # Writing

    def append(self, keyring: Keyring, steps: Sequence[Step]) -> None:
        """Append events, each with its act in custody, in one transaction. All or nothing.

        Raises ``NotFound``, ``NotYours`` or ``Altered`` as opening the record does.
        """
        keyring.require(*READERS)
        index, today = self._vault.index(keyring), self._store.today()

        def work(connection: Connection) -> list[str]:
            rings, entries = [], []
            for record, event, act in steps:
                record_id = bytes.fromhex(record)
                body = ledger.append(connection, keyring, record_id, event)
                rings.append(ledger.ring_of(connection, record_id))
                digest = hashlib.sha256(body).hexdigest()
                entries.append(Entry(act, keyring.member.id, today, digest, record))
            account.append(connection, keyring, entries)
            return rings

        rings = self._store.casebook_writer.run(work)
        for (record, event, _), ring in zip(steps, rings, strict=True):
            index.add(record, ring, [event], today)

    def _said(self, keyring: Keyring) -> dict[str, str]:
        return {"by": keyring.member.name, "day": self._store.today()}

    def opened(self, keyring: Keyring, record: str, entry: Entry) -> None:
        """Keep that a member opened a record: in custody always, as an event once a day."""
        index, today = self._vault.index(keyring), self._store.today()
        member = keyring.member.id
        first = record not in index.opened_on(member, today)
        event = {"e": "read", "member": member, "day": today}

        def work(connection: Connection) -> None:
            if first:
                ledger.append(connection, keyring, bytes.fromhex(record), event)
            account.append(connection, keyring, [entry])

        self._store.casebook_writer.run(work)
        if first:
            index.add(record, REVIEWERS, [event], today)
        self._open.setdefault(record, {})[member] = (keyring.member.name, self._now())

    # States and assignment

    def mark(self, keyring: Keyring, records: Iterable[str], state: str) -> int:
        """Set the state of records; returns of how many it changed. Raises ``BadTag``."""
        if state not in STATES:
            raise BadTag("state")
        return self._bulk(keyring, records, 0, state)

    def assign(self, keyring: Keyring, records: Iterable[str], member: str) -> int:
        """Give records to a member (their id; empty takes them back). ``BadTag`` if unknown."""
        return self._bulk(keyring, records, 1, member)

    def _bulk(self, keyring: Keyring, records: Iterable[str], which: int, to: str) -> int:
        keyring.require(*READERS)
        index = self._vault.index(keyring)
        chosen = list(dict.fromkeys(records))[:MOST]
        if not all(index.knows(record) for record in chosen):
            raise NotFound
        before = {record: index.work_of(record)[which] for record in chosen}
        changed = [record for record in chosen if before[record] != to]
        steps = [self._step(keyring, record, which, to) for record in changed]
        if steps:
            self.append(keyring, steps)
            desk = self._desk(keyring)
            desk.before = [self._step(keyring, r, which, before[r]) for r in changed]
            desk.which, desk.to = which, to
        return len(steps)

    def _step(self, keyring: Keyring, record: str, which: int, to: str) -> Step:
        if which == 0:
            return record, {"e": "state", "state": to, **self._said(keyring)}, "sorted"
        return record, {"e": "assign", "to": to, **self._said(keyring)}, "assigned"

    def undoable(self, keyring: Keyring) -> int:
        """Return how many records the last act of this member changed, while it can be undone."""
        return len(self._desk(keyring).before)

    def undo(self, keyring: Keyring) -> tuple[int, int]:
        """Put back what the last act changed: events of their own, so the history keeps both.

        What somebody else changed since stays as they left it. Returns how many were put back,
        and how many were left.
        """
        desk, index = self._desk(keyring), self._vault.index(keyring)
        steps, desk.before = desk.before, []
        still = [one for one in steps if index.work_of(one[0])[desk.which] == desk.to]
        if still:
            self.append(keyring, still)
        return len(still), len(steps) - len(still)

    def _desk(self, keyring: Keyring) -> _Desk:
        return self._desks.setdefault(keyring.csrf, _Desk())

    def remember(self, keyring: Keyring, filters: Mapping[str, str]) -> None:
        """Keep what this session filters by, so that next and previous stay within it."""
        if len(self._desks) > MOST:
            self._desks.clear()
        self._desk(keyring).filters = dict(filters)

    def filters(self, keyring: Keyring) -> dict[str, str]:
        """Return what this session filters by."""
        return dict(self._desk(keyring).filters)

    # Presence, limits

    def others(self, keyring: Keyring, record: str) -> list[str]:
        """Return the names of colleagues who opened a record in the last quarter of an hour."""
        since = self._now() - OPEN_FOR
        here = {m: who for m, who in self._open.get(record, {}).items() if who[1] >= since}
        self._open[record] = here
        if not here:
            del self._open[record]
        return sorted(name for member, (name, _) in here.items() if member != keyring.member.id)

    def settings(self, keyring: Keyring) -> Setting:
        """Return what this member chose."""
        return self._vault.index(keyring).setting(keyring.member.id)

    def choose(self, keyring: Keyring, most: int, *, veil: bool) -> None:
        """Keep a member's own limit and veil, sealed like everything else."""
        keyring.require(*READERS)
        event = {"e": "setting", "member": keyring.member.id, "most": most, "veil": int(veil)}
        known = self.settings(keyring).record
        if known:
            self.append(keyring, [(known, event, "chose")])
            return
        record, today = secrets.token_bytes(16), self._store.today()

        def work(connection: Connection) -> None:
            ledger.begin(connection, keyring, record, today, event, REVIEWERS)
            account.append(connection, keyring, [Entry("chose", keyring.member.id, today)])

        self._store.casebook_writer.run(work)
        self._vault.index(keyring).add(record.hex(), REVIEWERS, [event], today)

    def enough(self, keyring: Keyring, record: str) -> tuple[int, int] | None:
        """Return (opened today, own limit) where opening this one would pass the limit."""
        most = self.settings(keyring).most
        opened = self._vault.index(keyring).opened_on(keyring.member.id, self._store.today())
        if not most or record in opened or len(opened) < most:
            return None
        return len(opened), most

    # Notes, translations, suggestions

    def note(self, keyring: Keyring, record: str, text: str) -> None:
        """Keep a note. Raises ``BadTag`` if it says nothing."""
        event = {"e": "note", "id": secrets.token_hex(16), "text": _text(text)}
        self.append(keyring, [(record, {**event, **self._said(keyring)}, "noted")])

    def translate(
        self, keyring: Keyring, record: str, lang: str, text: str, seen: int | None = None
    ) -> None:
        """Keep a new version of a translation; earlier ones stay. Raises ``BadTag``.

        ``seen`` is the version its writer had before them: two who write at once both stand.
        """
        if lang not in LANGS:
            raise BadTag("language")
        event = {"e": "translation", "lang": lang, "text": _text(text)}
        self._version(keyring, record, event, seen, "translated")

    def transcribe(
        self, keyring: Keyring, record: str, item: str, text: str, seen: int | None = None
    ) -> None:
        """Keep a new version of what is said in a recording. Raises ``BadTag``, ``NoTimes``."""
        said = _text(text)
        parse(said)
        event = {"e": "transcript", "item": item, "text": said}
        self._version(keyring, record, event, seen, "transcribed")

    def _version(
        self, keyring: Keyring, record: str, event: Event, seen: int | None, act: str
    ) -> None:
        before = {} if seen is None else {"seen": seen}
        self.append(keyring, [(record, {**event, **before, **self._said(keyring)}, act)])

    def dismiss(self, keyring: Keyring, record: str, key: str, *, back: bool = False) -> None:
        """Set a suggestion aside, or bring it back."""
        event = {"e": "undismiss" if back else "dismiss", "key": key[:200]}
        self.append(keyring, [(record, {**event, **self._said(keyring)}, "weighed")])

    def index(self, keyring: Keyring) -> Index:
        """Return the index for questions. Only for those who read."""
        keyring.require(*READERS)
        return self._vault.index(keyring)


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip("\n")
    if not text.strip() or len(text) > LONGEST:
        raise BadTag("text")
    return text

"""One testimony from disk: opened, held against its original, and what is appended to it."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection

from app.casebook import account, collecting, ledger, wrapped
from app.casebook.evidence import rules
from app.casebook.indexing.conditions import visible
from app.casebook.indexing.tags import NAMED
from app.casebook.keeping import erasure
from app.casebook.keyring import LEADS, Keyring
from app.casebook.shapes import (
    Altered,
    Letter,
    Misfiled,
    NotFound,
    NotYours,
    Release,
    Tag,
    Testimony,
)
from app.casebook.store import Store
from app.casebook.vault import Vault
from crypto.canonical import canonical
from crypto.custody import Entry


class Testimonies:
    """The records of testimony, one at a time."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self.store, self.vault = store, vault

    def erase_withdrawn(self) -> None:
        """Erase what was withdrawn, now and not at the steward's next round."""
        self.vault.forget(one.hex() for one in erasure.withdrawals(self.store))

    def open(self, keyring: Keyring, record: str) -> Testimony:
        """Open one testimony, held against its original.

        Raises ``NotFound``, ``NotYours``, ``Altered``, ``Misfiled``.
        """
        record_id = id_of(record)
        with self.store.casebook.connect() as connection:
            try:
                events = ledger.read(connection, keyring, record_id)
            except NotFound:
                self._refuse_arrival(connection, keyring, record_id)
                raise
            ring = ledger.ring_of(connection, record_id)
        first = events[0]
        if first["e"] != "document":
            raise NotFound
        self._hold_against_original(record_id, first)
        return self._testimony(keyring, record, ring, events)

    def _refuse_arrival(self, connection: Connection, keyring: Keyring, record_id: bytes) -> None:
        """Say why an arrival cannot be shown: it is there, and collecting did not take it in."""
        with self.store.mailbox.connect() as mailbox:
            row = collecting.arrival(mailbox, record_id)
        if row is not None:
            collecting.open_arrival(connection, keyring, row)
            raise NotYours  # it opens, but is for leads, or for a member with triage

    def _hold_against_original(self, record_id: bytes, first: ledger.Event) -> None:
        with self.store.mailbox.connect() as mailbox:
            payload = collecting.original(mailbox, record_id)
        document = first["document"]
        if payload is None:
            self.erase_withdrawn()
            with self.store.casebook.connect() as connection:
                ledger.refuse_erased(connection, record_id)
            raise Altered
        held = collecting.read_payload(
            payload, bytes.fromhex(first["key"]), record_id, document["epoch"]
        )
        held = wrapped.said(held, first.get("inner", ()))
        if canonical(held.to_object()) != canonical(document):
            raise Misfiled

    def _testimony(
        self, keyring: Keyring, record: str, ring: str, events: list[ledger.Event]
    ) -> Testimony:
        first = events[0]
        index, document = self.vault.index(keyring), first["document"]
        fields = document["fields"]
        thread = index.thread(visible(keyring.rings), record)
        consent = agreed_now(fields, thread)
        return Testimony(
            id=record,
            day=first["day"],
            kind=document["kind"],
            lang=document["lang"],
            way=document["way"],
            epoch=document["epoch"],
            narrative=str(fields.get("w_narrative", "")),
            answers={
                name: tuple(value) if isinstance(value, list) else value
                for name, value in fields.items()
                if name != "w_narrative" and (name == "k_wait" or not name.startswith("k_"))
            },
            consents=frozenset(
                k for k, value in consent.items() if k.startswith("k_") and value == "yes"
            ),
            **rules.bars(events, str(consent.get("k_wait", "")).strip()),
            tags=self._in_order(index.tags(visible(keyring.rings), record=record)),
            letters=tuple(Letter(*told) for told in thread if told[1] != "testimony"),
            releases=tuple(Release(*row) for row in index.releases(record)),
            leads_only=ring == LEADS,
            retired="retired" in first,
        )

    def _in_order(self, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        model = self.store.model
        return tuple(
            sorted(tags, key=lambda t: (t.episode, model.order_key(t.stage, t.track), t.date_from))
        )

    def append(
        self,
        keyring: Keyring,
        record: str,
        event: Mapping[str, object],
        act: str,
        new_person: tuple[str, str] = ("", ""),
    ) -> None:
        """Append an event to a record together with the act, and begin a person if one is named.

        Who was given this one record alone cannot begin another in its ring: then the event itself
        names the person, until a lead writes more of them.
        """
        today = self.store.today()
        record_id, (person_id, name) = id_of(record), new_person
        person = {"e": "person", "name": name}

        def work(connection: Connection) -> None:
            ring, said = ledger.ring_of(connection, record_id), dict(event)
            if name and keyring.rings.get(ring):
                ledger.begin(connection, keyring, id_of(person_id), today, person, ring)
            elif name:
                said[NAMED] = name
            body = ledger.append(connection, keyring, record_id, said)
            digest = hashlib.sha256(body).hexdigest()
            entry = Entry(act, keyring.member.id, today, digest, record)
            account.append(connection, keyring, [entry])

        self.store.casebook_writer.run(work)  # the index learns of it from the account

    def note(self, keyring: Keyring, record: str, event: Mapping[str, object], act: str) -> None:
        """Append what a member said of a record, with their name and the day."""
        said = {**event, "by": keyring.member.name, "day": self.store.today()}
        self.append(keyring, record, said, act)


def id_of(text: str) -> bytes:
    """Return the octets of an id. Raises ``NotFound`` for what is none."""
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise NotFound from error
    if len(found) != 16:  # noqa: PLR2004 - the octets of a slot
        raise NotFound
    return found


def agreed_now(
    fields: dict[str, object], thread: list[tuple[str, str, str, str, dict[str, object]]]
) -> dict[str, object]:
    """Return what is agreed to now: the latest letter of consent replaces what was said."""
    return next((answers for _, kind, *_, answers in reversed(thread) if kind == "consent"), fields)

"""The casebook as the desk's pages use it: sessions, the index, and one method for each act."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import BinaryIO

from sqlalchemy import Connection, select

from app.casebook import (
    account,
    collecting,
    erasure,
    exporting,
    ledger,
    members,
    releases,
    rendering,
    revoking,
    rules,
    tables,
    tagging,
    wrapped,
)
from app.casebook.cutting import Placeholders
from app.casebook.evidence import Evidence
from app.casebook.index import visible
from app.casebook.keyring import LEADS, Keyring
from app.casebook.peopling import Peopling
from app.casebook.proposing import Choice
from app.casebook.shapes import (
    Act,
    Altered,
    BadTag,
    Found,
    Letter,
    Member,
    Misfiled,
    NotFound,
    NotYours,
    Page,
    Person,
    Release,
    Released,
    Tag,
    TagInput,
    Testimony,
    Trouble,
)
from app.casebook.store import Store
from app.casebook.vault import READERS, Vault
from app.casebook.viewing import Viewing
from app.casebook.working import Working
from crypto import sealing
from crypto.canonical import canonical
from crypto.custody import Entry
from crypto.recipients import PQRecipient, ScryptRecipient
from crypto.signing import PublicSigner, Signer

WHOLE = Choice()  # nothing decided: by purpose, whole or without names


class Casebook:
    """Everything a member may do. Built once per process; keeps opened things in memory only."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.account = account.Account(store.casebook)
        self.vault = Vault(store)
        self.working = Working(store, self.vault)
        self.peopling = Peopling(store, self.vault, self.working)
        self.viewing = Viewing(store, self.vault)
        self._trouble: tuple[Trouble, ...] = ()
        self.evidence = Evidence(store, self.vault, self._open, self._note)

    # Sessions

    def log_in(
        self, name: str, passphrase: str, code: str, now: float, *, known: bool = False
    ) -> str:
        """Return the cookie's text of a new session. Raises ``Refused``, ``TooMany``."""
        cookie = self.vault.log_in(name, passphrase, code, now, known=known)
        keyring = self.vault.resume(cookie, now)
        if keyring.member.role == "lead":  # only a lead can sign, so every session of one does
            releases.sign_checkpoint(self.store, keyring, self.account)
        return cookie

    def resume(self, cookie: str, now: float) -> Keyring:
        """Return the keyring of a living session. Raises ``NoSession``."""
        return self.vault.resume(cookie, now)

    def log_out(self, cookie: str) -> None:
        """End a session; with the last one, the index is forgotten."""
        self.vault.log_out(cookie)

    # Taking in, reading

    def collect(self, keyring: Keyring, limit: int = 500) -> None:
        """Take in what has arrived. Idempotent; only a member with triage can."""
        if not keyring.member.triage:
            return
        self.erase_withdrawn()
        index, seen = self.vault.index(keyring), visible(keyring.rings)
        self._trouble = tuple(
            collecting.collect(self.store, keyring, limit, lambda one: index.threads(seen, one))
        )

    def erase_withdrawn(self) -> None:
        """Erase what was withdrawn, now and not at the steward's next round."""
        self.vault.forget(one.hex() for one in erasure.withdrawals(self.store))

    def queue(self, keyring: Keyring, after: str = "", limit: int = 50, **filters: str) -> Page:
        """Return one keyset page of the queue. ``filters``: lang, role, day, stage, track."""
        keyring.require(*READERS)
        day, _, record = after.partition(".")
        cursor = (day, record) if record else None
        return self.vault.index(keyring).queue(visible(keyring.rings), cursor, limit, filters)

    def troubled(self, keyring: Keyring) -> tuple[Trouble, ...]:
        """Return what arrived and cannot be opened, and records that no longer open."""
        return (*self._trouble, *self.vault.index(keyring).troubles())

    def neighbours(self, keyring: Keyring, record: str) -> tuple[str, str]:
        """Return the ids before and after a record in the queue as this session filters it."""
        filters = self.working.filters(keyring)
        return self.vault.index(keyring).neighbours(visible(keyring.rings), record, filters)

    def search(self, keyring: Keyring, q: str, **filters: str) -> tuple[Found, ...]:
        """Return the testimonies whose text, translation or notes hold ``q``; up to 100."""
        keyring.require(*READERS)
        if not q.strip():
            return ()
        return self.vault.index(keyring).search(visible(keyring.rings), q, 100, filters)

    def stage_counts(self, keyring: Keyring) -> dict[tuple[str, str], int]:
        """Return how many testimonies speak of each stage, by stage and track."""
        keyring.require(*READERS)
        return self.vault.index(keyring).stage_counts(visible(keyring.rings))

    def testimony(self, keyring: Keyring, record: str) -> Testimony:
        """Open one testimony from disk, held against its original; custody says who opened it.

        Raises ``NotFound``, ``NotYours``, ``Altered``, ``Misfiled``.
        """
        keyring.require(*READERS)
        opened = self._open(keyring, record)
        entry = Entry("opened", keyring.member.id, self.store.today(), record=record)
        self.working.opened(keyring, record, entry)
        return opened

    def _open(self, keyring: Keyring, record: str) -> Testimony:
        record_id = _id(record)
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
        if "inner" in first:
            held = wrapped.read(held, first["inner"])
        if canonical(held.to_object()) != canonical(document):
            raise Misfiled

    def _testimony(
        self, keyring: Keyring, record: str, ring: str, events: list[ledger.Event]
    ) -> Testimony:
        first = events[0]
        index, document = self.vault.index(keyring), first["document"]
        fields = document["fields"]
        thread = index.thread(visible(keyring.rings), record)
        consent = _consent(fields, thread)
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
            letters=tuple(
                Letter(i, kind, day, answers)
                for i, kind, day, answers in thread
                if kind != "testimony"
            ),
            releases=tuple(Release(*row) for row in index.releases(record)),
            leads_only=ring == LEADS,
            retired="retired" in first,
        )

    def _in_order(self, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        model = self.store.model
        return tuple(
            sorted(tags, key=lambda t: (t.episode, model.order_key(t.stage, t.track), t.date_from))
        )

    # Tags and people

    def add_tag(self, keyring: Keyring, record: str, tag: TagInput) -> str:
        """Add a tag; returns its id. Raises ``BadTag`` naming the field, and as ``testimony``."""
        keyring.require(*READERS)
        opened = self._open(keyring, record)
        tagging.check(self.store.model, tag, len(opened.narrative))
        person = self._person_of(keyring, tag.person)
        tag_id = secrets.token_hex(16)
        event = {
            **tagging.event(tag_id, person[0], tag, opened.narrative),
            "by": keyring.member.name,
            "day": self.store.today(),
        }
        self._append(keyring, record, event, "tagged", new_person=person)
        return tag_id

    def edit_tag(
        self, keyring: Keyring, record: str, tag_id: str, tag: TagInput, seen: int
    ) -> None:
        """Correct a tag: a new version beside the old. ``seen`` is the version its writer saw.

        Raises ``BadTag`` naming the field, ``NotFound``, and as ``testimony``.
        """
        keyring.require(*READERS)
        opened = self._open(keyring, record)
        if tag_id not in {one.id for one in opened.tags}:
            raise NotFound
        tagging.check(self.store.model, tag, len(opened.narrative))
        person = self._person_of(keyring, tag.person)
        event = {
            **tagging.event(tag_id, person[0], tag, opened.narrative),
            "e": "edit",
            "seen": seen,
            "by": keyring.member.name,
            "day": self.store.today(),
        }
        self._append(keyring, record, event, "edited", new_person=person)

    def restore_tag(self, keyring: Keyring, record: str, tag_id: str) -> None:
        """Bring back a tag that was taken back. Raises ``NotFound``."""
        index = self.working.index(keyring)
        if tag_id not in index.versions(record):
            raise NotFound
        event = {"e": "retag", "tag": tag_id}
        said = {"by": keyring.member.name, "day": self.store.today()}
        self._append(keyring, record, event | said, "brought-back")

    def retract_tag(self, keyring: Keyring, record: str, tag_id: str) -> None:
        """Take a tag back: an event of its own, so the history keeps both."""
        keyring.require(*READERS)
        seen = visible(keyring.rings)
        if tag_id not in {tag.id for tag in self.vault.index(keyring).tags(seen, record=record)}:
            raise NotFound
        event = {"e": "untag", "tag": tag_id, "by": keyring.member.name, "day": self.store.today()}
        self._append(keyring, record, event, "untagged")

    def _append(
        self,
        keyring: Keyring,
        record: str,
        event: Mapping[str, object],
        act: str,
        new_person: tuple[str, str] = ("", ""),
    ) -> None:
        today = self.store.today()
        record_id, (person_id, name) = _id(record), new_person
        person = {"e": "person", "name": name}

        def work(connection: Connection) -> None:
            if name:
                ring = ledger.ring_of(connection, record_id)
                ledger.begin(connection, keyring, _id(person_id), today, person, ring)
            body = ledger.append(connection, keyring, record_id, event)
            digest = hashlib.sha256(body).hexdigest()
            entry = Entry(act, keyring.member.id, today, digest, record)
            account.append(connection, keyring, [entry])

        self.store.casebook_writer.run(work)  # the index learns of it from the account

    def _person_of(self, keyring: Keyring, said: str) -> tuple[str, str]:
        """Return id and, if the person is new, the name to begin them with."""
        if said.startswith("new:"):
            name = said.removeprefix("new:").strip()
            if not name:
                raise BadTag("person")
            return secrets.token_hex(16), name
        if self.vault.index(keyring).named(visible(keyring.rings), said) is None:
            raise BadTag("person")
        return said, ""

    def people(self, keyring: Keyring) -> tuple[Person, ...]:
        """Return every person, without tags."""
        keyring.require(*READERS)
        rows = self.vault.index(keyring).persons(visible(keyring.rings))
        return tuple(Person(person, name) for person, name in rows)

    def person(self, keyring: Keyring, person: str) -> Person:
        """Return one person with their tags in the order of the stages. Raises ``NotFound``."""
        return self.peopling.person(keyring, person)

    # Release and export

    def partners(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return the partners something can be released to."""
        return tuple(m for m in self.members(keyring) if m.role == "partner")

    def release(
        self,
        keyring: Keyring,
        record: str,
        partner_name: str,
        purpose: str,
        choice: Choice = WHOLE,
    ) -> None:
        """Release a testimony to a partner, cut as chosen. Raises as ``Evidence.release``."""
        event = self.evidence.release(keyring, record, partner_name, purpose, choice)
        with self.store.casebook.connect() as connection:
            ring = ledger.ring_of(connection, _id(record))
        self.vault.index(keyring).add(record, ring, [event], self.store.today())
        releases.sign_checkpoint(self.store, keyring, self.account)

    def _note(self, keyring: Keyring, record: str, event: Mapping[str, object], act: str) -> None:
        said = {**event, "by": keyring.member.name, "day": self.store.today()}
        self._append(keyring, record, said, act)

    def released(self, keyring: Keyring) -> tuple[Released, ...]:
        """Return what was released to this partner."""
        keyring.require("partner")
        with self.store.casebook.connect() as connection:
            copies = list(releases.copies(connection, keyring.shelf, keyring.identity))
        placeholders = rendering.placeholders(copies, keyring.member.id)
        return tuple(_released(copy, placeholders) for copy in copies)

    def called_back(self, keyring: Keyring) -> tuple[str, ...]:
        """Return the testimonies released to this partner and erased since; empty their copies."""
        keyring.require("partner")
        with self.store.casebook.connect() as connection:
            lying = list(releases.shelf(connection, keyring.shelf, keyring.identity))
        gone = [one for one in lying if isinstance(one, releases.Gone)]
        releases.empty(self.store, gone)
        return tuple(sorted({one.record for one in gone}))

    def revocations(self, keyring: Keyring, partner: str = "") -> tuple[int, bytes]:
        """Return how many were withdrawn, and the signed list of them as a ZIP.

        A partner's own, or a lead's for the partner named.
        """
        if keyring.member.role == "partner":
            who, gone = keyring.member.id, self.called_back(keyring)
        else:
            keyring.require("lead")
            with self.store.casebook.connect() as connection:
                who = self.evidence.partner(connection, keyring, partner).member.id
                gone = revoking.released_and_erased(connection, keyring, who)
        with self.store.casebook.connect() as connection:
            seeds = keyring.bundle or b"".join(keyring.signer(connection, "bundle").seeds)
        entry = Entry("revoked", keyring.member.id, self.store.today(), more={"partner": who})
        self.store.casebook_writer.run(lambda c: account.append(c, keyring, [entry]))
        signer = Signer(seeds[:32], seeds[32:])
        return len(gone), revoking.archive(self.store, signer, who, gone)

    def signers(self) -> dict[str, PublicSigner]:
        """Return the desk's public keys: `desk`, and `bundle`, for which it vouches."""
        with self.store.casebook.connect() as connection:
            return revoking.published(connection)

    def export(
        self,
        keyring: Keyring,
        ids: list[str],
        sink: BinaryIO,
        partner: str = "",
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> str:
        """Write NAME.zip.age of these testimonies into ``sink``; return NAME.

        A partner exports what was released to it; a lead exports for the partner named.
        """
        with self.store.casebook.connect() as connection:
            copies, recipient = self._copies(connection, keyring, ids, partner)
            chosen = _choose(copies, ids)
            rows = {row.name: row for row in connection.execute(select(tables.signing_key))}
            checkpoint = releases.checkpoint_after(connection, chosen)
            seeds = keyring.bundle or b"".join(keyring.signer(connection, "bundle").seeds)
        entries = [
            Entry("exported", keyring.member.id, self.store.today(), record=copy.record)
            for copy in chosen
        ]
        self.store.casebook_writer.run(lambda c: account.append(c, keyring, entries))
        with sealing.SealingWriter(sink, [recipient]) as sealed:
            exporting.write(
                sealed,
                chosen,
                exporting.Desk(
                    self.store.model, self.account, progress=progress, stamp=self.store.stamp
                ),
                checkpoint,
                exporting.signer_of(seeds, rows),
            )
        return exporting.name_of(chosen)

    def released_since(self, keyring: Keyring, partner_name: str, day: str) -> list[str]:
        """Return the ids of what was released to a partner on or after a day. A lead's question."""
        keyring.require("lead")
        with self.store.casebook.connect() as connection:
            partner = self.evidence.partner(connection, keyring, partner_name)
        return self.vault.index(keyring).released_since(partner.member.name, day)

    # Keys, members, custody

    def members(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return all members, by name."""
        keyring.require(*READERS)
        with self.store.casebook.connect() as connection:
            return tuple(e.member for e in members.directory(connection, keyring))

    def readers(self, keyring: Keyring) -> tuple[Member, ...]:
        """Return the members who read: those a testimony can be given to."""
        return tuple(m for m in self.members(keyring) if m.role in READERS)

    def epochs(self, keyring: Keyring) -> list[dict[str, str]]:
        """Return every epoch: its week, recipient and state."""
        keyring.require(*READERS)
        with self.store.casebook.connect() as connection:
            rows = connection.execute(select(tables.epoch).order_by(tables.epoch.c.epoch)).all()
        return [
            {
                "epoch": row.epoch,
                "recipient": row.recipient,
                "state": "ended" if row.ended_on else "standing" if row.sealed is None else "open",
            }
            for row in rows
        ]

    def custody(self, keyring: Keyring) -> tuple[Act, ...]:
        """Return every act this member's keys open, newest first."""
        keyring.require("lead")
        with self.store.casebook.connect() as connection:
            names = {e.member.id: e.member.name for e in members.directory(connection, keyring)}
            found = [
                Act(
                    at,
                    o.entry.day,
                    o.entry.act,
                    names.get(o.entry.actor, o.entry.actor),
                    o.entry.record,
                )
                for at, o in account.openings(connection, keyring)
            ]
        return tuple(reversed(found))

    def identity_file(self, keyring: Keyring, passphrase: str) -> bytes:
        """Return the member's identity as an ``age -p`` file that stock age opens."""
        text = f"# {keyring.member.name}\n{keyring.identity}\n".encode()
        return b"".join(sealing.seal(text, [ScryptRecipient(passphrase)]))

    def _copies(
        self, connection: Connection, keyring: Keyring, ids: list[str], partner: str
    ) -> tuple[list[releases.Copy], PQRecipient]:
        if keyring.member.role == "partner":
            copies = list(releases.copies(connection, keyring.shelf, keyring.identity))
            return copies, keyring.identity.recipient
        keyring.require("lead")
        entry = self.evidence.partner(connection, keyring, partner)
        for record in ids:
            _id(record)
        return releases.remake(connection, keyring, entry, ids), entry.recipient


def _choose(copies: list[releases.Copy], ids: list[str]) -> list[releases.Copy]:
    """Return the latest copy of each chosen testimony. Raises ``NotFound`` for any other id."""
    latest = {copy.record: copy for copy in copies}
    if not ids or not latest.keys() >= set(ids):
        raise NotFound
    return [latest[record] for record in sorted(set(ids))]


def _id(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise NotFound from error
    if len(found) != 16:  # noqa: PLR2004 - the octets of a slot
        raise NotFound
    return found


def _consent(
    fields: dict[str, object], thread: list[tuple[str, str, str, dict[str, object]]]
) -> dict[str, object]:
    """Return what is agreed to now: the latest letter of consent replaces what was said."""
    return next((answers for _, kind, _, answers in reversed(thread) if kind == "consent"), fields)


def _released(copy: releases.Copy, placeholders: Placeholders) -> Released:
    content = copy.content
    told = content["document"]["fields"]["w_narrative"]
    text = placeholders.text(told)
    return Released(
        id=copy.record,
        day=content["day"],
        purpose=content["purpose"],
        lang=content["document"]["lang"],
        preview=" ".join(text[:200].split())[:90],
        text=text,
        tags=tuple(Tag(**rendering.tag(tag, told, placeholders)) for tag in content["tags"]),
    )

"""Deciding that something may leave: what is proposed, what exactly would leave, the decision.

One method for each act of a lead or of the second person; ``book.Casebook`` hands them on.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.casebook import cleaning, ledger, members
from app.casebook.cleaning import Box, Clean
from app.casebook.evidence import (
    attaching,
    cutting,
    leaving,
    proposing,
    recalling,
    releases,
    rules,
    singling,
)
from app.casebook.evidence.proposing import Choice, Proposal
from app.casebook.indexing.asking import Waiting
from app.casebook.indexing.conditions import visible
from app.casebook.keeping import erasure
from app.casebook.keyring import LEADS, REVIEWERS, Keyring
from app.casebook.keys import requests
from app.casebook.shapes import NeedsSecond, NotFound, Person, Testimony
from app.casebook.store import Store
from app.casebook.testimonies import Testimonies
from app.casebook.vault import Vault
from app.casebook.viewing import PLAYED, Attached, NotShown, Viewing
from crypto.identities import PQIdentity

PAPER = "recovery"  # who agreed, where it was the identity on paper


@dataclass(frozen=True)
class Leaving:
    """An attachment on the page that shows what leaves; ``clean`` if it is chosen and can be."""

    attached: Attached
    cleanable: bool
    chosen: bool
    boxes: tuple[Box, ...] = ()
    clean: Clean | None = None
    played: bool = False  # a recording: it stays, and what was written down of it may leave
    written: bool = False
    telling: bool = False


@dataclass(frozen=True)
class Preview:
    """Exactly what would leave, as the partner would read it, and what stands against it."""

    parts: Mapping[str, Any]
    placeholders: cutting.Placeholders
    offered: tuple[Proposal, ...]
    chosen: frozenset[str]
    cuts: tuple[cutting.Cut, ...]
    group: singling.Group | None
    second: tuple[str, ...]
    files: tuple[Leaving, ...] = ()


class Evidence:
    """What may be decided about one testimony's leaving."""

    def __init__(
        self, store: Store, vault: Vault, testimonies: Testimonies, viewing: Viewing
    ) -> None:
        self.store, self.vault, self.testimonies = store, vault, testimonies
        self.viewing = viewing

    # Deciding

    def preview(
        self, keyring: Keyring, record: str, partner_name: str, purpose: str, choice: Choice
    ) -> Preview:
        """Return what would leave. Raises what ``release`` raises, but for the second person."""
        keyring.require("lead")
        opened = self.testimonies.open(keyring, record)
        with self.store.casebook.connect() as connection:
            partner = self.partner(connection, keyring, partner_name)
            self._check(opened, partner, purpose)
            offered, cuts = self._cuts(keyring, opened, choice, purpose)
            event = self._event(keyring, opened, purpose, cuts, choice)
            source = leaving.source(connection, keyring, record, event, partner.shelf)
        parts = leaving.parts(source)
        order = {token: token for token in cutting.tokens(parts)}
        placeholders = cutting.Placeholders(order)
        made = {(cut.who, cut.words) for cut in cuts}
        return Preview(
            parts,
            placeholders,
            tuple(offered),
            frozenset(one.key for one in offered if (one.cut.who, one.cut.words) in made),
            tuple(cuts),
            singling.smallest(self.vault.index(keyring), record, parts, placeholders),
            self._second(opened, purpose),
            tuple(self._leaving(keyring, record, choice)),
        )

    def _leaving(self, keyring: Keyring, record: str, choice: Choice) -> Iterator[Leaving]:
        wanted, index = dict(choice.files), self.vault.index(keyring)
        for one in self.viewing.of(keyring, record):
            fit, boxes, clean = cleaning.cleanable(self.viewing, one), wanted.get(one.id, ()), None
            if fit and one.id in wanted:
                with contextlib.suppress(NotShown):
                    clean = cleaning.clean(self.viewing, one, boxes)
            yield Leaving(
                one,
                fit,
                one.id in wanted,
                boxes,
                clean,
                played=self.viewing.type_of(one) in PLAYED,
                written=bool(index.transcripts(record, one.id)),
                telling=one.id in choice.transcripts,
            )

    def release(
        self, keyring: Keyring, record: str, partner_name: str, purpose: str, choice: Choice
    ) -> Mapping[str, Any]:
        """Release a testimony to a partner; return the event.

        Raises ``NotFound``, ``NotYours``, and what ``rules`` refuses: ``NoConsent``,
        ``NotForThem``, ``Withdrawing``, ``Held``, ``Waiting``, ``NeedsSecond`` (and then the
        question stands on the testimony's page for a second person), ``NothingCut``,
        ``NotCleaned``, ``NoPlace``.
        """
        keyring.require("lead")
        opened = self.testimonies.open(keyring, record)
        with self.store.casebook.connect() as connection:
            partner = self.partner(connection, keyring, partner_name)
            self.vault.acts.learn(connection, keyring)
        self._check(opened, partner, purpose)
        _, cuts = self._cuts(keyring, opened, choice, purpose)
        event = self._event(keyring, opened, purpose, cuts, choice)
        agreed = self._agreed(keyring, opened, partner.member.name, purpose, event)
        decision = {
            **event,
            "record": record,
            "consents": sorted(opened.consents),
            "agreed": list(agreed),
        }
        files, acts = attaching.Copies(self.store), self.vault.acts

        def work(connection: Connection) -> Mapping[str, Any]:
            made = releases.release(self.store, connection, keyring, partner, decision, acts)
            files.put(partner.shelf, bytes.fromhex(made["slot"]))
            return made

        try:
            attached = self.viewing.of(keyring, record) if choice.files else []
            listed = files.make(self.viewing, attached, event["attachments"])
            decision["attachments"] = listed
            return self.store.casebook_writer.run(work)
        except BaseException:
            files.drop()
            raise

    def _agreed(
        self,
        keyring: Keyring,
        opened: Testimony,
        partner: str,
        purpose: str,
        event: Mapping[str, Any],
    ) -> tuple[str, ...]:
        digest = rules.digest_of(partner, purpose, event)
        try:
            return rules.require_second(
                opened, self._second(opened, purpose), digest, keyring.member.name
            )
        except NeedsSecond:
            if digest not in {one.digest for one in opened.asked}:
                asked = {"e": "asked", "partner": partner, "purpose": purpose, "digest": digest}
                files = [one["item"] for one in event["attachments"] if "boxes" in one]
                told = [one["item"] for one in event["transcripts"]]
                said: dict[str, Any] = {**asked, "cuts": event["cuts"], "files": files}
                said["transcripts"] = told
                self.testimonies.note(keyring, opened.id, said, "asked")
            raise

    def waiting(self, keyring: Keyring) -> list[Waiting]:
        """Return the releases that nobody has agreed to yet, of what this member may read."""
        keyring.require("lead", "reviewer")
        return self.vault.index(keyring).waiting(visible(keyring.rings))

    def agree(self, keyring: Keyring, record: str, digest: str) -> None:
        """Agree, as the second person, to exactly what was asked. Raises ``NotFound``."""
        keyring.require("lead", "reviewer")
        opened = self.testimonies.open(keyring, record)
        if digest not in {one.digest for one in opened.asked if one.by != keyring.member.name}:
            raise NotFound
        self.testimonies.note(keyring, record, {"e": "agreed", "digest": digest}, "agreed")

    def agree_by_paper(self, keyring: Keyring, record: str, digest: str, paper: PQIdentity) -> None:
        """Agree with the recovery identity, where there is no other member.

        Raises ``NotFound``, ``NotAlone``, ``NotTheRecovery``.
        """
        requests.prove_alone(self.store, keyring, paper)
        opened = self.testimonies.open(keyring, record)
        if digest not in {one.digest for one in opened.asked}:
            raise NotFound
        said = {"e": "agreed", "digest": digest, "by": PAPER, "day": self.store.today()}
        self.testimonies.append(keyring, record, said, "confirmed-on-paper")

    def hold(self, keyring: Keyring, record: str, why: str) -> None:
        """Hold a testimony back from every release, or with no reason let it go again."""
        keyring.require("lead")
        self.testimonies.open(keyring, record)
        event = {"e": "hold", "why": why} if why else {"e": "lift"}
        self.testimonies.note(keyring, record, event, "kept-back" if why else "let-leave")

    def met(self, keyring: Keyring, record: str) -> None:
        """Record that what the witness wanted to wait for has come. A lead's act."""
        keyring.require("lead")
        opened = self.testimonies.open(keyring, record)
        if not opened.wait:
            raise NotFound
        self.testimonies.note(keyring, record, {"e": "wait-met", "wait": opened.wait}, "wait-met")

    def recall(self, keyring: Keyring, record: str, partner_name: str) -> None:
        """Take a partner's copies of a testimony away. A lead's act. Raises ``NotFound``."""
        keyring.require("lead")
        self.testimonies.open(keyring, record)
        with self.store.casebook.connect() as connection:
            partner = self.partner(connection, keyring, partner_name)
        recalling.recall(self.store, keyring, partner, record)  # the index learns of it by itself

    # What a decision rests on

    def _check(self, opened: Testimony, partner: members.Entry, purpose: str) -> None:
        withdrawing = erasure.pending(self.store, bytes.fromhex(opened.id)) is not None
        rules.check(opened, partner.member.kind, purpose, withdrawing=withdrawing)

    def _second(self, opened: Testimony, purpose: str) -> tuple[str, ...]:
        abuses = [one for tag in opened.tags for one in tag.abuse]
        return rules.needs_second(opened, purpose, abuses)

    def _cuts(
        self, keyring: Keyring, opened: Testimony, choice: Choice, purpose: str
    ) -> tuple[list[Proposal], list[cutting.Cut]]:
        rows = self.vault.index(keyring).persons(visible(keyring.rings))
        people = (Person(who, name) for who, name in rows)
        beside = [one.text for one in self.vault.index(keyring).translations(opened.id)]
        beside += [one["text"] for one in self._transcripts(keyring, opened.id, choice)]
        offered = proposing.proposals(opened, people, beside)
        proposing.require_there(opened, beside, offered, choice)
        return offered, proposing.cuts(opened, offered, choice, purpose)

    def _event(
        self,
        keyring: Keyring,
        opened: Testimony,
        purpose: str,
        cuts: list[cutting.Cut],
        choice: Choice,
    ) -> dict[str, Any]:
        attached = self.viewing.of(keyring, opened.id)
        if not {item for item, _ in choice.files} <= {one.id for one in attached}:
            raise NotFound
        with self.store.casebook.connect() as connection:
            listed = attaching.committed(connection, keyring, attached)
            entries = members.directory(connection, keyring)
            roles = {one.member.name: one.member.role for one in entries}
        letters = [one.id for one in opened.letters if one.kind in leaving.LETTERS]
        transcripts = self._transcripts(keyring, opened.id, choice)
        rest_on = {("", 0), *((one, 0) for one in letters)}
        rest_on |= {(one["item"], one["edition"]) for one in transcripts}
        return {
            "purpose": purpose,
            "tags": [
                leaving.tag_of(tag, roles.get(tag.by, ""))
                for tag in opened.tags
                if (tag.item, tag.edition) in rest_on  # the text it rests on leaves as well
            ],
            "cuts": [cut.event() for cut in cuts],
            "letters": letters,
            "translations": self._translations(keyring, opened.id, roles),
            "transcripts": [{**one, "role": roles.get(one["by"], "")} for one in transcripts],
            "attachments": attaching.chosen(listed, choice.files),
        }

    def _translations(
        self, keyring: Keyring, record: str, roles: Mapping[str, str]
    ) -> list[dict[str, str]]:
        """Return the newest version of each translation."""
        newest: dict[str, dict[str, str]] = {}
        for one in self.vault.index(keyring).translations(record):
            said = {"lang": one.lang, "text": one.text, "day": one.day}
            newest.setdefault(one.lang, {**said, "role": roles.get(one.by, "")})
        return list(newest.values())

    def _transcripts(self, keyring: Keyring, record: str, choice: Choice) -> list[dict[str, Any]]:
        """Return the newest of what was written down of each recording chosen. ``NotFound``."""
        index, found = self.vault.index(keyring), []
        ids = sorted(one.id for one in self.viewing.of(keyring, record))
        for item in sorted(choice.transcripts):
            versions = index.transcripts(record, item)
            if item not in ids or not versions:
                raise NotFound
            newest = versions[0]
            said = {"number": ids.index(item) + 1, "item": item, "text": newest.text}
            found.append({**said, "edition": newest.version, "day": newest.day, "by": newest.by})
        return found

    def partner(self, connection: Connection, keyring: Keyring, name: str) -> members.Entry:
        """Return a partner by name. Raises ``NotFound``."""
        handle = self.store.secret.handle(name)
        for entry in members.directory(connection, keyring):
            same = self.store.secret.handle(entry.member.name) == handle
            if entry.member.role == "partner" and same:
                return entry
        raise NotFound

    def ring_of(self, keyring: Keyring, opened: Testimony) -> str:
        """Return the ring a testimony is of."""
        del keyring
        return LEADS if opened.leads_only else REVIEWERS

    def bars(self, connection: Connection, keyring: Keyring, record: str, wait: str) -> Any:  # noqa: ANN401
        """Return what the events of a record say of waiting, holding and agreeing."""
        events = ledger.read(connection, keyring, bytes.fromhex(record))
        return rules.bars(events, wait)

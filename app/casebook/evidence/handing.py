"""What a partner holds: what was released to it, the bundle it takes home, what was called back."""

from collections.abc import Callable
from typing import BinaryIO

from sqlalchemy import Connection, select

from app.casebook import account, tables
from app.casebook.account import Account
from app.casebook.evidence import (
    attaching,
    exporting,
    history,
    leaving,
    releases,
    rendering,
    revoking,
)
from app.casebook.evidence.cutting import Placeholders
from app.casebook.evidence.deciding import Evidence
from app.casebook.evidence.outgoing import Outgoing
from app.casebook.keyring import Keyring
from app.casebook.shapes import CalledBack, NotFound, Released, Taken
from app.casebook.store import Store
from app.casebook.testimonies import id_of
from app.casebook.vault import Vault
from crypto.custody import Entry
from crypto.recipients import PQRecipient
from crypto.signing import PublicSigner, Signer


class Handing:
    """What leaves the house, for the partner who takes it and for the lead who hands it over."""

    def __init__(self, store: Store, vault: Vault, evidence: Evidence, account: Account) -> None:
        self.store, self.vault, self.evidence, self.account = store, vault, evidence, account

    def released(self, keyring: Keyring) -> tuple[Released, ...]:
        """Return what was released to this partner."""
        keyring.require("partner")
        with self.store.casebook.connect() as connection:
            copies = list(releases.copies(connection, keyring.shelf, keyring.identity))
        placeholders = rendering.placeholders(copies, keyring.member.id)
        had = {slot for one in self.taken(keyring) for slot in one.copies}
        stands = attaching.Reader(self.store).stands
        return tuple(
            _released(copy, placeholders, stands, new=copy.slot not in had) for copy in copies
        )

    def taken(self, keyring: Keyring) -> tuple[Taken, ...]:
        """Return the bundles this partner has taken home, newest last."""
        keyring.require("partner")
        with self.store.casebook.connect() as connection:
            return history.notes(connection, keyring.shelf, keyring.identity)

    def called_back(self, keyring: Keyring) -> tuple[CalledBack, ...]:
        """Return the testimonies released to this partner and gone since."""
        lying = self._lying(keyring)
        gone = [one for one in lying if isinstance(one, releases.Gone)]
        kept = {one.record for one in lying if isinstance(one, releases.Copy)}
        had = self.taken(keyring)
        bundles: dict[str, dict[str, None]] = {one.record: {} for one in gone}
        for one in gone:
            bundles[one.record] |= {each.name: None for each in had if one.slot in each.copies}
        return tuple(CalledBack(r, tuple(bundles[r])) for r in sorted(bundles.keys() - kept))

    def clear(self, keyring: Keyring) -> None:
        """Empty what is left of this partner's copies that are gone: nothing opens it any more.

        Only the partner's own key tells which rows those are; so it is done as they log in.
        """
        gone = [one for one in self._lying(keyring) if isinstance(one, releases.Gone)]
        releases.empty(self.store, keyring.shelf, gone)

    def _lying(self, keyring: Keyring) -> list[releases.Copy | releases.Gone]:
        keyring.require("partner")
        with self.store.casebook.connect() as connection:
            return list(releases.shelf(connection, keyring.shelf, keyring.identity))

    def revocations(self, keyring: Keyring, partner: str = "") -> tuple[int, bytes]:
        """Return how many were withdrawn, and the signed list of them as a ZIP.

        A partner's own, or a lead's for the partner named.
        """
        if keyring.member.role == "partner":
            who = keyring.member.id
            gone = tuple(one.id for one in self.called_back(keyring))
        else:
            keyring.require("lead")
            with self.store.casebook.connect() as connection:
                who = self.evidence.partner(connection, keyring, partner).member.id
                gone = revoking.released_and_gone(connection, keyring, who)
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

    def leaving(
        self,
        keyring: Keyring,
        ids: list[str],
        partner: str = "",
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> Outgoing:
        """Return the bundle of these testimonies, ready to leave.

        A partner exports what was released to it; a lead exports for the partner named.
        """
        with self.store.casebook.connect() as connection:
            copies, recipient, shelf = self._copies(connection, keyring, ids, partner)
            chosen = _chosen(copies, ids)
            rows = {row.name: row for row in connection.execute(select(tables.signing_key))}
            checkpoint = releases.checkpoint_after(connection, chosen)
            seeds = keyring.bundle or b"".join(keyring.signer(connection, "bundle").seeds)
        reader = attaching.Reader(self.store)
        desk = exporting.Desk(
            self.store.model,
            self.account,
            reader,
            reader.stands,
            self.store.organisation,
            self.store.contact,
            progress=progress,
            stamp=self.store.stamp,
        )
        making = exporting.Making(chosen, desk, checkpoint, exporting.signer_of(seeds, rows))
        return Outgoing(self.store, keyring, (recipient, shelf), making)

    def export(
        self,
        keyring: Keyring,
        ids: list[str],
        sink: BinaryIO,
        partner: str = "",
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> str:
        """Write NAME.zip.age of these testimonies into ``sink``; return NAME."""
        bundle = self.leaving(keyring, ids, partner, progress)
        bundle.begin()
        sink.writelines(bundle.pieces())
        return bundle.name

    def released_since(self, keyring: Keyring, partner_name: str, day: str) -> list[str]:
        """Return the ids of what was released to a partner on or after a day. A lead's question."""
        keyring.require("lead")
        with self.store.casebook.connect() as connection:
            partner = self.evidence.partner(connection, keyring, partner_name)
        return self.vault.index(keyring).released_since(partner.member.name, day)

    def _copies(
        self, connection: Connection, keyring: Keyring, ids: list[str], partner: str
    ) -> tuple[list[releases.Copy], PQRecipient, bytes]:
        if keyring.member.role == "partner":
            copies = list(releases.copies(connection, keyring.shelf, keyring.identity))
            return copies, keyring.identity.recipient, keyring.shelf
        keyring.require("lead")
        entry = self.evidence.partner(connection, keyring, partner)
        for record in ids:
            id_of(record)
        self.vault.acts.learn(connection, keyring)
        copies = releases.remake(connection, keyring, entry, ids, self.vault.acts)
        return copies, entry.recipient, entry.shelf


def _chosen(copies: list[releases.Copy], ids: list[str]) -> list[releases.Copy]:
    """Return the latest copy of each chosen testimony. Raises ``NotFound`` for any other id."""
    latest = {copy.record: copy for copy in copies}
    if not ids or not latest.keys() >= set(ids):
        raise NotFound
    return [latest[record] for record in sorted(set(ids))]


def _released(
    copy: releases.Copy,
    placeholders: Placeholders,
    stands: Callable[[str], bool],
    *,
    new: bool,
) -> Released:
    content = copy.content
    texts, gone = rendering.texts_of(content), leaving.gone(content, stands)
    text = placeholders.text(texts[""])
    return Released(
        id=copy.record,
        day=content["day"],
        purpose=content["purpose"],
        lang=content["document"]["lang"],
        preview=" ".join(text[:200].split())[:90],
        text=text,
        tags=tuple(
            rendering.shown_tag(tag, texts[tag.get("in", "")], placeholders)
            for tag in content["tags"]
            if tag.get("in") not in gone
        ),
        files=sum("file" in one for one in content.get("attachments", ())),
        transcripts=len(content.get("transcripts", ())) - len(gone),
        new=new,
    )

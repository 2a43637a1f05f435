"""To whom the intake seals: published in the mailbox, believed only when signed.

A recipient is used only if both signatures of its statement hold and the fingerprint of the
signer is the one in the settings. Past the last epoch the signed standing recipient serves, so
that nobody is turned away for want of an epoch.
"""

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, select

from app.mailbox.tables import recipient as published
from app.web import report
from crypto import exact, signing
from crypto.errors import CryptoError
from crypto.recipients import PQRecipient, parse_recipient
from crypto.signing import PublicSigner, Signatures

STANDING = "standing"
FRESH = 10  # seconds a look at the table is good for: one retired meanwhile serves no longer
STATEMENT = {"epoch", "from", "naru", "recipient", "site", "until"}


class NoRecipient(Exception):
    """There is nobody to seal to: no statement that the fingerprint of the settings vouches for."""


@dataclass(frozen=True)
class Recipient:
    """One signed recipient and the days it serves."""

    epoch: str
    first: str
    last: str
    recipient: PQRecipient
    row: Row[Any]

    def published(self) -> dict[str, str]:
        """Return what anybody needs to check it: the statement, both signatures, the signer."""
        return {
            "epoch": self.epoch,
            "from": self.first,
            "until": self.last,
            "recipient": str(self.recipient),
            "statement": self.row.statement.decode(),
            "sshsig": self.row.sshsig.decode(),
            "mldsa65": base64.b64encode(self.row.mldsa65).decode(),
            "signer": self.row.signer.decode(),
            "fingerprint": PublicSigner.parse(self.row.signer).fingerprint,
        }


class Recipients:
    """The recipients in the mailbox that may be used; verified once, looked at again often."""

    def __init__(
        self, engine: Engine, fingerprint: str, site_id: bytes, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self.fingerprint = fingerprint
        self._site = site_id.hex()
        self._clock = clock
        self._lock = threading.Lock()
        self._verified: dict[tuple[object, ...], Recipient | None] = {}
        self._found: tuple[Recipient, ...] = ()
        self._looked = float("-inf")

    @property
    def grouped(self) -> str:
        """The fingerprint in groups of eight signs, as people compare it."""
        return " ".join(self.fingerprint[at : at + 8] for at in range(0, len(self.fingerprint), 8))

    def current(self, today: str) -> Recipient:
        """Return the recipient of this day, else the standing one. Raises `NoRecipient`."""
        usable = self.usable()
        for one in usable:
            if one.epoch != STANDING and one.first <= today <= one.last:
                return one
        for one in usable:
            if one.epoch == STANDING:
                return one
        raise NoRecipient

    def usable(self) -> tuple[Recipient, ...]:
        """Return all recipients that are properly signed."""
        with self._lock:
            now = self._clock()
            if not self._found or not 0 <= now - self._looked < FRESH:
                self._found, self._looked = self._look(), now
            return self._found

    def _look(self) -> tuple[Recipient, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(published).order_by(published.c.epoch)).all()
        self._verified = {
            key: self._verified[key] if key in self._verified else self._verify(row)
            for row in rows
            for key in [tuple(row)]
        }
        return tuple(one for one in self._verified.values() if one)

    def _verify(self, row: Row[Any]) -> Recipient | None:
        try:
            return self._vouched(row)
        except (CryptoError, NoRecipient) as error:
            report(type(error), "recipients")
            return None

    def _vouched(self, row: Row[Any]) -> Recipient:
        """Return the recipient of a row. Raises `CryptoError` or `NoRecipient` if not signed so."""
        signer = PublicSigner.parse(row.signer)
        if signer.fingerprint != self.fingerprint:
            raise NoRecipient
        signer.verify(signing.EPOCH, row.statement, Signatures(row.sshsig, row.mldsa65))
        said = exact.require_keys(exact.parse_exact(row.statement), STATEMENT)
        found = parse_recipient(exact.text(said["recipient"]))
        if (said["epoch"], said["site"], said["naru"]) != (row.epoch, self._site, 1):
            raise NoRecipient
        if not isinstance(found, PQRecipient):
            raise NoRecipient
        first, last = exact.text(said["from"]), exact.text(said["until"])
        return Recipient(row.epoch, first, last, found, row)

"""What one unlocked identity can open. It lives in memory as long as its session does."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app.casebook import tables
from app.casebook.shapes import Member, NotYours
from crypto import opening
from crypto.errors import CryptoError
from crypto.identities import PQIdentity, parse_identity_file
from crypto.signing import Signer

REVIEWERS, LEADS = "reviewers", "leads"


@dataclass
class Keyring:
    """One member's keys. ``casebook`` maps a key's id to the key, newest ring key last."""

    member: Member
    identity: PQIdentity
    csrf: str
    shelf: bytes = b""
    bundle: bytes = b""
    casebook: dict[bytes, bytes] = field(default_factory=dict)
    rings: dict[str, list[bytes]] = field(default_factory=dict)
    _epochs: dict[str, PQIdentity] = field(default_factory=dict)

    def require(self, *roles: str) -> None:
        """Raise ``NotYours`` unless the member has one of these roles."""
        if self.member.role not in roles:
            raise NotYours

    def load(self, connection: Connection) -> None:
        """Open every casebook key that is sealed to this member; the others stay closed."""
        rows = connection.execute(select(tables.casebook_key).order_by(tables.casebook_key.c.day))
        for row in rows:
            if row.id in self.casebook:
                continue
            key = self._try(row.sealed)
            if key is not None:
                self.casebook[row.id] = key
                self.rings.setdefault(row.ring, []).append(row.id)

    def current(self, ring: str) -> tuple[bytes, bytes]:
        """Return id and key of the newest casebook key of a ring. Raises ``NotYours``."""
        ids = self.rings.get(ring)
        if not ids:
            raise NotYours
        return ids[-1], self.casebook[ids[-1]]

    def epoch(self, connection: Connection, epoch: str) -> PQIdentity | None:
        """Return the identity of an epoch, or None if it ended or is not for this member."""
        if epoch not in self._epochs:
            query = select(tables.epoch.c.sealed).where(tables.epoch.c.epoch == epoch)
            text = self._try(connection.execute(query).scalar())
            if text is None:
                return None
            found = parse_identity_file(text.decode())[0]
            if not isinstance(found, PQIdentity):
                return None
            self._epochs[epoch] = found
        return self._epochs[epoch]

    def epochs(self, connection: Connection) -> list[PQIdentity]:
        """Return the identities of every epoch that is open to this member."""
        names = connection.execute(select(tables.epoch.c.epoch)).scalars().all()
        return [found for name in names if (found := self.epoch(connection, name)) is not None]

    def signer(self, connection: Connection, name: str) -> Signer:
        """Return the desk's signing key ``name``, which is sealed to leads. Raises ``NotYours``."""
        query = select(tables.signing_key.c.sealed).where(tables.signing_key.c.name == name)
        seeds = self._try(connection.execute(query).scalar())
        if seeds is None:
            raise NotYours
        return Signer(seeds[:32], seeds[32:])

    def _try(self, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return opening.open_bytes(sealed, [self.identity])
        except CryptoError:
            return None

"""What one unlocked identity can open. It lives in memory as long as its session does."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app.casebook import tables
from app.casebook.shapes import Member, NotYours
from crypto import opening
from crypto.errors import CryptoError
from crypto.identities import PQIdentity, parse_identity_file
from crypto.signing import Signer

REVIEWERS, LEADS = "reviewers", "leads"


@dataclass(frozen=True)
class ArrivalKey:
    """The identity of an epoch; ``retired`` if somebody who was removed may hold it too."""

    identity: PQIdentity
    retired: bool


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
    assigned: dict[bytes, bytes] = field(default_factory=dict)  # record keys shared with me alone
    _opened: dict[str, PQIdentity] = field(default_factory=dict)  # by recipient

    @classmethod
    def together(cls, keyrings: Iterable["Keyring"]) -> "Keyring":
        """Return what several unlocked members can read, as one: the index is made with it."""
        one = cls(Member("", "", ""), None, "")  # type: ignore[arg-type] # it opens nothing else
        for each in keyrings:
            one.casebook.update(each.casebook)
            one.assigned.update(each.assigned)
            for ring, ids in each.rings.items():
                known = one.rings.setdefault(ring, [])
                known += [key_id for key_id in ids if key_id not in known]
        return one

    def require(self, *roles: str) -> None:
        """Raise ``NotYours`` unless the member has one of these roles."""
        if self.member.role not in roles:
            raise NotYours

    def load(self, connection: Connection) -> None:
        """Open every casebook key that is sealed to this member; the others stay closed."""
        # Retired keys first: within a day nothing else tells which one is the newest.
        living = tables.casebook_key.c.retired_on.is_(None)
        rows = connection.execute(
            select(tables.casebook_key).order_by(living, tables.casebook_key.c.day)
        ).all()
        for row in rows:
            if row.id in self.casebook:
                continue
            key = self._try(row.sealed)
            if key is not None:
                self.casebook[row.id] = key
                self.rings.setdefault(row.ring, []).append(row.id)
        order = {row.id: place for place, row in enumerate(rows)}
        for ids in self.rings.values():
            ids.sort(key=lambda key_id: order.get(key_id, -1))
        self._load_assigned(connection)

    def _load_assigned(self, connection: Connection) -> None:
        """Open the record keys that a lead sealed to this member alone."""
        self.rings.pop(self.mine, None)
        self.assigned = {}
        if self.member.role != "reviewer":
            return
        for row in connection.execute(select(tables.assignment)):
            key = self._try(row.sealed)
            if key is not None:
                self.assigned[row.record_id] = key
        if self.assigned:
            self.rings[self.mine] = []

    @property
    def mine(self) -> str:
        """The ring of what is shared with this member alone."""
        return f"to:{self.member.id}"

    def current(self, ring: str) -> tuple[bytes, bytes]:
        """Return id and key of the newest casebook key of a ring. Raises ``NotYours``."""
        ids = self.rings.get(ring)
        if not ids:
            raise NotYours
        return ids[-1], self.casebook[ids[-1]]

    def directory_key(self) -> tuple[bytes, bytes]:
        """Return id and key under which the directory of members is sealed."""
        return self.current(REVIEWERS)

    def epochs(self, connection: Connection) -> dict[str, list[ArrivalKey]]:
        """Return the living identities of each epoch, retired ones first. Others stay closed."""
        found: dict[str, list[ArrivalKey]] = {}
        for table, retired in ((tables.retired_epoch, True), (tables.epoch, False)):
            for row in connection.execute(select(table).where(table.c.sealed.is_not(None))):
                identity = self._identity(row.recipient, row.sealed)
                if identity is not None:
                    found.setdefault(row.epoch, []).append(ArrivalKey(identity, retired))
        return found

    def forget_epochs(self) -> None:
        """Forget the identities opened so far: some of them may be destroyed by now."""
        self._opened.clear()

    def _identity(self, recipient: str, sealed: bytes) -> PQIdentity | None:
        if recipient not in self._opened:
            text = self._try(sealed)
            found = parse_identity_file(text.decode())[0] if text is not None else None
            if not isinstance(found, PQIdentity):
                return None
            self._opened[recipient] = found
        return self._opened[recipient]

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

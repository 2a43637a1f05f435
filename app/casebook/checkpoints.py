"""Signed checkpoints of the account: kept outside, they catch who rewrites it.

A checkpoint file is the three lines of FORMAT 9, a blank line, the armored SSHSIG, a blank line and
the ML-DSA-65 signature in base64 on one line. The three lines with their `.sig` and `.mldsa65`
beside them, as a bundle has them, are read too.
"""

import base64
import binascii
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.casebook import account, tables
from app.casebook.keyring import Keyring
from app.casebook.store import Store
from crypto import custody
from crypto.errors import CryptoError
from crypto.signing import CUSTODY, PublicSigner, Signatures

LONGEST = 16_384
LINES = 3
HOLDS, REWRITTEN, SHORTER, FOREIGN, FORGED, UNREADABLE = (
    "holds",
    "rewritten",
    "shorter",
    "foreign",
    "forged",
    "unreadable",
)


@dataclass(frozen=True)
class Signed:
    """A checkpoint with its two signatures."""

    body: bytes
    signatures: Signatures

    def __bytes__(self) -> bytes:
        lattice = base64.b64encode(self.signatures.mldsa65)
        return self.body + b"\n" + self.signatures.sshsig.rstrip(b"\n") + b"\n\n" + lattice + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "Signed":
        """Read a checkpoint file. Raises ``ValueError``."""
        if len(data) > LONGEST:
            raise ValueError("too long for a checkpoint")
        body, sshsig, lattice = data.replace(b"\r\n", b"\n").strip().split(b"\n\n")
        try:
            raw = base64.b64decode(lattice, validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        return cls(body + b"\n", Signatures(sshsig + b"\n", raw))


@dataclass(frozen=True)
class Verdict:
    """What came of holding the account against a checkpoint: one of the words above, and sizes."""

    outcome: str
    size: int = 0
    now: int = 0


def newest(connection: Connection) -> Signed | None:
    """Return the newest signed checkpoint."""
    query = select(tables.checkpoint).order_by(tables.checkpoint.c.size.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else Signed(row.body, Signatures(row.sshsig, row.mldsa65))


def verify(store: Store, data: bytes, signer: str = "") -> Verdict:
    """Hold the account as it lies on the disk against a checkpoint that was kept outside.

    ``signer`` is the fingerprint the checkpoint must be signed by; without it, the desk's own key.
    """
    try:
        signed = Signed.parse(data)
        found = custody.parse_checkpoint(signed.body)
    except (ValueError, CryptoError):
        return Verdict(UNREADABLE)
    if found.site_id != store.site_id:
        return Verdict(FOREIGN)
    with store.casebook.connect() as connection:
        query = select(tables.signing_key.c.public).where(tables.signing_key.c.name == "desk")
        public = PublicSigner.parse(connection.execute(query).scalar_one())
    try:
        public.verify(CUSTODY, signed.body, signed.signatures)
    except CryptoError:
        return Verdict(FORGED)
    if signer and public.fingerprint != signer:
        return Verdict(FORGED)
    return _compare(account.Account(store.casebook), found)


def _compare(fresh: account.Account, found: custody.Checkpoint) -> Verdict:
    """Compare with the tree as the disk has it, not as this process remembers it."""
    tree = fresh.tree()
    if found.size > len(tree):
        return Verdict(SHORTER, found.size, len(tree))
    same = tree.root(found.size) == found.root
    return Verdict(HOLDS if same else REWRITTEN, found.size, len(tree))


@dataclass(frozen=True)
class Own:
    """What the account says of itself: acts, checkpoints that hold, and what does not agree."""

    acts: int
    checkpoints: int
    broken: tuple[int, ...]
    unlike: tuple[int, ...]
    closed: int


def verify_own(store: Store, keyring: Keyring | None = None) -> Own:
    """Hold the account against every checkpoint it has, and (with keys) openings against leaves.

    ``broken``: sizes of checkpoints that do not agree; ``unlike``: positions whose opening is not
    their leaf's; ``closed``: openings that no key of this member opens.
    """
    tree = account.Account(store.casebook).tree()
    with store.casebook.connect() as connection:
        rows = connection.execute(select(tables.checkpoint)).all()
        broken = []
        for row in rows:
            data = bytes(Signed(row.body, Signatures(row.sshsig, row.mldsa65)))
            if verify(store, data).outcome != HOLDS:
                broken.append(row.size)
        unlike, opened = [], 0
        if keyring is not None:
            query = select(tables.custody.c.position, tables.custody.c.leaf)
            leaves = {row.position: row.leaf for row in connection.execute(query)}
            for position, opening in account.openings(connection, keyring):
                opened += 1
                if opening.leaf != leaves[position]:
                    unlike.append(position)
    closed = len(tree) - opened if keyring is not None else 0
    return Own(len(tree), len(rows), tuple(broken), tuple(unlike), closed)

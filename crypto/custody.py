"""Custody: what was done, by whom, on which day, as salted leaves of a Merkle tree.

FORMAT.md section 9. Vectors: ``tests/vectors/naru/custody.json``. A leaf tells nothing without
its opening; who holds the opening, a proof and a signed checkpoint knows that the act was on the
record when the checkpoint was signed.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crypto import exact, merkle
from crypto.canonical import canonical, listed
from crypto.errors import MalformedCustody, NotCanonical

LABEL = b"naru/v1/custody"
ORIGIN = "naru/custody/"
SALT = 32
SITE = 16

_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}|", re.ASCII)
_FIXED = frozenset({"act", "actor", "day", "payload", "record"})
_LONGEST_CHECKPOINT = 256


@dataclass(frozen=True)
class Entry:
    """One act. `payload` is the SHA-256 (hex) of the payload ciphertext, or "" if about none.

    Raises `MalformedCustody` when a value is no string, the day no day, the payload no digest.
    """

    act: str
    actor: str
    day: str
    payload: str = ""
    record: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = self.fields()
        if not all(isinstance(v, str) for kv in values.items() for v in kv):
            raise MalformedCustody("An entry holds strings only.")
        if _FIXED & self.more.keys() or not self.act or not self.actor:
            raise MalformedCustody("An entry names its act and its actor, each once.")
        if not _DAY.fullmatch(self.day) or not _DIGEST.fullmatch(self.payload):
            raise MalformedCustody("An entry has a day, and a payload digest or none.")

    def fields(self) -> dict[str, str]:
        """Return the entry as the object that `canonical` writes."""
        fixed = {name: getattr(self, name) for name in _FIXED}
        return {**self.more, **fixed}

    def __bytes__(self) -> bytes:
        return canonical(self.fields())

    @classmethod
    def of(cls, fields: Mapping[str, object]) -> "Entry":
        """Read an entry from its object. Raises `MalformedCustody`."""
        try:
            values = {name: exact.text(value) for name, value in fields.items()}
            fixed = {name: values.pop(name) for name in _FIXED}
        except (KeyError, NotCanonical) as error:
            raise MalformedCustody("An entry lacks a field, or has one of another type.") from error
        return cls(**fixed, more=values)


def leaf(salt: bytes, entry: bytes) -> bytes:
    """``SHA-256("naru/v1/custody" ‖ salt(32) ‖ entry)``, the 32-byte input of the tree."""
    if len(salt) != SALT:
        raise MalformedCustody("A salt has 32 bytes.")
    return hashlib.sha256(LABEL + salt + entry).digest()


@dataclass(frozen=True)
class Opening:
    """What makes a leaf readable: its salt and its entry. Kept sealed in the casebook."""

    salt: bytes
    entry: Entry

    @classmethod
    def fresh(cls, entry: Entry) -> "Opening":
        """Give an entry its random salt."""
        return cls(secrets.token_bytes(SALT), entry)

    @property
    def leaf(self) -> bytes:
        """The leaf this opens."""
        return leaf(self.salt, bytes(self.entry))


@dataclass(frozen=True)
class Proven:
    """An opening, where its leaf stands, and the inclusion proof that it stands there."""

    opening: Opening
    index: int
    proof: tuple[bytes, ...]

    def verify(self, size: int, root: bytes) -> None:
        """Check that the act is in the tree of this size and root. Raises `WrongProof`."""
        hashed = merkle.leaf_hash(self.opening.leaf)
        merkle.verify_inclusion(hashed, self.index, size, self.proof, root)


def entries(proven: Iterable[Proven]) -> Iterator[bytes]:
    """Yield ``data/custody/entries.json`` of a bundle (section 11), of acts in the tree's order.

    Raises ValueError for another order.
    """
    return listed("entries", map(_written, _in_order(proven)), {"naru": 1})


def _written(one: Proven) -> dict[str, object]:
    return {
        "entry": one.opening.entry.fields(),
        "index": one.index,
        "proof": [node.hex() for node in one.proof],
        "salt": one.opening.salt.hex(),
    }


def _in_order(proven: Iterable[Proven]) -> Iterator[Proven]:
    before = -1
    for one in proven:
        if one.index <= before:
            raise ValueError("The acts are not in the order of the tree.")
        before = one.index
        yield one


def parse_entries(data: bytes) -> list[Proven]:
    """Read what `entries` writes; nothing is proven yet. Raises `MalformedCustody`."""
    try:
        top = exact.require_keys(exact.parse_exact(data), {"entries", "naru"})
        if exact.number(top["naru"]) != 1:
            raise MalformedCustody("This version of the custody entries is not known.")
        found = [_proven(item) for item in exact.array(top["entries"])]
    except NotCanonical as error:
        raise MalformedCustody("The custody entries cannot be read.") from error
    indices = [one.index for one in found]
    if indices != sorted(set(indices)):
        raise MalformedCustody("The custody entries are not in their order.")
    return found


def _proven(item: object) -> Proven:
    one = exact.require_keys(item, {"entry", "index", "proof", "salt"})
    entry = one["entry"]
    if not isinstance(entry, dict):
        raise MalformedCustody("An entry is an object.")
    return Proven(
        Opening(exact.octets(one["salt"], SALT), Entry.of(entry)),
        exact.number(one["index"]),
        tuple(exact.octets(node, merkle.HASH) for node in exact.array(one["proof"])),
    )


@dataclass(frozen=True)
class Checkpoint:
    """The state of one site's custody tree: what is signed, and kept by others."""

    site_id: bytes
    size: int
    root: bytes


def checkpoint(site_id: bytes, size: int, root: bytes) -> bytes:
    """Write the three lines that are signed under `naru-custody`. Raises `MalformedCustody`."""
    if len(site_id) != SITE or size < 0 or len(root) != merkle.HASH:
        raise MalformedCustody("A checkpoint has a site id of 16 bytes, a size and a root.")
    return f"{ORIGIN}{site_id.hex()}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Read a checkpoint; only what `checkpoint` writes is one. Raises `MalformedCustody`."""
    try:
        if len(data) > _LONGEST_CHECKPOINT:
            raise MalformedCustody("This is too long for a checkpoint.")
        origin, size, root = data.decode("ascii").removesuffix("\n").split("\n")
        site_id = bytes.fromhex(origin.removeprefix(ORIGIN))
        read = Checkpoint(site_id, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        raise MalformedCustody("This is not a checkpoint.") from error
    if checkpoint(read.site_id, read.size, read.root) != data:
        raise MalformedCustody("This checkpoint is not written as checkpoints are.")
    return read

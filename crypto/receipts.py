"""The receipt, the root it opens, and the slots a witness's items lie in.

FORMAT.md section 5. Vectors: ``tests/vectors/naru/receipts.json``. Page, offline file, intake and
desk derive alike; nothing here is slow, since 110 random bits need no slow hash.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from crypto.answers import answered
from crypto.canonical import canonical
from crypto.derivation import expand, hkdf
from crypto.documents import KINDS
from crypto.words import SIZE, read_words, word_list

CODE = 14
WORDS = 10
SITE_ID = 16
DESK = "desk"
"""The kind of the slots in which the desk leaves what it writes."""

_BITS = 11
_SPARE = 2
_LARGEST_SLOT = 2**32 - 1


@dataclass(frozen=True)
class Receipt:
    """A code of 14 bytes, the lowest two bits clear: all a witness needs to return.

    Raises ValueError for another length or a bit set that the words cannot say.
    """

    code: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.code) != CODE or self.code[-1] & (1 << _SPARE) - 1:
            raise ValueError("A receipt is 110 bits in 14 bytes.")

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the receipt of a ticket's seed (32 bytes): always the same one."""
        code = bytearray(hkdf(seed, b"", b"naru/v1/receipt", CODE))
        code[-1] &= 0xFF << _SPARE & 0xFF
        return cls(bytes(code))

    @classmethod
    def parse_words(cls, untrusted_text: str) -> Self:
        """Return the receipt a person typed, in any of the three languages, however written.

        Raises `WrongWordCount` or `NotAWord`. There is no checksum: ten other words of a list are
        another receipt, whose slots are empty.
        """
        value = 0
        for index in read_words(untrusted_text, WORDS):
            value = value << _BITS | index
        return cls((value << _SPARE).to_bytes(CODE, "big"))

    def words(self, lang: str) -> tuple[str, ...]:
        """Return the ten words in `en`, `ko` or `zh`, in NFC. Raises KeyError for another."""
        listed = word_list(lang)
        value = int.from_bytes(self.code, "big") >> _SPARE
        places = range(_BITS * (WORDS - 1), -1, -_BITS)
        return tuple(listed[value >> place & SIZE - 1] for place in places)

    def root(self, site_id: bytes) -> "Root":
        """Return what the receipt opens at the site with this public id (16 bytes)."""
        return Root.derive(self.code, site_id)


@dataclass(frozen=True)
class Slots:
    """The slots of one kind of one witness, from a 32-byte key; who has it can find no others."""

    key: bytes = field(repr=False)

    def slot(self, n: int) -> bytes:
        """Return the n-th slot, 16 bytes: the item's id. Raises ValueError outside 32 bits."""
        if not 0 <= n <= _LARGEST_SLOT:
            raise ValueError("Slots are numbered in 32 bits.")
        return expand(self.key, b"naru/v1/slot" + n.to_bytes(4, "big"), 16)


@dataclass(frozen=True)
class Root:
    """The 32 bytes all of one witness's names and keys at one site come from."""

    key: bytes = field(repr=False)

    @classmethod
    def derive(cls, code: bytes, site_id: bytes) -> Self:
        """Return the root of a receipt's code (14 bytes) at a site (16 bytes)."""
        if len(code) != CODE or len(site_id) != SITE_ID:
            raise ValueError("A root comes from 14 bytes of code and 16 of site id.")
        return cls(hkdf(code, site_id, b"naru/v1/root", 32))

    @property
    def thread(self) -> bytes:
        """Return the 16 bytes that tell the desk, inside envelopes only, whose items these are."""
        return expand(self.key, b"naru/v1/thread", 16)

    @property
    def identity_seed(self) -> bytes:
        """Return the 32-byte seed of the witness's own post-quantum identity."""
        return expand(self.key, b"naru/v1/identity", 32)

    @property
    def same_key(self) -> bytes:
        """Return the 32-byte key of `same`."""
        return expand(self.key, b"naru/v1/same", 32)

    def slots(self, kind: str) -> Slots:
        """Return the slots of a kind of section 2, or of `desk`. Raises ValueError for another."""
        if kind not in KINDS and kind != DESK:
            raise ValueError("There are no slots of this kind.")
        return Slots(expand(self.key, b"naru/v1/slots/" + kind.encode("ascii"), 32))

    def slot(self, kind: str, n: int) -> bytes:
        """Return the n-th slot of a kind, 16 bytes."""
        return self.slots(kind).slot(n)

    def same(self, kind: str, fields: Mapping[str, object]) -> bytes:
        """Return the tag of what was sent: see `same`."""
        return same(self.same_key, kind, fields)


def same(key: bytes, kind: str, fields: Mapping[str, object]) -> bytes:
    """Return 16 bytes that are equal if and only if kind and answers are, for this witness.

    The answers count as a document keeps them: LF, and what is empty is absent. `key` comes from
    the root or from a token.
    """
    message = kind.encode("ascii") + b"\x00" + canonical(answered(fields))
    return hmac.digest(key, message, hashlib.sha256)[:16]

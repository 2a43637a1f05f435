"""The token: what a follow-up form carries, so that it can write into one kind of slot.

FORMAT.md section 6. Vectors: ``tests/vectors/naru/tokens.json``.
"""

import math
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.encoding import decode_url, encode_url
from crypto.errors import ExpiredToken, ForeignToken
from crypto.receipts import Root, Slots

HOURS = 24
PURPOSES = frozenset({"addition", "correction", "answer", "consent", "attachment"})

_NONCE, _TAG, _EXPIRY, _THREAD, _KEY = 12, 16, 4, 16, 32
_BODY = _EXPIRY + _THREAD + _KEY + _KEY
_LABEL = b"naru/v1/token/"


@dataclass(frozen=True)
class Capability:
    """What a token lets its holder do: write items of `thread` (16 bytes) into `slots`.

    `same_key` (32 bytes) tags what is written. Nothing here reads or withdraws.
    """

    thread: bytes = field(repr=False)
    slots: Slots
    same_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        lengths = (len(self.thread), len(self.slots.key), len(self.same_key))
        if lengths != (_THREAD, _KEY, _KEY):
            raise ValueError("A capability holds 16, 32 and 32 bytes.")

    @classmethod
    def of(cls, root: Root, purpose: str) -> "Capability":
        """Return what a root hands over for one purpose."""
        return cls(root.thread, root.slots(purpose), root.same_key)


def seal_token(key: bytes, purpose: str, capability: Capability, now_hours: float) -> str:
    """Return a token (150 characters, fit for a URL) good for 24 hours, rounded up.

    `key` is the token key (32 bytes). Raises ValueError for an unknown purpose.
    """
    expiry = (math.ceil(now_hours) + HOURS).to_bytes(_EXPIRY, "big")
    body = expiry + capability.thread + capability.slots.key + capability.same_key
    # Random, not counted: several workers share the key and no state. 96 random bits stay distinct
    # (2^-33 that any two of 2^32 agree), and the key is changed long before so many were issued.
    nonce = secrets.token_bytes(_NONCE)
    return encode_url(nonce + ChaCha20Poly1305(key).encrypt(nonce, body, _aad(purpose)))


def open_token(key: bytes, purpose: str, untrusted: str, now_hours: float) -> Capability:
    """Return what a token of ours lets its holder do.

    Raises `ForeignToken` for what is not ours or for another purpose, `ExpiredToken` from its
    hour on; ValueError for an unknown purpose.
    """
    aad = _aad(purpose)
    try:
        data = decode_url(untrusted, _NONCE + _BODY + _TAG)
        body = ChaCha20Poly1305(key).decrypt(data[:_NONCE], data[_NONCE:], aad)
    except (ValueError, InvalidTag) as error:
        raise ForeignToken("This token is not ours, or for something else.") from error
    if now_hours >= int.from_bytes(body[:_EXPIRY], "big"):
        raise ExpiredToken("This token has expired.")
    thread, keys = body[_EXPIRY : _EXPIRY + _THREAD], body[_EXPIRY + _THREAD :]
    return Capability(thread, Slots(keys[:_KEY]), keys[_KEY:])


def _aad(purpose: str) -> bytes:
    if purpose not in PURPOSES:
        raise ValueError("There are no tokens for this purpose.")
    return _LABEL + purpose.encode("ascii")

"""Record keys and the bodies sealed under them.

FORMAT.md section 7. Vectors: ``tests/vectors/naru/records.json``. Whoever deletes a wrapped record
key deletes all that was made from the testimony.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.canonical import canonical
from crypto.derivation import expand
from crypto.errors import TamperedRecord, WrongKey
from crypto.padding import BODY_FLOOR, pad

KEY = 32
ID = 16

_NONCE = 12
_BODY = b"naru/v1/body"
_WRAPPED = b"naru/v1/record-key"
_SALTS = b"naru/v1/paragraph"


def new_key() -> bytes:
    """Return a fresh record key or casebook key: 32 random bytes."""
    return secrets.token_bytes(KEY)


def wrap(casebook_key: bytes, casebook_key_id: bytes, record_id: bytes, record_key: bytes) -> bytes:
    """Return the record key (32 bytes) under the casebook key (32), bound to both ids (16 each)."""
    if len(record_key) != KEY:
        raise ValueError("A record key has 32 bytes.")
    # Random: one casebook key wraps a record key for each testimony of a year, far from the 2^32
    # at which random nonces of 96 bits are retired.
    nonce = secrets.token_bytes(_NONCE)
    aad = _wrapped_aad(record_id, casebook_key_id)
    return nonce + ChaCha20Poly1305(casebook_key).encrypt(nonce, record_key, aad)


def unwrap(casebook_key: bytes, casebook_key_id: bytes, record_id: bytes, wrapped: bytes) -> bytes:
    """Return the record key. Raises `WrongKey` if these keys and ids did not wrap it."""
    aad = _wrapped_aad(record_id, casebook_key_id)
    try:
        # A text too short for nonce and tag fails as a wrong one does.
        key = ChaCha20Poly1305(casebook_key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
    except (InvalidTag, ValueError) as error:
        raise WrongKey("This casebook key did not wrap this record key.") from error
    if len(key) != KEY:
        raise WrongKey("This is no record key.")
    return key


def desk_seed(casebook_key: bytes) -> bytes:
    """Return the seed (32 bytes) of the recipient to which one seals without the casebook key."""
    return expand(casebook_key, b"naru/v1/desk", 32)


class RecordKey:
    """A record key made ready: derives once, then seals and opens any number of bodies."""

    __slots__ = ("_aead", "_key", "_salts")

    def __init__(self, record_key: bytes) -> None:
        """Take 32 bytes. Raises ValueError for another length."""
        if len(record_key) != KEY:
            raise ValueError("A record key has 32 bytes.")
        self._aead = ChaCha20Poly1305(expand(record_key, _BODY, 32))
        self._key, self._salts = record_key, b""  # salts are seldom asked for: made when they are

    def salt(self, number: int) -> bytes:
        """Return the salt (32 bytes) of the commitment to paragraph `number`, from 1 on."""
        self._salts = self._salts or expand(self._key, _SALTS, 32)
        return expand(self._salts, number.to_bytes(4, "big"), 32)

    def seal(
        self, record_id: bytes, sequence: int, body: Mapping[str, object], floor: int = BODY_FLOOR
    ) -> bytes:
        """Return one event, padded and sealed to its place. `body` is what `canonical` takes.

        The bucket is at least `floor`: more than 1 KiB where even small differences would tell.
        """
        # Random, although the sequence is at hand: two members may seal the same place before the
        # database lets one of them have it, and a counted nonce would then serve two texts.
        nonce = secrets.token_bytes(_NONCE)
        padded = pad(canonical(body), floor)
        return nonce + self._aead.encrypt(nonce, padded, _body_aad(record_id, sequence))

    def open(self, record_id: bytes, sequence: int, sealed: bytes) -> dict[str, Any]:
        """Return the event at this place. Raises `TamperedRecord` for another or an altered one."""
        try:
            body = json.loads(self.unseal(record_id, sequence, sealed))
        except (ValueError, RecursionError) as error:
            raise TamperedRecord("This body is altered, or belongs elsewhere.") from error
        if not isinstance(body, dict):
            raise TamperedRecord("This body is no object.")
        return body

    def unseal(self, record_id: bytes, sequence: int, sealed: bytes) -> bytes:
        """Return the JSON of the event at this place, padded. Raises `TamperedRecord` as `open`."""
        aad = _body_aad(record_id, sequence)
        try:
            return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], aad)
        except (InvalidTag, ValueError) as error:
            raise TamperedRecord("This body is altered, or belongs elsewhere.") from error


def seal_body(
    record_key: bytes, record_id: bytes, sequence: int, body: Mapping[str, object]
) -> bytes:
    """Return one sealed event. For many, keep a `RecordKey`."""
    return RecordKey(record_key).seal(record_id, sequence, body)


def open_body(record_key: bytes, record_id: bytes, sequence: int, sealed: bytes) -> dict[str, Any]:
    """Return one event. Raises `TamperedRecord`. For many, keep a `RecordKey`."""
    return RecordKey(record_key).open(record_id, sequence, sealed)


def _wrapped_aad(record_id: bytes, casebook_key_id: bytes) -> bytes:
    if len(record_id) != ID or len(casebook_key_id) != ID:
        raise ValueError("Ids have 16 bytes.")
    return _WRAPPED + record_id + casebook_key_id


def _body_aad(record_id: bytes, sequence: int) -> bytes:
    if len(record_id) != ID or not 0 <= sequence < 1 << 32:
        raise ValueError("A place is an id of 16 bytes and a number of 32 bits.")
    return _BODY + record_id + sequence.to_bytes(4, "big")

"""DESK ONLY (and the intake's replies). Identities: what a stanza is unwrapped with (C2SP age)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from typing_extensions import override

from crypto import bech32
from crypto.derivation import hkdf
from crypto.errors import MalformedHeader, MalformedKey
from crypto.header import Stanza, decode64
from crypto.recipients import (
    ENC,
    INFO,
    PQ,
    SCRYPT,
    SEED,
    SUITE,
    WRAPPED,
    X25519,
    X25519_INFO,
    ZERO_NONCE,
    PQRecipient,
    X25519Recipient,
    expand_seed,
    pq_recipient_from_seed,
    scrypt_key,
)

_PQ_PREFIX, _X25519_PREFIX = "age-secret-key-pq-", "age-secret-key-"
_MOST_WORK = 20
_LONGEST_FILE = 1 << 20


class Identity(Protocol):
    """Whatever may unwrap a file key."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, or None if no stanza is ours. Raises `MalformedHeader`."""


def _stanza(stanza: Stanza, size: int) -> bytes:
    """Return the one binary argument of our own stanza. Its body's length is checked first.

    A longer body could be made to open under many keys, and so tell ours (partitioning oracle).
    """
    if len(stanza.body) != WRAPPED or len(stanza.arguments) != 1:
        raise MalformedHeader("A stanza of a known type is not one.")
    argument = decode64(stanza.arguments[0].encode("ascii"))
    if len(argument) != size:
        raise MalformedHeader("A stanza of a known type is not one.")
    return argument


@dataclass(frozen=True)
class PQIdentity:
    """A hybrid identity, `AGE-SECRET-KEY-PQ-1…`: a seed of 32 bytes."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED:
            raise MalformedKey("A seed has 32 bytes.")

    @classmethod
    def generate(cls) -> "PQIdentity":
        """Return a fresh identity."""
        return cls(secrets.token_bytes(SEED))

    @override
    def __str__(self) -> str:
        return bech32.encode(_PQ_PREFIX, self.seed).upper()

    @cached_property
    def recipient(self) -> PQRecipient:
        """The public half."""
        return pq_recipient_from_seed(self.seed)

    @cached_property
    def _keys(self) -> tuple[hpke.MLKEM768X25519PrivateKey, X25519PrivateKey]:
        lattice, curve = expand_seed(self.seed)
        return hpke.MLKEM768X25519PrivateKey(lattice, curve), curve

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """HPKE OpenBase (RFC 9180) of every hybrid stanza until one opens."""
        for stanza in stanzas:
            if stanza.type != PQ:
                continue
            enc = _stanza(stanza, ENC)
            try:
                return SUITE.decrypt(enc + stanza.body, self._keys[0], INFO)
            except InvalidTag:
                _refuse_low_order(self._keys[1], enc[-32:])
        return None


def _refuse_low_order(private: X25519PrivateKey, share: bytes) -> None:
    """HPKE answers a share of low order as a wrong key: tell it apart, on the failing path only."""
    try:
        private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        raise MalformedHeader("A share has low order.") from error


@dataclass(frozen=True)
class X25519Identity:
    """A classic identity, `AGE-SECRET-KEY-1…`: 32 bytes. For reading what others sealed."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SEED:
            raise MalformedKey("An X25519 identity has 32 bytes.")

    @override
    def __str__(self) -> str:
        return bech32.encode(_X25519_PREFIX, self.secret).upper()

    @cached_property
    def _private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.secret)

    @cached_property
    def recipient(self) -> X25519Recipient:
        """The public half."""
        return X25519Recipient(self._private.public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Try every X25519 stanza until one opens."""
        for stanza in stanzas:
            if stanza.type != X25519:
                continue
            share = _stanza(stanza, SEED)
            try:
                shared = self._private.exchange(X25519PublicKey.from_public_bytes(share))
            except ValueError as error:
                raise MalformedHeader("A share has low order.") from error
            key = hkdf(shared, share + self.recipient.public, X25519_INFO, 32)
            try:
                return ChaCha20Poly1305(key).decrypt(ZERO_NONCE, stanza.body, None)
            except InvalidTag:
                continue
        return None


@dataclass(frozen=True)
class ScryptIdentity:
    """A passphrase."""

    passphrase: str = field(repr=False)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Open the passphrase stanza, if there is one."""
        for stanza in stanzas:
            if stanza.type != SCRYPT:
                continue
            salt, work = _passphrase_stanza(stanza)
            try:
                key = scrypt_key(self.passphrase, salt, work)
                return ChaCha20Poly1305(key).decrypt(ZERO_NONCE, stanza.body, None)
            except InvalidTag:
                return None
        return None


def _passphrase_stanza(stanza: Stanza) -> tuple[bytes, int]:
    if len(stanza.arguments) != 2 or len(stanza.body) != WRAPPED:  # noqa: PLR2004 - salt and work
        raise MalformedHeader("A passphrase stanza is not one.")
    salt, work = decode64(stanza.arguments[0].encode("ascii")), stanza.arguments[1]
    plain = work.isdigit() and not work.startswith("0") and len(work) <= 2  # noqa: PLR2004 - digits
    if len(salt) != 16 or not plain or int(work) > _MOST_WORK:  # noqa: PLR2004 - the salt's octets
        raise MalformedHeader("A passphrase stanza is not one, or asks for too much work.")
    return salt, int(work)


def parse_identity(untrusted: str) -> PQIdentity | X25519Identity:
    """Read `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`. Raises `MalformedKey`."""
    prefix, data = bech32.decode(untrusted.strip())
    if prefix == _PQ_PREFIX:
        return PQIdentity(data)
    if prefix == _X25519_PREFIX:
        return X25519Identity(data)
    raise MalformedKey("This is not an identity that is known here.")


def parse_identity_file(untrusted: str) -> list[PQIdentity | X25519Identity]:
    """Read an identity file: one identity a line, `#` comments. Raises `MalformedKey`."""
    if len(untrusted) > _LONGEST_FILE:
        raise MalformedKey("This is too long for an identity file.")
    lines = (line.strip() for line in untrusted.splitlines())
    found = [parse_identity(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise MalformedKey("There is no identity in this file.")
    return found

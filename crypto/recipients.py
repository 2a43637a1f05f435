"""Recipients: what a file key is wrapped to (C2SP age, "Native recipient types").

Naru writes to `mlkem768x25519` alone; X25519 and scrypt are there to read what others write, and
to hand a member its identity under a passphrase. They are never mixed (`require_one_kind`).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from typing_extensions import override

from crypto import bech32
from crypto.derivation import hkdf
from crypto.errors import MalformedKey, MixedRecipients, UnsupportedPlatform
from crypto.header import Stanza, encode64

PQ, X25519, SCRYPT = "mlkem768x25519", "X25519", "scrypt"
PQ_PREFIX, X25519_PREFIX = "age1pq", "age"
ENC = 1120  # ML-KEM ciphertext (1,088) and X25519 share (32)
WRAPPED = 32  # a file key of 16 bytes and its tag
MLKEM_PUBLIC = 1184
SEED = 32

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
INFO = b"age-encryption.org/mlkem768x25519"
X25519_INFO = b"age-encryption.org/v1/X25519"
SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"

# Every wrapping key below is derived for one file key and never used again, so its AEAD nonce may
# be constant.
ZERO_NONCE = bytes(12)

_ANY = X25519PrivateKey.from_private_bytes(bytes(32))  # seals nothing: asks points for their order


class Recipient(Protocol):
    """Whatever a file key can be wrapped to. `kind` is its stanza's type."""

    @property
    def kind(self) -> str:
        """The type of the stanza."""

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the file key's stanza for this recipient."""


@dataclass(frozen=True)
class PQRecipient:
    """A hybrid recipient, `age1pq1…`: 1,184 bytes of ML-KEM-768 and 32 of X25519."""

    public: bytes = field(repr=False)
    kind: str = field(default=PQ, init=False)

    def __post_init__(self) -> None:
        self._key  # noqa: B018 - a recipient that exists is one

    @cached_property
    def _key(self) -> hpke.MLKEM768X25519PublicKey:
        if len(self.public) != MLKEM_PUBLIC + SEED:
            raise MalformedKey("A hybrid recipient has 1,216 bytes.")
        try:
            return hpke.MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.public[:MLKEM_PUBLIC]),
                _point(self.public[MLKEM_PUBLIC:]),
            )
        except UnsupportedAlgorithm as error:
            raise UnsupportedPlatform("This cryptography has no ML-KEM-768.") from error
        except ValueError as error:
            raise MalformedKey("This is not a hybrid public key.") from error

    @cached_property
    def _text(self) -> str:
        return bech32.encode(PQ_PREFIX, self.public)

    @override
    def __str__(self) -> str:
        return self._text

    def wrap(self, file_key: bytes) -> Stanza:
        """HPKE SealBase (RFC 9180) with an empty aad; what it returns is ``enc ‖ ciphertext``."""
        sealed = SUITE.encrypt(file_key, self._key, INFO)
        return Stanza(PQ, (encode64(sealed[:ENC]).decode("ascii"),), sealed[ENC:])


@dataclass(frozen=True)
class X25519Recipient:
    """A classic recipient, `age1…`: 32 bytes."""

    public: bytes
    kind: str = field(default=X25519, init=False)

    def __post_init__(self) -> None:
        self._key  # noqa: B018 - a recipient that exists is one

    @cached_property
    def _key(self) -> X25519PublicKey:
        return _point(self.public)

    @override
    def __str__(self) -> str:
        return bech32.encode(X25519_PREFIX, self.public)

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap to a fresh share."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        key = hkdf(ephemeral.exchange(self._key), share + self.public, X25519_INFO, 32)
        body = ChaCha20Poly1305(key).encrypt(ZERO_NONCE, file_key, None)
        return Stanza(X25519, (encode64(share).decode("ascii"),), body)


@dataclass(frozen=True)
class ScryptRecipient:
    """A passphrase. `work` is log2 N; 18 is what age writes, about a second."""

    passphrase: str = field(repr=False)
    work: int = 18
    kind: str = field(default=SCRYPT, init=False)

    def wrap(self, file_key: bytes) -> Stanza:
        """Wrap under the passphrase and a fresh salt."""
        salt = secrets.token_bytes(16)
        key = scrypt_key(self.passphrase, salt, self.work)
        body = ChaCha20Poly1305(key).encrypt(ZERO_NONCE, file_key, None)
        return Stanza(SCRYPT, (encode64(salt).decode("ascii"), str(self.work)), body)


def scrypt_key(passphrase: str, salt: bytes, work: int) -> bytes:
    """Return the wrapping key of a passphrase stanza."""
    kdf = Scrypt(salt=SCRYPT_LABEL + salt, length=32, n=1 << work, r=8, p=1)
    return kdf.derive(passphrase.encode("utf-8", "surrogatepass"))


def _point(public: bytes) -> X25519PublicKey:
    """Load 32 bytes. Raises `MalformedKey`, also for low order: any exchange with it gives zero."""
    try:
        point = X25519PublicKey.from_public_bytes(public)
        _ANY.exchange(point)
    except ValueError as error:
        raise MalformedKey("This is not an X25519 public key, or has low order.") from error
    return point


def expand_seed(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Expand a 32-byte seed to both private keys (X-Wing, draft-connolly-cfrg-xwing-kem)."""
    expanded = hashlib.shake_256(seed).digest(96)
    try:
        lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    except UnsupportedAlgorithm as error:
        raise UnsupportedPlatform("This cryptography has no ML-KEM-768.") from error
    return lattice, X25519PrivateKey.from_private_bytes(expanded[64:])


def pq_recipient_from_seed(seed: bytes) -> PQRecipient:
    """Return the public half of a hybrid seed (32 bytes): sealing needs no identity."""
    lattice, curve = expand_seed(seed)
    return PQRecipient(
        lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    )


def parse_recipient(untrusted: str) -> PQRecipient | X25519Recipient:
    """Read `age1pq1…` or `age1…`. Raises `MalformedKey`. Costs a while: parse once."""
    prefix, data = bech32.decode(untrusted.strip())
    if prefix == PQ_PREFIX:
        return PQRecipient(data)
    if prefix == X25519_PREFIX:
        return X25519Recipient(data)
    raise MalformedKey("This is not a recipient that is known here.")


def require_one_kind(recipients: Sequence[Recipient]) -> None:
    """Raise `MixedRecipients` unless all are post-quantum, all classic, or one is a passphrase.

    One classic stanza would undo what the hybrid ones protect; the reference refuses it too.
    """
    kinds = {recipient.kind for recipient in recipients}
    if len(kinds) != 1 or (kinds == {SCRYPT} and len(recipients) > 1):
        raise MixedRecipients("All recipients of a file are of one kind.")

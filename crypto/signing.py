"""Signatures: Ed25519 as SSHSIG and ML-DSA-65, both or nothing.

FORMAT.md section 10. Vectors: ``tests/vectors/naru/signing.json``. ``ssh-keygen -Y verify`` reads
the first half on any machine; the second holds when elliptic curves no longer do.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from crypto import exact, sshsig
from crypto.canonical import canonical
from crypto.errors import MalformedKey, MalformedSignature, NotCanonical, WrongSignature

SEED = 32
ML_PUBLIC = 1952
ML_SIGNATURE = 3309

EPOCH = "naru-epoch"
BUNDLE = "naru-bundle"
CUSTODY = "naru-custody"
KEY = "naru-key"
REVOCATION = "naru-revocation"
ADDRESSES = "naru-addresses"
NAMESPACES = frozenset({EPOCH, BUNDLE, CUSTODY, KEY, REVOCATION, ADDRESSES})


@dataclass(frozen=True)
class Signatures:
    """The two detached signatures of one statement: `.sig` and `.mldsa65`."""

    sshsig: bytes
    mldsa65: bytes


@dataclass(frozen=True)
class PublicSigner:
    """The public half of a signer: 32 and 1952 raw bytes. Raises `MalformedKey`."""

    ed25519: bytes
    mldsa65: bytes

    def __post_init__(self) -> None:
        if len(self.ed25519) != sshsig.KEY or len(self.mldsa65) != ML_PUBLIC:
            raise MalformedKey("A public key has another length than its kind.")

    @classmethod
    def parse(cls, data: bytes) -> "PublicSigner":
        """Read a ``signer.pub``, canonical JSON and nothing else. Raises `MalformedKey`."""
        try:
            found = exact.require_keys(exact.parse_exact(data), {"ed25519", "mldsa65", "naru"})
            if exact.number(found["naru"]) != 1:
                raise MalformedKey("This version of signer.pub is not known.")
            public = sshsig.read_public(exact.text(found["ed25519"]))
            lattice = base64.b64decode(exact.text(found["mldsa65"]), validate=True)
        except (NotCanonical, ValueError, binascii.Error) as error:
            raise MalformedKey("This is not a signer.pub.") from error
        read = cls(public, lattice)
        if bytes(read) != data:
            raise MalformedKey("This signer.pub is not written as they are.")
        return read

    def __bytes__(self) -> bytes:
        lattice = base64.b64encode(self.mldsa65).decode()
        return canonical({"ed25519": self.ssh, "mldsa65": lattice, "naru": 1})

    @property
    def ssh(self) -> str:
        """The Ed25519 half as ``ssh-ed25519 AAAA…``."""
        return sshsig.write_public(self.ed25519)

    @property
    def fingerprint(self) -> str:
        """What stands in settings and on paper, 64 hex: it names both halves."""
        return hashlib.sha256(b"naru/v1/signer" + self.ed25519 + self.mldsa65).hexdigest()

    def allowed_signers(self, identity: str, namespaces: Iterable[str]) -> str:
        """Return the line, with its LF, that ``ssh-keygen -Y verify -f`` wants."""
        return f'{identity} namespaces="{",".join(namespaces)}" {self.ssh}\n'

    def verify(self, namespace: str, message: bytes, signatures: Signatures) -> None:
        """Check both signatures of `message`. Raises `MalformedSignature`, `WrongSignature`."""
        sha512, sha256 = hashlib.sha512(message).digest(), hashlib.sha256(message).digest()
        self.verify_digest(namespace, sha512, sha256, signatures)

    def verify_digest(
        self, namespace: str, sha512: bytes, sha256: bytes, signatures: Signatures
    ) -> None:
        """Check both signatures of the message with these digests; raises as `verify`."""
        public, signed_for, signature = sshsig.read_signature(signatures.sshsig)
        if len(signatures.mldsa65) != ML_SIGNATURE:
            raise MalformedSignature("This is not an ML-DSA-65 signature.")
        if public != self.ed25519:
            raise WrongSignature("The SSH signature is by another key.")
        if signed_for != namespace:
            raise WrongSignature("The SSH signature was made for another purpose.")
        curve = sshsig.signed_data(namespace, sha512)
        try:
            Ed25519PublicKey.from_public_bytes(self.ed25519).verify(signature, curve)
        except InvalidSignature as error:
            raise WrongSignature("The SSH signature does not hold.") from error
        self._verify_lattice(_lattice_data(namespace, sha256), signatures.mldsa65)

    def _verify_lattice(self, data: bytes, signature: bytes) -> None:
        try:
            MLDSA65PublicKey.from_public_bytes(self.mldsa65).verify(signature, data)
        except InvalidSignature as error:
            raise WrongSignature("The ML-DSA-65 signature does not hold.") from error


class Signer:
    """A signing key: an Ed25519 and an ML-DSA-65 key, each from a seed of 32 bytes.

    Raises `MalformedKey` when a seed has another length.
    """

    def __init__(self, ed_seed: bytes, ml_seed: bytes) -> None:
        if len(ed_seed) != SEED or len(ml_seed) != SEED:
            raise MalformedKey("A seed has 32 bytes.")
        self._curve = Ed25519PrivateKey.from_private_bytes(ed_seed)
        self._lattice = MLDSA65PrivateKey.from_seed_bytes(ml_seed)
        self.public = PublicSigner(
            self._curve.public_key().public_bytes_raw(),
            self._lattice.public_key().public_bytes_raw(),
        )

    @classmethod
    def generate(cls) -> "Signer":
        """Make a new signer."""
        return cls(secrets.token_bytes(SEED), secrets.token_bytes(SEED))

    @property
    def seeds(self) -> tuple[bytes, bytes]:
        """The two seeds, for sealing: what `Signer` is made from again."""
        return self._curve.private_bytes_raw(), self._lattice.private_bytes_raw()

    def sign(self, namespace: str, message: bytes) -> Signatures:
        """Sign a message under one of `NAMESPACES`."""
        sha512, sha256 = hashlib.sha512(message).digest(), hashlib.sha256(message).digest()
        return self.sign_digest(namespace, sha512, sha256)

    def sign_digest(self, namespace: str, sha512: bytes, sha256: bytes) -> Signatures:
        """Sign the message with these digests, which may be larger than memory."""
        if namespace not in NAMESPACES:
            raise ValueError("not a namespace of FORMAT.md section 10")
        signature = self._curve.sign(sshsig.signed_data(namespace, sha512))
        return Signatures(
            sshsig.write_signature(self.public.ed25519, namespace, signature),
            self._lattice.sign(_lattice_data(namespace, sha256)),
        )


def _lattice_data(namespace: str, sha256: bytes) -> bytes:
    return b"naru/v1/" + namespace.encode() + b"\x00" + sha256

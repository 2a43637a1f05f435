"""DESK ONLY. A member's identity under their passphrase.

FORMAT.md section 8. Vectors: ``tests/vectors/naru/locking.json``.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, field
from typing import Self

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.canonical import canonical
from crypto.errors import MalformedLock, WrongPassphrase
from crypto.words import word_list

MEMBER_ID = 16
LONGEST_PASSPHRASE = 1024

_SALT, _NONCE, _TAG = 16, 12, 16
_KEY = 32
_NUMBER = 4
_FIXED = 3 * _NUMBER + _SALT + _NONCE
_LARGEST_M, _LARGEST_T, _LARGEST_P = 1 << 20, 64, 64
_LONGEST_SECRET = 4096

# Memory times members at the door is how a log-in page is knocked over: two at once, others wait.
_AT_ONCE = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Profile:
    """Parameters of Argon2id: `m` KiB of memory, `t` passes, `p` lanes.

    Raises ValueError outside 8 KiB a lane to 1 GiB, 64 passes and 64 lanes.
    """

    m: int
    t: int
    p: int

    def __post_init__(self) -> None:
        lanes = 1 <= self.p <= _LARGEST_P
        if not (lanes and 1 <= self.t <= _LARGEST_T and 8 * self.p <= self.m <= _LARGEST_M):
            raise ValueError("Argon2id cannot, or should not, run with these parameters.")


MEMBER = Profile(m=256 * 1024, t=3, p=4)
"""What RFC 9106, section 4, calls its second choice, with four times the memory: about a second."""

CHEAPEST_FOR_TESTS = Profile(m=8, t=1, p=1)
"""The least RFC 9106 permits. Protects nothing: settings refuse it outside tests."""

PROFILES = {"MEMBER": MEMBER, "CHEAPEST_FOR_TESTS": CHEAPEST_FOR_TESTS}


@dataclass(frozen=True)
class Locked:
    """A secret under a passphrase, with the parameters and salt (16 bytes) it was locked with."""

    profile: Profile
    salt: bytes
    nonce: bytes
    ciphertext: bytes = field(repr=False)

    def __bytes__(self) -> bytes:
        """Return ``m(4) ‖ t(4) ‖ p(4) ‖ salt(16) ‖ nonce(12) ‖ ciphertext``."""
        numbers = (self.profile.m, self.profile.t, self.profile.p)
        head = b"".join(number.to_bytes(_NUMBER, "big") for number in numbers)
        return head + self.salt + self.nonce + self.ciphertext

    @classmethod
    def parse(cls, untrusted: bytes) -> Self:
        """Read the bytes form. Raises `MalformedLock`, also for parameters nobody should run."""
        if not _FIXED + _TAG <= len(untrusted) <= _FIXED + _TAG + _LONGEST_SECRET:
            raise MalformedLock("A locked identity has another length.")
        m, t, p = (int.from_bytes(untrusted[at : at + _NUMBER], "big") for at in (0, 4, 8))
        try:
            profile = Profile(m, t, p)
        except ValueError as error:
            raise MalformedLock("A locked identity names parameters nobody runs.") from error
        salt, rest = untrusted[12:28], untrusted[28:]
        return cls(profile, salt, rest[:_NONCE], rest[_NONCE:])


def lock(secret: bytes, passphrase: str, member_id: bytes, profile: Profile) -> Locked:
    """Return `secret` (at most 4,096 bytes) under `passphrase`, bound to the member (16 bytes)."""
    if len(secret) > _LONGEST_SECRET or len(passphrase) > LONGEST_PASSPHRASE:
        raise ValueError("Secret or passphrase is longer than a lock takes.")
    salt = secrets.token_bytes(_SALT)
    # The salt is fresh, so the key is used for this one message; the nonce is random all the same,
    # so that safety never hangs on that argument.
    nonce = secrets.token_bytes(_NONCE)
    aead = ChaCha20Poly1305(_stretch(passphrase, salt, profile))
    return Locked(profile, salt, nonce, aead.encrypt(nonce, secret, _aad(member_id, profile)))


def unlock(locked: Locked, passphrase: str, member_id: bytes) -> bytes:
    """Return the secret. Raises `WrongPassphrase`, also for another member's or an altered lock."""
    aad = _aad(member_id, locked.profile)
    if len(passphrase) > LONGEST_PASSPHRASE:
        waste(passphrase, locked.profile)  # the clock would tell that there is such a member
        raise WrongPassphrase("This passphrase does not open this lock.")
    aead = ChaCha20Poly1305(_stretch(passphrase, locked.salt, locked.profile))
    try:
        return aead.decrypt(locked.nonce, locked.ciphertext, aad)
    except InvalidTag as error:
        raise WrongPassphrase("This passphrase does not open this lock.") from error


def waste(passphrase: str, profile: Profile) -> None:
    """Take as long as `unlock` would, so that an unknown name is not told by the clock."""
    _stretch(passphrase[:LONGEST_PASSPHRASE], secrets.token_bytes(_SALT), profile)


def needs_raising(locked: Locked, profile: Profile) -> bool:
    """Tell whether the lock was made with less than `profile`, and is to be made anew."""
    then = locked.profile
    return then.m < profile.m or then.t < profile.t


def generate_passphrase(lang: str, words: int = 7) -> str:
    """Return random words of the list of `en`, `ko` or `zh`, joined by blanks: 11 bits each."""
    listed = word_list(lang)
    return " ".join(secrets.choice(listed) for _ in range(words))


def _stretch(passphrase: str, salt: bytes, profile: Profile) -> bytes:
    """Argon2id, at most two at a time."""
    # However it was copied: line ends, doubled or full-width blanks are no part of a passphrase.
    plain = " ".join(unicodedata.normalize("NFKD", passphrase).split())
    secret = plain.encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        return hash_secret_raw(secret, salt, profile.t, profile.m, profile.p, _KEY, Type.ID)


def _aad(member_id: bytes, profile: Profile) -> bytes:
    if len(member_id) != MEMBER_ID:
        raise ValueError("A member's id has 16 bytes.")
    parameters = canonical({"m": profile.m, "p": profile.p, "t": profile.t})
    return b"naru/v1/locked" + member_id + parameters

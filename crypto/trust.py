"""Whom a reader of bundles trusts: the file given with ``verify --signer``.

FORMAT.md section 10. A ``signer.pub`` names both halves of a key; a line of OpenSSH's
``allowed_signers`` or an SSH public key names the Ed25519 half only.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from crypto import sshsig
from crypto.errors import MalformedKey
from crypto.signing import PublicSigner

LARGEST = 1 << 20
LONGEST_LINE = 4096

_KEY = re.compile(r"(?:(?P<before>.*?)\s+)?(?P<key>ssh-ed25519 [A-Za-z0-9+/=]+)(?:\s.*)?", re.ASCII)
_NAMESPACES = re.compile(r'(?:\S+)(?:\s+namespaces="(?P<spaces>[^"]*)")?', re.ASCII)


@dataclass(frozen=True)
class TrustedKey:
    """One key a reader trusts: both halves, or the Ed25519 half alone, for some namespaces."""

    ed25519: bytes
    mldsa65: bytes | None = None
    namespaces: tuple[str, ...] = ("*",)

    def covers(self, public: PublicSigner, namespace: str) -> bool:
        """Whether this is that key and may sign under this namespace."""
        return (
            self.ed25519 == public.ed25519
            and self.mldsa65 in (None, public.mldsa65)
            and any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)
        )


@dataclass(frozen=True)
class Trusted:
    """The keys a reader trusts."""

    keys: tuple[TrustedKey, ...]

    @classmethod
    def of(cls, public: PublicSigner) -> "Trusted":
        """Trust this signer and no other."""
        return cls((TrustedKey(public.ed25519, public.mldsa65),))

    @classmethod
    def parse(cls, data: bytes) -> "Trusted":
        """Read a ``signer.pub``, an ``allowed_signers`` or SSH public keys.

        Raises `MalformedKey` when a line is none of these, or there is no key at all.
        """
        if len(data) > LARGEST:
            raise MalformedKey("This is too long for a file of public keys.")
        if data.startswith(b"{"):
            return cls.of(PublicSigner.parse(data.rstrip()))
        try:
            lines = [line.strip() for line in data.decode().splitlines()]
        except ValueError as error:
            raise MalformedKey("This is not a file of public keys.") from error
        keys = tuple(_read_line(line) for line in lines if line and not line.startswith("#"))
        if not keys:
            raise MalformedKey("There is no public key in this file.")
        return cls(keys)

    def covering(self, public: PublicSigner, namespace: str) -> TrustedKey | None:
        """Return the key that covers this signer under this namespace."""
        return next((key for key in self.keys if key.covers(public, namespace)), None)


def _read_line(line: str) -> TrustedKey:
    """Read one line. Options other than ``namespaces`` would narrow the key: refused."""
    found = _KEY.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if not found:
        raise MalformedKey("A line of this file is not an Ed25519 SSH public key.")
    public = sshsig.read_public(found["key"])
    if not found["before"]:
        return TrustedKey(public)
    options = _NAMESPACES.fullmatch(found["before"])
    if not options:
        raise MalformedKey("A line of allowed_signers has options that are not understood here.")
    spaces = options["spaces"]
    return TrustedKey(public) if spaces is None else TrustedKey(public, None, _split(spaces))


def _split(spaces: str) -> tuple[str, ...]:
    return tuple(spaces.split(","))

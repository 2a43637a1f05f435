"""OpenSSH's signature format and Ed25519 public keys: bytes in, bytes out.

OpenSSH PROTOCOL.sshsig and RFC 8709; FORMAT.md section 10. Only ed25519 and sha512, only as
``ssh-keygen -Y sign`` writes them: one signature has one form.
"""

import base64
import binascii
import re
import struct
import textwrap

from crypto.errors import MalformedKey, MalformedSignature

MAGIC = b"SSHSIG"
VERSION = 1
ALGORITHM = b"ssh-ed25519"
HASH = b"sha512"
KEY = 32
SIGNATURE = 64

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"
_COLUMNS = 70
_LONGEST = 4096
_NAMESPACE = re.compile(rb"[\x21-\x7e]{1,64}")


def signed_data(namespace: str, sha512: bytes) -> bytes:
    """Return what Ed25519 signs: never the message alone, so no other protocol can be fed it."""
    return MAGIC + b"".join(map(_string, (namespace.encode(), b"", HASH, sha512)))


def write_signature(public: bytes, namespace: str, signature: bytes) -> bytes:
    """Return the armored file. `public` 32 bytes, `signature` 64 bytes, both raw."""
    blob = MAGIC + struct.pack(">I", VERSION) + _string(_key_blob(public))
    blob += b"".join(map(_string, (namespace.encode(), b"", HASH)))
    blob += _string(_string(ALGORITHM) + _string(signature))
    lines = textwrap.wrap(base64.b64encode(blob).decode(), _COLUMNS)
    return (_BEGIN + "\n".join(lines) + "\n" + _END).encode()


def read_signature(armored: bytes) -> tuple[bytes, str, bytes]:
    """Return public key, namespace and signature. Raises `MalformedSignature`."""
    try:
        written = armored.decode("ascii")
        if len(written) > _LONGEST or not written.startswith(_BEGIN) or not written.endswith(_END):
            raise MalformedSignature("This is not an SSH signature.")
        body = written[len(_BEGIN) : -len(_END)].replace("\n", "")
        blob = base64.b64decode(body, validate=True)
        public, namespace, signature = _read_blob(blob)
    except (ValueError, binascii.Error) as error:
        raise MalformedSignature("This SSH signature cannot be read.") from error
    if write_signature(public, namespace, signature) != armored:
        raise MalformedSignature("This SSH signature is not Ed25519 with sha512, as they are made.")
    return public, namespace, signature


def _read_blob(blob: bytes) -> tuple[bytes, str, bytes]:
    if blob[:10] != MAGIC + struct.pack(">I", VERSION):
        raise MalformedSignature("This SSH signature has another version.")
    rest = blob[10:]
    parts = list[bytes]()
    for _ in range(5):
        part, rest = _take(rest)
        parts.append(part)
    key, namespace, _reserved, _hash, signed = parts
    if not _NAMESPACE.fullmatch(namespace):
        raise MalformedSignature("This SSH signature has no namespace.")
    # What is left out here (algorithm names, trailing bytes) differs when written again.
    return _last(key, KEY), namespace.decode("ascii"), _last(signed, SIGNATURE)


def write_public(public: bytes) -> str:
    """Return ``ssh-ed25519 AAAA…`` without comment."""
    return f"ssh-ed25519 {base64.b64encode(_key_blob(public)).decode()}"


def read_public(written: str) -> bytes:
    """Return the 32 bytes of ``ssh-ed25519 AAAA…``. Raises `MalformedKey`."""
    try:
        public = base64.b64decode(written.removeprefix("ssh-ed25519 "), validate=True)[-KEY:]
    except (ValueError, binascii.Error) as error:
        raise MalformedKey("This SSH public key cannot be read.") from error
    if len(public) != KEY or write_public(public) != written:
        raise MalformedKey("This is not an Ed25519 SSH public key.")
    return public


def _key_blob(public: bytes) -> bytes:
    return _string(ALGORITHM) + _string(public)


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _take(data: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(data[:4], "big")
    if len(data) < 4 + size:
        raise MalformedSignature("This SSH signature is cut short.")
    return data[4 : 4 + size], data[4 + size :]


def _last(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise MalformedSignature("This SSH signature is of another kind than Ed25519.")
    return data[-size:]

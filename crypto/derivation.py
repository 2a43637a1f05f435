"""HKDF-SHA-256 (RFC 5869), whole and its second half.

FORMAT.md, notation. Every label in it names one purpose, so no two keys here are ever the same.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand


def hkdf(ikm: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """Return ``HKDF(ikm, salt, info, size)``."""
    return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(ikm)


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """Return ``Expand(key, info, size)``. `key` is already uniform, 32 bytes."""
    return HKDFExpand(algorithm=SHA256(), length=size, info=info).derive(key)

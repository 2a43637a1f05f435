"""base64url without padding, read strictly: one spelling for each string of bytes.

FORMAT.md, notation.
"""

import base64
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def encode_url(data: bytes) -> str:
    """Return `data` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_url(untrusted: str, size: int) -> bytes:
    """Return the `size` bytes that `untrusted` spells. Raises ValueError unless it is exact.

    The length is checked first, so that a long text costs nothing; bits beyond the last byte must
    be zero, so that no second text passes for the same bytes.
    """
    if len(untrusted) != -(-size * 8 // 6) or not _ALPHABET.fullmatch(untrusted):
        raise ValueError("This is not the base64url it should be.")
    data = base64.urlsafe_b64decode(untrusted + "=" * (-len(untrusted) % 4))
    if encode_url(data) != untrusted:
        raise ValueError("This is not the base64url it should be.")
    return data

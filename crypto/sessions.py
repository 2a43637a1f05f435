"""DESK ONLY. A session: the row on disk is closed without the cookie, the cookie without the row.

FORMAT.md section 8. Vectors: ``tests/vectors/naru/locking.json``.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.canonical import canonical
from crypto.derivation import expand
from crypto.encoding import decode_url, encode_url
from crypto.errors import WrongSession

KEY = 32
_NONCE = 12


def new_session_key() -> bytes:
    """Return the 32 random bytes that live in the member's cookie and nowhere else."""
    return secrets.token_bytes(KEY)


def to_cookie(key: bytes) -> str:
    """Return the cookie's value, 43 characters."""
    return encode_url(key)


def from_cookie(untrusted: str) -> bytes:
    """Return the session key a cookie holds. Raises `WrongSession`."""
    try:
        return decode_url(untrusted, KEY)
    except ValueError as error:
        raise WrongSession("This cookie is not ours.") from error


def session_id(key: bytes) -> bytes:
    """Return the row's id, 32 bytes, from which the key does not follow."""
    return hashlib.sha256(b"naru/v1/session-id" + key).digest()


def csrf_token(key: bytes) -> str:
    """Return what every form of this session carries, 22 characters; it opens nothing."""
    return encode_url(expand(key, b"naru/v1/csrf", 16))


def seal_session(key: bytes, body: Mapping[str, object]) -> bytes:
    """Return the row's body. `body` is what `canonical` takes."""
    # Random: a session's row may be sealed anew under the same key while it lives.
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _aead(key).encrypt(nonce, canonical(body), session_id(key))


def open_session(key: bytes, sealed: bytes) -> dict[str, Any]:
    """Return the body of this session's row. Raises `WrongSession` for any other or altered one."""
    try:
        body = json.loads(_aead(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], session_id(key)))
    except (InvalidTag, ValueError, RecursionError) as error:
        raise WrongSession("This row is not this session's.") from error
    if not isinstance(body, dict):
        raise WrongSession("This row is no session.")
    return body


def _aead(key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(expand(key, b"naru/v1/session", 32))

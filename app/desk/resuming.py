"""What somebody typed when their session ended, kept over the log-in without a place to keep it.

The page that asks for the passphrase carries it in a hidden field, sealed under the desk's key and
bound to this browser and an hour. After log-in it is shown again with one button that sends it.
Nothing is stored, and nothing is sent without a click: another member may have logged in.
"""

import hashlib
import hmac
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from flask import request

from app.desk.context import desk
from app.desk.forms import TOKEN, login_cookie

FIELD = "typed"
MOST = 1_000_000  # characters of what is carried
LASTS = 12 * 3600
SECRET = frozenset({TOKEN, "passphrase", "code", FIELD})
Pairs = list[tuple[str, str]]


def _key() -> ChaCha20Poly1305:
    key = hmac.new(desk().login_key, b"naru/v1/typed", hashlib.sha256).digest()
    return ChaCha20Poly1305(key)


def pairs() -> Pairs:
    """Return what this request's form says, without what is secret."""
    said = request.form.items(multi=True)
    return [(name, value) for name, value in said if name not in SECRET and value]


def sealed() -> str:
    """Seal the form of this request, if it was one of ours and not too long; else empty."""
    kept = pairs()
    said = json.dumps([request.path, int(desk().clock()) + LASTS, kept], ensure_ascii=False)
    if not kept or len(said) > MOST:
        return ""
    nonce = secrets.token_bytes(12)
    return (nonce + _key().encrypt(nonce, said.encode(), login_cookie().encode())).hex()


def opened(text: str) -> tuple[str, Pairs] | None:
    """Return path and fields of what was sealed for this browser, or None."""
    try:
        raw = bytes.fromhex(text)
        plain = _key().decrypt(raw[:12], raw[12:], login_cookie().encode())
    except (ValueError, InvalidTag):
        return None
    path, until, kept = json.loads(plain)
    if until <= desk().clock() or not path.startswith("/") or path.startswith("//"):
        return None
    return path, [(name, value) for name, value in kept]

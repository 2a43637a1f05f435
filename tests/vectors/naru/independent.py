"""FORMAT.md written a second time, as plainly as it goes, with nothing of crypto/ in it.

Only make.py uses it. Where both writings agree, the page can be followed; where they differ, one
of the three is wrong.
"""

import base64
import hashlib
import hmac
import unicodedata
from pathlib import Path

import mnemonic
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LISTS = {"en": "english", "ko": "korean", "zh": "chinese_simplified"}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def expand(key, info, size):
    done, block, counter = b"", b"", 1
    while len(done) < size:
        block = mac(key, block + info + bytes([counter]))
        done, counter = done + block, counter + 1
    return done[:size]


def hkdf(ikm, salt, info, size):
    return expand(mac(salt or bytes(32), ikm), info, size)


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def seal(key, nonce, aad, plain):
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, aad)


def argon2id(passphrase, salt, m, t, p):
    return hash_secret_raw(passphrase.encode(), salt, t, m, p, 32, Type.ID)


def canonical(value):
    return _json(value).encode()


def _json(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(_character, value)) + '"'
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(k)}:{_json(value[k])}" for k in sorted(value)) + "}"
    return "[" + ",".join(map(_json, value)) + "]"


def _character(c):
    return ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 else c)


def all_buckets(floor, limit):
    """Every padded length there is, from the sentence rather than from a formula."""
    powers = [1 << k for k in range(23) if floor <= 1 << k <= 4 << 20]
    above = [ones << k for k in range(20, 48) for ones in (4, 5, 6, 7)]
    return sorted({*powers, *[n for n in above if 4 << 20 < n <= limit]})


def words(lang):
    path = Path(mnemonic.__file__).parent / "wordlist" / f"{LISTS[lang]}.txt"
    return unicodedata.normalize("NFC", path.read_text(encoding="utf-8")).split()


def receipt(seed):
    code = bytearray(hkdf(seed, b"", b"naru/v1/receipt", 14))
    code[13] &= 0b11111100
    return bytes(code)


def spell(code, lang):
    bits = "".join(f"{byte:08b}" for byte in code)[:110]
    return [words(lang)[int(bits[at : at + 11], 2)] for at in range(0, 110, 11)]

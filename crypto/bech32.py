"""Bech32 (BIP 173 without its limit of 90), as age writes recipients and identities.

C2SP age, "X25519 recipient type". A post-quantum recipient has 1,959 characters and one is written
for every submission, so the checksum takes two symbols a step and the bits are left to base32.
"""

import base64

from crypto.errors import MalformedKey

_ALPHABET = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FROM_BASE32 = bytes.maketrans(_BASE32, bytes(range(32)))
_TO_BASE32 = bytes.maketrans(bytes(range(32)), _BASE32)
_TO_BECH32 = bytes.maketrans(bytes(range(32)), _ALPHABET)
_NONE = 0xFF
_FROM_BECH32 = bytes(_ALPHABET.index(byte) if byte in _ALPHABET else _NONE for byte in range(256))
_CHECKSUM = 6
_LONGEST = 4096
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _step(state: int, value: int) -> int:
    top = state >> 25
    state = (state & 0x1FFFFFF) << 5 ^ value
    for bit, generator in enumerate(_GENERATOR):
        if top >> bit & 1:
            state ^= generator
    return state


# What the ten highest bits of a state become when two symbols are shifted in.
_TWO = tuple(_step(_step(top << 20, 0), 0) for top in range(1024))


def _polymod(values: bytes) -> int:
    state = 1
    if len(values) % 2:
        state, values = _step(state, values[0]), values[1:]
    pairs = iter(values)
    for first, second in zip(pairs, pairs, strict=True):
        state = ((state & 0xFFFFF) << 10) ^ (first << 5 | second) ^ _TWO[state >> 20]
    return state


def _expanded(prefix: str) -> bytes:
    octets = prefix.encode("ascii")
    return bytes(b >> 5 for b in octets) + b"\0" + bytes(b & 31 for b in octets)


def encode(prefix: str, data: bytes) -> str:
    """Return `data` under a lower-case prefix."""
    values = base64.b32encode(data).rstrip(b"=").translate(_FROM_BASE32)
    check = _polymod(_expanded(prefix) + values + bytes(_CHECKSUM)) ^ 1
    values += bytes(check >> 5 * (5 - i) & 31 for i in range(_CHECKSUM))
    return f"{prefix}1{values.translate(_TO_BECH32).decode('ascii')}"


def decode(untrusted: str) -> tuple[str, bytes]:
    """Return the prefix (lower case) and the data. Raises `MalformedKey`."""
    if len(untrusted) > _LONGEST:
        raise MalformedKey("This is too long for a recipient or an identity.")
    if not untrusted.isascii() or untrusted not in (untrusted.lower(), untrusted.upper()):
        raise MalformedKey("Bech32 is all in lower or all in upper case.")
    prefix, _, coded = untrusted.lower().rpartition("1")
    values = coded.encode("ascii").translate(_FROM_BECH32)
    visible = prefix.isprintable() and " " not in prefix
    if not prefix or not visible or len(values) < _CHECKSUM or _NONE in values:
        raise MalformedKey("This is not Bech32.")
    if _polymod(_expanded(prefix) + values) != 1:
        raise MalformedKey("The checksum does not hold.")
    symbols = values[:-_CHECKSUM].translate(_TO_BASE32)
    try:
        data = base64.b32decode(symbols + b"=" * (-len(symbols) % 8))
    except ValueError as error:
        raise MalformedKey("This is not Bech32.") from error
    if base64.b32encode(data).rstrip(b"=") != symbols:
        raise MalformedKey("The last bits are not zero.")
    return prefix, data

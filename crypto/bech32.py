"""Bech32 as age uses it: the checksum of BIP 173 without its limit of 90 characters.

A recipient for hybrid keys has 1,959 characters and is written into every first testimony, so the
checksum takes six symbols at a time.
"""

import base64
import re
from collections.abc import Iterator

from crypto.errors import MalformedKey

_SYMBOLS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TO_DIGITS = str.maketrans(_SYMBOLS, _DIGITS)
_TO_SYMBOLS = str.maketrans(_DIGITS, _SYMBOLS)
_HRP = re.compile(r"[!-~]+")
_DATA = re.compile(f"[{_SYMBOLS}]{{6,}}")

_CHECKSUM = 6
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_TEN_BITS = 0x3FF


def _shifted(state: int) -> int:
    """Return the 30-bit checksum state after six symbols of value zero, as BIP 173 has it."""
    for _ in range(_CHECKSUM):
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5
        for bit, polynomial in enumerate(_GENERATOR):
            if top >> bit & 1:
                state ^= polynomial
    return state


def _tables() -> Iterator[list[int]]:
    """Yield `_shifted` for each ten bits of a state: it is linear, so the parts are XORed."""
    for low in (0, 10, 20):
        table = [0]
        for bit in range(10):
            shifted = _shifted(1 << (low + bit))
            table += [entry ^ shifted for entry in table]
        yield table


_LOW, _MIDDLE, _HIGH = _tables()


def _polymod(digits: str) -> int:
    # BIP 173 begins with 1, which is a first symbol of value 1 before a state of zero; and before
    # a state of zero any number of zeros may stand, so the text is made of whole blocks of six.
    digits = "1" + digits
    digits = "0" * (-len(digits) % _CHECKSUM) + digits
    state = 0
    for start in range(0, len(digits), _CHECKSUM):
        state = (
            _HIGH[state >> 20]
            ^ _MIDDLE[state >> 10 & _TEN_BITS]
            ^ _LOW[state & _TEN_BITS]
            ^ int(digits[start : start + _CHECKSUM], 32)
        )
    return state


def _expanded(hrp: str) -> str:
    codes = hrp.encode("ascii")
    highs, lows = (code >> 5 for code in codes), (code & 31 for code in codes)
    return "".join(_DIGITS[value] for value in (*highs, 0, *lows))


def encode(hrp: str, data: bytes) -> str:
    """Return `data` as Bech32 behind `hrp`, in the case of `hrp`."""
    digits = base64.b32hexencode(data).decode("ascii").rstrip("=").lower()
    state = _polymod(_expanded(hrp.lower()) + digits + "0" * _CHECKSUM) ^ 1
    checksum = "".join(_DIGITS[state >> 5 * at & 31] for at in reversed(range(_CHECKSUM)))
    text = hrp.lower() + "1" + (digits + checksum).translate(_TO_SYMBOLS)
    return text.upper() if hrp.isupper() else text


def decode(untrusted: str) -> tuple[str, bytes]:
    """Return the human-readable part, in its own case, and the bytes. Raises `MalformedKey`."""
    hrp, _, data = untrusted.rpartition("1")
    if untrusted not in (untrusted.lower(), untrusted.upper()) or not _HRP.fullmatch(hrp):
        raise MalformedKey("This is not Bech32: mixed case, or nothing before its last 1.")
    if not _DATA.fullmatch(data.lower()):
        raise MalformedKey("This is not Bech32: it is too short, or has a character of no meaning.")
    digits = data.lower().translate(_TO_DIGITS)
    if _polymod(_expanded(hrp.lower()) + digits) != 1:
        raise MalformedKey("The checksum is wrong: this was mistyped or cut off.")
    return hrp, _bytes(digits[:-_CHECKSUM])


def _bytes(digits: str) -> bytes:
    size, spare = divmod(5 * len(digits), 8)
    number = int(digits or "0", 32)
    if spare >= 5 or number & ((1 << spare) - 1):  # noqa: PLR2004 - bits in a symbol
        raise MalformedKey("This Bech32 does not end with its last byte.")
    return (number >> spare).to_bytes(size, "big")

"""Reading JSON that must be exactly what ``canonical`` writes.

FORMAT.md, notation. Small public files (signer.pub, index.json, custody entries) have one form
only, so nothing can hide in a second key of the same name, in blanks or in another spelling.
"""

import json
from collections.abc import Set as AbstractSet

from crypto.canonical import canonical
from crypto.errors import NotCanonical

type_error = "This JSON has a field of another type than its format says."


def parse_exact(data: bytes) -> dict[str, object]:
    """Return the object `data` holds. Raises `NotCanonical` unless it is canonical."""
    try:
        value = json.loads(data.decode())
        same = isinstance(value, dict) and canonical(value) == data
    except (ValueError, TypeError, RecursionError) as error:
        raise NotCanonical("This is not the JSON it should be.") from error
    if not same:
        raise NotCanonical("This JSON is not in its canonical form.")
    return dict(value)


def require_keys(value: object, keys: AbstractSet[str]) -> dict[str, object]:
    """Return `value` as an object with exactly these keys. Raises `NotCanonical`."""
    if not isinstance(value, dict) or value.keys() != keys:
        raise NotCanonical("This JSON has other fields than its format says.")
    return value


def text(value: object) -> str:
    """Return `value` if it is a string. Raises `NotCanonical`."""
    if not isinstance(value, str):
        raise NotCanonical(type_error)
    return value


def number(value: object) -> int:
    """Return `value` if it is a whole number, 0 or larger. Raises `NotCanonical`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NotCanonical(type_error)
    return value


def array(value: object) -> list[object]:
    """Return `value` if it is an array. Raises `NotCanonical`."""
    if not isinstance(value, list):
        raise NotCanonical(type_error)
    return value


def octets(value: object, size: int) -> bytes:
    """Return the `size` bytes written as lower-case hex. Raises `NotCanonical`."""
    written = text(value)
    try:
        read = bytes.fromhex(written)
    except ValueError as error:
        raise NotCanonical("This is not hex.") from error
    if len(read) != size or read.hex() != written:
        raise NotCanonical("This is not the hex it should be.")
    return read

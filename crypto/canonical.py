"""One spelling for each JSON value, the same in Python and in ``JSON.stringify``.

FORMAT.md, notation. Vectors: ``tests/vectors/naru/canonical.json``. Digests, tags and signatures
are taken over these bytes, so two implementations must never differ in one of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

LARGEST = 2**53 - 1
"""The largest whole number JavaScript holds exactly; beyond it two readers would disagree."""

_ENCODE = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def canonical(value: object) -> bytes:
    r"""Return `value` as JSON: keys sorted by code point, no blanks, shortest escapes, UTF-8.

    Takes strings, booleans, None, whole numbers up to ±(2⁵³-1), lists or tuples, and mappings from
    string to these. Only ``"``, ``\`` and characters below 0x20 are escaped. Raises TypeError for
    any other type, ValueError for a number too large, a lone surrogate, or nesting without end.
    """
    try:
        return _ENCODE(_plain(value)).encode()
    except RecursionError as error:
        raise ValueError("The value is nested too deeply.") from error


def listed(name: str, items: Iterable[object], rest: Mapping[str, object]) -> Iterator[bytes]:
    """Yield ``canonical({name: [*items], **rest})`` item by item, so that no more is ever held.

    `name` is the first of the keys. Raises as `canonical` does, and ValueError for another order.
    """
    if any(key <= name for key in rest):
        raise ValueError("The list is not the first of its object.")
    yield b"{" + canonical(name) + b":["
    for number, item in enumerate(items):
        yield b"," * bool(number) + canonical(item)
    yield b"]" + b"," * bool(rest) + canonical(rest)[1:]


def _plain(value: object) -> object:
    """Return `value` made of what the encoder spells in one way only."""
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError("A number is larger than JSON can say everywhere.")
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    raise TypeError(f"JSON has no one spelling for {type(value).__name__}.")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("The keys of a JSON object are strings.")
    return key

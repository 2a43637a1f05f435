"""The two parts some documents have: where a reply may lie, and which file was sent.

FORMAT.md section 2, `reply` and `file`; and the checks that documents share with them.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Self

from crypto.answers import text_of
from crypto.canonical import LARGEST
from crypto.encoding import decode_url, encode_url
from crypto.errors import MalformedDocument

SLOTS_KEY = 32
FILE_KEY = 16
LONGEST_NAME = 255

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RECIPIENT = re.compile(r"age1pq1[02-9ac-hj-np-z]{1952}", re.ASCII)


@dataclass(frozen=True)
class Reply:
    """Where the desk may leave an answer: `recipient` (`age1pq1…`), the 32 bytes of `slots`."""

    recipient: str
    slots: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require(matches(_RECIPIENT, self.recipient), "recipient")
        require(len(self.slots) == SLOTS_KEY, "slots")

    @classmethod
    def from_object(cls, untrusted: object) -> Self:
        """Read `reply` of a document. Raises `MalformedDocument`."""
        held = object_of(untrusted, {"recipient", "slots"})
        return cls(held["recipient"], octets(held["slots"], SLOTS_KEY))

    def to_object(self) -> dict[str, object]:
        """Return `reply` as it stands in a document."""
        return {"recipient": self.recipient, "slots": encode_url(self.slots)}


@dataclass(frozen=True)
class File:
    """One attachment: its true `size`, the SHA-256 (hex) of its bytes, and its file key (16)."""

    name: str = field(repr=False)
    type: str
    size: int
    sha256: str
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for label in (self.name, self.type):
            require(len(text_of(label)) <= LONGEST_NAME, "file")
        # bool is an int to Python, not to JSON
        require(type(self.size) is int and 0 <= self.size <= LARGEST, "size")
        require(matches(_DIGEST, self.sha256), "sha256")
        require(len(self.key) == FILE_KEY, "key")

    @classmethod
    def from_object(cls, untrusted: object) -> Self:
        """Read `file` of a document. Raises `MalformedDocument`."""
        held = object_of(untrusted, {"name", "type", "size", "sha256", "key"})
        return cls(**{**held, "key": octets(held["key"], FILE_KEY)})

    def to_object(self) -> dict[str, object]:
        """Return `file` as it stands in a document."""
        named = {"name": self.name, "type": self.type, "size": self.size, "sha256": self.sha256}
        return {**named, "key": encode_url(self.key)}

    def fields(self) -> dict[str, str]:
        """Return what `same` is taken over for an attachment: all but the key, which is fresh."""
        held = {"name": self.name, "type": self.type, "sha256": self.sha256}
        return {**held, "size": str(self.size)}


def require(holds: bool, what: str) -> None:  # noqa: FBT001 - it is the condition itself
    """Raise `MalformedDocument` unless it holds."""
    if not holds:
        raise MalformedDocument(f"The document's {what} is not as section 2 says.")


def matches(pattern: re.Pattern[str], untrusted: object) -> bool:
    """Tell whether it is a string that the whole pattern matches."""
    return isinstance(untrusted, str) and pattern.fullmatch(untrusted) is not None


def among(names: frozenset[str], untrusted: object) -> bool:
    """Tell whether it is one of these strings."""
    return isinstance(untrusted, str) and untrusted in names


def object_of(
    untrusted: object, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, Any]:
    """Return a copy of an object with these keys. Raises `MalformedDocument`."""
    if not isinstance(untrusted, dict):
        raise MalformedDocument("There is something else where an object should be.")
    held = dict(untrusted)
    require(set(required) <= held.keys() <= {*required, *optional}, "keys")
    return held


def octets(untrusted: object, size: int) -> bytes:
    """Return the `size` bytes of a base64url string. Raises `MalformedDocument`."""
    if not isinstance(untrusted, str):
        raise MalformedDocument("There is something else where base64url should be.")
    try:
        return decode_url(untrusted, size)
    except ValueError as error:
        raise MalformedDocument("This is not the base64url it should be.") from error

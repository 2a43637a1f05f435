"""What somebody carried here already sealed: an age file, or a tar of several (FORMAT.md 12).

Nothing in it is trusted: it is read in memory, in the order of its bytes, within bounds, and only
far enough to tell that it is an age file. Whether it opens, the desk alone can tell.
"""

import base64
import io
import re
from dataclasses import dataclass, field
from typing import BinaryIO

from crypto import armor
from crypto.errors import CryptoError
from crypto.header import read_header

MOST_FILES = 16
BLOCK = 512
NAME = slice(0, 100)
SIZE = slice(124, 136)
CHECKSUM = slice(148, 156)
TYPE = slice(156, 157)
REGULAR, SKIPPED = (b"0", b"\0"), (b"5", b"x", b"g", b"L", b"K")  # folders, and longer names
ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
AGE = b"age-encryption.org/v1\n"
# What the offline page names its file: the week, the slot, and the same-content tag.
OFFLINE = re.compile(
    r"(?P<epoch>standing|[0-9]{4}-W[0-9]{2})\.(?P<slot>[0-9a-f]{32})\.(?P<same>[0-9a-f]{32})\.age",
    re.ASCII,
)


class NotSealed(Exception):
    """What arrived is no age file, and no tar of some."""


class TooMany(Exception):
    """A tar holds more age files than are taken at once."""


@dataclass(frozen=True)
class Place:
    """Where a file of the offline page belongs, as its name says. Claimed, not proven."""

    epoch: str
    slot: bytes
    same: bytes = field(repr=False)


@dataclass(frozen=True)
class Carried:
    """One age file as it came, and its place when the offline page made it."""

    data: bytes = field(repr=False)
    place: Place | None = None

    @property
    def text(self) -> str:
        """The file in base64, as a document holds it."""
        return base64.b64encode(self.data).decode("ascii")


def read(untrusted: bytes) -> tuple[Carried, ...]:
    """Return the age files in what was sent. Raises `NotSealed` or `TooMany`."""
    if _is_age(untrusted):
        return (Carried(untrusted),)
    found = tuple(_carried(name, data) for name, data in _entries(untrusted))
    if not found:
        raise NotSealed
    return found


def _is_age(data: bytes) -> bool:
    """Tell whether it begins as an age file does; the rest says nothing to who cannot open it."""
    try:
        if data.lstrip()[: len(ARMOR)] == ARMOR:
            source: BinaryIO = armor.reader(io.BytesIO(data))
        elif data.startswith(AGE):
            source = io.BytesIO(data)
        else:
            return False
        read_header(source)
        return bool(source.read(1))
    except CryptoError:
        return False


def _carried(name: str, data: bytes) -> Carried:
    if not _is_age(data):
        raise NotSealed
    found = OFFLINE.fullmatch(name.rpartition("/")[2])
    if found is None:
        return Carried(data)
    slot, same = bytes.fromhex(found["slot"]), bytes.fromhex(found["same"])
    return Carried(data, Place(found["epoch"], slot, same))


def _entries(data: bytes) -> list[tuple[str, bytes]]:
    """Return name and bytes of the regular files of a tar. Raises `NotSealed` or `TooMany`.

    Read by hand: a library would follow links, sparse files and extensions we do not want.
    """
    found: list[tuple[str, bytes]] = []
    at = 0
    while at + BLOCK <= len(data) and any(head := data[at : at + BLOCK]):
        size = _size(head)
        body = data[at + BLOCK : at + BLOCK + size]
        if len(body) != size:
            raise NotSealed
        if head[TYPE] in REGULAR:
            name = head[NAME].rstrip(b"\0").decode("utf-8", "replace")
            found.append((name, body))
        elif head[TYPE] not in SKIPPED:
            raise NotSealed
        if len(found) > MOST_FILES:
            raise TooMany
        at += BLOCK + -(-size // BLOCK) * BLOCK
    return found


def _size(head: bytes) -> int:
    """Return how long an entry is. Raises `NotSealed` when this is no head of one."""
    blank = head[: CHECKSUM.start] + b" " * 8 + head[CHECKSUM.stop :]
    try:
        checksum, size = (int(head[part].strip(b" \0") or b"0", 8) for part in (CHECKSUM, SIZE))
    except ValueError as error:
        raise NotSealed from error
    if checksum != sum(blank) or size < 0:
        raise NotSealed
    return size

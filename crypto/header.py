"""The age v1 header: stanzas and a MAC, read strictly and written byte for byte (C2SP age)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from crypto.derivation import hkdf
from crypto.errors import MalformedHeader, TamperedHeader

VERSION = b"age-encryption.org/v1\n"
FILE_KEY = 16
LONGEST = 1 << 20  # the specification sets no limit: ours
LONGEST_LINE = 1 << 16
_COLUMNS = 64
_FOOTER = b"---"
_MAC = 43
_ARGUMENT = re.compile(rb"[\x21-\x7e]+")


def encode64(data: bytes) -> bytes:
    """Return base64 without padding, as headers have it."""
    return base64.b64encode(data).rstrip(b"=")


def decode64(untrusted: bytes) -> bytes:
    """Read canonical base64 without padding. Raises `MalformedHeader`."""
    try:
        data = base64.b64decode(untrusted + b"=" * (-len(untrusted) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedHeader("This is not base64.") from error
    if encode64(data) != untrusted:
        raise MalformedHeader("This base64 is not canonical.")
    return data


@dataclass(frozen=True)
class Stanza:
    """One recipient's wrapped copy of the file key: its type, arguments and body."""

    type: str
    arguments: tuple[str, ...]
    body: bytes

    def __bytes__(self) -> bytes:
        first = " ".join(("->", self.type, *self.arguments)).encode("ascii") + b"\n"
        coded = encode64(self.body)
        # A body that fills its last line is followed by an empty one: the short line ends it.
        lines = [coded[i : i + _COLUMNS] for i in range(0, len(coded) + 1, _COLUMNS)]
        return first + b"".join(line + b"\n" for line in lines)


@dataclass(frozen=True)
class Header:
    """Stanzas and MAC. `bytes()` of a parsed header is what was parsed."""

    stanzas: tuple[Stanza, ...]
    mac: bytes

    @classmethod
    def make(cls, stanzas: Sequence[Stanza], file_key: bytes) -> "Header":
        """Return the header of these stanzas, with its MAC."""
        return cls(tuple(stanzas), _mac(file_key, _signed(stanzas)))

    def __bytes__(self) -> bytes:
        return _signed(self.stanzas) + b" " + encode64(self.mac) + b"\n"

    def verify(self, file_key: bytes) -> None:
        """Check the MAC. Raises `TamperedHeader`."""
        if not hmac.compare_digest(self.mac, _mac(file_key, _signed(self.stanzas))):
            raise TamperedHeader("The header was altered.")


def _signed(stanzas: Sequence[Stanza]) -> bytes:
    return VERSION + b"".join(bytes(stanza) for stanza in stanzas) + _FOOTER


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"", b"header", 32), signed, hashlib.sha256)


def read_header(source: BinaryIO) -> Header:
    """Read one header and leave `source` at the payload. Raises `MalformedHeader`."""
    lines = _Lines(source)
    if lines.next(ended=False) != VERSION[:-1] or not lines.ended:
        raise MalformedHeader("This is not an age v1 file.")
    stanzas: list[Stanza] = []
    while (line := lines.next()).startswith(b"-> "):
        stanzas.append(_stanza(line, lines))
    if not stanzas or not line.startswith(_FOOTER + b" ") or len(line) != _MAC + 4:
        raise MalformedHeader("The header does not end as one.")
    _require_alone(stanzas)
    return Header(tuple(stanzas), decode64(line[4:]))


class _Lines:
    """Lines that end in LF, within the limits of a header."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._left = LONGEST
        self.ended = True

    def next(self, *, ended: bool = True) -> bytes:
        line = self._source.readline(min(LONGEST_LINE, self._left))
        self._left -= len(line)
        self.ended = line.endswith(b"\n")
        if ended and not self.ended:
            raise MalformedHeader("The header is cut, or too long.")
        return line[:-1] if self.ended else line


def _stanza(line: bytes, lines: _Lines) -> Stanza:
    arguments = line[3:].split(b" ")
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise MalformedHeader("A stanza's arguments are not printable.")
    coded = []
    while len(part := lines.next()) == _COLUMNS:
        coded.append(part)
    if len(part) > _COLUMNS:
        raise MalformedHeader("A line of a stanza is too long.")
    kind, *rest = (argument.decode("ascii") for argument in arguments)
    # Each line by itself is canonical: only the last one is short.
    return Stanza(kind, tuple(rest), decode64(b"".join((*coded, part))))


def _require_alone(stanzas: Sequence[Stanza]) -> None:
    if len(stanzas) > 1 and any(stanza.type == "scrypt" for stanza in stanzas):
        raise MalformedHeader("A passphrase stanza stands alone.")

"""DESK ONLY (and the intake's replies). Opening: header, file key, payload (C2SP age)."""

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from typing_extensions import override

from crypto import armor, sealing
from crypto.errors import MalformedHeader, WrongIdentity
from crypto.header import FILE_KEY, Header, read_header
from crypto.identities import Identity
from crypto.recipients import Recipient
from crypto.stream import open_chunks


def file_key_of(header: Header, identities: Sequence[Identity]) -> bytes:
    """Return the file key. Raises `WrongIdentity`, `MalformedHeader`, `TamperedHeader`."""
    for identity in identities:
        file_key = identity.unwrap(header.stanzas)
        if file_key is not None:
            if len(file_key) != FILE_KEY:
                raise MalformedHeader("A file key has 16 bytes.")
            header.verify(file_key)
            return file_key
    raise WrongIdentity("No identity opens this file.")


def unwrap(header: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the file key of a header that is kept apart. Raises as `file_key_of`."""
    source = io.BytesIO(header)
    parsed = read_header(source)
    if source.read(1):
        raise MalformedHeader("Something follows the header.")
    return file_key_of(parsed, identities)


def open_payload(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a payload that is kept apart. Raises `TamperedPayload`."""
    return open_chunks(source, file_key)


def open_payload_bytes(payload: bytes, file_key: bytes) -> bytes:
    """Return the plaintext of a payload as a whole. Raises `TamperedPayload`."""
    return b"".join(open_chunks(io.BytesIO(payload), file_key))


def open_envelope(header: bytes, payload: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the plaintext of header and payload kept apart. Raises as `open_file`."""
    return open_payload_bytes(payload, unwrap(header, identities))


def open_file(source: BinaryIO, identities: Sequence[Identity]) -> Iterator[bytes]:
    """Yield the plaintext of an age file, binary or in armor, with bounded memory.

    Raises `MalformedArmor`, `MalformedHeader`, `WrongIdentity`, `TamperedHeader` before anything
    is yielded, and `TamperedPayload` at any time: act on nothing before the end.
    """
    buffered = source if isinstance(source, io.BufferedReader) else _buffered(source)
    start = buffered.peek(1)[:1]  # more may not have come yet; a header begins with neither
    if start == b"-" or start.isspace():
        return open_armored(buffered, identities)
    return _open(buffered, identities)


def open_armored(source: BinaryIO, identities: Sequence[Identity]) -> Iterator[bytes]:
    """Yield the plaintext of an age file in armor. Raises as `open_file`."""
    return _open(armor.reader(source), identities)


def open_bytes(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """Return the plaintext of a whole age file. Raises as `open_file`."""
    return b"".join(open_file(io.BytesIO(sealed), identities))


def _open(source: BinaryIO, identities: Sequence[Identity]) -> Iterator[bytes]:
    file_key = file_key_of(read_header(source), identities)
    return open_chunks(source, file_key)


class _Borrowed(io.RawIOBase):
    """Another's source. A buffered reader closes what it reads when it is forgotten: only this."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        part = self._source.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _buffered(source: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_Borrowed(source))


def rewrap(header: bytes, identities: Sequence[Identity], to: Sequence[Recipient]) -> bytes:
    """Return a header that gives the same file key to others; the payload is not touched."""
    return sealing.header_for(unwrap(header, identities), to)


def rewrap_file(sealed: bytes, identities: Sequence[Identity], to: Sequence[Recipient]) -> bytes:
    """Return a small age file with a new header before the same payload."""
    source = io.BytesIO(sealed)
    header = read_header(source)
    return sealing.header_for(file_key_of(header, identities), to) + source.read()

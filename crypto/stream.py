"""The age v1 payload: STREAM, chunks of 64 KiB under ChaCha20-Poly1305 (C2SP age, "Payload").

    payload = nonce(16) ‖ chunk …      chunk = ciphertext(up to 65,536) ‖ tag(16)

The key is derived from the file key and a random nonce for this one payload, so a counter with a
final-chunk flag may be the AEAD nonce: no pair of key and nonce ever repeats.
"""

import io
import secrets
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto.derivation import hkdf
from crypto.errors import MalformedHeader, TamperedPayload

CHUNK = 1 << 16
TAG = 16
SEALED = CHUNK + TAG
NONCE = 16
BATCH = 8  # chunks a read: 4 to 16 fit the second-level cache


class Sink(Protocol):
    """Whatever takes bytes in order."""

    def write(self, data: memoryview, /) -> object:
        """Take these bytes, or say how many of them; the view changes once this returns."""


def read_whole(source: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, less only at the end: raw files and pipes give a few at a time."""
    part = source.read(size)
    if not part or len(part) == size:
        return part
    parts, left = [part], size - len(part)
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


_NOWHERE = memoryview(b"")


def put(sink: Sink, data: bytes | memoryview) -> None:
    """Write all of `data`: a raw file or pipe may take less than it is given."""
    left = memoryview(data)
    while isinstance(taken := sink.write(left), int) and taken < len(left):
        left = left[taken:]


def sealed_size(plain: int) -> int:
    """Return how long the payload of `plain` bytes is, its nonce included."""
    return NONCE + plain + max(1, -(-plain // CHUNK)) * TAG


class StreamKey:
    """The key of one payload. Chunks are numbered from 0."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._aead = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload", 32))

    def seal_into(self, number: int, plain: memoryview, into: memoryview, *, final: bool) -> int:
        """Seal one chunk; return how many bytes of `into` it fills."""
        into = into[: len(plain) + TAG]
        return self._aead.encrypt_into(_nonce(number, final=final), plain, None, into)

    def open(self, number: int, sealed: memoryview, *, final: bool) -> bytes:
        """Open one chunk. Raises `InvalidTag`."""
        return self._aead.decrypt(_nonce(number, final=final), sealed, None)


def _nonce(number: int, *, final: bool) -> bytes:
    return (number << 8 | final).to_bytes(12, "big")


class PayloadWriter:
    """Seals what is written to it. Nothing written is readable until `close` seals the last chunk.

    An upload that breaks off leaves a payload without a final chunk: it never opens as a whole one.
    """

    def __init__(self, sink: Sink, file_key: bytes, nonce: bytes | None = None) -> None:
        nonce = secrets.token_bytes(NONCE) if nonce is None else nonce
        self._sink, self._key, self._number = sink, StreamKey(file_key, nonce), 0
        # The newest 1 to 65,536 bytes: whether they are the last chunk, only what follows tells.
        self._held, self._kept = memoryview(bytearray(CHUNK)), 0
        self._room, self._filled = _NOWHERE, 0  # made for the first chunk, given back by `close`
        self._closed = False
        put(sink, nonce)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Take any number of bytes; only what does not fill a chunk is copied."""
        if self._closed:
            raise ValueError("The last chunk was sealed.")
        with memoryview(data).cast("B") as view:
            at = self._keep(view[: CHUNK - self._kept])
            if at < len(view):
                self._seal(self._held, final=False)
                self._kept = 0
            while len(view) - at > CHUNK:
                self._seal(view[at : at + CHUNK], final=False)
                at += CHUNK
            self._keep(view[at:])
            return len(view)

    def _keep(self, part: memoryview) -> int:
        self._held[self._kept : self._kept + len(part)] = part
        self._kept += len(part)
        return len(part)

    def _seal(self, plain: memoryview, *, final: bool) -> None:
        if not self._room:
            self._room = memoryview(bytearray(BATCH * SEALED))
        room = self._room[self._filled :]
        self._filled += self._key.seal_into(self._number, plain, room, final=final)
        self._number += 1
        if final or self._filled == len(self._room):
            put(self._sink, self._room[: self._filled])
            self._filled = 0

    def close(self) -> None:
        """Seal the last chunk as final: short or full, empty only if nothing was written."""
        if not self._closed:
            self._closed = True
            self._seal(self._held[: self._kept], final=True)
            self._held = self._room = _NOWHERE


def seal_whole(plain: bytes, file_key: bytes, nonce: bytes | None = None) -> bytes:
    """Return the payload of what lies in memory, sealed in place: what a writer would have made.

    A writer keeps room for many chunks; most of what is sealed whole is smaller than one.
    """
    nonce = secrets.token_bytes(NONCE) if nonce is None else nonce
    key, view = StreamKey(file_key, nonce), memoryview(plain)
    sealed = bytearray(sealed_size(len(plain)))
    sealed[:NONCE] = nonce
    room, last = memoryview(sealed), max(0, len(plain) - 1) // CHUNK
    for number in range(last + 1):
        chunk, at = view[number * CHUNK : (number + 1) * CHUNK], NONCE + number * SEALED
        key.seal_into(number, chunk, room[at:], final=number == last)
    return bytes(sealed)


def open_chunks(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a payload, chunk by chunk. Raises `TamperedPayload`.

    What was yielded before the error is authentic but incomplete: act on nothing before the end.
    A payload without a whole nonce is a header failure, as the reference has it.
    """
    key = _key_of(source, file_key)
    yield from _open_rest(source, key, 0)


def open_from(source: BinaryIO, file_key: bytes, skip: int) -> Iterator[bytes]:
    """Yield the plaintext behind the first `skip` chunks, of a source that seeks.

    The last chunk is opened before any other, as age asks of whoever does not read a payload from
    its beginning to its end: it alone tells that nothing was cut off. Raises as `open_chunks`.
    """
    key = _key_of(source, file_key)
    start, end = source.tell(), source.seek(0, io.SEEK_END)
    last = max(0, end - start - 1) // SEALED
    source.seek(start + last * SEALED)
    _, final = _open_chunk(key, last, memoryview(read_whole(source, SEALED)))
    if not final:
        raise TamperedPayload("The payload is cut.")
    source.seek(start + skip * SEALED)
    yield from _open_rest(source, key, skip)


def _key_of(source: BinaryIO, file_key: bytes) -> StreamKey:
    nonce = read_whole(source, NONCE)
    if len(nonce) < NONCE:
        raise MalformedHeader("The payload has no nonce.")
    return StreamKey(file_key, nonce)


def _open_rest(source: BinaryIO, key: StreamKey, number: int) -> Iterator[bytes]:
    """Yield the chunks from the one of this number on, at which `source` stands."""
    final = False
    while not final:
        batch = memoryview(read_whole(source, BATCH * SEALED))
        for start in range(0, len(batch), SEALED) or (0,):
            if final:
                raise TamperedPayload("Something follows the last chunk.")
            plain, final = _open_chunk(key, number, batch[start : start + SEALED])
            number += 1
            yield plain
    if source.read(1):
        raise TamperedPayload("Something follows the last chunk.")


def _open_chunk(key: StreamKey, number: int, sealed: memoryview) -> tuple[bytes, bool]:
    """Return a chunk and whether it is the last: a full one is tried as not the last, then as."""
    if len(sealed) < TAG or (number and len(sealed) == TAG):
        raise TamperedPayload("The payload is cut, or its last chunk is empty.")
    for final in (False, True) if len(sealed) == SEALED else (True,):
        try:
            return key.open(number, sealed, final=final), final
        except InvalidTag:
            continue
    raise TamperedPayload("A chunk does not verify.")

"""The age v1 payload: STREAM, chunks of 64 KiB under ChaCha20-Poly1305 (C2SP age, "Payload").

    payload = nonce(16) ‖ chunk …      chunk = ciphertext(up to 65,536) ‖ tag(16)

The key is derived from the file key and a random nonce for this one payload, so a counter with a
final-chunk flag may be the AEAD nonce: no pair of key and nonce ever repeats.
"""

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

    def write(self, data: bytes, /) -> object:
        """Take these bytes."""


def fill(source: BinaryIO, view: memoryview) -> int:
    """Read until `view` is full or the source ends; return how much was read."""
    done = 0
    while done < len(view):
        part = source.read(len(view) - done)
        if not part:
            break
        view[done : done + len(part)] = part
        done += len(part)
    return done


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
        self._held = bytearray()
        self._room = memoryview(bytearray(BATCH * SEALED))
        self._sink.write(nonce)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Take any number of bytes."""
        self._held += data
        while len(self._held) > BATCH * CHUNK:
            self._flush(BATCH)
        return len(data)

    def _flush(self, chunks: int) -> None:
        with memoryview(self._held) as held:
            filled = 0
            for start in range(0, chunks * CHUNK, CHUNK):
                plain = held[start : start + CHUNK]
                filled += self._seal(plain, filled, final=False)
            self._sink.write(bytes(self._room[:filled]))
            plain.release()
        del self._held[: chunks * CHUNK]

    def _seal(self, plain: memoryview, at: int, *, final: bool) -> int:
        filled = self._key.seal_into(self._number, plain, self._room[at:], final=final)
        self._number += 1
        return filled

    def close(self) -> None:
        """Seal the rest, the last chunk as final: short or full, empty only if nothing was written."""
        if len(self._held) > CHUNK:
            self._flush((len(self._held) - 1) // CHUNK)
        with memoryview(self._held) as held:
            filled = self._seal(held, 0, final=True)
        self._sink.write(bytes(self._room[:filled]))
        self._held.clear()


def open_chunks(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a payload, chunk by chunk. Raises `TamperedPayload`.

    What was yielded before the error is authentic but incomplete: act on nothing before the end.
    A payload without a whole nonce is a header failure, as the reference has it.
    """
    nonce = source.read(NONCE)
    if len(nonce) < NONCE:
        raise MalformedHeader("The payload has no nonce.")
    key, room, number = StreamKey(file_key, nonce), memoryview(bytearray(BATCH * SEALED)), 0
    final = False
    while not final:
        filled = fill(source, room)
        for start in range(0, filled, SEALED) or (0,):
            if final:
                raise TamperedPayload("Something follows the last chunk.")
            sealed = room[start : min(start + SEALED, filled)]
            plain, final = _open_chunk(key, number, sealed)
            number += 1
            yield plain
    if source.read(1):
        raise TamperedPayload("Something follows the last chunk.")


def _open_chunk(key: StreamKey, number: int, sealed: memoryview) -> tuple[bytes, bool]:
    """Return a chunk and whether it is the last. A full one may be either: tried as not, then as."""
    if len(sealed) < TAG or (number and len(sealed) == TAG):
        raise TamperedPayload("The payload is cut, or its last chunk is empty.")
    for final in (False, True) if len(sealed) == SEALED else (True,):
        try:
            return key.open(number, sealed, final=final), final
        except InvalidTag:
            continue
    raise TamperedPayload("A chunk does not verify.")

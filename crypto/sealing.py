"""Sealing: a fresh file key, a header for the recipients, a payload under the key (C2SP age)."""

import secrets
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import BinaryIO, Self

from crypto.header import FILE_KEY, Header
from crypto.recipients import Recipient, require_one_kind
from crypto.stream import BATCH, CHUNK, PayloadWriter, Sink, put, seal_whole

LARGEST_GROUP = 64


def new_file_key() -> bytes:
    """Return 16 random bytes: one for each payload, never used twice."""
    return secrets.token_bytes(FILE_KEY)


def header_for(file_key: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return the header that gives `file_key` to `recipients`. Raises `MixedRecipients`."""
    if not 1 <= len(recipients) <= LARGEST_GROUP:
        raise ValueError("A file has one to 64 recipients.")
    require_one_kind(recipients)
    stanzas = [recipient.wrap(file_key) for recipient in recipients]
    return bytes(Header.make(stanzas, file_key))


def seal_payload(plaintext: bytes, file_key: bytes) -> bytes:
    """Return the payload of `plaintext` under a file key that has no other payload."""
    return seal_whole(plaintext, file_key)


def seal(plaintext: bytes, recipients: Sequence[Recipient]) -> tuple[bytes, bytes]:
    """Return header and payload, apart; joined they are an age file."""
    file_key = new_file_key()
    return header_for(file_key, recipients), seal_payload(plaintext, file_key)


def seal_stream(source: BinaryIO, sink: Sink, recipients: Sequence[Recipient]) -> None:
    """Seal `source` into `sink` with bounded memory."""
    with SealingWriter(sink, recipients) as writer:
        # Only b"" ends it: the None of a source that does not wait must not pass for the end.
        for part in iter(partial(source.read, BATCH * CHUNK), b""):
            writer.write(part)


class SealingWriter:
    """An age file to write to. Left by an error it has no last chunk, and never opens whole."""

    def __init__(self, sink: Sink, recipients: Sequence[Recipient]) -> None:
        file_key = new_file_key()
        put(sink, header_for(file_key, recipients))
        self._payload = PayloadWriter(sink, file_key)

    def write(self, data: bytes, /) -> int:
        """Take any number of bytes."""
        return self._payload.write(data)

    def flush(self) -> None:
        """Do nothing: a chunk is sealed when it is full or last."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._payload.close()

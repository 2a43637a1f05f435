"""Where attachments lie: sealed while they arrive, under random names, in one directory.

A file is a payload (FORMAT.md sections 1 and 3) under a file key of its own, zero-padded to its
bucket. The order is: sealed and fsynced under a `.part` name, renamed, directory fsynced, then the
row that refers to it. What no row refers to was never acknowledged, and is swept.
"""

import contextlib
import datetime as dt
import hashlib
import io
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, select
from typing_extensions import override

from app.mailbox import tables
from crypto.errors import TamperedPayload
from crypto.padding import bucket, shortfall
from crypto.stream import CHUNK, PayloadWriter, open_chunks, open_from, sealed_size
from crypto.stream import put as put_whole

KEY = 16
PART = ".part"
UNREFERRED = 3600  # seconds after which nobody can still be about to refer to a file
LOOK = 16 * 1024 * 1024  # bytes between two looks at the room that is left
_ZEROS = bytes(512 * 1024)
_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)


class NotKept(Exception):
    """The disk refused it. Nothing of it is kept.

    No OSError, which is what a broken connection raises; no ValueError, which parsers swallow.
    """


class NoRoom(NotKept):
    """Below the reserve of the disk attachments wait, so that text can still be taken."""


class TooLarge(Exception):
    """More arrived than a single attachment may have."""


@dataclass(frozen=True)
class Kept:
    """A sealed file: its name in the store, and what its document says of it."""

    name: str
    size: int
    sha256: str
    key: bytes = field(repr=False)


class Blobs:
    """The directory. ``reserve`` bytes of its disk are never used for attachments."""

    def __init__(self, folder: Path, reserve: int = 0) -> None:
        self._folder = folder
        self._reserve = reserve

    def refuse_without_room(self, size: int) -> None:
        """Raise `NoRoom` unless ``size`` more bytes leave the reserve untouched."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise NotKept from error
        if free - bucket(size) < self._reserve:
            raise NoRoom

    def begin(self, most: int, today: dt.date, key: bytes | None = None) -> "Upload":
        """Return something to write a file's bytes to; the key is drawn. Raises `NotKept`."""
        self.refuse_without_room(0)
        upload = Upload(self._folder, most, today, self.refuse_without_room)
        return upload if key is None else upload.under(key)

    def begin_sealed(self, most: int, today: dt.date) -> "SealedUpload":
        """Return something to write a sealed payload to, of a file up to ``most``. `NotKept`."""
        self.refuse_without_room(0)
        return SealedUpload(
            self._folder, sealed_size(bucket(most)), today, self.refuse_without_room
        )

    def open(self, name: str) -> BinaryIO:
        """Open a sealed file for reading. Raises `FileNotFoundError`."""
        return self._path(name).open("rb")

    def destroy(self, names: Iterable[str]) -> None:
        """Unlink these files for good; one that is gone already is no error."""
        found = [self._path(name) for name in names]
        for path in found:
            path.unlink(missing_ok=True)
        if found and self._folder.is_dir():
            sync_directory(self._folder)

    def sweep(self, referred: Callable[[], set[str]], now: float | None = None) -> int:
        """Unlink what no row refers to and nobody writes any more. Returns how many.

        The listing is taken before the rows are read: what gets its row meanwhile is safe.
        """
        now = time.time() if now is None else now
        try:
            with os.scandir(self._folder) as found:
                listed = [(one.name, one.stat().st_ctime) for one in found]
        except FileNotFoundError:
            return 0
        names = referred()
        gone = [n for n, touched in listed if n not in names and now - touched > UNREFERRED]
        for name in gone:
            (self._folder / name).unlink(missing_ok=True)
        return len(gone)

    def sweep_parts(self, now: float | None = None) -> None:
        """Unlink what was being written when a process died, and nobody writes any more."""
        now = time.time() if now is None else now
        for path in self._folder.glob(f"*{PART}"):
            if now - path.stat().st_ctime > UNREFERRED:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError
        return self._folder / name


class _Arriving(io.RawIOBase):
    """One file that is being written: after `put` it lies there, after `drop` nothing does."""

    def __init__(
        self, folder: Path, most: int, today: dt.date, refuse: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._folder, self._most, self._refuse = folder, most, refuse
        self._day = dt.datetime.combine(today, dt.time(), dt.UTC).timestamp()
        self.name, self.size, self._looked = secrets.token_hex(16), 0, 0
        self._part = folder / (self.name + PART)
        self._kept = False
        try:
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise NotKept from error
        self._file = os.fdopen(handle, "wb", buffering=0)

    @override
    def writable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = 0) -> int:
        """Do nothing: a parser rewinds what it wrote, and there is nothing to read here."""
        return 0

    def drop(self) -> None:
        """Leave nothing of it, whether it was kept or not."""
        self._file.close()
        with contextlib.suppress(OSError):  # the sweeper comes later
            (self._folder / self.name if self._kept else self._part).unlink(missing_ok=True)

    def _count(self, more: int) -> None:
        """Count bytes before they are written. Raises `TooLarge` or `NotKept`."""
        self.size += more
        if self.size > self._most:
            raise TooLarge
        if self.size - self._looked > LOOK:
            self._looked = self.size
            self._refuse(0)

    def _settle(self) -> None:
        """Make the bytes durable, not yet the name, within `_disk`."""
        os.utime(self._file.fileno(), (self._day, self._day))
        os.fsync(self._file.fileno())
        self._file.close()

    def put(self, name: str) -> None:
        """Give what is durable its name in the store. Raises `NotKept`."""
        with _disk():
            self._part.rename(self._folder / name)
            self.name, self._kept = name, True
            sync_directory(self._folder)


class Upload(_Arriving):
    """Takes the bytes of one file and seals them under a key of its own."""

    def __init__(
        self, folder: Path, most: int, today: dt.date, refuse: Callable[[int], None]
    ) -> None:
        super().__init__(folder, most, today, refuse)
        self._key, self._digest = secrets.token_bytes(KEY), hashlib.sha256()
        self._payload = PayloadWriter(self._file, self._key)

    @override
    def write(self, data: Any) -> int:
        """Seal these bytes. Raises `TooLarge` or `NotKept`."""
        self._count(len(data))
        self._digest.update(data)
        with _disk():
            return self._payload.write(data)

    def under(self, key: bytes) -> "Upload":
        """Seal it under a key that is known, not a drawn one; before anything is written."""
        self._file.seek(0)
        self._key, self._payload = key, PayloadWriter(self._file, key)
        return self

    def keep(self) -> Kept:
        """Pad, seal the last chunk and make the file durable under its name. Raises `NotKept`."""
        kept = self.seal()
        self.put(self.name)
        return kept

    def seal(self) -> Kept:
        """Pad, seal the last chunk and make the bytes durable, not yet the name."""
        left = shortfall(self.size)
        self._refuse(left)
        with _disk():
            while left > 0:
                left -= self._payload.write(memoryview(_ZEROS)[:left])
            self._payload.close()
            self._settle()
        return Kept(self.name, self.size, self._digest.hexdigest(), self._key)


class SealedUpload(_Arriving):
    """Takes a payload somebody else sealed, as it is: nobody here holds its key."""

    @override
    def write(self, data: Any) -> int:
        """Write these bytes. Raises `TooLarge` or `NotKept`."""
        self._count(len(data))
        with _disk():
            put_whole(self._file, data)
        return len(data)

    def keep(self) -> str:
        """Make it durable; returns its name. Raises `NotKept`."""
        with _disk():
            self._settle()
        self.put(self.name)
        return self.name


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotKept from error


def sync_directory(folder: Path) -> None:
    """Make names in a directory durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def referred(connection: Connection) -> set[str]:
    """Return the names of all files that a row refers to."""
    return set(connection.execute(select(tables.blob.c.name)).scalars())


def names_of(connection: Connection, items: Iterable[bytes]) -> list[str]:
    """Return the names of the files that belong to these items."""
    query = select(tables.blob.c.name).where(tables.blob.c.item_id.in_(list(items)))
    return list(connection.execute(query).scalars())


def forget(connection: Connection, items: Iterable[bytes]) -> list[str]:
    """Delete the rows of these items' files; returns the names to destroy after the commit."""
    items = list(items)
    names = names_of(connection, items)
    connection.execute(tables.blob.delete().where(tables.blob.c.item_id.in_(items)))
    return names


def open_blob(blobs: Blobs, connection: Connection, item_id: bytes, file: Any) -> Iterator[bytes]:  # noqa: ANN401 - crypto.parts.File
    """Yield an attachment's bytes as they were sent; ``file`` is `Document.file` of its item.

    Raises `FileNotFoundError` when it is gone, `TamperedPayload` when it is not what the document
    says (size, digest): what was yielded before must not be relied upon.
    """
    with blobs.open(name_of(connection, item_id)) as sealed:
        yield from contents(sealed, file)


def name_of(connection: Connection, item_id: bytes) -> str:
    """Return under which name an attachment's file lies. Raises `FileNotFoundError`."""
    names = names_of(connection, [item_id])
    if not names:
        raise FileNotFoundError
    return names[0]


def part(sealed: BinaryIO, file: Any, first: int, last: int) -> Iterator[bytes]:  # noqa: ANN401
    """Yield the bytes from `first` to `last`, both included, opening only the chunks they lie in.

    And the last one of the file, before any: what was cut gives no part at all. A chunk proves its
    place, only the whole proves the digest. Raises `TamperedPayload`.
    """
    skip = first // CHUNK
    at, end = skip * CHUNK, min(last + 1, file.size)
    for chunk in open_from(sealed, file.key, skip):
        yield chunk[max(first - at, 0) : end - at]
        at += len(chunk)
        if at >= end:
            return
    raise TamperedPayload("The file is shorter than its document says.")


def contents(sealed: BinaryIO, file: Any) -> Iterator[bytes]:  # noqa: ANN401
    """Yield a whole file. Raises `TamperedPayload` as `open_blob`."""
    left, digest = file.size, hashlib.sha256()
    for chunk in open_chunks(sealed, file.key):
        part, padding = chunk[:left], chunk[left:]
        left -= len(part)
        digest.update(part)
        if padding.strip(b"\0"):
            raise TamperedPayload("Something follows the file.")
        if part:
            yield part
    if left or digest.hexdigest() != file.sha256:
        raise TamperedPayload("The file is not the one its document describes.")

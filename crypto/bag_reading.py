"""Reading an untrusted bag, from its ZIP or its folder, within bounds.

FORMAT.md section 11. Here only the container is judged: one folder, plain names, regular files,
stored and not compressed. What the files say is judged in ``crypto.verifying``.
"""

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from crypto.bag import Names
from crypto.errors import AlteredBundle, IncompleteBundle, MalformedBundle

MOST_FILES = 100_000
LARGEST_DIRECTORY = 20 << 20
LARGEST_SMALL = 64 << 20
CHUNK = 1 << 20

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENCRYPTED = 0x1


class Bag(Protocol):
    """A bag whose container has been checked: its name, and the size of each file by path."""

    name: str
    sizes: dict[str, int]

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield the file. Raises `AlteredBundle` when the container noticed a change."""


def read_small(bag: Bag, path: str) -> bytes:
    """Return a file that is read whole. Raises `IncompleteBundle`, `MalformedBundle`."""
    if path not in bag.sizes:
        raise IncompleteBundle(f"{path} is missing.")
    if bag.sizes[path] > LARGEST_SMALL:
        raise MalformedBundle(f"{path} is larger than such a file can be.")
    return b"".join(bag.chunks(path))


@contextmanager
def opened(path: Path) -> Iterator[Bag]:
    """Open a bundle, ZIP or folder. Raises `MalformedBundle`, `UnfitName`; OSError as it comes."""
    if path.is_dir():
        yield _Folder(path)
        return
    with path.open("rb") as file:
        _check_directory(file)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise MalformedBundle("This is not a ZIP that can be read.") from error
        with archive:
            yield _Zip(archive, file.seek(0, os.SEEK_END))


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        entries = archive.infolist()
        _check_count(len(entries))
        names, stored = Names(), 0
        for entry in entries:
            _check_entry(entry, size)
            names.add(entry.filename)
            stored += entry.file_size
        if stored > size or min(entry.header_offset for entry in entries):
            raise MalformedBundle(
                "The files of this ZIP lie over one another, or something lies before them."
            )
        roots = {entry.filename.partition("/")[0] for entry in entries}
        if len(roots) != 1:
            raise MalformedBundle("This ZIP does not hold one folder.")
        self.name = roots.pop()
        below = len(self.name) + 1
        self.sizes = {entry.filename[below:]: entry.file_size for entry in entries}

    def chunks(self, path: str) -> Iterator[bytes]:
        try:
            with self._archive.open(f"{self.name}/{path}") as file:
                yield from _read(file)
        except (
            zipfile.BadZipFile,
            EOFError,
            ValueError,
            NotImplementedError,
            struct.error,
        ) as error:
            raise AlteredBundle(f"{path} is damaged inside the ZIP.") from error


class _Folder:
    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self.name = self._root.name
        self.sizes: dict[str, int] = {}
        names = Names()
        for folder, folders, files in os.walk(self._root, onerror=_raise):
            for name in folders:
                if (Path(folder) / name).is_symlink():
                    raise MalformedBundle("A bundle holds no links.")
            for name in files:
                self._add(Path(folder) / name, names)

    def _add(self, file: Path, names: Names) -> None:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise MalformedBundle("A bundle holds regular files only.")
        inside = file.relative_to(self._root).as_posix()
        names.add(inside)
        self.sizes[inside] = found.st_size
        _check_count(len(self.sizes))

    def chunks(self, path: str) -> Iterator[bytes]:
        with (self._root / path).open("rb") as file:
            yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _raise(error: OSError) -> None:
    raise error


def _check_count(count: int) -> None:
    if not 0 < count <= MOST_FILES:
        raise MalformedBundle("This holds no files, or more than a bundle can.")


def _check_entry(entry: zipfile.ZipInfo, size: int) -> None:
    if not 0 <= entry.header_offset < size:
        raise MalformedBundle("The directory of this ZIP points outside it.")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise MalformedBundle("This ZIP was packed anew. Unpack it and verify the folder.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & _ENCRYPTED or kind not in (0, stat.S_IFREG):
        raise MalformedBundle("This ZIP holds something other than plain files.")


def _check_directory(file: IO[bytes]) -> None:
    """Look at the end of the ZIP before `zipfile` reads its whole directory into memory."""
    size = file.seek(0, os.SEEK_END)
    tail = _END64.size + _LOCATOR.size + _END.size
    file.seek(max(0, size - tail))
    end = file.read(tail).rjust(tail, b"\0")
    file.seek(0)
    signature, *_, length, _at, comment = _END.unpack(end[-_END.size :])
    lengths = [length]
    if signature != b"PK\5\6" or comment:
        raise MalformedBundle("This is neither a folder nor a whole ZIP; is it still sealed?")
    if _LOCATOR.unpack(end[_END64.size : -_END.size])[0] == b"PK\6\7":
        lengths.append(_END64.unpack(end[: _END64.size])[-2])
    if max(lengths) > LARGEST_DIRECTORY:
        raise MalformedBundle("This ZIP holds more files than a bundle can.")

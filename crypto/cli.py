"""What the commands of ``python -m crypto`` share: files that are whole or absent, secrets, words.

Secrets come from files, a descriptor or the terminal; never from arguments, which anyone on the
machine can read.
"""

import getpass
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
LARGEST_KEYS = 1 << 20
LONGEST_PASSPHRASE = 4096


class WrongUse(Exception):
    """The command was used in a way it does not have: exit 2."""


class Refused(Exception):
    """The command could not do what it was asked, for a reason in one line: exit 1."""


def say(text: str) -> None:
    """Print lines on standard output, in UTF-8 wherever we are."""
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()


def say_json(value: object) -> None:
    """Print one JSON document."""
    say(json.dumps(value, ensure_ascii=False))


@contextmanager
def source(path: str | None) -> Iterator[BinaryIO]:
    """Open the input: a file, or standard input for None and ``-``."""
    if path in (None, "-"):
        yield sys.stdin.buffer
        return
    with Path(str(path)).open("rb") as file:
        yield file


@contextmanager
def sink(path: str | None, *, anew: bool = False) -> Iterator[BinaryIO]:
    """Open the output: a file that appears whole, mode 0600, or not at all; else standard output.

    It is written beside its name, made durable and then renamed; an error removes it. With `anew`
    an existing file is refused (FileExistsError), else replaced. A device or pipe is written as is.
    """
    if path in (None, "-"):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    final = Path(str(path))
    if final.exists() and not stat.S_ISREG(final.stat().st_mode):
        with final.open("wb") as file:
            yield file
        return
    if anew and final.exists():
        raise FileExistsError(f"{path} exists already.")
    handle, beside = tempfile.mkstemp(dir=final.parent, prefix=".naru-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(Path(beside), final, anew=anew)
    finally:
        with suppress(FileNotFoundError):
            Path(beside).unlink()


def _name(beside: Path, final: Path, *, anew: bool) -> None:
    if anew:
        os.link(beside, final)  # unlike a rename, never over another file
    else:
        beside.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_keys(path: str | None) -> bytes:
    """Read a file of keys whole. Raises `Refused` for one too long to be that."""
    with source(path) as file:
        data = file.read(LARGEST_KEYS + 1)
    if len(data) > LARGEST_KEYS:
        raise Refused("This is too long for a file of keys.")
    return data


def passphrase(descriptor: int | None) -> str:
    """Read a passphrase: the first line of a descriptor, or typed at the terminal."""
    if descriptor is None:
        return _typed()
    # Unbuffered: what follows the line may be the next passphrase, or the file itself.
    with os.fdopen(descriptor, "rb", buffering=0, closefd=False) as file:
        line = file.readline(LONGEST_PASSPHRASE)
    try:
        return line.decode().rstrip("\r\n")
    except ValueError as error:
        raise Refused("The passphrase is not text.") from error


def _typed() -> str:
    try:
        if os.name == "posix":  # without a terminal getpass would read, and echo, the input
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        return getpass.getpass("Passphrase: ")
    except (EOFError, OSError) as error:
        raise Refused("A passphrase is needed: --passphrase-fd N.") from error


def one_line(error: BaseException) -> str:
    """Say an error on one line, without control characters."""
    if isinstance(error, OSError) and error.strerror:
        words = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    else:
        words = str(error) or type(error).__name__
    return "".join(char if char.isprintable() else " " for char in words)

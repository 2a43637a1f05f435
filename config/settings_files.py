"""What must hold on the disk before Naru starts: who can read what, and what the data is."""

import os
import secrets
import stat
from pathlib import Path

from config.settings_checks import Fault, SettingsError

DEMONSTRATION_MARK = "DEMONSTRATION"
_SECRET_DIGITS = 64
_DISTINCT = 8  # 64 random hex digits with fewer different ones do not happen
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_directory(path: Path) -> None:
    """Refuse a data directory that others on the machine may look into."""
    key = "storage.data_dir"
    try:
        found = path.stat()
    except OSError as error:
        said = f"{path}: {error.strerror}: make it with `install -d -m 0700 {path}`"
        raise Fault(key, said) from None
    if not stat.S_ISDIR(found.st_mode):
        raise Fault(key, f"{path} is not a directory")
    if found.st_mode & _OTHERS:
        said = f"{path} has mode {found.st_mode & 0o777:04o}: run `chmod 0700 {path}`"
        raise Fault(key, said)


def mark_agrees(path: Path, *, demonstration: bool) -> None:
    """Refuse demonstration data in a real deployment, and real data in a demonstration."""
    marked = (path / DEMONSTRATION_MARK).exists()
    if marked and not demonstration:
        said = f"is false, but {path} holds demonstration data: use another data_dir"
        raise Fault("site.demonstration", said)
    if demonstration and not marked:
        said = f"is true, but {path} has no file {DEMONSTRATION_MARK}: it is not demonstration data"
        raise Fault("site.demonstration", said)


def mark_demonstration(path: Path) -> None:
    """Mark a directory as holding invented data, for good."""
    with (path / DEMONSTRATION_MARK).open("w", encoding="utf-8") as file:
        file.write("Invented data. Do not write anything real here.\n")
        file.flush()
        os.fsync(file.fileno())


def new_secret(path: Path) -> None:
    """Write a fresh secret that only this user can read; an existing file is never touched."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_SECRET_DIGITS // 2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def check_secret(key: str, path: Path) -> None:
    """Refuse a secret others can read, or that is too short to be one."""
    _read(key, path)


def read_secret(path: Path) -> bytes:
    """Give the 32 bytes or more of a secret file; a SettingsError when it has become weak."""
    try:
        return _read(str(path), path)
    except Fault as fault:
        raise SettingsError(f"{fault.key}: {fault.said}") from None


def _read(key: str, path: Path) -> bytes:
    make = f"make it with `(umask 077; openssl rand -hex 32 > {path})`"
    try:
        # Mode and content of one and the same file: no name is looked up twice.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Fault(key, f"{path}: {error.strerror}: {make}") from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise Fault(key, f"{path} is not a plain file: {make}")
        if mode & _OTHERS:
            raise Fault(key, f"{path} has mode {mode & 0o777:04o}: run `chmod 0600 {path}`")
        digits = os.read(handle, 4096).strip()
    finally:
        os.close(handle)
    if len(digits) < _SECRET_DIGITS or len(set(digits)) < _DISTINCT:
        raise Fault(key, f"{path} is too short or not random: {make}")
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        raise Fault(key, f"{path} does not hold hex digits: {make}") from None

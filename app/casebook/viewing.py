"""Looking at attachments: what they are by their content, a safe picture, a part of a recording.

The bytes are opened in memory and given to a process that has nothing else (``jailed.py``); what
comes back is a new picture. The original is never altered, and leaves only where a reason is said.
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from app.casebook import account, ledger
from app.casebook.indexing.index import visible
from app.casebook.keyring import Keyring
from app.casebook.shapes import BadTag, NotFound
from app.casebook.store import Store
from app.casebook.vault import READERS, Vault
from app.mailbox.blobs import open_blob
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.parts import File

JAIL = Path(__file__).with_name("jailed.py")
PATIENCE = 20
SHOWN = 64 * 1024 * 1024  # larger ones are streamed or saved, never drawn
LONGEST = 500
PLAYED = (
    *(f"audio/{one}" for one in ("mpeg", "mp4", "x-m4a", "wav", "x-wav", "ogg", "flac", "webm")),
    *(f"video/{one}" for one in ("mp4", "webm", "ogg", "quicktime")),
)
DRAWN = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/gif": "image",
    "image/webp": "image",
    "image/bmp": "image",
    "image/tiff": "image",
    "application/pdf": "pdf",
}


class NotShown(Exception):
    """The file cannot be made into a picture; it can still be saved, with a reason."""


@dataclass(frozen=True)
class Attached:
    """One attachment of a witness; ``file`` holds the key of its bytes."""

    id: str
    day: str
    name: str
    declared: str
    size: int
    sha256: str
    file: File = field(repr=False)


@dataclass(frozen=True)
class Picture:
    """A page drawn anew, and what was hidden in the file, by the names of its fields."""

    png: bytes = field(repr=False)
    pages: int
    hidden: tuple[str, ...]


class Viewing:
    """What members do with attachments. One per process."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault

    def of(self, keyring: Keyring, record: str) -> list[Attached]:
        """Return the attachments of the witness of a testimony."""
        keyring.require(*READERS)
        index = self._vault.index(keyring)
        thread = index.thread(visible(keyring.rings), record)
        items = [item for item, kind, *_ in thread if kind == "attachment"]
        with self._store.casebook.connect() as connection:
            return [self._attached(connection, keyring, item) for item in items]

    def one(self, keyring: Keyring, record: str, item: str) -> Attached:
        """Return one of them. Raises ``NotFound``."""
        for found in self.of(keyring, record):
            if found.id == item:
                return found
        raise NotFound

    def _attached(self, connection: Connection, keyring: Keyring, item: str) -> Attached:
        first = ledger.read(connection, keyring, bytes.fromhex(item))[0]
        file = File.from_object(first["document"]["file"])
        said = (file.name, file.type, file.size, file.sha256)
        return Attached(item, first["day"], *said, file=file)

    def bytes_of(self, one: Attached) -> Iterator[bytes]:
        """Yield the bytes as they were sent. ``NotFound`` where the file is gone."""
        if self._store.blobs is None:
            raise NotFound
        try:
            with self._store.mailbox.connect() as mailbox:
                yield from open_blob(self._store.blobs, mailbox, bytes.fromhex(one.id), one.file)
        except FileNotFoundError as error:
            raise NotFound from error

    def part_of(self, one: Attached, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included."""
        at = 0
        for chunk in self.bytes_of(one):
            yield chunk[max(first - at, 0) : max(last + 1 - at, 0)]
            at += len(chunk)
            if at > last:
                return

    def type_of(self, one: Attached) -> str:
        """Return what the file is by its first bytes; empty where they do not tell."""
        try:
            import puremagic  # noqa: PLC0415 - optional: without it nothing is shown, only saved
        except ImportError:
            return ""
        start = b"".join(itertools.islice(self.bytes_of(one), 1))[:65536]
        try:
            found = puremagic.magic_string(start)
        except (puremagic.PureError, ValueError):
            return ""
        known = [each.mime_type for each in found if each.mime_type in (*DRAWN, *PLAYED)]
        return known[0] if known else (found[0].mime_type if found else "")

    def draw(self, one: Attached, page: int = 1) -> Picture:
        """Draw a page anew, in a process that has nothing else. Raises ``NotShown``."""
        kind = DRAWN.get(self.type_of(one))
        if kind is None or one.size > SHOWN:
            raise NotShown
        try:
            data = b"".join(self.bytes_of(one))
            done = subprocess.run(  # noqa: S603 - our own file, arguments of ours
                [sys.executable, "-I", str(JAIL), kind, str(int(page))],
                input=data,
                capture_output=True,
                timeout=PATIENCE,
                check=True,
                env={},
                cwd="/",
                close_fds=True,
            )
        except (subprocess.SubprocessError, CryptoError) as error:
            raise NotShown from error
        head, _, png = done.stdout.partition(b"\n")
        said = json.loads(head)
        return Picture(png, int(said["pages"]), tuple(map(str, said["hidden"])))

    def note(self, keyring: Keyring, one: Attached, act: str, reason: str = "") -> None:
        """Keep in custody that somebody looked, or saved, and why. Raises ``BadTag``."""
        reason = " ".join(reason.split())
        if act == "saved" and not 0 < len(reason) <= LONGEST:
            raise BadTag("reason")
        more = {"reason": reason} if reason else {}
        entry = Entry(act, keyring.member.id, self._store.today(), record=one.id, more=more)
        self._store.casebook_writer.run(lambda c: account.append(c, keyring, [entry]))

"""Looking at attachments: what they are by their content, a safe picture, a part of a recording.

The bytes are opened in memory and given to a process that has nothing else (``jailed.py``); what
comes back is a new picture. The original is never altered, and leaves only where a reason is said.
"""

import itertools
import json
import subprocess
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from app.casebook import account, apart, ledger
from app.casebook.indexing.conditions import visible
from app.casebook.keyring import Keyring
from app.casebook.shapes import Altered, BadTag, NotFound
from app.casebook.store import Store
from app.casebook.vault import READERS, Vault
from app.mailbox import blobs
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.parts import File

JAIL = Path(__file__).with_name("jailed.py")
HEARING = Path(__file__).with_name("jailed_hearing.py")
END = 8 * 1024 * 1024  # of a recording: what is told stands at its beginning or its end
PATIENCE = 20
JAILS = 2  # at once: each may take a gigabyte
HEAD = 65536
PNG = b"\x89PNG\r\n\x1a\n"
MOST_PAGES, MOST_NAMES, MOST_KEPT = 100_000, 100, 10_000
SHOWN = 64 * 1024 * 1024  # larger ones are streamed or saved, never drawn
LONGEST = 500
PLAYED = (
    *(f"audio/{one}" for one in ("mpeg", "mp4", "aac", "x-wav", "ogg", "flac")),
    *(f"video/{one}" for one in ("mp4", "webm", "quicktime", "3gpp")),
)
ALSO = {"application/ogg": "audio/ogg", "audio/wave": "audio/x-wav", "audio/x-m4a": "audio/mp4"}
ALSO |= {"image/x-ms-bmp": "image/bmp"}
HEIF = dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic") | {b"mif1": "image/heif"}
DRAWN = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/gif": "image",
    "image/webp": "image",
    "image/bmp": "image",
    "image/tiff": "image",
    "image/heic": "heif",
    "image/heif": "heif",
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
    way: str
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
        self._jails = threading.BoundedSemaphore(JAILS)
        self._viewed: set[tuple[str, str]] = set()

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
        said = (file.name, file.type, file.size, file.sha256, first["document"]["way"])
        return Attached(item, first["day"], *said, file=file)

    def bytes_of(self, one: Attached) -> Iterator[bytes]:
        """Yield the bytes as they were sent. Raises ``NotFound`` (gone), ``Altered``."""
        return self._read(one, lambda sealed: blobs.contents(sealed, one.file))

    def part_of(self, one: Attached, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included. Raises as ``bytes_of``."""
        return self._read(one, lambda sealed: blobs.part(sealed, one.file, first, last))

    def _read(
        self, one: Attached, how: Callable[[BinaryIO], Iterator[bytes]]
    ) -> Generator[bytes, None, None]:
        """Yield what is read of the sealed file. No connection is held while somebody listens."""
        if self._store.blobs is None:
            raise NotFound
        try:
            with self._store.mailbox.connect() as mailbox:
                name = blobs.name_of(mailbox, bytes.fromhex(one.id))
            with self._store.blobs.open(name) as sealed:
                yield from how(sealed)
        except FileNotFoundError as error:
            raise NotFound from error
        except CryptoError as error:
            raise Altered from error

    def type_of(self, one: Attached) -> str:
        """Return what the file is by its first bytes; empty where they do not tell."""
        try:
            import puremagic  # noqa: PLC0415 - optional: without it nothing is shown, only saved
        except ImportError:
            return ""
        start = b"".join(self.part_of(one, 0, HEAD - 1))
        if start[4:8] == b"ftyp" and start[8:12] in HEIF:
            return HEIF[start[8:12]]  # which puremagic takes for a film
        try:
            found = puremagic.magic_string(start)
        except (puremagic.PureError, ValueError):
            return ""
        told = [str(each.mime_type) for each in found if each.mime_type]
        names = [ALSO.get(name, name) for name in told]
        known = [name for name in names if name in (*DRAWN, *PLAYED)]
        return (known or names or [""])[0]

    def draw(self, one: Attached, page: int = 1) -> Picture:
        """Draw a page anew, in a process that has nothing else. Raises ``NotShown``."""
        kind = DRAWN.get(self.type_of(one))
        if kind is None or one.size > SHOWN:
            raise NotShown
        made = self.jailed([kind, str(min(max(page, 1), MOST_PAGES))], self.bytes_of(one))
        head, _, png = made.partition(b"\n")
        try:  # what a hostile file made of the process may speak through it
            said = json.loads(head)
            pages, hidden = int(said["pages"]), [str(name)[:60] for name in said["hidden"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotShown from error
        if not png.startswith(PNG) or not 0 < pages <= MOST_PAGES:
            raise NotShown
        return Picture(png, pages, tuple(dict.fromkeys(hidden))[:MOST_NAMES])

    def hidden_in(self, one: Attached) -> tuple[str, ...]:
        """Name what a recording holds beside what is seen and heard. Raises ``NotShown``."""
        kind, size = self.type_of(one), one.size
        if kind not in PLAYED:
            raise NotShown
        head = min(size, END)
        ends = [self.part_of(one, 0, head - 1)]
        if size > head:
            ends.append(self.part_of(one, max(head, size - END), size - 1))
        words = [kind, str(head), str(size)]
        made = self.jailed(words, itertools.chain(*ends), HEARING)
        try:
            hidden = [str(name)[:60] for name in json.loads(made)["hidden"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotShown from error
        return tuple(dict.fromkeys(hidden))[:MOST_NAMES]

    def looked_through(self, one: Attached) -> int:
        """Return how much of either end of a recording is looked through; 0 where it is all."""
        return END if one.size > 2 * END else 0

    def jailed(
        self, words: list[str], data: Iterator[bytes], jail: Path | None = None, patience: int = 0
    ) -> bytes:
        """Let the jail read the bytes and return what it wrote; both are only ever in memory."""
        try:
            with self._jails:
                return apart.run(jail or JAIL, words, data, patience or PATIENCE)
        except subprocess.SubprocessError as error:
            raise NotShown from error

    def viewed(self, keyring: Keyring, one: Attached) -> None:
        """Keep in custody that somebody looks at a file: once for a session, however often."""
        seen = (keyring.csrf, one.id)
        if seen not in self._viewed:
            self.note(keyring, one, "viewed")
            if len(self._viewed) >= MOST_KEPT:
                self._viewed.clear()
            self._viewed.add(seen)

    def note(self, keyring: Keyring, one: Attached, act: str, reason: str = "") -> None:
        """Keep in custody that somebody looked, or saved, and why. Raises ``BadTag``."""
        reason = " ".join(reason.split())
        if act == "saved" and not 0 < len(reason) <= LONGEST:
            raise BadTag("reason")
        more = {"reason": reason} if reason else {}
        entry = Entry(act, keyring.member.id, self._store.today(), record=one.id, more=more)
        self._store.casebook_writer.run(lambda c: account.append(c, keyring, [entry]))

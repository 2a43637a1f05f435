"""Attachments: one file a request, sealed while it is parsed, shown only when it is whole."""

import datetime as dt
import io
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Generic, TypeVar, cast

from flask_babel import gettext
from sqlalchemy import Engine
from typing_extensions import override

from app.bodies import Request
from app.intake.deposits import Malformed, is_padded
from app.intake.receive import Content, Receiver
from app.mailbox import blobs
from app.mailbox.blobs import Blobs, NoRoom, NotKept, SealedUpload, TooLarge, Upload
from app.web import Refusal, report, size_of
from crypto.documents import File
from crypto.padding import bucket
from crypto.parts import LONGEST_NAME
from crypto.stream import sealed_size
from crypto.tokens import Capability

FIELD = "attachment"
ENVELOPE = "envelope"  # the part of a sealed file's request that says, sealed, what it is
AROUND = 64 * 1024  # bytes of a form around its file
PARTS = 8
AT_ONCE = 1000  # uploads that may hold a thread; the other threads answer everybody else
EVERY = 3600  # seconds between two sweeps
A_DAY = 50  # times the largest file: more bytes of files than that are not taken in a day

Arriving = TypeVar("Arriving", Upload, SealedUpload)


class Attachments:
    """Takes files in."""

    def __init__(
        self,
        engine: Engine,
        store: Blobs,
        receiver: Receiver,
        most: int,
        today: Callable[[], dt.date],
    ) -> None:
        self._engine, self._store, self._receiver = engine, store, receiver
        self._most, self._today = most, today
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._swept = float("-inf")
        self._lock = threading.Lock()
        self._day, self._taken = today(), 0

    def take(self, request: Request, allowed: Capability, lang: str) -> File:
        """Read the body, seal its one file and keep it. Raises `Refusal` or what storing raises.

        The token was checked before, so that nobody without one is read from.
        """
        with self._place():
            self.sweep()
            self._refuse_size(request.content_length, self._most)
            upload = _Sink(lambda: self._store.begin(self._most, self._today()))
            try:
                with _explained():
                    return self._kept(request, upload, allowed, lang)
            finally:
                upload.drop()

    @property
    def most(self) -> int:
        """How large a file may be."""
        return self._most

    def take_sealed(self, request: Request, keep: Callable[[Request, bytes, str], bool]) -> None:
        """Read a file its witness's page sealed, make it durable, and ``keep`` what refers to it.

        ``keep`` gets the request, the small envelope and the file's name in the store; it returns
        whether a row refers to that name now. Raises `Refusal` or what ``keep`` raises.
        """
        with self._place():
            self.sweep()
            most = sealed_size(bucket(self._most)) + AROUND
            self._refuse_size(request.content_length, most)
            upload = _Beside(lambda: self._store.begin_sealed(self._most, self._today()))
            try:
                with _explained():
                    self._read(request, upload.begin, most)
                    if not is_padded(upload.size):
                        raise Malformed
                    self._count(upload.size)
                    if keep(request, upload.envelope.getvalue(), upload.upload.keep()):
                        upload.referred()
            finally:
                upload.drop()

    def sweep(self) -> None:
        """Unlink, now and then, what broken uploads left."""
        now = time.monotonic()
        if now - self._swept > EVERY:
            self._swept = now
            try:
                self._store.sweep(self._referred)
            except OSError as error:
                report(type(error), "the sweeper")

    def _referred(self) -> set[str]:
        with self._engine.connect() as connection:
            return blobs.referred(connection)

    def _refuse_size(self, length: int | None, most: int) -> None:
        if length is not None and length > most + AROUND:
            raise Refusal(413, _too_large(self._most))
        with _explained():
            self._store.refuse_without_room(length or 0)

    def _kept(
        self, request: Request, upload: "_Sink[Upload]", allowed: Capability, lang: str
    ) -> File:
        self._read(request, upload.begin, self._most)
        found = request.files.getlist(FIELD)
        if len(found) != 1 or not upload.size:
            raise Refusal(400, gettext("No file was chosen, or it is empty."))
        self._count(upload.size)
        kept = upload.upload.keep()
        file = File(
            _name(found[0].filename or ""), found[0].mimetype[:LONGEST_NAME], kept.size,
            kept.sha256, kept.key,
        )  # fmt: skip
        content = Content(FIELD, lang, {}, file=file, blob=kept.name)
        if self._receiver.follow_up(allowed, content):
            upload.referred()
        return file

    @staticmethod
    def _read(request: Request, sink: Callable[[str | None], IO[bytes]], most: int) -> None:
        request.max_content_length = most + AROUND
        request.max_form_memory_size = 4 * AROUND
        request.max_form_parts = PARTS
        request.sink = sink
        _ = request.files

    def _count(self, size: int) -> None:
        """Keep to the day's budget, which is everybody's together: text is taken beyond it."""
        with self._lock:
            if self._day != self._today():
                self._day, self._taken = self._today(), 0
            if self._taken + size > A_DAY * self._most:
                raise NoRoom
            self._taken += size

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Refusal(
                503, gettext("Many files are arriving just now. Wait a little, then send it again.")
            )
        try:
            yield
        finally:
            self._places.release()


class _Sink(Generic[Arriving]):
    """The one file of a request: begun when its part begins, dropped unless a row refers to it."""

    def __init__(self, start: Callable[[], Arriving]) -> None:
        self._start: Callable[[], Arriving] = start
        self._upload: Arriving | None = None

    def begin(self, _filename: str | None) -> IO[bytes]:
        """Return where the bytes of a part go. Raises `Refusal` for a second file."""
        if self._upload is not None:
            raise Refusal(400, gettext("Send one file at a time. Nothing of this was stored."))
        self._upload = self._start()
        return cast(IO[bytes], self._upload)

    @property
    def size(self) -> int:
        """How many bytes came."""
        return self._upload.size if self._upload is not None else 0

    @property
    def upload(self) -> Arriving:
        """The file. Only after something came."""
        assert self._upload is not None  # noqa: S101 - for the reader; `size` said so
        return self._upload

    def referred(self) -> None:
        """Note that a row refers to the file now."""
        self._upload = None

    def drop(self) -> None:
        """Leave nothing of a file that no row refers to."""
        if self._upload is not None:
            self._upload.drop()


class _Beside(_Sink[SealedUpload]):
    """A sealed file, and beside it the small envelope that says what it is."""

    def __init__(self, start: Callable[[], SealedUpload]) -> None:
        super().__init__(start)
        self.envelope = _Small()

    @override
    def begin(self, _filename: str | None) -> IO[bytes]:
        return self.envelope if _filename == ENVELOPE else super().begin(_filename)


class _Small(io.BytesIO):
    """Memory for an envelope, and for no more. Raises `Malformed`."""

    @override
    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > AROUND:
            raise Malformed
        return super().write(data)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NoRoom:
        raise Refusal(
            503,
            gettext("There is no room for files just now. Text is still taken. Try again later."),
        ) from None
    except NotKept as error:
        report(type(error.__cause__ or error), "attachments")
        raise Refusal(
            503,
            gettext("It could not be kept safely just now. Wait a minute, then send it again."),
        ) from None
    except TooLarge:
        raise Refusal(413, gettext("The file is too large. Nothing of it was stored.")) from None


def _too_large(most: int) -> str:
    return str(
        gettext(
            "The file is too large: at most %(size)s at once. Nothing of it was stored.",
            size=size_of(most),
        )
    )


def _name(filename: str) -> str:
    """Return a file's name without folders and invisible signs, otherwise as it was given."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = (sign for sign in base if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})
    return "".join(kept)[:LONGEST_NAME]

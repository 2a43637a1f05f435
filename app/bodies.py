"""Reading what a browser sends: strictly, within limits, and only ever into memory.

The framework's own parser spools files to the disk in the clear, turns half a body into an empty
form and mends bad bytes in silence. This one does none of that.
"""

import io
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import flask
from typing_extensions import override
from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.http import parse_options_header

MIB = 1024 * 1024
PARSED = 4 * MIB  # a body up to here is read and answered with its text
DRAINED = 16 * MIB  # up to here it is read away, so that the answer arrives
PARTS = 400
BLOCK = 64 * 1024

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class BrokenForm(Exception):
    """The body ends before its form does, or is no form at all: nothing of it is used."""


class Discarded(io.RawIOBase):
    """Where an uploaded file goes when nobody asked for one: nowhere, least of all to the disk."""

    size = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)

    @override
    def seek(self, offset: int, whence: int = 0) -> int:
        return 0


class _Streamed(MultiPartParser):
    """Hand out the bytes of each text part as they came, one character a byte."""

    @override
    def get_part_charset(self, headers: Headers) -> str:
        return "iso-8859-1"


class _Forms(FormDataParser):
    """Read a form whole or not at all, and note which fields were not UTF-8."""

    def __init__(self, damaged: set[str], *, streams: bool, **kw: Any) -> None:  # noqa: ANN401
        super().__init__(silent=False, **kw)
        self._damaged = damaged
        self._streams = streams

    @override
    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Parsed:
        boundary = options.get("boundary", "").encode("ascii", "replace")
        if not boundary:
            raise ValueError("no boundary")
        if not self._streams:
            pairs, names = _split(stream.read(), boundary)
            # What was in a file is dropped here; that one came is known by its name.
            files = self.cls([(n, FileStorage(Discarded(), name=n)) for n in names])  # type: ignore[arg-type]
            return stream, self._decoded(pairs), files
        parser = _Streamed(
            self.stream_factory,
            max_form_memory_size=self.max_form_memory_size,
            max_form_parts=self.max_form_parts,
        )
        raw, found = parser.parse(stream, boundary, content_length)
        pairs = [(name, value.encode("iso-8859-1")) for name, value in raw.items(multi=True)]
        return stream, self._decoded(pairs), found

    @override
    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> Parsed:
        body = stream.read()
        if body.count(b"&") >= PARTS:
            raise RequestEntityTooLarge
        raw = [pair.partition(b"=") for pair in body.split(b"&") if pair]
        pairs = [(_unquoted(name).decode("utf-8", "replace"), _unquoted(v)) for name, _, v in raw]
        return stream, self._decoded(pairs), MultiDict()

    def _decoded(self, pairs: list[tuple[str, bytes]]) -> MultiDict[str, str]:
        return self.cls([(name, self._text(name, value)) for name, value in pairs])

    def _text(self, name: str, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError:
            self._damaged.add(name)
            return value.decode("utf-8", "replace")


def _split(body: bytes, boundary: bytes) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Return the text fields of a form that is in memory, and the names of its file fields.

    The framework's parser compiles its patterns anew for each boundary, which costs more than all
    of this; it serves where a body must be streamed.
    """
    delimiter = b"\r\n--" + boundary
    if body.count(delimiter) > PARTS:
        raise RequestEntityTooLarge
    parts = (b"\r\n" + body).split(delimiter)
    ends = [number for number, part in enumerate(parts) if number and part.startswith(b"--")]
    if not ends:
        raise ValueError("the form has no end")
    pairs, files = [], []
    for part in parts[1 : ends[0]]:
        head, gap, data = part.partition(b"\r\n\r\n")
        options = _disposition(head)
        if not gap or "name" not in options:
            raise ValueError("a part of the form has no name")
        if "filename" not in options:
            pairs.append((options["name"], data))
        elif options["filename"] or data:
            files.append(options["name"])
    return pairs, files


def _disposition(head: bytes) -> dict[str, str]:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            return parse_options_header(value.decode("utf-8", "replace").strip())[1]
    return {}


def _unquoted(quoted: bytes) -> bytes:
    return unquote_to_bytes(quoted.replace(b"+", b" "))


class Request(flask.Request):
    """A request whose body never touches the disk.

    ``damaged`` names the fields that were not UTF-8. ``sink`` is the seam for uploads: a route that
    wants files sets it before it looks at ``files``; otherwise a file is read away, and only its
    name is left in ``files``.
    """

    sink: Callable[[str | None], IO[bytes]] | None = None

    def __init__(self, *args: Any, **kw: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kw)
        self.damaged: set[str] = set()

    @override
    def make_form_data_parser(self) -> FormDataParser:
        return _Forms(
            self.damaged,
            streams=self.sink is not None,
            stream_factory=self._get_file_stream,
            max_form_memory_size=self.max_form_memory_size,
            max_content_length=self.max_content_length,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class,
        )

    @override
    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return self.sink(filename) if self.sink else Discarded()  # type: ignore[return-value]

    @override
    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except (ValueError, ConnectionError, TimeoutError) as error:
            raise BrokenForm from error

    @property
    def parsed(self) -> bool:
        """Whether the form was read already, so that looking at it cannot fail."""
        return "form" in self.__dict__

    def drain(self, most: int = DRAINED) -> None:
        """Read a body that is too large away, up to a limit: else its sender never sees why."""
        if (self.content_length or 0) > most:
            return
        stream, left = self.environ["wsgi.input"], most
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)


def limits(max_body: int, drain_body: int) -> dict[str, int]:
    """Return the limits as settings of a Flask."""
    return {
        "MAX_CONTENT_LENGTH": max_body,
        "MAX_FORM_MEMORY_SIZE": max_body,
        "MAX_FORM_PARTS": PARTS,
        "DRAINED": drain_body,
    }

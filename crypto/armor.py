"""ASCII armor (C2SP age, "ASCII armor"): read strictly, streamed line by line, and written."""

import base64
import binascii
import io
from typing import BinaryIO

from typing_extensions import override

from crypto.errors import MalformedArmor
from crypto.stream import read_whole

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_BLANKS = 1024  # blank bytes allowed before and after


class ArmorReader(io.RawIOBase):
    """The bytes inside an armor. Raises `MalformedArmor` from any read."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self._held = b""
        self._begun = self._done = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        if not self._begun:
            self._begin()
        while not self._held and not self._done:
            self._held = self._line()
        part, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _next(self) -> bytes:
        line = self._source.readline(_BLANKS + 2)
        if not line:
            raise MalformedArmor("The armor is cut.")
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def _begin(self) -> None:
        blanks = 0
        while not (line := self._next()).strip():
            blanks += len(line) + 1
            if blanks > _BLANKS:
                raise MalformedArmor("Too many blanks before the armor.")
        if line != BEGIN:
            raise MalformedArmor("The first line of the armor is another.")
        self._begun = True

    def _line(self) -> bytes:
        line = self._next()
        if line == END:
            self._end()
            return b""
        data = _decoded(line)
        if len(line) < _COLUMNS or line.endswith(b"="):
            if self._next() != END:
                raise MalformedArmor("The last line of the armor is another.")
            self._end()
        return data

    def _end(self) -> None:
        self._done = True
        rest = read_whole(self._source, _BLANKS)
        if rest.strip() or len(rest) == _BLANKS:
            raise MalformedArmor("Something follows the armor.")


def _decoded(line: bytes) -> bytes:
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedArmor("A line is not base64.") from error
    if not data or len(line) > _COLUMNS or base64.b64encode(data) != line:
        raise MalformedArmor("A line is not as armor has it.")
    return data


def reader(source: BinaryIO) -> BinaryIO:
    """Return a buffered reader of what is inside the armor."""
    return io.BufferedReader(ArmorReader(source))


def armored(data: bytes) -> bytes:
    """Return `data` in armor."""
    coded = base64.b64encode(data)
    lines = [coded[i : i + _COLUMNS] for i in range(0, len(coded), _COLUMNS)]
    return b"\n".join([BEGIN, *lines, END]) + b"\n"

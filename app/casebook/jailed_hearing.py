"""Runs alone in a process of its own: both ends of a recording on stdin, names on stdout.

    python -I jailed_hearing.py TYPE HEAD SIZE < ends > {"hidden": ["GPS", ...]}

Within the walls of ``jailed.py``. HEAD octets of stdin are the beginning of a file of SIZE octets,
the rest is its end: between them lies sound, which holds nothing to be named. What is said of
hidden data are names of fields, never their contents.
"""

import json
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # -I leaves it out

import jailed  # type: ignore[import-not-found]

DEEP, MOST = 12, 400  # boxes in boxes; names
INSIDE = frozenset({b"moov", b"udta", b"meta", b"trak", b"mdia", b"ilst", b"moof"})
OF_RIFF = frozenset({b"fmt ", b"data", b"fact", b"PEAK", b"JUNK", b"cue "})
OF_MATROSKA = {0x4461: "time of making", 0x7BA9: "title", 0x4D80: "writer", 0x5741: "writer"}
SEGMENT = frozenset({0x18538067, 0x1549A966, 0x1254C367, 0x7373, 0x67C8})  # down to each tag
TAG_NAME = 0x45A3


class Ends:
    """The two ends of a file that are known; what lies between is nothing."""

    def __init__(self, data: bytes, head: int, size: int) -> None:
        self.data, self.head, self.size = data, head, size

    def at(self, start: int, length: int) -> bytes:
        """Return what is known from ``start`` on, at most so much."""
        if start < self.head:
            return self.data[start : min(start + length, self.head)]
        place = start - self.size + len(self.data)
        return self.data[place : place + length] if place >= self.head else b""


def boxes(file: Ends, start: int, end: int, parent: bytes = b"", deep: int = 0) -> Iterator[str]:
    """Name what an MP4, a QuickTime film or a 3GPP tells: places, times, devices."""
    while start + 8 <= end and deep < DEEP:
        head = file.at(start, 16)
        if len(head) < 8:  # noqa: PLR2004 - size and kind of a box
            return
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), start + 16
        size = size or end - start
        if size < 8:  # noqa: PLR2004
            return
        yield from _box(file, kind, (body, min(start + size, end)), parent, deep)
        start += size


def _box(
    file: Ends, kind: bytes, where: tuple[int, int], parent: bytes, deep: int
) -> Iterator[str]:
    body, end = where
    if kind == b"mvhd":
        version = file.at(body, 1)
        made = file.at(body + 4, 8 if version == b"\1" else 4)
        yield from ["time of making"] * bool(made.strip(b"\0"))
    elif kind == b"keys":
        yield from _keys(file, body + 8, end)
    elif kind in INSIDE:
        skip = 4 if kind == b"meta" and file.at(body + 4, 4) != b"hdlr" else 0
        yield from boxes(file, body + skip, end, kind, deep + 1)
    elif parent in (b"udta", b"ilst") and not kind.startswith(b"\0"):
        yield kind.decode("latin-1")
    elif kind in (b"uuid", b"XMP_"):
        yield kind.decode()


def _keys(file: Ends, start: int, end: int) -> Iterator[str]:
    while start + 8 < end:
        size = int.from_bytes(file.at(start, 4), "big")
        if size <= 8:  # noqa: PLR2004
            return
        yield file.at(start + 8, min(size - 8, 80)).decode("utf-8", "replace")
        start += size


def id3(file: Ends) -> Iterator[str]:
    """Name the frames of an ID3 tag, and the older tag at the end."""
    if file.at(max(file.size - 128, 0), 3) == b"TAG":
        yield "ID3v1"
    head = file.at(0, 10)
    if head[:3] != b"ID3" or len(head) < 10:  # noqa: PLR2004
        return
    end, at, seven = 10 + _sevens(head[6:10]), 10, head[3] >= 4  # noqa: PLR2004 - ID3v2.4
    while at + 10 <= end:
        frame = file.at(at, 10)
        name, size = frame[:4], _sevens(frame[4:8]) if seven else int.from_bytes(frame[4:8], "big")
        if not name.isalnum():
            return
        yield name.decode("ascii", "replace")
        at += 10 + size


def _sevens(octets: bytes) -> int:
    total = 0
    for one in octets:
        total = total << 7 | one & 0x7F
    return total


def riff(file: Ends) -> Iterator[str]:
    """Name the chunks of a WAV beside its sound."""
    at = 12
    while at + 8 <= file.size:
        head = file.at(at, 12)
        if len(head) < 8:  # noqa: PLR2004
            return
        kind, size = head[:4], int.from_bytes(head[4:8], "little")
        if kind == b"LIST":
            inner, end = at + 12, min(at + 8 + size, file.size)
            while inner + 8 <= end and len(part := file.at(inner, 8)) == 8:  # noqa: PLR2004
                yield part[:4].decode("latin-1")
                inner += 8 + int.from_bytes(part[4:], "little") + 1 & ~1
        elif kind not in OF_RIFF:
            yield kind.decode("latin-1").strip()
        at += 8 + size + (size & 1)


def ogg(file: Ends) -> Iterator[str]:
    """Name the comments of an Ogg."""
    start = file.at(0, 65536)
    for mark in (b"\x03vorbis", b"OpusTags"):
        at = start.find(mark)
        if at >= 0:
            yield from comments(start[at + len(mark) :])


def flac(file: Ends) -> Iterator[str]:
    """Name the comments, pictures and foreign data of a FLAC."""
    at, last = 4, False
    while not last and len(head := file.at(at, 4)) == 4:  # noqa: PLR2004
        kind, size, last = head[0] & 0x7F, int.from_bytes(head[1:], "big"), bool(head[0] & 0x80)
        if kind == 4:  # noqa: PLR2004 - a block of comments
            yield from comments(file.at(at + 4, size))
        elif kind in (2, 6):
            yield {2: "APPLICATION", 6: "PICTURE"}[kind]
        at += 4 + size


def comments(data: bytes) -> Iterator[str]:
    """Name Vorbis comments, and the program that wrote them."""
    if len(data) < 8:  # noqa: PLR2004
        return
    (vendor,) = struct.unpack_from("<I", data)
    if vendor:
        yield "vendor"
    at = 4 + vendor
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(min(count, MOST)):
        size = int.from_bytes(data[at : at + 4], "little")
        name, equals, _said = data[at + 4 : at + 4 + size].partition(b"=")
        if equals:
            yield name[:60].decode("utf-8", "replace").upper()
        at += 4 + size


def matroska(file: Ends, start: int, end: int, deep: int = 0) -> Iterator[str]:
    """Name what a WebM tells beside sound and picture."""
    while start < end and deep < DEEP:
        kind, at = _number(file, start, marker=True)
        size, body = _number(file, at)
        if not kind or body == at:
            return
        stop = min(body + size, end)
        if kind in SEGMENT:
            yield from matroska(file, body, stop, deep + 1)
        elif kind in OF_MATROSKA:
            yield OF_MATROSKA[kind]
        elif kind == TAG_NAME:
            yield file.at(body, min(size, 80)).decode("utf-8", "replace")
        start = stop


def _number(file: Ends, at: int, *, marker: bool = False) -> tuple[int, int]:
    """Return a number of EBML and where it ends; an unknown size reaches to the end."""
    first = file.at(at, 1)
    if not first or not first[0]:
        return 0, at
    length = 9 - first[0].bit_length()
    value = int.from_bytes(file.at(at, length), "big")
    if not marker:
        value &= (1 << 7 * length) - 1
        value = file.size if value == (1 << 7 * length) - 1 else value
    return value, at + length


def _mp4(file: Ends) -> Iterator[str]:
    return boxes(file, 0, file.size)


HEARD: dict[str, Callable[[Ends], Iterator[str]]] = {
    "audio/mpeg": id3,
    "audio/aac": id3,
    "audio/x-wav": riff,
    "audio/ogg": ogg,
    "audio/flac": flac,
    "video/webm": lambda file: matroska(file, 0, file.size),
    **dict.fromkeys(("audio/mp4", "video/mp4", "video/quicktime", "video/3gpp"), _mp4),
}


def main() -> int:
    """Read both ends, name what is hidden, write."""
    kind, head, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    listen = HEARD[kind]
    json.dumps([*listen(Ends(bytes(64), 64, 64)), bytes(1).decode("utf-8", "replace").upper()])
    jailed.give_up()
    file = Ends(sys.stdin.buffer.read(jailed.LARGEST), head, size)
    hidden: dict[str, None] = {}
    for name in listen(file):
        hidden[name] = None
        if len(hidden) >= MOST:
            break
    sys.stdout.buffer.write(json.dumps({"hidden": list(hidden)}).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())

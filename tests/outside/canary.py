"""Search for a text in whatever dress it was left lying: encodings, streams, deleted files.

`dresses(text)` gives the bytes to look for; `search(data, dresses)` names those it was found in,
also inside zlib, gzip and raw deflate streams; `sweep(roots, …)` does so for files, and
`open_files(pids)` gives those that have no name any more.
"""

import base64
import os
import stat
import unicodedata
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LARGEST = 256 << 20
INFLATED = 8 << 20
ZLIB, GZIP, RAW = 15, 31, -15  # how zlib is told
STREAMS = {b"\x78\x01": ZLIB, b"\x78\x5e": ZLIB, b"\x78\x9c": ZLIB, b"\x78\xda": ZLIB}
STREAMS[b"\x1f\x8b\x08"] = GZIP


@dataclass(frozen=True)
class Dress:
    """One way the text may be written down."""

    name: str
    bytes: bytes
    any_case: bool = False


def dresses(text):
    """Every encoding to look for; the plain ones in each normal form of the text."""
    found = []
    for form in ("as typed", "NFC", "NFD"):
        said = text if form == "as typed" else unicodedata.normalize(form, text)
        found += [Dress(f"{each.name}, {form}", each.bytes, each.any_case) for each in _of(said)]
    unique = {(each.bytes, each.any_case): each for each in reversed(found)}
    return list(unique.values())


def _of(text):
    utf8 = text.encode()
    yield Dress("UTF-8", utf8, any_case=True)
    for name in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield Dress(name, text.encode(name))
    with suppress(UnicodeEncodeError):
        yield Dress("EUC-KR", text.encode("euc-kr"))
    yield Dress("hex", utf8.hex().encode(), any_case=True)
    for name, encoded in (("UTF-8", utf8), ("UTF-16", text.encode("utf-16-le"))):
        for offset in range(3):
            yield Dress(f"base64 of {name} at {offset}", _core(encoded, offset))
            yield Dress(f"base64url of {name} at {offset}", _core(encoded, offset, b"-_"))
    if not text.isascii():
        yield from _escapes(text, utf8)


def _core(data, offset, altchars=None):
    """The middle of the base64 of `data` standing `offset` bytes into a stream of triples."""
    coded = base64.b64encode(b"\0" * offset + data, altchars).rstrip(b"=")
    last = (len(data) + offset) % 3 != 0
    return coded[-(-8 * offset // 6) : len(coded) - last]


def _escapes(text, utf8):
    units = text.encode("utf-16-be")
    pairs = [units[i : i + 2].hex() for i in range(0, len(units), 2)]
    yield Dress("percent", b"".join(b"%%%02X" % b for b in utf8), any_case=True)
    yield Dress("quoted-printable", b"".join(b"=%02X" % b for b in utf8), any_case=True)
    yield Dress("bytes escapes", b"".join(b"\\x%02x" % b for b in utf8), any_case=True)
    yield Dress("octal escapes", b"".join(b"\\%03o" % b for b in utf8))
    yield Dress("JSON escapes", "".join("\\u" + pair for pair in pairs).encode(), any_case=True)
    yield Dress("decimal entities", "".join(f"&#{ord(c)};" for c in text).encode())
    yield Dress("hex entities", "".join(f"&#x{ord(c):x};" for c in text).encode(), any_case=True)


def search(data, wanted, *, streams=True):
    """The names of the dresses it was found in, compressed streams included."""
    lower, found = data.lower(), set()
    for dress in wanted:
        if (dress.bytes.lower() in lower) if dress.any_case else (dress.bytes in data):
            found.add(dress.name)
    if streams:
        for plain in inflated(data):
            found |= {f"{name}, compressed" for name in search(plain, wanted, streams=False)}
    return found


def inflated(data):
    """What the compressed streams in it hold, as far as each can be inflated."""
    view = memoryview(data)
    for start, bits in STREAMS.items():
        for at in _places(data, start):
            yield from _inflate(view[at:], bits)
    for at in _places(data, b"PK\x03\x04"):
        lengths = data[at + 26 : at + 28], data[at + 28 : at + 30]
        yield from _inflate(
            view[at + 30 + sum(int.from_bytes(n, "little") for n in lengths) :], RAW
        )


def _places(data, start):
    at = data.find(start)
    while at >= 0:
        yield at
        at = data.find(start, at + 1)


def _inflate(data, bits):
    plain = b""
    with suppress(zlib.error):
        unpacker = zlib.decompressobj(bits)
        for at in range(0, min(len(data), INFLATED), 4096):  # keep what came before any damage
            plain += unpacker.decompress(data[at : at + 4096], INFLATED)
            if unpacker.eof or len(plain) > INFLATED:
                break
    if plain:
        yield plain


def sweep(roots, wanted, *, since=0.0, without=()):
    """{path: dresses} of every file under the roots that holds it, touched after `since`.

    What is mounted below them is not looked into: of another root's /proc, a file may never end.
    """
    found = {}
    for root in roots:
        for folder, folders, names in os.walk(root):
            below = [Path(folder, each) for each in folders]
            folders[:] = [p.name for p in below if p not in without and not p.is_mount()]
            for path in (Path(folder, name) for name in [*names, *folders]):
                told = search(_content(path, since), wanted)
                if told:
                    found[str(path)] = sorted(told)
    return found


def _content(path, since):
    """Its name and what is in it, if it was touched after `since`."""
    with suppress(OSError):
        about = path.lstat()
        if max(about.st_mtime, about.st_ctime) >= since:
            plain = stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST
            return os.fsencode(path.name) + b"\n" + (path.read_bytes() if plain else b"")
    return b""


def open_files(pids):
    """{where: bytes} of the files these processes hold that have no name, and of how they began."""
    held = {}
    for pid in pids:
        for source in ("cmdline", "environ"):
            with suppress(OSError):
                held[f"{pid} {source}"] = Path(f"/proc/{pid}/{source}").read_bytes()
        with suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    target = str(link.readlink())
                    if "(deleted)" in target or target.startswith("/memfd:"):
                        held[f"{pid} {target}"] = link.read_bytes()
    return held

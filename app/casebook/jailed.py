"""Runs alone in a process of its own: a file on stdin, one re-encoded picture on stdout.

    python -I jailed.py image|pdf PAGE < file > header line (JSON), then a PNG

Before the first byte of the file is read it gives up, by the kernel's own filter, every call but
those that compute on what it holds: it can open, connect, start and signal nothing any more, and is
bounded in memory, time and what it writes. It has no keys: it was started, not forked, with nothing
in its environment. Where there is no such filter nothing is drawn.

What it says of hidden data are names of fields, never their contents.
"""

import ctypes
import io
import json
import platform
import resource
import struct
import sys
import warnings
from collections.abc import Iterator
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 10
LARGEST = 64 * 1024 * 1024
MADE = 32 * 1024 * 1024
PIXELS = 60_000_000
SIDE = 1600
WHITE = (255, 255, 255)

# read write close fstat lseek mmap mprotect munmap brk mremap madvise, signals of one's own,
# futex sched_yield clocks getpid gettid getrandom sysinfo, exit exit_group
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 25, 28, 13, 14, 15, 131,
         202, 24, 228, 229, 39, 186, 318, 99, 60, 231),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 216, 233, 134, 135, 139, 132,
         98, 124, 113, 114, 172, 178, 278, 179, 93, 94),
    ),
}  # fmt: skip
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 4, 22, 38, 2
LOAD, SAME, RETURN = 0x20, 0x15, 0x06
KILL, NOT_PERMITTED, ALLOW = 0x80000000, 0x00050001, 0x7FFF0000

# Of the picture's own format, and in every file: hidden is what tells of people.
OF_FORMAT = frozenset(
    {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "exif", "background"}
    | {"loop", "duration", "compression", "transparency", "version", "extension", "progressive"}
    | {"progression", "adobe", "adobe_transform", "interlace", "srgb", "aspect", "sizes", "mp"}
    | {"mpoffset", "chromaticity", "icc_profile", "resolution"}
)
FORMS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
OF_EVERY_TIFF = frozenset((254, *range(256, 260), 262, 273, *range(277, 285), 296, 317, 320, 338))
SUB_DIRECTORIES = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
ENDS = {"JPEG": b"\xff\xd9", "MPO": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}


class NoWalls(Exception):
    """The kernel takes no filter, or the processor is not known here."""


def main() -> int:
    """Read, show, write."""
    kind, page = sys.argv[1], int(sys.argv[2])
    show = {"image": _image, "pdf": _pdf}[kind]
    _warm(kind)
    give_up()
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        return 3
    said, picture = show(data, page)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + _png(picture))
    return 0


def _warm(kind: str) -> None:
    """Draw a picture of each kind once: whatever is imported on first use is imported now."""
    from PIL import Image, MpoImagePlugin  # noqa: F401, PLC0415 - only this process imports them

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    show = {"image": _image, "pdf": _pdf}[kind]
    for form in FORMS if kind == "image" else ("PDF",):
        made = io.BytesIO()
        Image.new("RGB", (8, 8)).save(made, form)
        _png(show(made.getvalue(), 1)[1])


def give_up() -> None:
    """Keep nothing but computing. Raises ``NoWalls``."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MADE),  # of what stands at its standard output
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None)
    program = _program()
    kept = ctypes.create_string_buffer(program, len(program))
    rules = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    asked = (
        (PR_SET_DUMPABLE, 0),  # a crash would hand the memory to whoever collects dumps
        (PR_SET_NO_NEW_PRIVS, 1),
        (PR_SET_SECCOMP, FILTER, rules),
    )
    for words in asked:
        if libc.prctl(*words, *(0,) * (5 - len(words))) != 0:
            raise NoWalls


def _program() -> bytes:
    """Return the filter: of this processor's calls these, every other is not permitted."""
    if platform.machine() not in CALLS or sys.maxsize < 2**32:
        raise NoWalls
    processor, allowed = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (SAME, 1, 0, processor), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    steps += [(SAME, len(allowed) - at, 0, call) for at, call in enumerate(allowed)]
    steps += [(RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _png(picture: Any) -> bytes:  # noqa: ANN401 - a picture of Pillow's
    """Make it small, put what shines through on white paper, and encode it anew."""
    from PIL import Image  # noqa: PLC0415

    picture.thumbnail((SIDE, SIDE))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Image.new("RGB", layer.size, WHITE)
        picture.paste(layer, mask=layer.getchannel("A"))
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def _image(data: bytes, _page: int) -> tuple[dict[str, Any], Any]:
    from PIL import Image, ImageOps  # noqa: PLC0415

    image = Image.open(io.BytesIO(data), formats=(*FORMS, "MPO"))
    form = image.format or ""
    image.draft("RGB", (SIDE, SIDE))
    said = {"pages": 1, "hidden": list(hidden_in(image, data)), "format": form}
    return said, ImageOps.exif_transpose(image)


def hidden_in(image: Any, data: bytes) -> Iterator[str]:  # noqa: ANN401
    """Name what the file holds beside the picture."""
    from PIL import ExifTags  # noqa: PLC0415

    exif = image.getexif()
    for tag in exif:
        if tag not in SUB_DIRECTORIES and tag not in OF_EVERY_TIFF:
            yield str(ExifTags.TAGS.get(tag, tag))
    for place, name in SUB_DIRECTORIES.items():
        names = ExifTags.GPSTAGS if name == "GPS" else ExifTags.TAGS
        for tag in exif.get_ifd(place):
            yield f"{name} {names.get(tag, tag)}"
    if exif.get_ifd(ExifTags.IFD.IFD1):
        yield "thumbnail"  # often of the picture before it was cut
    yield from (str(name) for name in image.info if str(name).lower() not in OF_FORMAT)
    end = ENDS.get(image.format)
    if end and not data.rstrip(b"\0").endswith(end):
        yield "more after the end of the picture"


def _pdf(data: bytes, page: int) -> tuple[dict[str, Any], Any]:
    import pypdfium2  # type: ignore[import-untyped] # noqa: PLC0415

    document = pypdfium2.PdfDocument(data)
    said = {"pages": len(document), "hidden": hidden_in_pdf(document), "format": "PDF"}
    chosen = document[min(max(page, 1), len(document)) - 1]
    scale = min(2.0, SIDE / max(*chosen.get_size(), 1))
    return said, chosen.render(scale=scale).to_pil()


def hidden_in_pdf(document: Any) -> list[str]:  # noqa: ANN401
    """Name what a PDF holds beside its pages."""
    import pypdfium2  # noqa: PLC0415

    hidden = list(document.get_metadata_dict(skip_empty=True))
    for name, count in (
        ("attached files", document.count_attachments()),
        ("script", pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document)),
        ("signatures", pypdfium2.raw.FPDF_GetSignatureCount(document)),
    ):
        hidden += [name] * (count > 0)
    return hidden


if __name__ == "__main__":
    sys.exit(main())

"""Runs alone in a process of its own: a file on stdin, one re-encoded picture on stdout.

    python -I jailed.py image|heif|pdf PAGE < file > header line (JSON), then a PNG

Before the first byte of the file is read it gives up, by the kernel's own filter, every call but
those that compute on what it holds: it can open, connect, start and signal nothing any more, and is
bounded in memory, time and what it writes. It has no keys: it was started, not forked, with nothing
in its environment. Where there is no such filter nothing is drawn.

What it says of hidden data are names of fields, never their contents.
"""

import base64
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
# What a decoder with a thread of its own calls beside: set_robust_list, rseq; and clone, for
# threads alone. The newer clone3 hides what it asks for: it is not there, and libc falls back.
THREADS = {"x86_64": ((273, 334), 56), "aarch64": ((99, 293), 220)}
CLONE3, CLONE_THREAD = 435, 0x10000
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 4, 22, 38, 2
LOAD, SAME, SET, RETURN = 0x20, 0x15, 0x45, 0x06
KILL, NOT_PERMITTED, NOT_THERE, ALLOW = 0x80000000, 0x00050001, 0x00050026, 0x7FFF0000
NUMBER, PROCESSOR, FIRST = 0, 4, 16  # of a call: where they lie in what a filter is shown

# Of the picture's own format, and in every file: hidden is what tells of people.
OF_FORMAT = frozenset(
    {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "exif", "background"}
    | {"loop", "duration", "compression", "transparency", "version", "extension", "progressive"}
    | {"progression", "adobe", "adobe_transform", "interlace", "srgb", "aspect", "sizes", "mp"}
    | {"mpoffset", "chromaticity", "icc_profile", "resolution"}
    | {"primary", "bit_depth", "chroma", "nclx_profile", "original_orientation"}
)
NOTHING: tuple[Any, ...] = (None, [], {}, (), "", b"")
FORMS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
OF_EVERY_TIFF = frozenset((254, *range(256, 260), 262, 273, *range(277, 285), 296, 317, 320, 338))
SUB_DIRECTORIES = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop"}
ENDS = {"JPEG": b"\xff\xd9", "MPO": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}
A_HEIF = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoAABAAAAAAAAADMAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm"
    "4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAA"
    "AChjbGFwAAAAEAAAAAEAAAAQAAAAAf///9AAAAAC////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAA"
    "AAAAAQABBYECAwWEAAAAO21kYXQAAAAvKAGvGSFuUkD3liL+sliuxlXqoDHHZK+V/pJRSnGlLNT0pXkE/fK051LY"
    "oK+S2yI="
)


class NoWalls(Exception):
    """The kernel takes no filter, or the processor is not known here."""


def main() -> int:
    """Read, show, write."""
    kind, page = sys.argv[1], int(sys.argv[2])
    show = KINDS[kind]
    _warm(kind)
    give_up(threads=kind == "heif")
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
    for one in samples(kind):
        _png(KINDS[kind](one, 1)[1])


def samples(kind: str) -> Iterator[bytes]:
    """Make a small file of each form of a kind; one that nothing here writes is kept ready."""
    from PIL import Image  # noqa: PLC0415

    if kind == "heif":
        import pi_heif  # type: ignore[import-untyped] # noqa: PLC0415

        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
        yield base64.b64decode(A_HEIF)
        return
    for form in FORMS if kind == "image" else ("PDF",):
        made = io.BytesIO()
        Image.new("RGB", (8, 8)).save(made, form)
        yield made.getvalue()


def forms() -> tuple[str, ...]:
    """Return what is read: HEIF only where its opener was asked for."""
    from PIL import Image  # noqa: PLC0415

    return (*FORMS, "HEIF") if "HEIF" in Image.OPEN else FORMS


def give_up(*, threads: bool = False) -> None:
    """Keep nothing but computing, in this thread or in several. Raises ``NoWalls``."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MADE),  # of what stands at its standard output
        (resource.RLIMIT_CORE, 0),
        *(() if threads else ((resource.RLIMIT_NPROC, 0),)),  # it counts threads too
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))
    libc = ctypes.CDLL(None)
    program = _program(threads=threads)
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


def _program(*, threads: bool) -> bytes:
    """Return the filter: of this processor's calls these, every other is not permitted."""
    machine = platform.machine()
    if machine not in CALLS or sys.maxsize < 2**32:
        raise NoWalls
    processor, allowed = CALLS[machine]
    more, clone = THREADS[machine]
    allowed += more if threads else ()
    steps = [(LOAD, 0, 0, PROCESSOR), (SAME, 1, 0, processor), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, NUMBER)]
    left = len(allowed) + 2 * threads
    steps += [(SAME, left - at, 0, call) for at, call in enumerate(allowed)]
    if threads:
        steps += [(SAME, 3, 0, CLONE3), (SAME, 3, 0, clone)]
    steps += [(RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW)]
    if threads:
        steps += [(RETURN, 0, 0, NOT_THERE), (LOAD, 0, 0, FIRST), (SET, 0, 1, CLONE_THREAD)]
        steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, NOT_PERMITTED)]
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

    image = Image.open(io.BytesIO(data), formats=forms())
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
    told = (str(name) for name, value in image.info.items() if value not in NOTHING)
    yield from (name for name in told if name.lower() not in OF_FORMAT)
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


KINDS = {"image": _image, "heif": _image, "pdf": _pdf}

if __name__ == "__main__":
    sys.exit(main())

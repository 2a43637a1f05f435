"""Runs alone in a process of its own: a file on stdin, one re-encoded picture on stdout.

    python -I jailed.py image|pdf PAGE < file > header line (JSON), then a PNG

Before the first byte is read it gives up what it can: new files, sizes, memory, time, children and,
where the kernel lets it, the network. It has no keys: it was started, not forked, with nothing in
its environment. What it says of hidden data are names of fields, never their contents.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import sys
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 10
LARGEST = 64 * 1024 * 1024
PIXELS = 60_000_000
SIDE = 1600
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> int:
    """Read, show, write."""
    kind, page = sys.argv[1], int(sys.argv[2])
    show = {"image": _image, "pdf": _pdf}[kind]
    _decoders(kind)
    _give_up()
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        return 3
    said, picture = show(data, page)
    out = io.BytesIO()
    picture.thumbnail((SIDE, SIDE))
    picture.convert("RGB").save(out, "PNG")
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + out.getvalue())
    return 0


def _decoders(kind: str) -> None:
    """Import what is needed while files can still be opened."""
    from PIL import Image  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = PIXELS
    Image.init()
    if kind == "pdf":
        import pypdfium2  # type: ignore[import-untyped] # noqa: F401, PLC0415


def _give_up() -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "unshare") and libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)  # not everywhere: the other limits stand
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError):
        os.chdir("/")


def _image(data: bytes, _page: int) -> tuple[dict[str, Any], Any]:
    from PIL import ExifTags, Image, ImageOps  # noqa: PLC0415

    image = Image.open(io.BytesIO(data))
    exif = image.getexif()
    hidden = [str(ExifTags.TAGS.get(tag, tag)) for tag in exif]
    hidden += [f"GPS {ExifTags.GPSTAGS.get(tag, tag)}" for tag in exif.get_ifd(0x8825)]
    hidden += [str(name) for name in image.info if name not in ("dpi", "jfif", "gamma")]
    said = {"pages": 1, "hidden": hidden[:100], "format": image.format}
    return said, ImageOps.exif_transpose(image)


def _pdf(data: bytes, page: int) -> tuple[dict[str, Any], Any]:
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(data)
    told = document.get_metadata_dict(skip_empty=True)
    said = {"pages": len(document), "hidden": list(told), "format": "PDF"}
    chosen = document[min(max(page, 1), len(document)) - 1]
    scale = min(2.0, SIDE / max(*chosen.get_size(), 1))
    return said, chosen.render(scale=scale).to_pil()


if __name__ == "__main__":
    sys.exit(main())

"""Runs alone in a process of its own: a file on stdin, a file of the same pixels on stdout.

    python -I jailed_cleaning.py image|heif|pdf BOXES < file
        > header line (JSON), small pictures of the first pages, then the cleaned file

Within the walls of ``jailed.py``. What is written is made of pixels alone: no field, thumbnail,
text layer, script or attached file survives. BOXES (a JSON list of page, left, top, width, height;
hundredths of a per cent) are painted black before anything is encoded.
"""

import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # -I leaves it out

import jailed  # type: ignore[import-not-found]

SECONDS = 120
MADE = 256 * 1024 * 1024  # octets of the cleaned file
PAGES = 100
DOTS = 150  # an inch, of a page made a picture
AREA = 6_000_000  # pixels of a page
QUALITY = 92
POINTS = 72
PHOTOGRAPHS = ("JPEG", "MPO", "HEIF")

SHOWN, SIDE = 5, 700  # pages, pixels
WHOLE = 10_000  # of a side
Boxes = list[list[int]]
Cleaned = tuple[dict[str, Any], list[Any], bytes]
"""What is said of the file, its pages as pictures of Pillow's, the cleaned file."""


def main() -> int:
    """Read, clean, write."""
    kind, boxes = sys.argv[1], json.loads(sys.argv[2])
    clean = KINDS[kind]
    _warm(kind)
    jailed.SECONDS, jailed.MADE = SECONDS, MADE
    jailed.give_up(threads=kind == "heif")
    data = sys.stdin.buffer.read(jailed.LARGEST + 1)
    if len(data) > jailed.LARGEST:
        return 3
    said, pages, made = clean(data, boxes)
    small = [_small(page) for page in pages[:SHOWN]]
    said |= {"pages": len(pages), "shown": [len(one) for one in small]}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + b"".join(small) + made)
    return 0


def _image(data: bytes, boxes: Boxes) -> Cleaned:
    """Make a picture of the same pixels: a photograph stays JPEG, the rest becomes PNG."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only this process imports them

    image = Image.open(io.BytesIO(data), formats=jailed.forms())
    hidden = list(jailed.hidden_in(image, data))
    if (frames := getattr(image, "n_frames", 1)) > 1:
        hidden.append(f"{frames - 1} more pages or frames")
    photograph = image.format in PHOTOGRAPHS
    bare = _bare(ImageOps.exif_transpose(image), boxes, 1)
    out = io.BytesIO()
    if photograph:
        bare.save(out, "JPEG", quality=QUALITY, subsampling=0)
    else:
        bare.save(out, "PNG")
    kind = "image/jpeg" if photograph else "image/png"
    return {"hidden": hidden, "type": kind}, [bare], out.getvalue()


def _pdf(data: bytes, boxes: Boxes) -> Cleaned:
    """Make a PDF of pictures of the pages."""
    import pypdfium2  # type: ignore[import-untyped] # noqa: PLC0415

    document = pypdfium2.PdfDocument(data)
    if not 0 < len(document) <= PAGES:
        raise ValueError("too many pages")
    said = {"hidden": jailed.hidden_in_pdf(document), "type": "application/pdf"}
    pages = []
    for number, page in enumerate(document, start=1):
        width, height = page.get_size()
        scale = min(DOTS / POINTS, (AREA / max(width * height, 1)) ** 0.5)
        pages.append(_bare(page.render(scale=scale).to_pil(), boxes, number))
    out = io.BytesIO()
    nameless: dict[str, Any] = {"title": None, "creationDate": None, "modDate": None}
    pages[0].save(
        out, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS, quality=QUALITY,
        **nameless,
    )  # fmt: skip
    return said, pages, out.getvalue()


def _small(page: Any) -> bytes:  # noqa: ANN401 - a picture of Pillow's
    out = io.BytesIO()
    page.thumbnail((SIDE, SIDE))
    page.save(out, "JPEG")
    return out.getvalue()


def _bare(image: Any, boxes: Boxes, page: int) -> Any:  # noqa: ANN401 - pictures of Pillow's
    """Return a new picture with these pixels, on white paper, and nothing else of the old one."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    bare = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        bare.paste(layer, mask=layer.getchannel("A"))
    else:
        bare.paste(image.convert("RGB"))
    pen = ImageDraw.Draw(bare)
    across, down = bare.width / WHOLE, bare.height / WHOLE
    for on, left, top, width, height in boxes:
        if on == page:
            corners = (left * across, top * down, (left + width) * across, (top + height) * down)
            pen.rectangle(corners, fill="black")
    return bare


def _warm(kind: str) -> None:
    """Clean a small file once: whatever is imported on first use is imported now."""
    from PIL import Image, MpoImagePlugin  # noqa: F401, PLC0415

    Image.MAX_IMAGE_PIXELS = jailed.PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    for one in jailed.samples(kind):
        _small(KINDS[kind](one, [[1, 0, 0, 5000, 5000]])[1][0])


KINDS = {"image": _image, "heif": _image, "pdf": _pdf}

if __name__ == "__main__":
    sys.exit(main())

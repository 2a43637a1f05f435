"""`/source`: what runs here, as a tar, from the same onion, as the GNU AGPL wants it.

Made of the tree this process was started from, of the folders named here and of nothing else: a
deployment's data and settings lie elsewhere, and if they did not, they would still not be in it.
"""

import functools
import gzip
import io
import tarfile
from pathlib import Path

from flask import Blueprint, Response

HOUSE = Path(__file__).resolve().parent.parent
FOLDERS = ("app", "config", "crypto", "migrations", "web", "deploy", "tests", "bench", "docs")
FILES = (
    "wsgi.py",
    "LICENSE",
    "README.md",
    "ARCHITECTURE.md",
    "Makefile",
    "pyproject.toml",
    "requirements.in",
    "requirements.txt",
    "requirements-more.in",
    "requirements-more.txt",
)
LEFT_OUT = {"__pycache__", "node_modules", "pictures"}
NAME = "naru.tar.gz"

pages = Blueprint("source", __name__)


@pages.get("/source")
def source() -> Response:
    """Hand over the tar, and the licence in it."""
    return Response(
        archive(),
        mimetype="application/gzip",
        headers={"Content-Disposition": f'attachment; filename="{NAME}"'},
    )


@functools.lru_cache(maxsize=1)
def archive(house: Path = HOUSE) -> bytes:
    """Return the tar: the same bytes for the same tree, without times or names of users."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as out,
        tarfile.open(fileobj=out, mode="w|") as tar,
    ):
        for path in _files(house):
            info = tarfile.TarInfo(f"naru/{path.relative_to(house)}")
            info.size = path.stat().st_size
            info.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as file:
                tar.addfile(info, file)
    return packed.getvalue()


def _files(house: Path) -> list[Path]:
    found = [house / name for name in FILES]
    for folder in FOLDERS:
        found += sorted((house / folder).rglob("*"))
    return [
        path
        for path in found
        if path.is_file()
        and not path.is_symlink()
        and not LEFT_OUT & set(path.relative_to(house).parts)
    ]

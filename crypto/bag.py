"""What the writer and the verifier of a bundle both know: names, manifests, the files there are.

FORMAT.md section 11; BagIt 1.0 is RFC 8493. Names are fit for every file system a partner may
unpack on.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crypto.canonical import listed
from crypto.errors import AlteredBundle, UnfitName

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

SHA256 = "manifest-sha256.txt"
SHA512 = "manifest-sha512.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
BAG_INFO = "bag-info.txt"
TAG_FILES = ("bag-info.txt", "bagit.txt", SHA256, SHA512)

BAG_SIG = "signatures/tagmanifest-sha256.txt.sig"
BAG_MLDSA = "signatures/tagmanifest-sha256.txt.mldsa65"
SIGNER = "signatures/signer.pub"
ALLOWED = "signatures/allowed_signers"
SIGNER_SIG = "signatures/signer.pub.sig"
SIGNER_MLDSA = "signatures/signer.pub.mldsa65"
DESK = "signatures/desk.pub"
STAMP = "signatures/tagmanifest-sha256.txt.tsr"  # optional: an RFC 3161 token
SIGNATURES = (BAG_SIG, BAG_MLDSA, SIGNER, ALLOWED, SIGNER_SIG, SIGNER_MLDSA, DESK)

INDEX = "data/index.json"
ENTRIES = "data/custody/entries.json"
CHECKPOINT = "data/custody/checkpoint"
CHECKPOINT_SIG = "data/custody/checkpoint.sig"
CHECKPOINT_MLDSA = "data/custody/checkpoint.mldsa65"
REQUIRED = (INDEX, ENTRIES, CHECKPOINT, CHECKPOINT_SIG, CHECKPOINT_MLDSA)

IDENTITY = "naru"
LONGEST = 120

_SEGMENT = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?", re.ASCII)
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.ASCII | re.IGNORECASE)
_LINE = re.compile(r"([0-9a-f]+)  (\S+)", re.ASCII)


@dataclass(frozen=True)
class Digests:
    """What a manifest and the index say of one file: two hex digests and its size."""

    sha256: str
    sha512: str
    size: int


class Names:
    """The paths of one bundle, each checked as it is added."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._files: set[str] = set()

    def add(self, path: str) -> None:
        """Add the path of a file, NAME included. Raises `UnfitName`.

        Refused: other characters than ``A-Za-z0-9._-`` and ``/``, more than 120 of them, a part
        that is empty, begins or ends with a dot or is a device of Windows, and two paths that
        some file system would take for one.
        """
        parts = path.split("/")
        if len(path) > LONGEST or not all(map(_fit, parts)):
            raise UnfitName(f"This name does not belong into a bundle: {path[:LONGEST]!r}.")
        for end in range(1, len(parts)):
            self._claim("/".join(parts[:end]))
        if path.lower() in self._seen:
            raise UnfitName(f"This name is there twice: {path}.")
        self._claim(path)
        self._files.add(path)

    def _claim(self, path: str) -> None:
        if self._seen.setdefault(path.lower(), path) != path or path in self._files:
            raise UnfitName(f"This name is there twice, or as file and folder: {path}.")


def _fit(part: str) -> bool:
    return bool(_SEGMENT.fullmatch(part)) and not _DEVICE.fullmatch(part)


def manifest(digests: Mapping[str, str]) -> bytes:
    """Write a manifest: hex digest, two blanks, path, LF; sorted by path."""
    return b"".join(lines((path, digests[path]) for path in sorted(digests)))


def lines(sorted_digests: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Yield the lines of a manifest, of paths and digests in their order."""
    return (f"{digest}  {path}\n".encode() for path, digest in sorted_digests)


def parse_manifest(name: str, data: bytes) -> dict[str, str]:
    """Read what `manifest` writes, and nothing else. Raises `AlteredBundle`."""
    try:
        lines = [_LINE.fullmatch(line) for line in data.decode("ascii").splitlines()]
    except ValueError as error:
        raise AlteredBundle(f"{name} cannot be read.") from error
    found = {line[2]: line[1] for line in lines if line}
    if manifest(found) != data:
        raise AlteredBundle(f"{name} is not written as it should be.")
    return found


def index(
    digests: Mapping[str, Digests], items: Mapping[str, list[str]], model: str, purpose: str
) -> Iterator[bytes]:
    """Yield ``data/index.json``: which files belong to which item. Paths begin with ``data/``.

    Raises KeyError when an item names a file that `digests` does not hold.
    """
    written = (
        {
            "files": [
                {"path": path, "sha256": digests[path].sha256, "size": digests[path].size}
                for path in sorted(items[item])
            ],
            "id": item,
        }
        for item in sorted(items)
    )
    return listed("items", written, {"model": model, "naru": 1, "purpose": purpose})

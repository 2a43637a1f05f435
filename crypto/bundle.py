"""Writing a bundle: a signed BagIt bag, streamed as a ZIP into any sink that can write.

FORMAT.md section 11. Nothing is held but manifests; nothing is written twice. Without
``signatures/`` the bag is the same, byte for byte, whenever it is made from the same files.
"""

import hashlib
import stat
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Protocol, Self, cast

from crypto import bag, signing
from crypto.bag import Digests
from crypto.custody import Proven, entries
from crypto.errors import IncompleteBundle, UnfitName
from crypto.signing import PublicSigner, Signatures, Signer

Content = bytes | Iterable[bytes] | Callable[[Mapping[str, Digests]], Iterable[bytes]]
"""A file: its bytes, its chunks, or a function of what was written before it (for an index)."""


class Sink(Protocol):
    """Whatever takes the bytes of a bundle: a file, a pipe, a sealing stream."""

    def write(self, data: bytes, /) -> object:
        """Take these bytes."""


@dataclass(frozen=True)
class Vouching:
    """The desk's public key, and its word (namespace `naru-key`) for the key that signs bags."""

    desk: PublicSigner
    signatures: Signatures


@dataclass(frozen=True)
class BundleInfo:
    """What was written: files and octets of the payload, and the SHA-256 of the tag manifest."""

    name: str
    files: int
    octets: int
    tagmanifest: str


def vouch(desk: Signer, signer: PublicSigner) -> Vouching:
    """Let the desk key vouch for the key that signs bundles."""
    return Vouching(desk.public, desk.sign(signing.KEY, bytes(signer)))


def index(items: Mapping[str, list[str]], model: str, purpose: str) -> Content:
    """Return ``index.json``, to be the last of the files: it holds their digests.

    `items` maps an id to the paths of its files, as given to `write`.
    """
    inside = {item: [f"data/{path}" for path in paths] for item, paths in items.items()}
    return lambda digests: bag.index(digests, inside, model, purpose)


def custody_files(
    proven: Iterable[Proven], checkpoint: bytes, signatures: Signatures
) -> list[tuple[str, Content]]:
    """Return the four files under ``custody/``; the checkpoint is signed by the desk key."""
    return [
        ("custody/checkpoint", checkpoint),
        ("custody/checkpoint.mldsa65", signatures.mldsa65),
        ("custody/checkpoint.sig", signatures.sshsig),
        ("custody/entries.json", entries(proven)),
    ]


def write(  # noqa: PLR0913 - what a bundle is made of
    sink: Sink,
    name: str,
    files: Iterable[tuple[str, Content]],
    bag_info: Mapping[str, str],
    signer: Signer,
    vouching: Vouching,
    *,
    stamp: Callable[[bytes], bytes] | None = None,
) -> BundleInfo:
    """Write the bundle `name` into `sink`. Paths of `files` are taken below ``data/``.

    `stamp` returns an RFC 3161 token over the
    tag manifest. `bag_info` is written in its order, Payload-Oxum after it. Raises `UnfitName`,
    `IncompleteBundle` when index or custody are not among the files, ValueError for a
    `bag_info` that is none, and whatever `files` raises; the sink then holds no ZIP.
    """
    making = steps(sink, name, files, bag_info, signer, vouching, stamp=stamp)
    while True:
        try:
            next(making)
        except StopIteration as done:
            return cast("BundleInfo", done.value)


def steps(  # noqa: PLR0913 - as `write`
    sink: Sink,
    name: str,
    files: Iterable[tuple[str, Content]],
    bag_info: Mapping[str, str],
    signer: Signer,
    vouching: Vouching,
    *,
    stamp: Callable[[bytes], bytes] | None = None,
    measured: bool = False,
) -> Generator[None, None, BundleInfo]:
    """Do what `write` does, and pause after every piece, for a sink that is emptied meanwhile.

    Closed before its end, the sink holds no ZIP. With `measured` nothing is digested: what is
    written has the length of the bundle and is none.
    """
    head = "".join(_info_line(label, value) for label, value in bag_info.items())
    with _Archive(sink, name, measured=measured) as archive:
        yield from archive.add("bagit.txt", bag.BAGIT)
        for path, content in files:
            yield from archive.add(f"data/{path}", content)
        payload = {path: d for path, d in archive.written.items() if path.startswith("data/")}
        octets = sum(d.size for d in payload.values())
        for path in bag.REQUIRED:
            if path not in payload:
                raise IncompleteBundle(f"The bundle lacks {path}.")
        oxum = _info_line("Payload-Oxum", f"{octets}.{len(payload)}", ours=True)
        yield from archive.add(bag.BAG_INFO, (head + oxum).encode())
        for manifest, kind in ((bag.SHA256, "sha256"), (bag.SHA512, "sha512")):
            digests = ((path, getattr(payload[path], kind)) for path in sorted(payload))
            yield from archive.add(manifest, bag.lines(digests))
        tags = {path: archive.written[path].sha256 for path in bag.TAG_FILES}
        tagmanifest = bag.manifest(tags)
        yield from archive.add(bag.TAGMANIFEST, tagmanifest)
        for path, content in _signatures(tagmanifest, signer, vouching).items():
            yield from archive.add(path, content)
        if stamp is not None:
            yield from archive.add(bag.STAMP, stamp(tagmanifest))
    return BundleInfo(name, len(payload), octets, hashlib.sha256(tagmanifest).hexdigest())


def _signatures(tagmanifest: bytes, signer: Signer, vouching: Vouching) -> dict[str, bytes]:
    signed = signer.sign(signing.BUNDLE, tagmanifest)
    public = signer.public
    return {
        bag.BAG_SIG: signed.sshsig,
        bag.BAG_MLDSA: signed.mldsa65,
        bag.SIGNER: bytes(public),
        bag.ALLOWED: public.allowed_signers(bag.IDENTITY, [signing.BUNDLE]).encode(),
        bag.SIGNER_SIG: vouching.signatures.sshsig,
        bag.SIGNER_MLDSA: vouching.signatures.mldsa65,
        bag.DESK: bytes(vouching.desk),
    }


def _info_line(label: str, value: str, *, ours: bool = False) -> str:
    taken = label.lower() == "payload-oxum" and not ours
    if taken or not label.strip() or ":" in label or not (label + value).isprintable():
        raise ValueError("not a line of bag-info.txt")
    return f"{label}: {value}\n"


class _Archive:
    """A ZIP that is only ever appended to, and never ends well when an error leaves it."""

    def __init__(self, sink: Sink, name: str, *, measured: bool) -> None:
        if "/" in name:
            raise UnfitName("A bundle is one folder.")
        self._name = name
        unread = partial(_Unread, 64), partial(_Unread, 128)
        self._digests: tuple[Callable[[], _Digest], Callable[[], _Digest]] = (
            unread if measured else (hashlib.sha256, hashlib.sha512)
        )
        self._names = bag.Names()
        self._tap = _Tap(sink)
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._tap), "w", zipfile.ZIP_STORED)
        self.written: dict[str, Digests] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._tap.closed = kind is not None  # without its directory a ZIP opens nowhere
        self._zip.close()

    def add(self, path: str, content: Content) -> Iterator[None]:
        """Stream one file in, hashing it on the way; pause after each of its pieces."""
        if callable(content):
            content = content(self.written)
        full = f"{self._name}/{path}"
        self._names.add(full)
        entry = zipfile.ZipInfo(full, (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
        sha256, sha512, size = self._digests[0](), self._digests[1](), 0
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for chunk in [content] if isinstance(content, bytes) else content:
                sha256.update(chunk)
                sha512.update(chunk)
                size += out.write(chunk)
                yield
        self.written[path] = Digests(sha256.hexdigest(), sha512.hexdigest(), size)


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Unread:
    """What stands for a digest where only its length counts."""

    def __init__(self, length: int) -> None:
        self._length = length

    def update(self, data: bytes) -> None:
        """Read nothing."""

    def hexdigest(self) -> str:
        """Return as many digits as the digest would have."""
        return "0" * self._length


class _Tap:
    """The sink as `zipfile` sees it: without seek and tell, so that every sink gets the same."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.closed = False

    def write(self, data: bytes) -> int:
        if not self.closed:
            self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """Leave flushing to whoever owns the sink."""

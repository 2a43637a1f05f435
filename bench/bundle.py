"""A bundle written straight into its age file: peak memory, and speed beside its own parts.

Alone: `python -m bench.bundle [MIB]`, 128 by default. The peer is what cannot be saved: every byte
through ChaCha20-Poly1305, SHA-256 and SHA-512 and onto the same disk, one after the other.
"""

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bench.processes import peak_memory
from bench.table import Row
from crypto import bundle, custody, sealing, signing
from crypto.identities import PQIdentity
from crypto.merkle import Tree
from crypto.signing import Signer

CHUNK = 64 << 10
TESTIMONIES = 1000
ROUNDS = 3


def rows(mib: int = 128) -> list[Row]:
    """Measure in a process of its own, so that memory is the writer's alone."""
    command = [sys.executable, "-m", "bench.bundle", "--inside", str(mib)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    note = f"{TESTIMONIES:,} testimonies, {mib:,} MiB of attachments"
    return [
        Row("bundle, of cipher + hash + copy", found["ratio"], "", least=0.5, note=note),
        Row("bundle", found["speed"], "MB/s"),
        Row("bundle, verified", found["verified"], "MB/s"),
        Row("peak memory, writing", found["memory"], "MB", most=120),
        Row("peak memory, with verifying", found["memory_verified"], "MB"),
    ]


def _chunks(size: int) -> Iterator[bytes]:
    block = os.urandom(CHUNK)
    for _ in range(size // CHUNK):
        yield block


def _files(size: int, desk: Signer) -> Iterator[tuple[str, bundle.Content]]:
    items: dict[str, list[str]] = {}
    acts = []
    each = size // TESTIMONIES // CHUNK * CHUNK or CHUNK
    for n in range(TESTIMONIES):
        record = f"{n:032x}"
        items[record] = [f"testimony/{record}/text.txt", f"testimony/{record}/attachment.bin"]
        yield items[record][0], b"fictional " * 300
        yield items[record][1], _chunks(each)
        entry = custody.Entry("received", "bench", "2026-11-23", "00" * 32, record)
        acts.append(custody.Opening.fresh(entry))
    tree = Tree(one.leaf for one in acts)
    note = custody.checkpoint(bytes(16), len(tree), tree.root())
    proven = (custody.Proven(one, n, tuple(tree.inclusion(n))) for n, one in enumerate(acts))
    yield from bundle.custody_files(proven, note, desk.sign(signing.CUSTODY, note))
    yield "index.json", bundle.index(items, "bench", "k_court")


def _written(path: Path, size: int, *, sealed: bool) -> float:
    """Write the bundle, in its age file or bare (to be verified), and return the seconds."""
    desk, signer = Signer.generate(), Signer.generate()
    vouching = bundle.vouch(desk, signer.public)
    start = time.perf_counter()
    with path.open("wb") as file:
        if sealed:
            with sealing.SealingWriter(file, [PQIdentity.generate().recipient]) as sink:
                bundle.write(sink, "bench", _files(size, desk), {}, signer, vouching)
        else:
            bundle.write(file, "bench", _files(size, desk), {}, signer, vouching)
    return time.perf_counter() - start


def _peer(path: Path, size: int) -> float:
    cipher, nonce = ChaCha20Poly1305(bytes(32)), bytes(12)
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    start = time.perf_counter()
    with path.open("wb") as file:
        for chunk in _chunks(size):
            sha256.update(chunk)
            sha512.update(chunk)
            file.write(cipher.encrypt(nonce, chunk, None))
    return time.perf_counter() - start


def _inside(size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        pairs = [(_peer(path, size), _written(path, size, sealed=True)) for _ in range(ROUNDS)]
        memory = peak_memory(os.getpid())
        _written(path, size, sealed=False)
        start = time.perf_counter()
        _verify(path)
        verified = time.perf_counter() - start
    return {
        "ratio": statistics.median(peer / ours for peer, ours in pairs),
        "speed": size / statistics.median(ours for _, ours in pairs) / 1e6,
        "verified": size / verified / 1e6,
        "memory": memory / 1e6,
        "memory_verified": peak_memory(os.getpid()) / 1e6,
    }


def _verify(path: Path) -> None:
    from crypto.verifying import verify  # noqa: PLC0415 - not part of the writer's memory

    verify(path)


def main() -> None:
    """Print the table, or with --inside what the process of its own found."""
    words = sys.argv[1:]
    mib = int(words[-1]) if words else 128
    if words[:1] == ["--inside"]:
        print(json.dumps(_inside(mib << 20)))
        return
    for row in rows(mib):
        print(f"{row.what:32} {row.value:8.2f} {row.unit:5} {row.target}")


if __name__ == "__main__":
    main()

"""A partner's bundle from the desk: 1,000 testimonies with 1 GB of attachments, by the whole path.

Alone: `python -m bench.handing [TESTIMONIES MIB]`. Up to 200 testimonies it makes the dossier too,
which takes typst's time and memory; more are measured here. What a cleaned copy holds is made up,
because cleaning is the release's work. All else is the desk's own: copies opened with the partner's
identity, analysis, tables, custody proofs, signatures. The process that exports has nothing else to
do, so that its memory is the export's. The peer is what cannot be saved: the same bytes through
ChaCha20-Poly1305 twice (opened, sealed), SHA-256 and SHA-512, and a copy.
"""

import argparse
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from app.casebook import cleaning
from app.casebook.building import open_book
from app.casebook.evidence.proposing import Choice
from bench.processes import peak_memory
from bench.table import Row
from config.settings import load_settings

TESTIMONIES, MIB = 1000, 1000
CHUNK = 64 << 10
STORY = "지어낸 이야기입니다. 2023년 10월 9일 도문에서 온성으로 넘겨졌습니다.\n" * 20


def rows(testimonies: int = 250, mib: int = 250) -> list[Row]:
    """Release so many with so much, then export them in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        passphrase = _released(path, testimonies, (mib << 20) // testimonies)
        before = _peer(path / "peer", mib << 20)
        command = [sys.executable, "-m", "bench.handing", "--inside", str(path)]
        done = subprocess.run(
            command, input=passphrase, capture_output=True, text=True, check=True,
            env={**os.environ, "NARU_TESTING": "1"},
        )  # fmt: skip
        found = json.loads(done.stdout)
        after = _peer(path / "peer", mib << 20)
    peer, cpu = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    note = f"{testimonies:,} testimonies, {mib:,} MiB of attachments"
    return [
        Row("export, of cipher + hash + copy", peer / found["seconds"], "", least=0.5, note=note),
        Row("as the page makes it, opened once before", peer / found["page"], "", least=0.5),
        Row("export in CPU time, which other work does not slow", cpu / found["cpu"], ""),
        Row("as the page makes it, in CPU time", cpu / found["page_cpu"], ""),
        Row("export", found["size"] / found["seconds"] / 1e6, "MB/s"),
        Row("peak memory of the process", found["memory"] / 1e6, "MB", most=120, counted=True),
        Row("of it before the export", found["before"] / 1e6, "MB"),
    ]


def _released(path: Path, testimonies: int, size: int) -> str:
    """Found a desk and release everything to its partner; return the partner's passphrase."""
    from desk.world import Founded, World  # noqa: PLC0415 - not in the process that is measured

    (path / "first").mkdir()
    world = World(path, Founded(path / "first"))
    cookie = world.book.log_in("owner", world.passphrases["owner"], "", world.now)
    lead = world.book.resume(cookie, world.now)
    made = {}
    for _ in range(testimonies):
        thread = secrets.token_hex(16)
        record = world.arrive(STORY, thread=thread, k_rescue="yes")
        made[record] = world.attach(b"\x89PNG\r\n\x1a\n", thread=thread)
    world.book.collect(lead, limit=2 * testimonies)
    copy = b"\x89PNG" + secrets.token_bytes(size - 4)
    clean = cleaning.Clean("image/png", copy, 1, (), ())
    with mock.patch.object(cleaning, "clean", return_value=clean):
        for record, item in made.items():
            choice = Choice(files=((item, ()),), decided=True)
            world.book.release(lead, record, "partner", "k_rescue", choice)
    (path / "ids").write_text(" ".join(made))
    (path / "now").write_text(str(world.now))
    return str(world.passphrases["partner"])


def _peer(path: Path, size: int) -> tuple[float, float]:
    """Return the seconds it takes, on the clock and of the processor."""
    cipher, nonce = ChaCha20Poly1305(bytes(32)), bytes(12)
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    sealed = cipher.encrypt(nonce, os.urandom(CHUNK), None)
    start, busy = time.perf_counter(), time.process_time()
    with path.open("wb") as file:
        for _ in range(size // CHUNK):
            chunk = cipher.decrypt(nonce, sealed, None)
            sha256.update(chunk)
            sha512.update(chunk)
            file.write(cipher.encrypt(nonce, chunk, None))
    return time.perf_counter() - start, time.process_time() - busy


def _inside(path: Path, passphrase: str) -> dict[str, float]:
    settings = load_settings(path / "naru.toml", only="desk").desk
    now = float((path / "now").read_text())
    book = open_book(settings, lambda: now)
    ring = book.resume(book.log_in("partner", passphrase, "", now), now)
    ids = (path / "ids").read_text().split()
    before = peak_memory(os.getpid())
    out = path / "bundle.zip.age"
    start, busy = time.perf_counter(), time.process_time()
    with out.open("wb") as sink:
        book.handing.export(ring, ids, sink)
    seconds, cpu = time.perf_counter() - start, time.process_time() - busy
    start, busy = time.perf_counter(), time.process_time()
    bundle = book.handing.leaving(ring, ids)
    length = bundle.measure()
    bundle.begin()
    if sum(map(len, bundle.pieces())) != length:
        raise ValueError("the page told another length")
    page, page_cpu = time.perf_counter() - start, time.process_time() - busy
    memory = peak_memory(os.getpid())
    found = {"seconds": seconds, "cpu": cpu, "page": page, "page_cpu": page_cpu}
    return {**found, "memory": memory, "before": before, "size": out.stat().st_size}


def main() -> None:
    """Print the table, or with --inside what the process of its own found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("testimonies", nargs="?", type=int, default=TESTIMONIES)
    parser.add_argument("mib", nargs="?", type=int, default=MIB)
    parser.add_argument("--inside", type=Path)
    chosen = parser.parse_args()
    if chosen.inside:
        print(json.dumps(_inside(chosen.inside, sys.stdin.read())))
        return
    for row in rows(chosen.testimonies, chosen.mib):
        print(f"{row.what:32} {row.value:8.2f} {row.unit:5} {row.target} {row.note}")


if __name__ == "__main__":
    main()

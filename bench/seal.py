"""Sealing and opening beside one call of the cipher, and beside a plain copy; memory of a process.

Alone: `python -m bench.seal`. Rounds are interleaved and the best of each is taken, in processor
time: what else the machine does falls on all alike. Files lie in memory where /dev/shm is.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bench.processes import peak_memory
from bench.table import Row
from crypto import opening, sealing
from crypto.identities import PQIdentity
from crypto.stream import BATCH, CHUNK, PayloadWriter, open_chunks

MIB = 1 << 20
IN_MEMORY = 64 * MIB
ON_DISK = 256 * MIB
ROUNDS = 9
ROUNDS_OF_FILES = 5
SMALL = 10 << 10
OFTEN = 200
KEY, IDENTITY = bytes(16), PQIdentity(bytes(32))


def rows() -> list[Row]:
    """Measure the chunks, then small files, then large ones."""
    return [*_chunks(), *_small(), *_files()]


class _Nowhere:
    """A sink that keeps nothing."""

    def write(self, _: memoryview, /) -> None:
        """Forget it."""


def _best(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least processor time of each, the rounds interleaved."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - start)
    return best


def _chunks() -> list[Row]:
    plain = os.urandom(MIB) * (IN_MEMORY // MIB)
    payload = sealing.seal_payload(plain, KEY)
    cipher, nonce = ChaCha20Poly1305(bytes(32)), bytes(12)
    sealed, opened = bytearray(IN_MEMORY + 16), bytearray(IN_MEMORY)

    def seal() -> None:
        writer, whole = PayloadWriter(_Nowhere(), KEY), memoryview(plain)
        for at in range(0, IN_MEMORY, BATCH * CHUNK):
            writer.write(whole[at : at + BATCH * CHUNK])
        writer.close()

    def unseal() -> None:
        for _ in open_chunks(io.BytesIO(payload), KEY):
            pass

    best = _best(
        {
            "one seal": lambda: cipher.encrypt_into(nonce, plain, None, sealed),
            "seal": seal,
            "one open": lambda: cipher.decrypt_into(nonce, sealed, None, opened),
            "open": unseal,
        },
        ROUNDS,
    )
    note = f"{IN_MEMORY // MIB} MiB in memory"
    of_one = "of one ChaCha20-Poly1305 call"
    return [
        Row(f"sealing, {of_one}", best["one seal"] / best["seal"], "", least=0.75, note=note),
        Row(f"opening, {of_one}", best["one open"] / best["open"], "", least=0.7, note=note),
        Row("sealing", IN_MEMORY / best["seal"] / 1e6, "MB/s", note=note),
        Row("opening", IN_MEMORY / best["open"] / 1e6, "MB/s", note=note),
    ]


def _small() -> list[Row]:
    identity = PQIdentity.generate()
    to, plain = [identity.recipient], os.urandom(SMALL)
    header, payload = sealing.seal(plain, to)
    best = _best(
        {
            "seal": lambda: sealing.seal(plain, to),
            "open": lambda: opening.open_envelope(header, payload, [identity]),
            "rewrap": lambda: opening.rewrap(header, [identity], to),
        },
        OFTEN,
    )
    note = f"{SMALL >> 10} KiB, one hybrid recipient"
    return [
        Row("a small file sealed", best["seal"] * 1e6, "µs", most=500, note=note),
        Row("a small file opened", best["open"] * 1e6, "µs", most=500, note=note),
        Row("a header for another recipient", best["rewrap"] * 1e6, "µs", note=note),
    ]


def _files() -> list[Row]:
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        with Path(folder, "plain").open("wb") as file:
            file.writelines(os.urandom(MIB) for _ in range(ON_DISK // MIB))
        peaks = {part: _peak(part, folder) for part in ("seal", "open")}
        works = {part: partial(work, Path(folder)) for part, work in PARTS.items()}
        best = _best({**works, "cipher": _cipher}, ROUNDS_OF_FILES)
    floor = best["copy"] + best["cipher"]
    note = f"{ON_DISK // MIB} MiB, file to file"
    return [
        Row("sealing, of copy + cipher", floor / best["seal"], "", least=0.75, note=note),
        Row("opening, of copy + cipher", floor / best["open"], "", least=0.75, note=note),
        Row("peak memory, sealing", peaks["seal"] / 1e6, "MB", most=40, note=note),
        Row("peak memory, opening", peaks["open"] / 1e6, "MB", most=40, note=note),
    ]


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - noise, for a minute


def _peak(part: str, folder: str) -> int:
    """Seal or open in a process of its own, and return the most memory it held."""
    command = [sys.executable, "-m", "bench.seal", "--inside", part, folder]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _seal(folder: Path) -> None:
    with (folder / "plain").open("rb") as source, (folder / "sealed").open("wb") as sink:
        sealing.seal_stream(source, sink, [IDENTITY.recipient])


def _open(folder: Path) -> None:
    with (folder / "sealed").open("rb") as source, (folder / "opened").open("wb") as sink:
        for part in opening.open_file(source, [IDENTITY]):
            sink.write(part)


def _copy(folder: Path) -> None:
    with (folder / "plain").open("rb") as source, (folder / "copy").open("wb") as sink:
        while part := source.read(BATCH * CHUNK):
            sink.write(part)


def _cipher() -> None:
    cipher, nonce = ChaCha20Poly1305(bytes(32)), bytes(12)
    plain, room = bytes(IN_MEMORY), bytearray(IN_MEMORY + 16)
    for _ in range(ON_DISK // IN_MEMORY):
        cipher.encrypt_into(nonce, plain, None, room)


PARTS = {"seal": _seal, "open": _open, "copy": _copy}


def main() -> None:
    """Print the table, or with --inside the peak memory of this process."""
    if sys.argv[1:2] == ["--inside"]:
        PARTS[sys.argv[2]](Path(sys.argv[3]))
        print(peak_memory(os.getpid()))
        return
    for row in rows():
        print(f"{row.what:44} {row.value:9.2f} {row.unit:5} {row.target}")


if __name__ == "__main__":
    main()

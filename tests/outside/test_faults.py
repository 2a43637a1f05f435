"""A disk that fails under the running intake: its calls are made to fail by strace, not by us.

Who was shown ten words finds the testimony; who was refused sends the same form again; nobody's is
there twice, and no plaintext is on the disk. The table is printed (`pytest -s`).
"""

import http.client
import os
import secrets
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import postgresql
import pytest
from needs import give_up, need
from outside import walk
from outside.demo import Demo, alive
from outside.site import Site
from outside.table import UNPROTECTED, leaks, suffered

TIMES = int(os.environ.get("NARU_FAULTS", "2"))
FAULTS = {
    "EIO on fsync": "inject=fsync,fdatasync:error=EIO",
    "ENOSPC on write": "inject=pwrite64,write:error=ENOSPC",
}
TMPFS = "full tmpfs"
LENGTH = {**dict.fromkeys(FAULTS, 10), TMPFS: 190_000}
BROKEN = (OSError, http.client.HTTPException)
MARK = "흔적"
pytestmark = pytest.mark.skipif(
    postgresql.WANTED, reason="a server's disk is its own; what its death does: tests/postgres"
)
AT_ONCE = 3  # so that a commit is that of a group


def worker_of(demo):
    """The process that serves the intake."""
    pids = [pid for pid in demo.family() if b"intake" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return pids[-1]


@contextmanager
def failing(demo, fault):
    """While it lasts, the calls of the intake's worker fail as this fault says."""
    calls = FAULTS[fault].partition(":")[0].removeprefix("inject=")
    worker = worker_of(demo)
    command = ["strace", "-f", "-q", "-o", "/dev/null", "-p", str(worker)]
    command += ["-e", f"trace={calls}", "-e", FAULTS[fault]]
    if fault.startswith("ENOSPC"):  # writes to its files, not to the socket it answers on
        for path in sorted(demo.data.glob("mailbox.sqlite*")):
            command += ["-P", str(path)]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE)
    end = time.monotonic() + 10
    while _traced(worker) != strace.pid:
        assert strace.poll() is None, strace.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.02)
    try:
        yield worker
    finally:
        strace.terminate()
        strace.communicate(timeout=20)


def _traced(pid):
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("TracerPid:"):
                return int(line.split()[1])
    return None


def send(site, form, text):
    """The words, or None where it was refused or broke."""
    with suppress(*BROKEN):
        page = site.post(form, w_narrative=text)
        assert page.status in (200, 503), (page.status, page.error)
        if page.status == 503:
            assert text in page.text
        return page.receipt
    return None


def insist(intake, form, text):
    """Send the same form until it is acknowledged, as the page asks for."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        words = send(Site(intake, timeout=20), form, text)
        if words:
            return words
        time.sleep(0.2)
    raise AssertionError("never acknowledged")


@contextmanager
def full(demo):
    """While it lasts, the disk of the data has no room for one byte more."""
    with closing(sqlite3.connect(demo.data / "mailbox.sqlite")) as mailbox:
        # What an earlier commit wrote lies ready in the log, to be written over: room, on no disk.
        assert mailbox.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    filler = demo.data.parent / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    try:
        yield worker_of(demo)
    finally:
        filler.unlink()


def suffer(demo, fault, times):
    """Strike so many times, while some send at once; what was acknowledged is not sent again."""
    sent, words, refused = [], [], 0
    for _ in range(times):
        filled = [
            (
                Site(demo.intake).get("/ko/").form("testimony"),
                f"{MARK} {secrets.token_hex(8)} " + "가" * LENGTH[fault],
            )
            for _ in range(AT_ONCE)
        ]
        strike = full(demo) if fault == TMPFS else failing(demo, fault)
        with strike as worker, ThreadPoolExecutor(AT_ONCE) as people:
            sends = lambda one: send(Site(demo.intake, timeout=20), *one)  # noqa: E731
            seen = list(people.map(sends, filled))
        refused += None in seen  # who comes late meets the next process, which is well
        end = time.monotonic() + 5
        while None in seen and alive(worker) and time.monotonic() < end:
            time.sleep(0.05)  # a commit that failed ends it
        sent += filled
        words += [one or insist(demo.intake, *form) for one, form in zip(seen, filled, strict=True)]
    texts = [text for _, text in sent]
    leaked = leaks([demo.log, *demo.data.rglob("*")], [MARK])
    return suffered(fault, times, texts, desk_holds(demo), leaked), words, refused


def desk_holds(demo):
    lead = walk.log_in(demo.desk, demo.info["lead"])
    return [walk.narrative(lead, each) for each in walk.whole_queue(lead)]


@pytest.fixture
def place(tmp_path):
    """Where a demonstration's data may lie for each fault; the small disk is a tmpfs."""
    mounted = tmp_path / "small"

    def choose(fault):
        if os.geteuid() != 0:
            give_up("only root may make another's calls fail or mount a small disk: run as root")
        if fault != TMPFS:
            need("strace")
            return tmp_path / "data"
        mounted.mkdir()
        room = f"size={48 + 8 * TIMES}m"  # for all that is acknowledged and taken in, and no more
        command = ["mount", "-t", "tmpfs", "-o", f"{room},mode=0700", "naru-small", mounted]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            give_up("a small disk cannot be mounted here")
        return mounted / "data"

    yield choose
    if mounted.is_mount():
        subprocess.run(["umount", "--lazy", mounted], check=True)


def demonstration(place, fault, tmp_path):
    demo = Demo(place(fault))
    demo.log = tmp_path / "demo.log"  # a journal lies elsewhere than the data
    return demo


@pytest.mark.parametrize("fault", LENGTH)
def test_a_failing_disk_loses_doubles_and_leaks_nothing(tmp_path, place, fault):
    with demonstration(place, fault, tmp_path) as demo:
        row, words, refused = suffer(demo, fault, TIMES)
        for one in words:
            found = walk.letters(walk.come_back(Site(demo.intake), one))
            assert [kind for kind, _ in found] == ["testimony"]
    row.tell()
    assert refused == TIMES, "the fault did not reach the commit"
    assert row.harmless, row


@pytest.mark.skipif(os.environ.get("NARU_PROOF") != "1", reason="by hand: make proof")
@pytest.mark.parametrize("fault", LENGTH)
def test_without_the_protection_the_same_fault_is_seen_to_lose(tmp_path, place, fault, monkeypatch):
    """Acknowledged before it is durable, and silent when that fails: every row must show it."""
    monkeypatch.setenv("PYTHONPATH", str(UNPROTECTED))
    with demonstration(place, fault, tmp_path) as demo:
        row, _, refused = suffer(demo, fault, 2)
    assert refused < row.times
    assert row.lost > 0, row

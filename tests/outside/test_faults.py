"""A disk that fails under the running intake: its calls are made to fail by strace, not by us.

Who was shown ten words finds the testimony; who was refused sends the same form again; nobody's is
there twice, and no plaintext is on the disk. The table is printed (`pytest -s`).
"""

import http.client
import os
import secrets
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from needs import give_up, need
from outside import walk
from outside.demo import Demo, alive
from outside.site import Site

TIMES = int(os.environ.get("NARU_FAULTS", "3"))
FAULTS = {
    "EIO on fsync": "inject=fsync,fdatasync:error=EIO",
    "ENOSPC on write": "inject=pwrite64,write:error=ENOSPC",
}
BROKEN = (OSError, http.client.HTTPException)
MARK = "흔적"


@contextmanager
def failing(demo, fault):
    """While it lasts, the calls of the intake's worker fail as this fault says."""
    calls = FAULTS[fault].partition(":")[0].removeprefix("inject=")
    pids = [pid for pid in demo.family() if b"intake" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    worker = pids[-1]
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


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_disk_loses_doubles_and_leaks_nothing(tmp_path, fault):
    need("strace")
    if os.geteuid() != 0:
        give_up("only root may make another process's calls fail: run as root")
    texts, words, refused = [], [], 0
    with Demo(tmp_path / "data") as demo:
        for _ in range(TIMES):
            text = f"{MARK} {secrets.token_hex(8)}"
            form = Site(demo.intake).get("/ko/").form("testimony")
            with failing(demo, fault) as worker:
                seen = send(Site(demo.intake, timeout=20), form, text)
                refused += seen is None
            end = time.monotonic() + 20
            while seen is None and alive(worker) and time.monotonic() < end:
                time.sleep(0.05)  # it ends by itself: a failed commit is not tried again
            again = insist(demo.intake, form, text)
            assert seen in (None, again)
            texts.append(text)
            words.append(again)
        for one in words:
            found = walk.letters(walk.come_back(Site(demo.intake), one))
            assert [kind for kind, _ in found] == ["testimony"]
        lead = walk.log_in(demo.desk, demo.info["lead"])
        kept = [walk.narrative(lead, each) for each in walk.whole_queue(lead)]
        leaked = [
            path.name
            for path in [demo.log, *demo.data.rglob("*")]
            if path.is_file() and MARK.encode() in path.read_bytes()
        ]
    lost, doubled = set(texts) - set(kept), len(kept) - len(set(kept))
    row = f"| {fault} | times {TIMES} | refused {refused} | lost {len(lost)} "
    print(f"\n{row}| doubled {doubled} | leaked {len(leaked)} |")  # noqa: T201
    assert refused == TIMES, "the fault did not reach the commit"
    assert (lost, doubled, leaked) == (set(), 0, [])

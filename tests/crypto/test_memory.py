"""Files larger than a machine's memory are sealed and opened: what is held does not grow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
SIZE = 256 * MIB
MOST = 60 * MIB
WORK = """
import io, json, os, sys, threading
from crypto import opening, sealing
from crypto.identities import PQIdentity

class Generated(io.RawIOBase):
    left = int(sys.argv[1])
    def readable(self):
        return True
    def readinto(self, buffer):
        size = min(len(buffer), self.left)
        self.left -= size
        return size

identity = PQIdentity.generate()
taken, given = os.pipe()

def seal():
    with os.fdopen(given, "wb") as sink:
        sealing.seal_stream(Generated(), sink, [identity.recipient])

thread = threading.Thread(target=seal)
thread.start()
with os.fdopen(taken, "rb") as source:
    size = sum(map(len, opening.open_file(source, [identity])))
thread.join()
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps([size, peak * 1024]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_256_mib_are_sealed_and_opened_in_less_than_60_mib():
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(SIZE)],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    size, peak = json.loads(done.stdout)
    assert size == SIZE
    assert peak < MOST

"""A thousand clients that keep a server waiting, by slowhttptest: everybody else is still served.

Not collected with the other tests: `python -m pytest -s tests/outside/slow.py`, by `make proof`.
Only 127.0.0.1 is asked, each kind for `NARU_SLOW_SECONDS`.
"""

import os
import re
import subprocess
import time

import pytest
from needs import need
from outside import walk
from outside.demo import Demo
from outside.site import Site
from outside.table import note

SECONDS = int(os.environ.get("NARU_SLOW_SECONDS", "30"))
CLIENTS = 1000
KINDS = {
    "slow headers": ["-H", "-t", "GET"],
    "slow body": ["-B", "-t", "POST", "-s", "8192"],
    "slow reading": ["-X", "-w", "8", "-y", "16", "-n", "5", "-z", "32", "-k", "3"],
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("slow") / "data") as demo:
        yield demo


@pytest.mark.timeout(SECONDS + 180)
@pytest.mark.parametrize("kind", KINDS)
def test_who_is_honest_is_served_while_a_thousand_are_slow(served, kind):
    command = [need("slowhttptest"), "-c", str(CLIENTS), "-r", "200", "-i", "10", "-x", "24"]
    command += ["-l", str(SECONDS), "-p", "5", "-u", f"{served.intake}/ko/", *KINDS[kind]]
    site, waits = Site(served.intake, timeout=20), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as slow:
        time.sleep(6)  # until all of them are there
        while slow.poll() is None:
            began = time.monotonic()
            assert site.get("/ko/").status == 200
            waits.append(time.monotonic() - began)
            time.sleep(0.2)
            if len(waits) % 20 == 0:
                assert walk.write(site, f"{kind} 사이에").status == 200
        told = re.sub(r"\x1b\[[0-9;]*m", "", slow.stdout.read().decode(errors="replace"))
    p95 = sorted(waits)[int(len(waits) * 0.95)] * 1000
    available = re.findall(r"service available:\s*(\w+)", told)
    said = f"{CLIENTS} clients, {kind}: first page asked for {len(waits)} times, 95 of 100 in"
    note(f"{said} {p95:.0f} ms; slowhttptest found it available: {available[-1].lower()}")
    assert "NO" not in available, told[-1500:]

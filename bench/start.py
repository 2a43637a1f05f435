"""From the command to the first answer, each app by itself, on a deployment that has data."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from outside.demo import ROOT, Demo

from bench.table import Row

TRIES = 3
PATIENCE = 30


def rows() -> list[Row]:
    """Take the best of three starts of each: the rest is other work of the machine."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder, "data"))
        with demo:
            config, urls = demo.config(), {"intake": demo.intake, "desk": demo.desk}
            whole = demo.seconds
        for which, path in (("intake", "/"), ("desk", "/login")):
            best = min(_start(which, config, urls[which], path) for _ in range(TRIES))
            found.append(Row(f"`serve {which}`", best, "s", most=1.5))
    note = "making keys, storage and members"
    return [*found, Row("`demo --empty`, first time", whole or 0.0, "s", note=note)]


def _start(which: str, config: list[str], url: str, path: str) -> float:
    began = time.monotonic()
    words = [sys.executable, "-m", "app", "serve", which, *config]
    process = subprocess.Popen(words, cwd=ROOT, env=dict(os.environ), stdin=subprocess.DEVNULL)
    try:
        while not _answers(url, path):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise SystemExit(f"`serve {which}` does not answer")
            time.sleep(0.005)
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str, path: str) -> bool:
    parts = urlsplit(url)
    wire = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        wire.request("GET", path)
        return wire.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        wire.close()

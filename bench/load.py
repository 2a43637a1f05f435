"""Many witnesses at once, each durable: speed, app CPU, failures, and the worker's peak memory."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from outside import walk
from outside.demo import Demo

from bench.processes import cpu_seconds, peak_memory, serving
from bench.table import Row

EACH = 1500  # for each concurrency: 3,000 in all, after which memory is read


def rows() -> list[Row]:
    """Concurrency 4 and 32, one after the other, on one service."""
    found = []
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder, "data")) as demo:
        pids = serving(demo.family(), "intake")
        _storm(demo.intake, 50, 4)
        for at_once in (4, 32):
            found += _measured(demo.intake, pids, at_once)
        peak = max(map(peak_memory, pids)) / 1e6
        found.append(Row("peak memory of the intake's worker", peak, "MB", most=80, note="VmHWM"))
        lead = walk.log_in(demo.desk, demo.info["lead"])
        kept = len(walk.whole_queue(lead))
    lost = 2 * EACH + 50 - kept
    return [*found, Row("lost or doubled", abs(lost), "", most=0, counted=True)]


def _measured(intake: str, pids: list[int], at_once: int) -> list[Row]:
    before = sum(map(cpu_seconds, pids))
    told = _storm(intake, EACH, at_once)
    spent = (sum(map(cpu_seconds, pids)) - before) / EACH * 1000
    note = f"{at_once} at once"
    return [
        Row("submissions a second", EACH / told["seconds"], "/s", least=150, note=note),
        Row("app CPU a submission, GET and POST", spent, "ms", most=5, note=note),
        Row("95 of 100 answered within", told["p95"] * 1000, "ms", note=note),
        Row("failed", told["failed"], "", most=0, counted=True, note=note),
    ]


def _storm(intake: str, count: int, at_once: int) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.client", intake, str(count), str(at_once)]
    done = subprocess.run(words, capture_output=True, check=True, timeout=600)
    told: dict[str, float] = json.loads(done.stdout)
    return told

"""`PYTHONPATH=tests python -m fuzz NAME [-max_total_time=60]`: guided by coverage (atheris).

`python -m fuzz all SECONDS` gives each kind so long in a process of its own, as many at once as
there are processors, and says how many inputs each took. What breaks one lies in build/fuzz.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crypto"]):
    from fuzz.targets import TARGETS, once

BROKEN = Path("build/fuzz")
PATIENCE = 240  # seconds beyond its time after which a process is held to be stuck
SAID = 4000


def every(seconds):
    """Each kind for so long; true if none found anything."""
    BROKEN.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as at_once:
        return all([*at_once.map(lambda name: alone(name, seconds), TARGETS)])


def alone(name, seconds):
    """One kind, begun from what is whole; true if it ended by the clock."""
    place = f"{BROKEN}/{name.replace(' ', '-')}-"
    words = [f"-max_total_time={seconds}", "-timeout=20", "-verbosity=0", "-print_final_stats=1"]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(TARGETS[name][1]):
            (Path(corpus) / str(number)).write_bytes(seed)
        done = subprocess.run(
            [sys.executable, "-m", "fuzz", name, *words, f"-artifact_prefix={place}", corpus],
            capture_output=True, text=True, errors="replace", check=False,
            timeout=seconds + PATIENCE,
        )  # fmt: skip
    ran = re.search(r"number_of_executed_units: *([0-9]+)", done.stderr)
    fine = done.returncode == 0 and ran is not None
    told = f"{int(ran[1]):,} inputs" if ran else "it did not end by the clock"
    print(f"{name}: {told} in {seconds} s", flush=True)  # noqa: T201
    if not fine:
        print((done.stdout + done.stderr)[-SAID:], file=sys.stderr, flush=True)  # noqa: T201
    return fine


if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name == "all":
        sys.exit(0 if every(int(sys.argv[1])) else "something else than a typed refusal: see above")
    if name not in TARGETS:
        sys.exit(f"one of: all, {', '.join(TARGETS)}")
    atheris.Setup(sys.argv, lambda data: once(name, data))
    atheris.Fuzz()

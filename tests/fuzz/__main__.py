"""`PYTHONPATH=tests python -m fuzz NAME [-max_total_time=60]`: guided by coverage (atheris).

`python -m fuzz all SECONDS` takes every kind in turn, each in a process of its own.
"""

import subprocess
import sys

import atheris

with atheris.instrument_imports(include=["crypto"]):
    from fuzz.targets import TARGETS, once


def every(seconds):
    """Each kind for so long; the first that finds something ends it."""
    for name in TARGETS:
        print(f"{name}: {seconds} s", flush=True)  # noqa: T201
        words = [sys.executable, "-m", "fuzz", name, f"-max_total_time={seconds}", "-verbosity=0"]
        subprocess.run(words, check=True)


if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name == "all":
        every(int(sys.argv[1]))
        sys.exit()
    if name not in TARGETS:
        sys.exit(f"one of: all, {', '.join(TARGETS)}")
    atheris.Setup(sys.argv, lambda data: once(name, data))
    atheris.Fuzz()

"""`PYTHONPATH=tests python -m fuzz NAME [-max_total_time=60]`: guided by coverage (atheris)."""

import sys

import atheris

with atheris.instrument_imports(include=["crypto"]):
    from fuzz.targets import TARGETS, once

if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name not in TARGETS:
        sys.exit(f"one of: {', '.join(TARGETS)}")
    atheris.Setup(sys.argv, lambda data: once(name, data))
    atheris.Fuzz()

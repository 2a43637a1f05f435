"""The cases of tests/vectors/naru by file and declared outcome."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "vectors/naru"


def cases(name, *outcomes):
    """Return a parametrize mark over `case`: one file, these outcomes; never none."""
    held = json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))["cases"]
    chosen = [case for case in held if case["outcome"] in outcomes]
    assert chosen
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case["name"])

"""Speeds and sizes beside their targets: `python -m bench`. Nothing here is shipped."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # its client is the outside tests' own

"""What a proof tells: rows of the table of faults, and notes; printed, and kept for docs/proof.md.

`NARU_PROOF_TOLD` names the file they are kept in; `bench/proof.py` makes the page of it.
"""

import os
from dataclasses import astuple, dataclass
from pathlib import Path

UNPROTECTED = Path(__file__).parent / "unprotected"


@dataclass(frozen=True)
class Row:
    """What a fault did: how often it struck, and how many testimonies suffered how."""

    fault: str
    times: int
    lost: int
    doubled: int
    partial: int
    leaked: int

    def tell(self):
        note("| " + " | ".join(map(str, astuple(self))) + " |")

    @property
    def harmless(self):
        return (self.lost, self.doubled, self.partial, self.leaked) == (0, 0, 0, 0)


def suffered(fault, times, sent, kept, leaked):
    """The row of texts that were acknowledged and texts that the desk shows."""
    lost, doubled = len(set(sent) - set(kept)), len(kept) - len(set(kept))
    return Row(fault, times, lost, doubled, len(set(kept) - set(sent)), leaked)


def leaks(paths, texts):
    """How many of these files hold any of these texts in the clear."""
    marks = [text.encode() for text in texts]
    held = [path.read_bytes() for path in paths if path.is_file()]
    return sum(any(mark in data for mark in marks) for data in held)


def note(line):
    """Say a line, and keep it where a proof wants it."""
    print(f"\n{line}")  # noqa: T201
    if kept := os.environ.get("NARU_PROOF_TOLD"):
        with Path(kept).open("a") as file:
            file.write(line + "\n")

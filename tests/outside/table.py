"""The table of faults: one row each, printed, and kept where NARU_FAULT_TABLE says."""

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
    leaked: int

    def tell(self):
        line = "| " + " | ".join(map(str, astuple(self))) + " |"
        print(f"\n{line}")  # noqa: T201
        if kept := os.environ.get("NARU_FAULT_TABLE"):
            path = Path(kept)
            if not path.exists():
                path.write_text(
                    "| fault | times | lost | doubled | leaked |\n|---|---|---|---|---|\n"
                )
            with path.open("a") as file:
                file.write(line + "\n")

    @property
    def harmless(self):
        return (self.lost, self.doubled, self.leaked) == (0, 0, 0)

"""What the doctor looks at, and what it says: one finding is what is wrong and what to do.

Every check is a function ``(Patient) -> Iterator[Finding]``. All that a check reads of the machine
hangs under ``Patient.root``, so that a test may hand it a machine made of files.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import AppSettings, Settings

WRONG, UNWISE = "wrong", "unwise"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. ``grade``: ``wrong`` or ``unwise``."""

    id: str
    grade: str
    what: str
    do: str


@dataclass(frozen=True)
class Patient:
    """A machine, a deployment on it, and a day."""

    settings: Settings
    today: dt.date
    root: Path = Path("/")
    backups: Path = Path("/var/backups/naru")
    requirements: Path = Path("requirements.txt")

    @property
    def apps(self) -> list[tuple[str, AppSettings]]:
        """Return the apps this host runs, each with its settings."""
        both: list[tuple[str, AppSettings | None]] = [
            ("intake", self.settings.intake_table),
            ("desk", self.settings.desk_table),
        ]
        return [(name, one) for name, one in both if one is not None]

    @property
    def one(self) -> AppSettings:
        """Return the settings of any app here: both share the site and the data folder."""
        return self.apps[0][1]

    def text(self, path: str) -> str:
        """Return a file of this machine, or nothing when it is not there or not for us."""
        try:
            return (self.root / path.lstrip("/")).read_text("utf-8", "replace")
        except OSError:
            return ""

    def lines(self, *paths: str) -> list[str]:
        """Return what stands in these files and folders of ``*.conf``, without comments."""
        found: list[str] = []
        for path in paths:
            whole = self.root / path.lstrip("/")
            files = sorted(whole.glob("*.conf")) if whole.is_dir() else [whole]
            for file in files:
                found += self.text(str(file.relative_to(self.root))).splitlines()
        stripped = (line.partition("#")[0].strip() for line in found)
        return [line for line in stripped if line and not line.startswith(";")]


Check = Callable[[Patient], Iterator[Finding]]

"""What a measurement says, and how it is printed."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime

PAGES = ("bench", "proof")
"""What is made by measuring, in docs/."""


@dataclass(frozen=True)
class Row:
    """One value beside its target. `counted`: it is the same on every machine, so CI may judge."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    counted: bool = False
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met; a row without one always is."""
        return not (
            (self.most is not None and self.value > self.most)
            or (self.least is not None and self.value < self.least)
        )

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return f"at least {self.least:g}" if self.least is not None else ""


def head() -> str:
    """When, what and where: without these a figure means nothing."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")  # noqa: TID251 - a bench has a clock
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{when} · commit {_commit()} · {os.cpu_count()} cores · load average {load}"


def _commit() -> str:
    """Return the commit, and whether other files than the pages made here differ from it."""
    changed = _git("status", "--porcelain", "--", *(f":!docs/{one}.md" for one in PAGES))
    return (_git("rev-parse", "--short", "HEAD") or "unknown") + "-dirty" * bool(changed)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def lines(name: str, rows: list[Row]) -> str:
    """Lay the rows out as a table in Markdown, ready for `docs/bench.md`."""
    out = [f"### {name}", "", "| what | value | target | met |", "|---|---:|---|---|"]
    for row in rows:
        value = f"{row.value:,.0f}" if row.value >= 100 else f"{row.value:.3g}"
        what = f"{row.what} ({row.note})" if row.note else row.what
        met = ("yes" if row.met else "**no**") if row.target else ""
        out.append(f"| {what} | {value} {row.unit} | {row.target} | {met} |")
    return "\n".join(out)

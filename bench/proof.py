"""`python -m bench.proof [PART …]`: the long runs, each kept as a section of docs/proof.md.

As root, on a machine with nothing else to do, for two hours and more. A part that is run again
takes the place of its section; a part that fails keeps its section too, and says so.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.table import head

PAGE = Path(__file__).parents[1] / "docs" / "proof.md"
TOLD = Path("build/proof")
PREFACE = """# Proof

What long runs showed, made by `make proof`: each section is one run, with its command, what the
machine was and what came out. A part is run again by its name: `make proof ARGS="kills disk"`."""
FAULTS = "| fault | times | lost | doubled | in part | leaked |\n|---|---|---|---|---|---|\n"
PYTEST = ("pytest", "-q", "--timeout=3600")
TWO = ("-n", "2", "--dist", "loadfile")
IN_ORDER = ("-p", "no:randomly")  # one machine's life: installed, updated, moved
EVERYWHERE = ("NARU_REQUIRE_ALL=1", "NARU_PROOF=1")


@dataclass(frozen=True)
class Part:
    """One run: its heading, the words after `python -m`, what it is told, how often it is done."""

    title: str
    words: tuple[str, ...]
    told: tuple[str, ...] = field(default=())
    times: int = 1

    @property
    def command(self) -> str:
        """What a reader types to have it run."""
        return " ".join([*EVERYWHERE, *self.told, "python -m", *self.words])


PARTS = {
    "load": Part(
        "Half an hour of everything at once",
        (*PYTEST, "tests/outside/long.py"),
        ("NARU_MINUTES=30",),
    ),
    "postgresql": Part(
        "The suite on PostgreSQL",
        (*PYTEST, *TWO, *(f"tests/{each}" for each in ("intake", "casebook", "desk", "outside"))),
        ("NARU_TEST_PG=1",),
    ),
    "roles": Part(
        "PostgreSQL: its roles, a server that dies, moving there and back",
        (*PYTEST, "tests/postgres"),
        ("NARU_KILLS=50",),
    ),
    "kills": Part(
        "kill -9 of everything, while people send",
        (*PYTEST, "tests/outside/test_kill.py"),
        ("NARU_KILLS=200",),
    ),
    "disk": Part(
        "A disk that fails",
        (*PYTEST, "tests/outside/test_faults.py"),
        ("NARU_FAULTS=20",),
    ),
    "tor": Part("A private Tor network, from nothing, five times", (*PYTEST, "tests/tor"), times=5),
    "slow": Part("A thousand clients that keep it waiting", (*PYTEST, "tests/outside/slow.py")),
    "large": Part(
        "The largest attachment",
        (*PYTEST, "tests/intake/test_large_files.py"),
        ("NARU_ATTACHMENT_BYTES=2147483648",),
    ),
    "debian": Part(
        "A fresh Debian, installed by deploy/ alone; another for the intake alone",
        (*PYTEST, *IN_ORDER, "tests/deploy/fresh.py", "tests/deploy/fresh_intake.py"),
    ),
    "handing": Part("A partner's bundle with 1 GB of attachments", ("bench.handing",)),
}


def section(name: str, part: Part) -> tuple[str, bool]:
    """Run one part and return what is kept of it, and whether all of it held."""
    TOLD.mkdir(parents=True, exist_ok=True)
    kept, out = TOLD / f"{name}.told", TOLD / f"{name}.out"
    kept.unlink(missing_ok=True)
    environ = os.environ | dict(each.split("=") for each in (*EVERYWHERE, *part.told))
    environ["NARU_PROOF_TOLD"] = str(kept.resolve())
    at, ends, well = head(), [], True
    for _ in range(part.times):
        began = time.monotonic()
        with out.open("wb") as file:
            done = subprocess.run(
                [sys.executable, "-m", *part.words],
                env=environ, stdout=file, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        well &= done.returncode == 0
        ends.append(f"{_last(out, done.returncode)} ({(time.monotonic() - began) / 60:.0f} min)")
    lines = kept.read_text("utf-8").splitlines() if kept.exists() else []
    if part.words[0] != "pytest":
        lines += [re.sub(" {2,}", " ", line) for line in out.read_text("utf-8").splitlines()]
    return _laid_out(part, at, ends, lines), well


def _last(out: Path, status: int) -> str:
    """Return how pytest ended, in its own words; of anything else, its status."""
    found = re.findall(r"\d+ (?:passed|failed|skipped|error|warning)\w*", _tail(out))
    return ", ".join(found) or f"ended with {status}"


def _tail(out: Path) -> str:
    lines = out.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def _laid_out(part: Part, at: str, ends: list[str], lines: list[str]) -> str:
    rows = [line for line in lines if line.startswith("| ")]
    notes = [f"- {line}" for line in lines if not line.startswith("| ")]
    out = [f"## {part.title}", f"`{part.command}`", at + "\n" + "; ".join(ends)]
    out += [FAULTS + "\n".join(rows)] * bool(rows) + ["\n".join(notes)] * bool(notes)
    return "\n\n".join(out)


def keep(new: dict[str, str], page: Path = PAGE) -> None:
    """Put sections in the place of those of the same parts; the others stay as they are."""
    text = page.read_text("utf-8") if page.exists() else ""
    old = {each.partition("\n")[0]: f"## {each.strip()}" for each in text.split("\n## ")[1:]}
    found = [new.get(name) or old.get(part.title) for name, part in PARTS.items()]
    page.write_text("\n\n".join([PREFACE, *filter(None, found)]) + "\n", "utf-8")


def main() -> int:
    """Run the parts asked for, or all; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--out", type=Path, default=PAGE, help="the page; default: docs/proof.md")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(PARTS):
        parser.error(f"no such part: {' '.join(sorted(unknown))}")
    failed = []
    for name in chosen.names or PARTS:
        print(f"{name}: {PARTS[name].command}", flush=True)
        text, well = section(name, PARTS[name])
        keep({name: text}, chosen.out)
        print(text.partition("\n")[2] + "\n", flush=True)
        failed += [name] * (not well)
    if failed:
        print(f"failed: {' '.join(failed)}; what was printed is in {TOLD}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

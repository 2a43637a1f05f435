"""What /proc tells of a process: processor time and peak memory."""

import os
import re
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def serving(pids: list[int], which: str) -> list[int]:
    """Choose the processes that `serve` this app, by what they call themselves."""
    named = re.compile(rf"\0serve\0{which}\0|\[naru-{which}\]".encode())
    found = [pid for pid in pids if named.search(Path(f"/proc/{pid}/cmdline").read_bytes())]
    if not found:
        raise SystemExit(f"no process serves the {which}: nothing to measure")
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_memory(pid: int) -> int:
    """Read the most memory it ever held, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0

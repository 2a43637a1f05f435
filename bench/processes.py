"""What /proc tells of a process: processor time and peak memory."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def serving(pids: list[int], which: str) -> list[int]:
    """Those of the processes that were started as `serve intake` or `serve desk`, and theirs."""
    found = [pid for pid in pids if which.encode() in _command(pid)]
    if not found:
        raise SystemExit(f"no process serves the {which}: nothing to measure")
    return found


def _command(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


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

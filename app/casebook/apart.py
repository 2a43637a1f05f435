"""A process of its own for one piece of work: what it gets and what it makes lie in memory only.

It is started, not forked, with nothing in its environment, so it has no keys; what it may do beyond
that it says itself (``jailed``, ``jailed_cleaning``, ``evidence/typeset``).
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO


def run(script: Path, words: Sequence[str], data: Iterable[bytes], patience: int) -> bytes:
    """Let a script of ours read the data and return what it wrote.

    Raises ``subprocess.SubprocessError`` where it failed, or took longer than so many seconds.
    """
    with _in_memory() as given, _in_memory() as made:
        for chunk in data:
            given.write(chunk)
        given.seek(0)
        subprocess.run(  # noqa: S603 - our own file, arguments of ours
            [sys.executable, "-I", str(script), *words],
            stdin=given,
            stdout=made,
            stderr=subprocess.DEVNULL,
            timeout=patience,
            check=True,
            env={},
            cwd="/",
        )
        made.seek(0)
        return made.read()


def _in_memory() -> BinaryIO:
    """Return a file that has no name and lies on no disk."""
    return os.fdopen(os.memfd_create("naru"), "w+b")

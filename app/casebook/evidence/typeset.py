"""Runs alone in a process of its own: what a dossier says on stdin (JSON), the PDF on stdout.

    python -I typeset.py FONTS < data > pdf

typst keeps what it has set, compilation after compilation; here that ends with the process. Bounded
in memory and time, so that no text, however long, takes the desk's.
"""

import resource
import sys
from pathlib import Path

TEMPLATE = Path(__file__).with_name("dossier.typ")
MEMORY = 1024 * 1024 * 1024  # of addresses; what is really taken is a tenth
SECONDS = 60
MADE = 64 * 1024 * 1024


def main() -> int:
    """Read, set, write."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MADE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    import typst  # noqa: PLC0415 - within the limits

    made: bytes = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format="pdf",
        font_paths=[Path(sys.argv[1])],
        ignore_system_fonts=True,
        sys_inputs={"data": sys.stdin.buffer.read().decode()},
        timestamp=0,
    )
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())

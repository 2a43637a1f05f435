"""`python -m bench [name …] [--check]`: measure on this machine, bounded, 127.0.0.1 only."""

import argparse
import importlib
import sys
from pathlib import Path

from bench.table import head, lines

BENCHES = {
    "visit": "What a first visit costs a witness, script off",
    "load": "Many witnesses at once",
    "slow": "A thousand slow uploads",
    "start": "Start to first answer",
    "seal": "Sealing",
    "casebook": "The casebook: take in, unlock, filter, replace keys",
    "bundle": "A bundle written into its age file",
    "handing": "A partner's bundle, by the whole path",
    "browser": "Sealing in a witness's browser",
    "suggest": "Suggestions on an invented world and on the samples",
    "rules": "Contradictions planted in an invented world",
    "desk": "The desk at 100,000 testimonies and 300,000 tags",
}
PREFACE = """# Measured

Made by `make bench-page`; every line stands beside its target (the design's table of targets). A
target that is missed is printed as missed. Absolute times are this machine's; ratios travel."""


def main() -> int:
    """Print the tables asked for; with --check, fail where a counted target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=" ".join(BENCHES))
    parser.add_argument("--check", action="store_true", help="fail where a count misses its target")
    parser.add_argument("--out", type=Path, help="keep the tables as a page, too")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHES):
        parser.error(f"no such bench: {' '.join(sorted(unknown))}")
    page = [PREFACE, head()]
    print(f"{page[-1]}\n")
    failed = False
    for name in chosen.names or BENCHES:
        rows = importlib.import_module(f"bench.{name}").rows()
        page.append(lines(BENCHES[name], rows))
        print(page[-1] + "\n", flush=True)
        if chosen.out:  # after each: what was measured stays if a later one does not end
            chosen.out.write_text("\n\n".join(page) + "\n", "utf-8")
        failed |= any(row.counted and not row.met for row in rows)
    return int(chosen.check and failed)


if __name__ == "__main__":
    sys.exit(main())

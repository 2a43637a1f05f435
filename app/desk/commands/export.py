"""Write a bundle of what was released to a partner."""

import argparse
import json
import os
import sys
from pathlib import Path

from app.desk.commands import acting, member_arguments
from app.problems import Problem


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whose key, for whom, what, and where to."""
    member_arguments(parser)
    parser.add_argument("--to", required=True, metavar="PARTNER")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--submission", action="append", metavar="ID")
    what.add_argument("--released-since", metavar="DAY", help="YYYY-MM-DD")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")


def _told(done: int, of: int) -> None:
    """Say on a terminal how far it is; nothing where standard error is kept."""
    if sys.stderr.isatty():
        print(f"\r{done}/{of}", end="\n" if done == of else "", file=sys.stderr)  # noqa: T201


def run(args: argparse.Namespace) -> int:
    """Write FILE whole or not at all."""
    part = args.out.with_name(args.out.name + ".part")
    with acting(args) as (book, keyring):
        ids = args.submission or book.handing.released_since(keyring, args.to, args.released_since)
        if not ids:
            raise Problem("nothing was released to that partner since then")
        try:
            with os.fdopen(
                os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb"
            ) as sink:
                name = book.handing.export(keyring, ids, sink, args.to, progress=_told)
                sink.flush()
                os.fsync(sink.fileno())
            part.rename(args.out)
        finally:
            part.unlink(missing_ok=True)
    if args.json:
        print(json.dumps({"name": name, "file": str(args.out), "submissions": sorted(set(ids))}))  # noqa: T201
    else:
        print(f"{name}: {len(set(ids))} testimonies in {args.out}")  # noqa: T201
    return 0

"""Write the signed list of what was released to a partner and withdrawn since."""

import argparse
import json
from pathlib import Path

from app.desk.commands import acting, member_arguments


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whose key, for whom, and where to."""
    member_arguments(parser)
    parser.add_argument("--to", required=True, metavar="PARTNER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a ZIP")


def run(args: argparse.Namespace) -> int:
    """Write FILE, and say how many it names."""
    with acting(args) as (book, keyring):
        count, data = book.handing.revocations(keyring, args.to)
    args.out.write_bytes(data)
    said = {"withdrawn": count, "file": str(args.out)}
    print(json.dumps(said) if args.json else f"{count} withdrawn: {args.out}")  # noqa: T201
    return 0

"""List and begin arrival epochs."""

import argparse

from app.casebook import founding
from app.desk.commands import acting, member_arguments, show


def arguments(parser: argparse.ArgumentParser) -> None:
    """``list``, ``begin``."""
    words = parser.add_subparsers(dest="act", required=True)
    member_arguments(words.add_parser("list", help="every epoch and its state"))
    begin = words.add_parser("begin", help="make the coming weeks' epochs and publish them")
    member_arguments(begin)
    begin.add_argument("--ahead", type=int, default=founding.AHEAD, metavar="WEEKS")


def run(args: argparse.Namespace) -> int:
    """Do it with a member's key."""
    with acting(args) as (book, keyring):
        if args.act == "begin":
            begun = founding.begin_epochs(book.store, keyring, args.ahead)
            show(args, [{"epoch": epoch} for epoch in begun])
            return 0
        show(args, [{k: row[k] for k in ("epoch", "state")} for row in book.epochs(keyring)])
    return 0

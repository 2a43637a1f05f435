"""List and begin arrival epochs."""

import argparse

from app.casebook.book import Casebook
from app.casebook.keyring import Keyring
from app.casebook.keys import founding, requests
from app.desk.commands import acting, member_arguments, show


def arguments(parser: argparse.ArgumentParser) -> None:
    """``list``, ``begin``."""
    words = parser.add_subparsers(dest="act", required=True)
    member_arguments(words.add_parser("list", help="every epoch and its state"))
    begin = words.add_parser("begin", help="make the coming weeks' epochs and publish them")
    member_arguments(begin)
    end = words.add_parser("end", help="destroy an epoch's key, once a second person confirmed")
    member_arguments(end)
    end.add_argument("epoch", metavar="WEEK", help="2026-W47")
    begin.add_argument("--ahead", type=int, default=founding.AHEAD, metavar="WEEKS")


def run(args: argparse.Namespace) -> int:
    """Do it with a member's key."""
    with acting(args) as (book, keyring):
        if args.act == "begin":
            begun = founding.begin_epochs(book.store, keyring, args.ahead)
            show(args, [{"epoch": epoch} for epoch in begun])
            return 0
        if args.act == "end":
            show(args, [_end(book, keyring, args.epoch)])
            return 0
        show(args, [{k: row[k] for k in ("epoch", "state")} for row in book.epochs(keyring)])
    return 0


def _end(book: Casebook, keyring: Keyring, epoch: str) -> dict[str, str]:
    """End it if somebody confirmed that; else ask, or say that it waits."""
    for one in requests.waiting(book.store, keyring):
        if one.kind == "end-epoch" and one.what["epoch"] == epoch:
            requests.carry_out(book.store, keyring, one.id)
            return {"ended": epoch}
    return {"request": requests.ask(book.store, keyring, "end-epoch", {"epoch": epoch})}

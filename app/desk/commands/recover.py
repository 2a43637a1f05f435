"""Make a lead again with the recovery identity on paper, when no lead can."""

import argparse
import os
import sys

from app.casebook.keys import recovery
from app.casebook.shapes import CasebookError
from app.desk.commands import LONGEST, SENTENCES, book_of, show
from app.problems import Problem


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the lead's name; the paper comes from the terminal or a descriptor."""
    parser.add_argument("--lead", required=True, metavar="NAME")
    parser.add_argument("--lang", choices=("en", "ko", "zh"), default="en", help="of the words")
    parser.add_argument("--shares-fd", type=int, metavar="N", help="read two shares from here")


def run(args: argparse.Namespace) -> int:
    """Give NAME a new key as a lead, and show the passphrase once."""
    book = book_of(args)
    try:
        made = recovery.recover(book.store, recovery.read(_typed(args)), args.lead, args.lang)
    except CasebookError as error:
        raise Problem(SENTENCES.get(type(error), "that cannot be done")) from error
    show(args, [{"name": made.member.name, "passphrase": made.passphrase}])
    return 0


def _typed(args: argparse.Namespace) -> str:
    if args.shares_fd is not None:
        return os.read(args.shares_fd, LONGEST).decode("utf-8", "replace")
    if not sys.stdin.isatty():
        raise Problem("there is no terminal to ask for the shares: use --shares-fd")
    print("Two shares, a line each:", file=sys.stderr)  # noqa: T201
    return f"{input()}\n{input()}"

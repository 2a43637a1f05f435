"""Make a lead again with the recovery identity on paper, when no lead can."""

import argparse

from app.casebook.keys import recovery
from app.casebook.shapes import CasebookError
from app.desk.commands import SENTENCES, book_of, paper_arguments, paper_of, show
from app.problems import Problem


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the lead's name; the paper comes from the terminal or a descriptor."""
    parser.add_argument("--lead", required=True, metavar="NAME")
    parser.add_argument("--lang", choices=("en", "ko", "zh"), default="en", help="of the words")
    paper_arguments(parser, "--shares-fd", "--identity-fd")


def run(args: argparse.Namespace) -> int:
    """Give NAME a new key as a lead, and show the passphrase once."""
    book = book_of(args)
    try:
        made = recovery.recover(book.store, paper_of(args), args.lead, args.lang)
    except CasebookError as error:
        raise Problem(SENTENCES.get(type(error), "that cannot be done")) from error
    show(args, [{"name": made.member.name, "passphrase": made.passphrase}])
    return 0

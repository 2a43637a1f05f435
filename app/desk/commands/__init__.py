"""The desk from the shell: whose key an act takes, and how the passphrase comes in."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.casebook.book import Casebook
from app.casebook.building import open_book
from app.casebook.keyring import Keyring
from app.casebook.keys import recovery
from app.casebook.keys.epochs import NotTakenIn, TooEarly
from app.casebook.keys.recovery import NoSharing, NotTheRecovery
from app.casebook.keys.removal import LastOne
from app.casebook.keys.requests import NotConfirmed
from app.casebook.shapes import (
    CasebookError,
    NoConsent,
    NotFound,
    NotYours,
    Refused,
)
from app.problems import Problem
from config.settings import SettingsError, load_settings
from crypto.identities import PQIdentity

SENTENCES: Mapping[type[CasebookError], str] = {
    Refused: "the name or the passphrase is wrong",
    NotYours: "this member may not do that",
    NotFound: "there is no such member, testimony or release",
    NoConsent: "the witness did not agree to that",
    LastOne: "without this member nobody would be left who leads, or takes in arrivals",
    TooEarly: "a key ends four weeks after its week, not before",
    NotTakenIn: "something of this week is not taken in",
    NotConfirmed: "no second person has confirmed this: see /requests on the desk",
    NotTheRecovery: "this is neither this desk's recovery identity nor two shares of it: compare"
    " it with the paper, sign by sign",
    NoSharing: "install shamir-mnemonic, or give the whole identity",
}
LONGEST = 4096


def member_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every act with a member's key takes."""
    parser.add_argument("--as", dest="name", required=True, metavar="NAME")
    parser.add_argument("--passphrase-fd", type=int, metavar="N", help="read it from here")


def passphrase_of(args: argparse.Namespace) -> str:
    """Return passphrase and code, a line each, from the descriptor named or the terminal."""
    if args.passphrase_fd is not None:
        return os.read(args.passphrase_fd, LONGEST).decode()
    if not sys.stdin.isatty():
        raise Problem("there is no terminal to ask for the passphrase: use --passphrase-fd")
    passphrase = getpass.getpass(f"passphrase of {args.name}: ")
    return f"{passphrase}\n{getpass.getpass('code, if there is one: ')}"


def paper_arguments(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add how the recovery identity comes in: never as an argument."""
    said = "read the recovery identity, or two of its shares, a line each, from here"
    parser.add_argument(*names, dest="paper_fd", type=int, metavar="N", help=said)


def paper_of(args: argparse.Namespace) -> PQIdentity:
    """Return the recovery identity, from the descriptor named or the terminal.

    Raises ``NotTheRecovery``, ``NoSharing``; ``Problem`` where nobody can be asked.
    """
    if args.paper_fd is not None:
        return recovery.read(os.read(args.paper_fd, LONGEST).decode("utf-8", "replace"))
    if not sys.stdin.isatty():
        raise Problem("there is no terminal to ask for the paper: name a descriptor (--help)")
    typed = getpass.getpass("recovery identity (AGE-SECRET-KEY-PQ-1…; empty to type two shares): ")
    if not typed.strip():
        typed = "\n".join(input(f"share {n}: ") for n in range(1, recovery.ENOUGH + 1))
    return recovery.read(typed)


def book_of(args: argparse.Namespace) -> Casebook:
    """Open the casebook of the configuration named. Raises ``Problem``."""
    if not args.config:
        raise Problem("name the configuration: --config FILE or NARU_CONFIG")
    try:
        return open_book(load_settings(Path(args.config), only="desk").desk)
    except SettingsError as error:
        raise Problem(str(error)) from error


@contextmanager
def acting(args: argparse.Namespace) -> Iterator[tuple[Casebook, Keyring]]:
    """Unlock the member's keys for one command; the session ends with it. Raises ``Problem``."""
    book = book_of(args)
    try:
        passphrase, _, code = passphrase_of(args).partition("\n")  # a code is on the second line
        cookie = book.log_in(args.name, passphrase, code.strip(), book.store.clock())
        try:
            yield book, book.resume(cookie, book.store.clock())
        finally:
            book.log_out(cookie)
    except CasebookError as error:
        raise Problem(SENTENCES.get(type(error), "that cannot be done")) from error


def show(args: argparse.Namespace, rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows: one JSON document, or a line each."""
    if args.json:
        print(json.dumps(list(rows), ensure_ascii=False))  # noqa: T201
        return
    for row in rows:
        print("  ".join(str(value) for value in row.values()))  # noqa: T201

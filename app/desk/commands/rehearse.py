"""Rehearse the recovery: does the identity on paper open what it must? Only the day is kept."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from sqlalchemy import Connection, select

from app.casebook import tables
from app.desk.commands import LONGEST, book_of, show
from app.problems import Problem
from config.settings import load_settings
from crypto.errors import CryptoError
from crypto.identities import PQIdentity, parse_identity
from crypto.opening import open_bytes

REHEARSED = "recovery-rehearsed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the identity from the terminal or a file descriptor, never as an argument."""
    parser.add_argument("--identity-fd", type=int, metavar="N", help="read it from here")


def run(args: argparse.Namespace) -> int:
    """Open every key that the recovery identity is there for, and note the day."""
    book = book_of(args)
    identity = _identity(args)
    with book.store.casebook.connect() as connection:
        opened = _open_all(connection, identity)
    data = load_settings(Path(args.config), only="desk").desk.data_dir
    path = data / REHEARSED
    path.touch(mode=0o600)
    path.write_text(book.store.today() + "\n", "ascii")
    show(args, [{"key": name, "opened": "yes"} for name in opened])
    return 0


def _identity(args: argparse.Namespace) -> PQIdentity:
    if args.identity_fd is not None:
        text = os.read(args.identity_fd, LONGEST).decode("ascii", "replace")
    elif sys.stdin.isatty():
        text = getpass.getpass("recovery identity (AGE-SECRET-KEY-PQ-1…): ")
    else:
        raise Problem("there is no terminal to ask for the identity: use --identity-fd")
    try:
        found = parse_identity(text.strip())
    except CryptoError:
        raise Problem("that is no identity: compare it with the paper, sign by sign") from None
    if not isinstance(found, PQIdentity):
        raise Problem("that is an identity of another kind: a partner's?")
    return found


def _open_all(connection: Connection, identity: PQIdentity) -> list[str]:
    """Return the names of the keys it opened. Raises ``Problem`` for the first it does not."""
    standing = connection.execute(
        select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == "standing")
    ).scalar()
    if standing != str(identity.recipient):
        raise Problem("this is not the recovery identity of this deployment")
    keys = [
        (f"casebook key for {row.ring}", row.sealed)
        for row in connection.execute(
            select(tables.casebook_key.c.ring, tables.casebook_key.c.sealed)
        )
    ] + [
        (f"epoch {row.epoch}", row.sealed)
        for row in connection.execute(
            select(tables.epoch.c.epoch, tables.epoch.c.sealed).where(
                tables.epoch.c.sealed.is_not(None)
            )
        )
    ]
    for name, sealed in keys:
        try:
            open_bytes(sealed, [identity])
        except CryptoError:
            raise Problem(f"the recovery identity does not open the {name}") from None
    return [name for name, _ in keys]

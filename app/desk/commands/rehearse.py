"""Rehearse the recovery: does the identity on paper open what it must? Only the day is kept."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from app.casebook import tables
from app.casebook.keys import recovery
from app.casebook.shapes import CasebookError
from app.desk.commands import SENTENCES, book_of, paper_arguments, paper_of, show
from app.problems import Problem
from config.settings import load_settings
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.opening import open_bytes

REHEARSED = "recovery-rehearsed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the paper from the terminal or a file descriptor."""
    paper_arguments(parser, "--identity-fd", "--shares-fd")


def run(args: argparse.Namespace) -> int:
    """Open every key that the recovery identity is there for, and note the day."""
    book = book_of(args)
    try:
        identity = paper_of(args)
        with book.store.casebook.connect() as connection:
            recovery.prove(connection, identity)
            opened = _open_all(connection, identity)
    except CasebookError as error:
        raise Problem(SENTENCES[type(error)]) from error
    data = load_settings(Path(args.config), only="desk").desk.data_dir
    path = data / REHEARSED
    path.touch(mode=0o600)
    path.write_text(book.store.today() + "\n", "ascii")
    show(args, [{"key": name, "opened": "yes"} for name in opened])
    return 0


def _open_all(connection: Connection, identity: PQIdentity) -> list[str]:
    """Return the names of the keys it opened. Raises ``Problem`` for the first it does not."""
    opened = []
    for name, sealed in _keys(connection):
        try:
            open_bytes(sealed, [identity])
        except CryptoError:
            raise Problem(f"the recovery identity does not open the {name}") from None
        opened.append(name)
    return opened


def _keys(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Yield every key that lies sealed on this desk, with a name for it."""
    for row in connection.execute(select(tables.casebook_key)):
        yield f"casebook key for {row.ring}", row.sealed
    for row in connection.execute(select(tables.signing_key)):
        yield f"signing key {row.name}", row.sealed
    for table, name in ((tables.epoch, "epoch"), (tables.retired_epoch, "retired key of epoch")):
        for row in connection.execute(select(table).where(table.c.sealed.is_not(None))):
            yield f"{name} {row.epoch}", row.sealed

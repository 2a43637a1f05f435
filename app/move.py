"""Move a deployment's databases, from SQLite to PostgreSQL or back: copied, compared, then named.

The apps must not run. Nothing is taken away: the old databases stay where they are until somebody
destroys them, and say so.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.casebook import tables as casebook
from app.db import WrongRevision, open_engine, refuse_stale
from app.mailbox import tables as mailbox
from app.problems import Problem
from config.settings import DeskSettings, SettingsError, load_settings

BATCH = 500
BRANCHES = {"mailbox": mailbox, "casebook": casebook}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to: the settings as they shall be."""
    parser.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="TOML",
        help="a copy of the settings in which mailbox_url and casebook_url name the new databases",
    )


def run(args: argparse.Namespace) -> int:
    """Copy both databases, and print the digest each has on either side."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    try:
        old, new = load_settings(Path(args.config)).keeper, load_settings(args.to).keeper
    except SettingsError as error:
        raise Problem(str(error)) from None
    told = [_move(branch, old, new) for branch in BRANCHES]
    if args.json:
        print(json.dumps(told))  # noqa: T201
        return 0
    for one in told:
        print(f"{one['database']}: {one['rows']} rows, sha256 {one['digest']}, equal on both sides")  # noqa: T201
    print(f"now put {args.to} in the place of {args.config}, start the apps, destroy the old ones")  # noqa: T201
    return 0


def _move(branch: str, old: DeskSettings, new: DeskSettings) -> dict[str, object]:
    urls = [getattr(settings, f"{branch}_url") for settings in (old, new)]
    if urls[0] == urls[1]:
        raise Problem(f"{branch}_url is the same in both settings: nothing to move")
    source, target = (open_engine(url) for url in urls)
    try:
        return copy(branch, source, target)
    except SQLAlchemyError as error:
        raise Problem(f"{branch}: {type(error).__name__}: see both servers and roles") from None
    finally:
        source.dispose()
        target.dispose()


def copy(branch: str, source: Engine, target: Engine) -> dict[str, object]:
    """Copy one database into an empty one in one transaction. Raises ``Problem``."""
    module = BRANCHES[branch]
    try:
        refuse_stale(source, module.HEAD)
    except WrongRevision as error:
        raise Problem(f"{branch}: {error}") from None
    migrate.upgrade(target, branch)
    with source.connect() as reading:
        with target.execution_options(naru_writes=True).begin() as writing:
            for table in module.metadata.sorted_tables:
                if writing.execute(select(func.count()).select_from(table)).scalar():
                    raise Problem(f"{branch}: the new database is not empty")
                for batch in _batches(reading, table):
                    writing.execute(insert(table), batch)
        before = digest(reading, module.metadata)
    with target.connect() as reading:
        after = digest(reading, module.metadata)
    if before != after:
        raise Problem(f"{branch}: the copy differs: drop the new database, keep the old")
    return {"database": branch, "rows": before[1], "digest": before[0]}


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    result = connection.execution_options(stream_results=True).execute(select(table))
    for rows in result.mappings().partitions(BATCH):
        yield [dict(row) for row in rows]


def digest(connection: Connection, metadata: MetaData) -> tuple[str, int]:
    """Return the SHA-256 over all rows, whatever order a database keeps them in, and their number.

    Each row is hashed by itself; the sorted hashes of all tables are hashed again.
    """
    whole, count = hashlib.sha256(), 0
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        hashes = sorted(
            hashlib.sha256(repr([_plain(v) for v in row]).encode()).digest()
            for row in connection.execute(select(*sorted(table.c, key=lambda c: c.name)))
        )
        whole.update(f"{table.name} {len(hashes)}\n".encode() + b"".join(hashes))
        count += len(hashes)
    return whole.hexdigest(), count


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value

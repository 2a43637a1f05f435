"""Bring the databases to this code's revision, or back to an earlier one before going back."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.casebook import tables as casebook
from app.db import open_engine
from app.mailbox import tables as mailbox
from app.problems import Problem
from config.settings import Settings, load_settings

HEADS = {"mailbox": mailbox.HEAD, "casebook": casebook.HEAD}
_NOTHING = "nothing"  # before the first migration
_FAILS = (SQLAlchemyError, CommandError, NotImplementedError)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take a revision to go back to; without one it goes forward."""
    parser.add_argument(
        "--back-to",
        action="append",
        default=[],
        metavar="REVISION",
        help="as in mailbox_0001; run it with the newer code, then install the older",
    )


def run(args: argparse.Namespace) -> int:
    """Migrate both databases, or neither; the apps must not run."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    settings = load_settings(Path(args.config))
    urls = _urls(settings)
    wanted = {} if args.back_to else dict.fromkeys(urls, "head")
    for revision in args.back_to:
        branch = revision.partition("_")[0]
        if branch not in urls:
            raise Problem(f"{revision}: a revision begins with {' or '.join(urls)}")
        wanted[branch] = revision
    told = _migrate_all(urls, wanted)
    if args.json:
        print(json.dumps(told))  # noqa: T201
    else:
        for one in told:
            print(f"{one['database']}: {one['before']} -> {one['after']}")  # noqa: T201
    return 0


def _urls(settings: Settings) -> dict[str, str]:
    """Return the databases this host looks after: the casebook's where the desk is."""
    urls = {"mailbox": settings.mailbox_url, "casebook": settings.casebook_url}
    return urls if settings.desk_table is not None else {"mailbox": settings.mailbox_url}


def _migrate_all(urls: Mapping[str, str], wanted: Mapping[str, str]) -> list[dict[str, str]]:
    """Migrate one database after the other, each in a transaction of its own.

    No transaction spans both: when a later one fails, those before it go back to where they were,
    so that the older code finds what it knows. Raises ``Problem``.
    """
    told: list[dict[str, str]] = []
    for branch, to in wanted.items():
        try:
            told.append(_migrate(branch, urls[branch], to))
        except _FAILS as error:
            _undo(urls, told)
            said = "nothing was changed; its older code and the last backup are the way back"
            raise Problem(f"{branch}: {type(error).__name__}: {said}") from None
    return told


def _undo(urls: Mapping[str, str], told: list[dict[str, str]]) -> None:
    for one in reversed(told):
        branch, before, after = one["database"], one["before"], one["after"]
        if before == after:
            continue
        try:
            _go(branch, urls[branch], before, forwards=_is_back(before, after))
        except _FAILS as error:
            said = f"stays at {after}, and the code before needs {before}: take the last backup"
            raise Problem(f"{branch}: {type(error).__name__}: {said}") from None


def _is_back(before: str, after: str) -> bool:
    """Tell whether what was done went backwards; revisions of a branch are numbered."""
    return before > after


def _migrate(branch: str, url: str, to: str) -> dict[str, str]:
    before = _revision(url)
    _go(branch, url, to, forwards=to == "head")
    return {"database": branch, "before": before, "after": _revision(url)}


def _go(branch: str, url: str, to: str, *, forwards: bool) -> None:
    engine = open_engine(url)
    try:
        if forwards:
            migrate.upgrade(engine, branch, to)
        else:
            migrate.downgrade(engine, branch, "base" if to == _NOTHING else to)
    finally:
        engine.dispose()


def _revision(url: str) -> str:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            query = "SELECT version_num FROM alembic_version"
            return str(connection.exec_driver_sql(query).scalar())
    except SQLAlchemyError:
        return _NOTHING
    finally:
        engine.dispose()

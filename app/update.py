"""Bring the databases to this code's revision, or back to an earlier one before going back."""

import argparse
import json
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
    """Migrate, in one transaction for each database; the apps must not run."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    settings = load_settings(Path(args.config))
    wanted = dict.fromkeys(_urls(settings), "head")
    for revision in args.back_to:
        branch = revision.partition("_")[0]
        if branch not in wanted:
            raise Problem(f"{revision}: a revision begins with {' or '.join(wanted)}")
        wanted = {branch: revision} if set(wanted.values()) == {"head"} else wanted
        wanted[branch] = revision
    told = [_migrate(branch, _urls(settings)[branch], to) for branch, to in wanted.items()]
    if args.json:
        print(json.dumps(told))  # noqa: T201
    else:
        for one in told:
            print(f"{one['database']}: {one['before']} -> {one['after']}")  # noqa: T201
    return 0


def _urls(settings: Settings) -> dict[str, str]:
    """Return the databases this host looks after: the casebook's where the desk is."""
    if settings.desk_table is not None:
        return {
            "mailbox": settings.desk_table.mailbox_url,
            "casebook": settings.desk_table.casebook_url,
        }
    return {"mailbox": settings.intake.mailbox_url}


def _migrate(branch: str, url: str, to: str) -> dict[str, str]:
    engine = open_engine(url)
    try:
        before = _revision(url)
        if to == "head":
            migrate.upgrade(engine, branch)
        else:
            migrate.downgrade(engine, branch, to)
        return {"database": branch, "before": before, "after": _revision(url)}
    except (SQLAlchemyError, CommandError, NotImplementedError) as error:
        said = "nothing was changed; its older code and the last backup are the way back"
        raise Problem(f"{branch}: {type(error).__name__}: {said}") from None
    finally:
        engine.dispose()


def _revision(url: str) -> str:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            query = "SELECT version_num FROM alembic_version"
            return str(connection.exec_driver_sql(query).scalar())
    except SQLAlchemyError:
        return "nothing"
    finally:
        engine.dispose()

"""Say how it goes without saying anything of anybody: counts by day, what waits, what room is left.

For cron: `--arrived` prints one sentence without content when something of an earlier day waits
for the desk, and nothing otherwise. A mail of it tells no hour and no number.
"""

import argparse
import datetime as dt
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.db import open_engine
from app.mailbox import counting
from app.problems import Problem
from config.settings import AppSettings, load_settings

SOMETHING = "Something has arrived and waits at the desk."
MIB = 1 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whether only one sentence is wanted."""
    parser.add_argument("--arrived", action="store_true", help="one sentence, or nothing: for cron")


def run(args: argparse.Namespace) -> int:
    """Print the figures, or with --arrived the one sentence."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    settings = load_settings(Path(args.config), look_at_files=False)
    here = settings.intake_table or settings.desk
    today = dt.datetime.fromtimestamp(time.time(), dt.UTC).date()
    seen = look(here, today)
    if args.arrived:
        if seen.earlier.items:
            print(json.dumps({"arrived": True}) if args.json else SOMETHING)  # noqa: T201
        return 0
    print(json.dumps(asdict(seen)) if args.json else _words(seen))  # noqa: T201
    return 0


@dataclass(frozen=True)
class Seen:
    """What was counted; ``earlier`` is what waits since a day before today."""

    arrived: list[tuple[str, int]]
    waiting: counting.Waiting
    earlier: counting.Waiting
    room: counting.Room


def look(settings: AppSettings, today: dt.date) -> Seen:
    """Count. Raises ``Problem``."""
    engine = open_engine(settings.mailbox_url)
    try:
        with engine.connect() as connection:
            return Seen(
                counting.by_day(connection, today),
                counting.waiting(connection),
                counting.waiting(connection, before=today),
                counting.room(settings.data_dir),
            )
    except (SQLAlchemyError, OSError) as error:
        raise Problem(f"nothing can be counted ({type(error).__name__}): run the doctor") from None
    finally:
        engine.dispose()


def _words(seen: Seen) -> str:
    room, since = seen.room, seen.waiting.since
    lines = [f"{day}  {count:5}" for day, count in seen.arrived]
    lines.append(
        f"not taken in: {seen.waiting.items}" + (f", the oldest since {since}" if since else "")
    )
    lines.append(
        f"databases {room.databases / MIB:.1f} MiB, {room.files} sealed files "
        f"{room.sealed / MIB:.1f} MiB, free {room.free / MIB:.0f} MiB"
    )
    return "\n".join(lines)

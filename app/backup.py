"""Write a backup of a running deployment: FILE, and FILE.keys, which is destroyed after 30 days.

Copy both, and tombstones.json beside the databases, to another place; copy that list more often
than you make backups. What remains where, and until when: docs/erasure.md.
"""

import argparse
import json
from pathlib import Path

from app.casebook.building import open_store
from app.casebook.keeping import backups
from app.db import WrongRevision
from app.problems import Problem
from config.settings import DeskSettings, load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to write it."""
    parser.add_argument("file", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Write both parts, sealed to the recovery recipient."""
    if not args.config:
        raise Problem("name the configuration: --config FILE or NARU_CONFIG")
    settings = load_settings(Path(args.config)).keeper
    if not args.file.parent.is_dir():
        raise Problem(f"there is no folder {args.file.parent}")
    try:
        store = open_store(settings)
    except WrongRevision as error:
        raise Problem(str(error)) from error
    try:
        done = backups.write(store, _deployment(Path(args.config), settings), args.file)
    except OSError as error:
        raise Problem(f"the backup could not be written: {error.strerror}") from error
    told = {
        "file": str(args.file),
        "keys": str(backups.keys_of(args.file)),
        "rows": done.rows,
        "blobs": done.blobs,
        "destroyed": list(done.destroyed),
    }
    if args.json:
        print(json.dumps(told))  # noqa: T201
        return 0
    print(f"{told['file']} and {told['keys']}: {done.rows} rows, {done.blobs} blobs")  # noqa: T201
    for name in done.destroyed:
        print(f"destroyed, older than {backups.KEPT_DAYS} days: {name}")  # noqa: T201
    return 0


def _deployment(toml: Path, settings: DeskSettings) -> backups.Deployment:
    both = load_settings(toml)
    files = {"desk.secret": settings.secret_file}
    if both.intake_table is not None:
        files["intake.secret"] = both.intake_table.secret_file
    secrets = {name: path.read_bytes() for name, path in files.items()}
    folders = settings.blob_dir, settings.handed_dir
    return backups.Deployment(toml.read_text("utf-8"), secrets, *folders)

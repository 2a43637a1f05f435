"""Bring a backup back into a new folder. What was withdrawn or ended since stays destroyed.

The recovery identity comes through a file descriptor. Give the newest tombstones.json that was
copied outside; without one, what was withdrawn after the backup comes back, so that must be said.
"""

import argparse
import json
import os
from pathlib import Path

from app.casebook.keeping import backups, restoring
from app.problems import Problem

LONGEST = 1 << 16


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the backup, where to, the identity, the tombstones, and who is there too."""
    parser.add_argument("file", type=Path, metavar="FILE", help="FILE.keys must lie beside it")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="empty or new")
    parser.add_argument(
        "--identity-fd", type=int, required=True, metavar="N", help="the recovery identity"
    )
    stones = parser.add_mutually_exclusive_group(required=True)
    stones.add_argument("--tombstones", type=Path, metavar="LIST", help="the newest copy outside")
    stones.add_argument("--without-tombstones", action="store_true", help="there is no copy")
    parser.add_argument("--as", dest="name", metavar="NAME", help="the member who is there too")
    parser.add_argument("--passphrase-fd", type=int, metavar="M", help="that member's passphrase")


def run(args: argparse.Namespace) -> int:
    """Restore, replay, and say what came back."""
    second = None
    if args.name is not None and args.passphrase_fd is not None:
        second = restoring.Second(args.name, _read(args.passphrase_fd).split("\n", 1)[0])
    try:
        identities = restoring.identities_of(_read(args.identity_fd))
        newer = args.tombstones.read_bytes() if args.tombstones else None
        done = restoring.restore(
            (args.file, backups.keys_of(args.file)), identities, args.data.resolve(), newer, second
        )
    except OSError as error:
        raise Problem(f"{error.filename}: {error.strerror}") from error
    except (
        restoring.WrongBackup,
        restoring.WrongTombstones,
        restoring.NeedsSecondPerson,
    ) as error:
        raise Problem(str(error)) from error
    told = {
        "config": str(done.toml),
        "day": done.day,
        "rows": done.rows,
        "erased": done.erased,
        "ended": done.ended,
    }
    if args.json:
        print(json.dumps(told))  # noqa: T201
    else:
        print(  # noqa: T201
            f"the backup of {done.day}: {done.rows} rows; erased again: {done.erased};"
            f" epochs ended again: {done.ended}\nsettings: {done.toml}"
        )
    return 0


def _read(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, "rb") as held:
            return held.read(LONGEST).decode("utf-8", "replace")
    except OSError as error:
        raise Problem(f"nothing can be read from descriptor {descriptor}") from error

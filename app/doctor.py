"""Look whether everything is as it should be, and say what to do where it is not."""

import argparse
import datetime as dt
import json
import time
from dataclasses import asdict
from pathlib import Path

from app.doctoring import WRONG, Finding, Patient, host, onions, stores
from app.problems import Problem
from config.settings import Settings, SettingsError, load_settings

CHECKS = host.CHECKS + onions.CHECKS + stores.CHECKS
HOUSE = Path(__file__).resolve().parent.parent


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what machine to look at, and where its backups lie."""
    parser.add_argument("--root", type=Path, default=Path("/"), help="the machine; default: this")
    parser.add_argument("--backups", type=Path, default=Path("/var/backups/naru"), metavar="DIR")
    parser.add_argument("--requirements", type=Path, help="default: those of the apps run here")


def examine(patient: Patient) -> list[Finding]:
    """Return every finding, the wrong ones first."""
    found = [finding for check in CHECKS for finding in check(patient)]
    return sorted(found, key=lambda one: one.grade != WRONG)


def run(args: argparse.Namespace) -> int:
    """Print what was found; exit 1 when something is wrong."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    settings, first = _settings(Path(args.config))
    name = "requirements.txt" if settings.desk_table else "deploy/requirements-intake.txt"
    found = first + examine(
        Patient(
            settings,
            dt.datetime.fromtimestamp(time.time(), dt.UTC).date(),
            args.root,
            args.backups,
            args.requirements or HOUSE / name,
        )
    )
    if args.json:
        print(json.dumps({"findings": [asdict(one) for one in found]}, ensure_ascii=False))  # noqa: T201
    else:
        for one in found:
            print(f"{one.grade}: {one.id}: {one.what}\n    {one.do}")  # noqa: T201
        if not found:
            print("everything that can be seen from here is as it should be")  # noqa: T201
    wrong = sum(one.grade == WRONG for one in found)
    if wrong:
        raise Problem(f"{wrong} of {len(found)} findings must be mended")
    return 0


def _settings(path: Path) -> tuple[Settings, list[Finding]]:
    """Return the settings even where an app would refuse to start over what lies on the disk."""
    try:
        return load_settings(path), []
    except SettingsError as error:
        settings = load_settings(path, look_at_files=False)
        return settings, [
            Finding("refused", WRONG, f"Naru does not start: {error}", "do what it says")
        ]

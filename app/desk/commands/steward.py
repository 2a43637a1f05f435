"""Do once what is due without any member's key: for cron, where no desk runs all day."""

import argparse
import json
from pathlib import Path

from app.casebook.keeping.steward import Steward
from app.desk.commands import book_of
from config.settings import load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing but the configuration."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Do one round and say what was erased."""
    book = book_of(args)
    folder = load_settings(Path(args.config), only="desk").desk.data_dir
    erased = Steward(book.store, book.vault.forget, folder).round()
    if args.json:
        print(json.dumps({"erased": len(erased)}))  # noqa: T201
    else:
        print(f"erased: {len(erased)}")  # noqa: T201
    return 0

"""Write the signed list of addresses, a card to print, and the page that leads to the onion."""

import argparse
import json
from pathlib import Path

from app.desk import addresses
from app.desk.commands import acting, member_arguments
from app.problems import Problem
from config.settings import load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take whose key, where to, and what other onions lead to the same intake."""
    member_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="made if missing")
    parser.add_argument(
        "--also", action="append", default=[], metavar="URL", help="another onion of this intake"
    )


def run(args: argparse.Namespace) -> int:
    """Sign with the desk's key, which only a lead has, and write everything into DIR."""
    with acting(args) as (book, keyring):
        keyring.require("lead")
        intake = load_settings(Path(args.config), look_at_files=False).intake.base_url
        onions = [intake, *args.also]
        if wrong := [one for one in onions if not addresses.is_onion(one)]:
            raise Problem(f"{wrong[0]} is no address of an onion: nothing was signed")
        said = addresses.statement(book.store.site_id.hex(), book.store.today(), onions)
        with book.store.casebook.connect() as connection:
            files = addresses.signed(keyring.signer(connection, "desk"), said)
    files |= addresses.pages(intake)
    args.out.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name, data in files.items():
        (args.out / name).write_bytes(data)
    told = {"files": [str(args.out / name) for name in files], "addresses": onions}
    print(json.dumps(told) if args.json else "\n".join(told["files"]))  # noqa: T201
    return 0

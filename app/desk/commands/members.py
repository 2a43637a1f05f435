"""List and add members."""

import argparse
import json

from app.casebook import founding, rules
from app.desk.commands import acting, member_arguments, show


def arguments(parser: argparse.ArgumentParser) -> None:
    """``list``, ``add NAME --role ROLE``."""
    words = parser.add_subparsers(dest="act", required=True)
    member_arguments(words.add_parser("list", help="who may log in, and as what"))
    add = words.add_parser("add", help="enrol a member")
    member_arguments(add)
    add.add_argument("new", metavar="NEW-NAME")
    add.add_argument("--role", choices=("lead", "reviewer", "partner"), required=True)
    add.add_argument(
        "--kind", choices=rules.KINDS, default="rescue", help="what a partner is (rescue)"
    )
    add.add_argument("--triage", action="store_true", help="may take in what arrives")
    add.add_argument("--lang", choices=("en", "ko", "zh"), default="en", help="of the passphrase")


def run(args: argparse.Namespace) -> int:
    """Do it with a member's key."""
    with acting(args) as (book, keyring):
        if args.act == "list":
            rows = [
                {
                    "name": one.name,
                    "role": one.role,
                    "triage": "triage" if one.triage else one.kind,
                }
                for one in book.members(keyring)
            ]
            show(args, rows)
            return 0
        made = founding.add_member(
            book.store,
            keyring,
            args.new,
            args.role,
            triage=args.triage,
            lang=args.lang,
            kind=args.kind,
        )
    told = {"name": made.member.name, "role": made.member.role, "passphrase": made.passphrase}
    if args.json:
        print(json.dumps(told, ensure_ascii=False))  # noqa: T201
    else:
        print(f"{made.member.name}: tell them once, by voice or on paper:\n  {made.passphrase}")  # noqa: T201
    return 0

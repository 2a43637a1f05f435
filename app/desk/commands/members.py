"""List, add, renew and remove members."""

import argparse
import json

from app.casebook import members
from app.casebook.book import Casebook
from app.casebook.evidence import rules
from app.casebook.keyring import Keyring
from app.casebook.keys import enrolling, founding, removal, requests
from app.desk.commands import acting, member_arguments, show


def arguments(parser: argparse.ArgumentParser) -> None:
    """``list``, ``add NAME --role ROLE``, ``renew NAME``, ``remove NAME``."""
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
    add.add_argument("--link", action="store_true", help="a one-time link instead of a passphrase")
    remove = words.add_parser("remove", help="replace every key a member held")
    renew = words.add_parser("renew", help="a new key: forgotten passphrase, lost laptop")
    for word in (remove, renew):
        member_arguments(word)
        word.add_argument("who", metavar="NAME")
    renew.add_argument("--lang", choices=("en", "ko", "zh"), default="en", help="of the passphrase")


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
        if args.act == "remove":
            removed = removal.remove(book.store, keyring, args.who)
            show(args, [{"removed": removed.member.name, "rewrapped": removed.rewrapped}])
            return 0
        made = _make(args, book, keyring)
    if isinstance(made, dict):
        show(args, [made])
        return 0
    told = {"name": made.member.name, "role": made.member.role, "passphrase": made.passphrase}
    if args.json:
        print(json.dumps(told, ensure_ascii=False))  # noqa: T201
    else:
        print(f"{made.member.name}: tell them once, by voice or on paper:\n  {made.passphrase}")  # noqa: T201
    return 0


def _make(
    args: argparse.Namespace, book: Casebook, keyring: Keyring
) -> members.Enrolled | dict[str, str]:
    """Return who was made, or what there is instead: a link, a request for a second person."""
    if args.act == "renew":
        return removal.renew(book.store, keyring, args.who, args.lang)
    if args.role == "lead":
        what = {"name": args.new, "lang": args.lang}
        return {"request": requests.ask(book.store, keyring, "add-lead", what)}
    said = {"triage": args.triage, "lang": args.lang, "kind": args.kind}
    if args.link:
        link = enrolling.invite(book.store, keyring, args.new, args.role, **said)
        return {"path": f"/enrol/{link}"}
    return founding.add_member(book.store, keyring, args.new, args.role, **said)

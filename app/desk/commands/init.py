"""Make a deployment: folder, secrets, settings, databases, keys, epochs, the first lead."""

import argparse
import json
from pathlib import Path

from app.casebook.keys import recovery
from app.casebook.keys.founding import Founded
from app.desk import founding_day
from app.problems import Problem
from config.settings import SettingsError

QUESTIONS = {
    "data": "Where shall Naru keep its data (an empty folder)? ",
    "lead": "Name of the first lead? ",
    "intake_url": "Address of the intake (http://….onion)? ",
    "desk_url": "Address of the desk (http://….onion)? ",
    "language": "Language when a browser asks for none of ours (ko, zh, en)? ",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the five answers; what is not given is asked for."""
    for name in QUESTIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name)
    parser.add_argument("--intake-listen", help="default: a socket in the data folder")
    parser.add_argument("--desk-listen", help="default: a socket in the data folder")


def run(args: argparse.Namespace) -> int:
    """Make it, and print once what must be written on paper."""
    for name, question in QUESTIONS.items():
        if getattr(args, name) is None:
            setattr(args, name, _ask(question))
    data = Path(args.data).resolve()
    if (data / "naru.toml").exists():
        raise Problem(f"{data} already holds a deployment")
    answers = founding_day.Answers(
        data_dir=data,
        lead=args.lead,
        intake_url=args.intake_url,
        desk_url=args.desk_url,
        intake_listen=args.intake_listen or f"unix:{data}/intake.sock",
        desk_listen=args.desk_listen or f"unix:{data}/desk.sock",
        language=args.language,
    )
    try:
        path, founded = founding_day.make(answers)
    except SettingsError as error:
        raise Problem(str(error)) from error
    except FileExistsError:
        raise Problem(f"{data} holds an earlier founding that was not finished: empty it") from None
    except OSError as error:
        raise Problem(f"{data}: {error.strerror}") from None
    _tell(args, path, founded)
    return 0


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError as error:
        raise Problem("there is nobody to ask: give the answers as arguments (--help)") from error


def _shares(founded: Founded) -> list[str]:
    try:
        return recovery.shares(founded.recovery)
    except recovery.NoSharing:
        return []


def _on_paper(founded: Founded) -> str:
    shares = _shares(founded)
    if not shares:
        return "  (install shamir-mnemonic to have it as three shares, of which two are enough)"
    lines = ["  or, better, as three shares on three papers; any two are enough, one is nothing:"]
    lines += [f"\n    share {n}: {share}" for n, share in enumerate(shares, 1)]
    return "\n".join(lines)


def _tell(args: argparse.Namespace, path: Path, founded: Founded) -> None:
    told = {
        "config": str(path),
        "lead": {"name": founded.lead.member.name, "passphrase": founded.lead.passphrase},
        "recovery": str(founded.recovery),
        "shares": _shares(founded),
        "fingerprint": founded.fingerprint,
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))  # noqa: T201
        return
    print(  # noqa: T201
        f"""
Settings: {path}
Lead: {founded.lead.member.name}

Write on paper now; nothing of this is stored:

  passphrase of {founded.lead.member.name}:
    {founded.lead.passphrase}

  recovery identity (opens everything when no member can; keep it in a safe place, apart):
    {founded.recovery}

{_on_paper(founded)}

  fingerprint of the desk's signing key (publish it):
    {founded.fingerprint}
"""
    )

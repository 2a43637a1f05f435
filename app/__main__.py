"""`python -m app WORD …`: a table of word -> module, loaded when used.

Exit 0; 2 for wrong use; 1 with one line on stderr. A module has ``arguments(parser)``, which says
what it wants, and ``run(args) -> int | None``, which does it and raises ``Problem`` for that line.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from app.problems import Problem
from config.settings_checks import SettingsError

# word: the module that does it, and what `--help` says of it
WORDS = {
    "demo": ("app.demo", "a demonstration with fictional samples"),
    "init": ("app.desk.commands.init", "make a deployment: keys, epochs, first member"),
    "serve": ("app.serve", "serve the intake or the desk"),
    "doctor": ("app.doctor", "look whether everything is as it should be"),
    "status": ("app.status", "count what arrived, what waits and what room is left"),
    "update": ("app.update", "bring the databases to this code's revision, or back"),
    "move": ("app.move", "move the databases between SQLite and PostgreSQL"),
    "rehearse": ("app.desk.commands.rehearse", "try whether the recovery identity opens the keys"),
    "backup": ("app.backup", "write a backup"),
    "restore": ("app.restore", "bring a backup back"),
    "members": ("app.desk.commands.members", "add, list and remove members"),
    "recover": ("app.desk.commands.recover", "make a lead again with the identity on paper"),
    "epochs": ("app.desk.commands.epochs", "list, begin and end arrival epochs"),
    "custody": ("app.desk.commands.custody", "verify the account, or write its checkpoint"),
    "steward": ("app.desk.commands.steward", "do once what is due: withdrawals, nightly packing"),
    "addresses": ("app.desk.commands.addresses", "sign the onions, print a card, lead to them"),
    "stages": ("app.stages", "list the stages of the process"),
    "suggest": ("app.suggest", "suggest stages for a text on standard input"),
    "export": ("app.desk.commands.export", "write a bundle for a partner"),
    "revocations": ("app.desk.commands.revocations", "write the list of what was withdrawn"),
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one word and return the exit code."""
    os.umask(0o077)
    words = list(sys.argv[1:] if words is None else words)
    parser = argparse.ArgumentParser(prog="python -m app", description="Naru, from the shell.")
    parser.add_argument("word", choices=WORDS, metavar="WORD", help=_overview())
    if not words or words[0] not in WORDS:
        parser.parse_args(words)
    word, rest = words[0], words[1:]
    module = _load(word)
    if module is None:
        print(f"naru: '{word}' comes later", file=sys.stderr)  # noqa: T201
        return 1
    parser = argparse.ArgumentParser(prog=f"python -m app {word}", description=module.__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--config", type=Path, default=os.environ.get("NARU_CONFIG"), help="the deployment's TOML"
    )
    module.arguments(parser)
    args = parser.parse_args(rest)
    try:
        return module.run(args) or 0
    except (Problem, SettingsError) as problem:
        print(f"naru: {problem}", file=sys.stderr)  # noqa: T201
        return 1


def _overview() -> str:
    return "; ".join(f"{word}: {meaning}" for word, (_, meaning) in WORDS.items())


def _load(word: str) -> ModuleType | None:
    """Return the module of a word, or nothing while it is not written."""
    name = WORDS[word][0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            return None
        raise


if __name__ == "__main__":
    sys.exit(main())

"""`python -m app suggest`: stages that a text on standard input may speak of, and why."""

import argparse
import dataclasses
import json
import sys

from app.problems import Problem
from app.reading.suggest import explain, suggest

LONGEST = 200_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `suggest` wants: a language only where the script does not tell."""
    parser.add_argument("--lang", choices=("ko", "zh", "en"), help="where the script tells nothing")


def run(args: argparse.Namespace) -> None:
    """Print the suggestions; with --json as one array of objects."""
    try:
        text = sys.stdin.buffer.read().decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Problem("the text is not UTF-8") from None
    if len(text) > LONGEST:
        raise Problem(f"the text is longer than {LONGEST:,} characters")
    found = suggest(text, args.lang)
    if args.json:
        told = [dataclasses.asdict(each) for each in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for each in found:
        sys.stdout.write(f"{each.start}-{each.end}  {each.stage} ({each.track}): {each.text}\n")
        sys.stdout.write(f"    {each.rule}: {explain(each.rule)}\n")

"""`python -m bench.world --count 300 --seed 1`: an invented world as lines of JSON."""

import argparse
import dataclasses
import json

from bench.world import FIRST, HALVES, generate


def main() -> None:
    """Print one account a line, its gold beside it."""
    parser = argparse.ArgumentParser(prog="python -m bench.world", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=(FIRST, *HALVES), default="tune")
    chosen = parser.parse_args()
    for account in generate(chosen.count, chosen.seed, chosen.half):
        print(json.dumps(dataclasses.asdict(account), ensure_ascii=False))


if __name__ == "__main__":
    main()

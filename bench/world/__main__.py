"""`python -m bench.world --count 300 --seed 1`: an invented world as lines of JSON."""

import argparse
import dataclasses
import json
from collections.abc import Iterator

from bench.world import FIRST, HALVES, LANGS, generate
from bench.world.wordings import part, wordings


def frames(half: str) -> Iterator[str]:
    """Yield every sentence of a half: its language, its stage or kind, the frame."""
    for lang in LANGS:
        ways = wordings(lang)
        named = {**ways.stages, **ways.distractors, "plain": ways.plain, "death": ways.deaths}
        for name, halves in named.items():
            for pattern in part(halves, half):
                yield from (f"{lang}\t{name}\t{frame}" for frame in pattern.expand())


def main() -> None:
    """Print one account a line, its gold beside it."""
    parser = argparse.ArgumentParser(prog="python -m bench.world", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=(FIRST, *HALVES), default="tune")
    parser.add_argument("--frames", action="store_true", help="print every sentence instead")
    chosen = parser.parse_args()
    if chosen.frames:
        print("\n".join(sorted(frames(chosen.half))))
        return
    for account in generate(chosen.count, chosen.seed, chosen.half):
        print(json.dumps(dataclasses.asdict(account), ensure_ascii=False))


if __name__ == "__main__":
    main()

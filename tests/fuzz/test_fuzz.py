"""Half a second of blind mutation for each target (`NARU_FUZZ_SECONDS`).

Guided by coverage each has a minute in `.ci/run` and longer by `make fuzz` (`python -m fuzz all`),
where there is atheris (`tests/fuzz/requirements.txt`).
"""

import os
import random  # noqa: TID251 - seeded, so that what it finds is found again
import time

import pytest
from fuzz.targets import TARGETS, once

SECONDS = float(os.environ.get("NARU_FUZZ_SECONDS", "0.5"))
INTERESTING = [
    b"",
    b"\n",
    b"\r\n",
    b" ",
    b"=",
    b"---",
    b"-> ",
    b"\x00",
    b"\xff",
    b"{}",
    b"[]",
    b"9" * 20,
]


def mutated(chance, seeds):
    """A seed, bent in one to six places."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        how = chance.randrange(6)
        if how == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            data[at:at] = chance.choice(INTERESTING)
        elif how == 2:
            del data[at : at + chance.choice([1, 2, 16, 300])]
        elif how == 3:
            other = chance.choice(seeds)
            cut = chance.randrange(len(other) + 1)
            data[at:] = other[cut:]
        elif how == 4:
            data[at:at] = data[max(0, at - chance.randint(1, 80)) : at] * chance.randint(1, 3)
        else:
            data[at : at + 4] = chance.randbytes(chance.randint(0, 8))
    return bytes(data[:200_000])


@pytest.mark.parametrize("name", TARGETS)
def test_only_typed_refusals(name):
    chance, seeds = random.Random(20261123), list(TARGETS[name][1])  # noqa: S311 - see above
    until, tried, taken = time.monotonic() + SECONDS, 0, 0
    while time.monotonic() < until:
        data = mutated(chance, seeds) if tried % 50 else chance.randbytes(chance.randrange(4000))
        try:
            taken += once(name, data)
        except Exception as error:
            error.add_note(f"{name}: {data!r:.2000}")
            raise
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_bent_was_whole(name):
    """Else only the first check would ever be met."""
    assert all(once(name, seed) for seed in TARGETS[name][1])

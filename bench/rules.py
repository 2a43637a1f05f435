"""Contradictions planted in an invented world, and which of them the rules ask about.

What matters most stands last: nobody about whom nothing was planted is told that something cannot
be, and no rule but the first three ever says so.
"""

from collections import Counter

from app.reading.rules import questions
from bench.table import Row
from bench.world.claims import RULES, claimed
from config.model import load_model

PEOPLE, SEED = 3000, 11


def rows() -> list[Row]:
    """Count, by rule, what was planted and what was asked about."""
    model = load_model()
    planted: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong = others = 0
    for told in claimed(PEOPLE, SEED):
        found = questions(model, told.claims)
        impossible = {each.rule for each in found if each.severity == "impossible"}
        others += bool(impossible - {"R01", "R02", "R03"})
        if told.planted is None:
            wrong += bool(impossible)
            continue
        planted[told.planted] += 1
        asked[told.planted] += told.planted in {each.rule for each in found}
    return [
        *(
            Row(
                f"{rule}: asked about, of those planted",
                asked[rule] / planted[rule],
                "",
                least=1,
                counted=True,
                note=f"{planted[rule]} planted",
            )
            for rule in RULES
        ),
        Row("called impossible where nothing was planted", wrong, "people", most=0, counted=True),
        Row("called impossible by another rule", others, "people", most=0, counted=True),
    ]

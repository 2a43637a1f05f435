"""One stage told alone, between two sentences of nothing: a rare one as often as any.

In 300 accounts an execution is told twice and an arrest two hundred times. Who wants to know how a
stage is read in a language asks for so many of it here.
"""

from collections.abc import Iterator
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from bench.world import HEADS, MARK, REGISTERS, Account
from bench.world.knowing import Known, Manner, witness
from bench.world.people import RETURNS, Event, Person, length, the_model
from bench.world.telling import Page, fill, tell_one
from bench.world.wordings import part, wordings


def singles(stage: str, lang: str, half: str, count: int, seed: int = 1) -> Iterator[Account]:
    """Yield so many texts in which this stage is told once, by whoever can tell it."""
    random = Random(f"{seed}/{half}/{lang}/{stage}")  # noqa: S311 - a world, not a secret
    plain = part(wordings(lang).plain, half)
    for number in range(count):
        someone = _lived(random, stage)
        event = someone.events[0]
        called = witness(random, someone, lang)
        manner = Manner(lang, half, called, random.choice(REGISTERS))
        ident = f"{MARK}S-{number:06}"
        page = Page(lang, HEADS[lang].format(id=ident) + "\n")
        fill(random, manner, page, plain)
        known = Known(event, stage, event.track)
        tell_one(random, known, manner, page, dead=someone.died is not None)
        fill(random, manner, page, plain)
        gold = tuple(page.gold)
        yield Account(ident, someone.id, lang, called.name, page.text, gold, (), depth=called.depth)


def _lived(random: Random, stage: str) -> Person:
    """Return somebody of whom this is told, out again unless it was the end."""
    model, first = the_model(), random.choice(RETURNS)
    event = Event(stage, model.stage(stage).tracks[0], first, first + length(model, random, stage))
    out = Event("x_release", "common", event.last, event.last)
    dead = stage == "x_execution"
    sex = "woman" if stage == "x_life_in_china" else random.choice(("woman", "man"))
    events = (event,) if dead else (event, out)
    return Person(f"{MARK}P-{stage}", events, sex=sex, died=event.last if dead else None)

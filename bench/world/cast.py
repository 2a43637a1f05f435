"""Who is told of by how many, in which language, and what arrives beside testimony.

``cast(seed)`` yields one part after another, for ever, in blocks of 300 that hold the mix exactly:
45 % Korean, 30 % English, 20 % Chinese, 5 % mixed; 5 % press and spam, 3 % hostile, 1 % empty, 1 %
of 20,000 characters; 12 % without any date; in 15 % a contradiction. 110 people have a name in what
is told, 25 of them are told of two to five times; nobody can know who the others are (the form asks
for no names), so each is told of once. Of all these people 6 % are children, 10 % were sent back
more than once, 8 % are dead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from bench.world.people import AGAIN, DEATHS, MINORS, Fate

BLOCK = 300
NAMED, OFTEN = 110, 25
_KINDS = {"mixed": 15, "long": 3, "press": 12, "spam": 3, "hostile": 9, "empty": 3}
_LANGS = {"ko": 135, "en": 90, "zh": 60}
_UNDATED, _PLANTED = 36, 45
_SILENT = ("press", "spam", "hostile", "empty")


@dataclass(frozen=True)
class Part:
    """One text before it is told: its kind and language, of whom it is, what must be in it.

    ``turn`` counts the tellings of one person from 0. A ``firm`` one gives the day of the return
    and of a death, so that a later one can be told to differ.
    """

    kind: str
    lang: str
    person: int
    fate: Fate
    named: bool = False
    turn: int = 0
    dated: bool = True
    planted: bool = False
    firm: bool = False


def cast(seed: int) -> Iterator[Part]:
    """Yield parts, block after block; a block is the same however many are asked for."""
    for block in count():
        yield from _block(Random(f"{seed}/cast/{block}"), block)  # noqa: S311 - a world


def _block(random: Random, block: int) -> list[Part]:
    kinds = [kind for kind, share in _KINDS.items() for _ in range(share)]
    kinds += ["told"] * (BLOCK - len(kinds))
    random.shuffle(kinds)
    telling = [at for at, kind in enumerate(kinds) if kind not in _SILENT]
    who = _who(random, len(telling))
    fates = _fates(random, max(who) + 1)
    firm, planted, dated = _days(random, telling, who)
    langs = _langs(random, kinds)
    told = dict(zip(telling, enumerate(who), strict=True))
    parts = []
    for at, (kind, lang) in enumerate(zip(kinds, langs, strict=True)):
        place, person = told.get(at, (0, 0))
        parts.append(
            Part(
                kind,
                lang,
                block * BLOCK + person,
                fates[person],
                at in told and person < NAMED,
                who[:place].count(person),
                at in dated,
                at in planted,
                at in firm,
            )
        )
    return parts


def _who(random: Random, texts: int) -> list[int]:
    """Return of whom each text tells: the named first by number, the others once each."""
    often = [random.randint(2, 5) for _ in range(OFTEN)]
    who = [person for person, times in enumerate(often) for _ in range(times)]
    who += range(OFTEN, NAMED)
    who += range(NAMED, NAMED + texts - len(who))
    random.shuffle(who)
    return who


def _fates(random: Random, people: int) -> list[Fate]:
    minor, again, dies = (_some(random, people, each) for each in (MINORS, AGAIN, DEATHS))
    return [Fate(at in minor, at in again, at in dies) for at in range(people)]


def _some(random: Random, of: int, share: float) -> set[int]:
    return set(random.sample(range(of), round(of * share)))


def _days(
    random: Random, telling: list[int], who: list[int]
) -> tuple[set[int], set[int], set[int]]:
    """Return which texts are firm, which contradict, and which give any day at all."""
    planted = set(random.sample(telling, _PLANTED))
    first = {person: at for at, person in reversed(list(zip(telling, who, strict=True)))}
    firm = {
        first[person]
        for at, person in zip(telling, who, strict=True)
        if at in planted and at != first[person]
    }
    undated = set(random.sample([e for e in telling if e not in planted | firm], _UNDATED))
    return firm, planted, set(telling) - undated


def _langs(random: Random, kinds: list[str]) -> list[str]:
    """Deal the languages; what is mixed begins in one of them by the same weights."""
    dealt = [lang for lang, share in _LANGS.items() for _ in range(share)]
    random.shuffle(dealt)
    return [
        random.choices(list(_LANGS), list(_LANGS.values()))[0] if kind == "mixed" else dealt.pop()
        for kind in kinds
    ]

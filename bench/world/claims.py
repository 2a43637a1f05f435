"""What the witnesses of an invented world claim, and the contradictions planted among it.

``claims_of`` reads what is told in accounts, as a reviewer would tag it; the rest invents claims
without any words, many at once.

    for told in claimed(1000, seed=1):
        told.claims, told.planted          # a rule of the model, or nothing

Most people are told of by one to three witnesses who agree. In fifteen of a hundred one
contradiction is planted, and which rule should ask about it is known.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

from app.reading.claims import Claim, Source
from bench.world import Account
from bench.world.people import Event, Person, person
from bench.world.wordings import stages
from config.model import load_model

_PLANTED = 0.283  # of those whose return is told, a good half: fifteen in a hundred of all
_SEEN = 0.85  # of what happened, each witness tells so much
_KNOWS = {"self": "firsthand", "cellmate": "saw_person_there", "guard": "saw_person_there"}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What is claimed of one person, and the rule that should ask, if something was planted."""

    claims: tuple[Claim, ...]
    planted: str | None


def claimed(count: int, seed: int = 1) -> Iterator[Told]:
    """Yield what is claimed of so many people."""
    random, model = Random(seed), load_model()  # noqa: S311 - a world, not a secret
    for number in range(count):
        someone = person(model, random, number, stages())
        claims = [
            _claim(someone, event, witness)
            for witness in range(random.randint(1, 3))
            for event in someone.events
            if event.stage == "forced_repatriation" or random.random() < _SEEN
        ]
        back = any(claim.stage == "forced_repatriation" for claim in claims)
        rule = random.choice(RULES) if back and random.random() < _PLANTED else None
        yield Told(tuple(_PLANTS[rule](claims) if rule else claims), rule)


def claims_of(accounts: Iterable[Account]) -> list[Claim]:
    """Return what these accounts claim: each gold a tag, each death its day where one is said."""
    claims = []
    for account in accounts:
        source = Source(account.id, thread=account.id)
        for at, gold in enumerate(account.gold):
            claims.append(
                Claim(
                    id=f"{account.id}-{at}",
                    person=account.person,
                    stage=gold.stage,
                    source=source,
                    track=gold.track,
                    start=gold.edtf,
                    end=gold.until,
                    episode=gold.episode,
                    knowledge=_KNOWS.get(account.vantage, "unknown"),
                )
            )
        for at, death in enumerate(account.deaths):
            dead = {"ef_death_date": death.edtf}
            claims.append(
                Claim(f"{account.id}-d{at}", account.person, death.stage, source, details=dead)
            )
    return claims


def _claim(someone: Person, event: Event, witness: int) -> Claim:
    testimony = f"{someone.id}-{witness}"
    return Claim(
        id=f"{testimony}-{event.stage}",
        person=someone.id,
        stage=event.stage,
        source=Source(testimony, thread=testimony),
        track=event.track,
        start=event.first.isoformat(),
        end=event.last.isoformat(),
        episode=event.episode,
        knowledge="firsthand" if witness == 0 else "unknown",
    )


def _return(claims: list[Claim]) -> Claim:
    return next(claim for claim in claims if claim.stage == "forced_repatriation")


def _shifted(claim: Claim, days: int, **changes: str) -> Claim:
    """Return the same, some days later, as another witness of another testimony tells it."""
    start, end = (_moved(each, days) for each in (claim.start, claim.end))
    source = Source(f"{claim.person}-other", thread=f"{claim.person}-other")
    return replace(claim, id=f"{claim.id}-other", source=source, start=start, end=end, **changes)


def _moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + days * _DAY).isoformat()


def _after_death(claims: list[Claim]) -> list[Claim]:
    back = _return(claims)
    dead = replace(back, id=f"{back.id}-dead", details={"ef_death_date": _moved(back.start, -9)})
    return [*claims, dead]


def _two_places(claims: list[Claim]) -> list[Claim]:
    back = _return(claims)
    here = _shifted(back, 0, stage="x_cn_border_detention", knowledge="firsthand")
    there = _shifted(back, 0, stage="quarantine_covid", knowledge="firsthand")
    stay = {"start": _moved(back.start, -400), "end": _moved(back.start, -380)}
    return [*claims, replace(here, id=f"{here.id}-a", **stay), replace(there, **stay)]


def _ends_first(claims: list[Claim]) -> list[Claim]:
    back = _return(claims)
    return [*claims, replace(back, id=f"{back.id}-swapped", end=_moved(back.start, -3))]


def _another_return(claims: list[Claim]) -> list[Claim]:
    return [*claims, _shifted(_return(claims), 12)]


def _another_death(claims: list[Claim]) -> list[Claim]:
    last = claims[-1]
    one = replace(last, id=f"{last.id}-d1", details={"ef_death_date": _moved(last.end, 30)})
    other = _shifted(last, 0)
    return [*claims, one, replace(other, details={"ef_death_date": _moved(last.end, 60)})]


_PLANTS: dict[str, Callable[[list[Claim]], list[Claim]]] = {
    "R01": _after_death,
    "R02": _two_places,
    "R03": _ends_first,
    "R17": _another_return,
    "R19": _another_death,
}
RULES = tuple(_PLANTS)

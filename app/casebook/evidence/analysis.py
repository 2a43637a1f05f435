"""What the testimonies of one bundle say together: who stands behind what, and what disagrees.

Made by the rules of ``app.reading`` over what leaves and nothing else, so that it tells nothing of
testimonies that stayed. Questions, never judgements: no rule lowers a witness's credibility.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from app.casebook.evidence.rendering import Told
from app.reading.claims import Claim, Source
from app.reading.corroboration import corroborate
from app.reading.rules import questions
from config.model import Model

HOPS = {"0": 0, "1": 1, "2": 2, "3+": 3}


def files(read: Sequence[Told], model: Model) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the two files of ``analysis/``."""
    claims = [_claim(told, tag) for told in read for tag in told.tags]
    yield (
        "corroboration.json",
        {
            "model": model.version,
            "how": "independent counts groups of sources, never testimonies",
            "statements": [
                {
                    "person": one.person,
                    "episode": one.episode,
                    "stage": one.stage,
                    "independent": one.independent,
                    "firsthand": one.firsthand,
                    "groups": [sorted(group) for group in one.groups],
                    "not_counted": sorted(one.not_counted),
                }
                for one in corroborate(claims)
            ],
        },
    )
    yield (
        "conflicts.json",
        {
            "model": model.version,
            "how": "each is a question for a reviewer, not a finding",
            "questions": [
                {
                    "rule": one.rule,
                    "severity": one.severity,
                    "person": one.person,
                    "tags": sorted(one.claims),
                }
                for one in questions(model, claims)
            ],
        },
    )


def groups(read: Sequence[Told]) -> dict[str, int]:
    """Return the independent group of sources each tag is of, numbered within its statement.

    What is not counted (press, repeated text) has none.
    """
    claims = [_claim(told, tag) for told in read for tag in told.tags]
    return {
        tag: number
        for one in corroborate(claims)
        for number, group in enumerate(one.groups, start=1)
        for tag in group
    }


def _claim(told: Told, tag: dict[str, Any]) -> Claim:
    decision = str(tag.get("decision", "")).partition(":")[2]
    charge = str(tag.get("charge", ""))
    return Claim(
        id=tag["id"],
        person=tag["person"],
        stage=tag["stage"],
        source=Source(
            told.id,
            told.witness,
            hops=HOPS.get(str(told.answers.get("c_chain", ""))),
            paid=told.answers.get("c_paid") == "yes",
        ),
        track=tag["track"],
        episode=int(tag["episode"]),
        start=tag["date_from"],
        end=tag["date_to"],
        knowledge=tag["knowledge"],
        grounds=(charge,) if charge else (),
        details={"ef_decision_value": decision} if decision else {},
    )

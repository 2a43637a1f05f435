"""The questions R01 to R24: where claims sit oddly beside each other or beside the model.

    for each in questions(model, claims):
        each.rule, each.severity, each.claims, model.rules[each.rule].text.ko, model.rule_note.ko

A question is neutral and for a reviewer; only R01 to R03 say that two things cannot both be true.
Nothing here weighs a witness, and where a claim differs from the model it is the model that may be
incomplete: :func:`about_the_model` collects those as evidence about it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.reading import rules_across, rules_logic, rules_model
from app.reading.claims import Claim, by_person
from app.reading.corroboration import independent_groups
from config.model import Model

Rule = Callable[[Model, list[Claim]], Iterator[tuple[Claim, ...]]]

# Each takes the model and the claims about one person, and yields the claims a question rests on.
RULES: dict[str, Rule] = {
    "R01": rules_logic.after_death,
    "R02": rules_logic.two_places,
    "R03": rules_logic.ends_before_it_starts,
    "R04": rules_model.order,
    "R05": rules_model.quarantine_length,
    "R06": rules_model.quarantine_years,
    "R07": rules_model.classification_length,
    "R08": rules_model.classified_elsewhere,
    "R09": rules_model.both_tracks,
    "R10": rules_model.decision_and_track,
    "R11": rules_model.grounds_and_track,
    "R12": rules_model.open_trial,
    "R13": rules_model.camp_without_trial,
    "R14": rules_model.group_size,
    "R15": rules_model.short_questioning,
    "R16": rules_model.another_office,
    "R17": rules_across.return_dates,
    "R18": rules_across.crossings,
    "R19": rules_across.deaths,
    "R20": rules_across.regions,
    "R21": rules_across.old_names,
    "R22": rules_across.episodes,
    "R23": rules_across.press,
    "R24": rules_across.bought,
}
_ABOUT_THE_MODEL = ("deviates_from_seed", "unusual")


@dataclass(frozen=True)
class Question:
    """A question for a reviewer: the rule, how strong it is, and the claims it rests on."""

    rule: str
    severity: str  # impossible, deviates_from_seed, unusual, info
    person: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Deviation:
    """What testimonies say otherwise than the model: by how many people and sources."""

    rule: str
    persons: int
    independent: int


def questions(model: Model, claims: Iterable[Claim]) -> list[Question]:
    """Raise every question the claims give rise to, the strongest first."""
    found = [
        Question(rule, model.rules[rule].severity, person, tuple(each.id for each in hit))
        for person, known in by_person(claims).items()
        for rule, ask in RULES.items()
        for hit in ask(model, known)
    ]
    strength = list(model.enums["severity"])
    return sorted(found, key=lambda each: (strength.index(each.severity), each.rule, each.person))


def about_the_model(model: Model, claims: Iterable[Claim]) -> list[Deviation]:
    """Count, for every rule about the model, the people and the independent sources behind it."""
    return gathered(model, raised(model, claims))


Raised = tuple[str, str, tuple[Claim, ...]]  # a rule about the model, a person, what it rests on


def raised(model: Model, claims: Iterable[Claim]) -> list[Raised]:
    """Return what the claims tell otherwise than the model: of each person by itself."""
    known = list(claims)
    by_id = {claim.id: claim for claim in known}
    return [
        (each.rule, each.person, tuple(by_id[one] for one in each.claims))
        for each in questions(model, known)
        if each.severity in _ABOUT_THE_MODEL
    ]


def gathered(model: Model, every: Iterable[Raised]) -> list[Deviation]:
    """Count what was raised of many people: the strongest rules first."""
    by_rule: dict[str, list[Raised]] = {}
    for each in every:
        by_rule.setdefault(each[0], []).append(each)
    strength = list(model.enums["severity"])
    return [
        Deviation(
            rule,
            len({person for _, person, _ in asked}),
            len(independent_groups({one.id: one for *_, hit in asked for one in hit}.values())),
        )
        for rule, asked in sorted(
            by_rule.items(),
            key=lambda each: (strength.index(model.rules[each[0]].severity), each[0]),
        )
    ]

"""How many independent sources stand behind a claim: groups are counted, never testimonies.

    for each in corroborate(claims):
        each.stage, each.independent, each.firsthand, each.not_counted

Sources are one group where they share a witness (``thread``), a testimony or the informant at the
start of their chain. Press and other people's text (R23) never count; what was bought or came
through two or more people (R24) counts once altogether. A count says how often something was told
independently, never how far a witness is to be believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.reading.claims import Claim, Source

_BOUGHT = "bought"


@dataclass(frozen=True)
class Corroboration:
    """One statement (person, episode, stage) and who stands behind it.

    ``groups`` are ids of claims, one tuple for each independent group; ``not_counted`` are those
    of press and repeated text.
    """

    person: str
    episode: int
    stage: str
    groups: tuple[tuple[str, ...], ...]
    firsthand: int
    not_counted: tuple[str, ...] = ()

    @property
    def independent(self) -> int:
        """How many independent groups of sources say it."""
        return len(self.groups)


def corroborate(claims: Iterable[Claim]) -> list[Corroboration]:
    """Count, for every person, episode and stage, the independent groups behind it."""
    told: dict[tuple[str, int, str], list[Claim]] = {}
    for claim in claims:
        told.setdefault((claim.person, claim.episode, claim.stage), []).append(claim)
    return [_count(key, group) for key, group in told.items()]


def _count(key: tuple[str, int, str], claims: list[Claim]) -> Corroboration:
    counted = [claim for claim in claims if not claim.source.press and claim.knowledge != "media"]
    groups = independent_groups(counted)
    return Corroboration(
        *key,
        groups=tuple(tuple(claim.id for claim in group) for group in groups),
        firsthand=sum(any(claim.firsthand for claim in group) for group in groups),
        not_counted=tuple(claim.id for claim in claims if claim not in counted),
    )


def independent_groups(claims: Iterable[Claim]) -> list[list[Claim]]:
    """Join claims that share a witness, a testimony or an informant, however indirectly."""
    held: dict[str, list[Claim]] = {}  # key: the claims of its group, one list for all its keys
    keys_of: dict[int, set[str]] = {}  # that list, by identity: its keys
    for claim in claims:
        keys, members = _keys(claim), [claim]
        for group in {id(held[key]): held[key] for key in sorted(keys & held.keys())}.values():
            keys |= keys_of.pop(id(group))
            members = [*group, *members]
        keys_of[id(members)] = keys
        held.update(dict.fromkeys(keys, members))
    return list({id(group): group for group in held.values()}.values())


def _keys(claim: Claim) -> set[str]:
    """Return what makes two claims one source; what the witness lived is theirs alone."""
    source: Source = claim.source
    keys = {f"testimony {source.testimony}"}
    if source.thread:
        keys.add(f"thread {source.thread}")
    if claim.firsthand:
        return keys
    if source.informant:
        keys.add(f"informant {source.informant.casefold()}")
    if source.bought or claim.knowledge == "paid_intermediary":
        keys.add(_BOUGHT)
    return keys

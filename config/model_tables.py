"""The model in memory: tables of frozen Structs and the questions asked of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from config.model_path import Clock, Stage, Transition
from config.model_types import (
    Abuse,
    ActorRole,
    Agency,
    Ambiguity,
    Attribution,
    Charge,
    ChargeGround,
    Cohort,
    CrossingPoint,
    Decision,
    EvidenceField,
    FacilityType,
    Label,
    Law,
    Meta,
    Outcome,
    Paragraph,
    Rule,
    Text,
    Track,
)

_T = TypeVar("_T")
_Table = Mapping[str, _T]
_LABELLED = (
    "stages",
    "tracks",
    "agencies",
    "actor_roles",
    "facility_types",
    "laws",
    "charges",
    "charge_grounds",
    "decisions",
    "outcomes",
    "abuses",
    "evidence_fields",
    "attributions",
)


@dataclass(frozen=True, kw_only=True)
class Model:
    """All of the file, checked. Each table maps ids to frozen Structs, seed first, then x_*."""

    meta: Meta
    paragraphs: _Table[Paragraph]
    attributions: _Table[Attribution]
    enums: _Table[_Table[Label]]
    tracks: _Table[Track]
    agencies: _Table[Agency]
    actor_roles: _Table[ActorRole]
    facility_types: _Table[FacilityType]
    laws: _Table[Law]
    charges: _Table[Charge]
    charge_grounds: _Table[ChargeGround]
    decisions: _Table[Decision]
    outcomes: _Table[Outcome]
    abuses: _Table[Abuse]
    evidence_fields: _Table[EvidenceField]
    by_stage: _Table[Stage]
    transitions: tuple[Transition, ...]
    clock: Clock
    cohorts: _Table[Cohort]
    rule_note: Label
    rules: _Table[Rule]
    ambiguities: _Table[Ambiguity]
    crossing_points: _Table[CrossingPoint]
    external_sources: _Table[Text]

    @property
    def version(self) -> str:
        """Which version of the data this is; tags and bundles name it."""
        return self.meta.version

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The fifteen stages of the article, in order."""
        return tuple(one for one in self.all_stages if not one.is_extension)

    @property
    def all_stages(self) -> tuple[Stage, ...]:
        """The fifteen and the extensions among them, in order."""
        return tuple(sorted(self.by_stage.values(), key=lambda one: one.order))

    def stage(self, stage_id: str) -> Stage:
        """Give one stage; a KeyError when there is none of that id."""
        return self.by_stage[stage_id]

    def stages_of_track(self, track: str, *, extensions: bool = False) -> tuple[Stage, ...]:
        """Give the stages that belong to `track`, in their order on it."""
        chosen = [one for one in self.by_stage.values() if track in one.tracks]
        if not extensions:
            chosen = [one for one in chosen if not one.is_extension]
        return tuple(sorted(chosen, key=lambda one: self.order_key(one.id, track)))

    def order_key(self, stage_id: str, track: str | None = None) -> float:
        """Where a tag of this stage stands in a list; no two stages share a place.

        A stage of both tracks has a place on each, so give the tag's track where it has one.
        """
        one = self.by_stage[stage_id]
        return float(one.order_on_track.get(track or "", one.order))

    def edges(self, *, extensions: bool = True) -> Iterator[tuple[str, str]]:
        """Every edge that is written down, once; `any_prev` stages have more, see `follows`."""
        seen = dict.fromkeys((one.start, one.to) for one in self.transitions)
        if extensions:
            for one in self.by_stage.values():
                seen.update(dict.fromkeys((one.id, after) for after in one.next))
                seen.update(dict.fromkeys((before, one.id) for before in one.prev))
        yield from seen

    def next_of(self, stage_id: str, *, extensions: bool = True) -> tuple[str, ...]:
        """Which stages may come next, in order; without extensions, by the article alone."""
        after = self._after[stage_id]
        return after if extensions else tuple(one for one in after if not one.startswith("x_"))

    @cached_property
    def _after(self) -> dict[str, tuple[str, ...]]:
        after: dict[str, set[str]] = {one: set() for one in self.by_stage}
        for start, end in self.edges():
            after[start].add(end)
        return {one: tuple(sorted(ends, key=self.order_key)) for one, ends in after.items()}

    def follows(self, stage_id: str, before: str) -> bool:
        """Whether `stage_id` may come directly after `before` (rule R04 asks when it may not).

        A stage that refines another is that stage told more closely: it has its edges too, and
        the two may stand side by side.
        """
        later, earlier = self._same(stage_id), self._same(before)
        free = any(self.by_stage[one].any_prev for one in later)
        joined = any(one in self._after[other] for one in later for other in earlier)
        return free or joined or bool(later & earlier)

    def _same(self, stage_id: str) -> set[str]:
        coarse = self.by_stage[stage_id].refines
        return {stage_id, coarse} if coarse else {stage_id}

    def label(self, any_id: str, lang: str, kind: str | None = None) -> str:
        """Name anything in `lang`. An id of two kinds (a stage, an abuse) is the stage's name."""
        for table in (kind,) if kind else _LABELLED:
            found = getattr(self, "by_stage" if table == "stages" else table).get(any_id)
            if found is not None:
                return str(found.label.in_(lang))
        raise KeyError(any_id)

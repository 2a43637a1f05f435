"""What must hold between the parts of the model. Each check yields `place: what is wrong`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from config.model_graph import graph_problems
from config.model_tables import Model
from config.model_types import LANGS, Item, Level, Provenance, Rule, Source

# field -> the table its ids live in, for every Struct that has such a field
_REFERENCES = {
    "agency": "agencies",
    "parent": "agencies",
    "used_by": "agencies",
    "by": "external_sources",
    "attribution": "attributions",
    "ambiguity": "ambiguities",
    "charge_grounds": "charge_grounds",
    "possible_equivalents": "facility_types",
    "facility_type": "facility_types",
    "probably_means": "laws",
    "track": "tracks",
    "tracks": "tracks",
    "leads_to": "tracks",
    "stages": "stages",
    "prev": "stages",
    "next": "stages",
    "refines": "stages",
    "against_order": "stages",
    "order_on_track": "tracks",
    "decisions": "decisions",
    "possible_outcomes": "outcomes",
    "ask": "evidence_fields",
    "where": "paragraphs",
    "paragraphs": "paragraphs",
}
_NAMES = {
    "agencies": "agency",
    "ambiguities": "ambiguity",
    "laws": "law",
    "abuses": "abuse",
    "tracks": "track",
    "decisions": "decision",
    "outcomes": "outcome",
    "stages": "stage",
    "paragraphs": "paragraph",
}
_TABLES = (
    "attributions",
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
    "stages",
    "cohorts",
    "rules",
    "ambiguities",
    "crossing_points",
)


def problems_of(model: Model) -> Iterator[str]:
    """Everything that is wrong; references first, for the other checks lean on them."""
    broken = [*_references(model), *_paragraphs(model), *_enums(model)]
    yield from broken
    if not broken:
        yield from _provenance(model)
        yield from _decisions(model)
        yield from _values(model)
        yield from _evidence(model)
        yield from graph_problems(model)


def place(kind: str, item_id: str) -> str:
    """Where an item stands in the file."""
    apart = item_id.startswith("x_")
    return f"extensions.{kind}.{item_id}" if apart else f"{kind}.{item_id}"


def _table(model: Model, kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(model, "by_stage" if kind == "stages" else kind)
    return found


def _items(model: Model) -> Iterator[tuple[str, Any]]:
    for kind in _TABLES:
        for one in _table(model, kind).values():
            yield place(kind, one.id), one


def _references(model: Model) -> Iterator[str]:
    for where, one in _items(model):
        for field, kind in _REFERENCES.items():
            value = getattr(one, field, None)
            yield from _unknown(f"{where}.{field}", value, _table(model, kind), kind)
        for at, owner in enumerate(getattr(one, "responsible", ())):
            at_owner = f"{where}.responsible[{at}].agency"
            yield from _unknown(at_owner, owner.agency, model.agencies, "agencies")
        for field in ("ambiguity", "stages", "prev", "next", "ask", "decisions", "tracks"):
            yield from _twice(f"{where}.{field}", getattr(one, field, ()))
    for at, edge in enumerate(model.transitions):
        yield from _unknown(f"transitions[{at}].from", edge.start, model.by_stage, "stages")
        yield from _unknown(f"transitions[{at}].to", edge.to, model.by_stage, "stages")
    clock = model.clock
    yield from _unknown("clock.day0.stage", clock.day0.stage, model.by_stage, "stages")
    fields = model.evidence_fields
    yield from _unknown("clock.day0.field", clock.day0.field, fields, "evidence_fields")
    yield from _unknown("clock.windows", clock.windows, model.by_stage, "stages")
    before = clock.before_quarantine
    where = "clock.before_quarantine"
    yield from _unknown(f"{where}.skip", before.skip, clock.windows, "stages")
    yield from _unknown(f"{where}.starts_at_day0", before.starts_at_day0, clock.windows, "stages")
    yield from _unknown("clock.example.ends", clock.example.ends, clock.windows, "stages")


def _unknown(where: str, value: Any, table: Mapping[str, Any], kind: str) -> Iterator[str]:  # noqa: ANN401  # id, ids, None
    name = _NAMES.get(kind, kind.removesuffix("s").replace("_", " "))
    if isinstance(value, str):
        value = {"": value}
    elif isinstance(value, dict):
        value = {f".{one}": one for one in value}
    else:
        value = {f"[{at}]": one for at, one in enumerate(value or ())}
    for at, one in value.items():
        if one not in table:
            yield f'{where}{at}: no {name} "{one}"'


def _twice(where: str, ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for at, one in enumerate(ids):
        if one in seen:
            yield f'{where}[{at}]: "{one}" stands twice'
        seen.add(one)


def _sources(model: Model) -> Iterator[tuple[str, Source]]:
    holders: list[tuple[str, Any]] = list(_items(model))
    holders += [(f"transitions[{at}]", one) for at, one in enumerate(model.transitions)]
    for track in model.tracks.values():
        holders.append((f"tracks.{track.id}.decision_link", track.decision_link))
        holders.append((f"tracks.{track.id}.share", track.share))
    for where, one in holders:
        for at, source in enumerate(getattr(one, "source", ())):
            yield f"{where}.source[{at}]", source


def _paragraphs(model: Model) -> Iterator[str]:
    for where, source in _sources(model):
        if source.p not in model.paragraphs:
            yield f'{where}.p: no paragraph "{source.p}"'
    for at, one in enumerate(model.paragraphs.values(), start=1):
        if one.id != f"P{at}" or one.line != 2 * at - 1:
            yield f"paragraphs.{one.id}: paragraph {at} is P{at} on line {2 * at - 1}"


def _enums(model: Model) -> Iterator[str]:
    """Every fixed value has a label to show."""
    needed = {
        "provenance": get_args(Provenance),
        "level": get_args(Level),
        "severity": get_args(Rule.__annotations__["severity"]),
        "bool3": ("yes", "no", "unknown"),
    }
    for name, values in needed.items():
        if set(model.enums.get(name, {})) != set(values):
            yield f"enums.{name}: must be {', '.join(values)}"
    if model.meta.languages != LANGS:
        yield f"meta.languages: must be {', '.join(LANGS)}"


def _provenance(model: Model) -> Iterator[str]:
    """Let the article's things name a paragraph, and the others none."""
    for where, one in _items(model):
        if not hasattr(one, "provenance"):
            continue
        outside = one.provenance == "external"
        apart = one.id.startswith("x_")
        if apart != outside and where.split(".")[0] != "crossing_points":
            yield f"{where}.provenance: external and x_ go together"
        if one.provenance in ("seed", "seed_implied") and not one.source:
            yield f"{where}.source: names no paragraph"
        if outside and getattr(one, "source", ()):
            yield f"{where}.source: is external, yet names a paragraph of the article"
        if isinstance(one, Item) and one.attribution:
            yield from _attributed(where, one, model)


def _attributed(where: str, one: Item, model: Model) -> Iterator[str]:
    paragraphs = model.attributions[one.attribution or ""].paragraphs
    if not {source.p for source in one.source} & set(paragraphs):
        yield f"{where}.attribution: {one.attribution} stands behind none of its paragraphs"


def _decisions(model: Model) -> Iterator[str]:
    """Check that decisions and their stages name each other."""
    for stage in model.by_stage.values():
        for at, one in enumerate(stage.decisions):
            if stage.id not in model.decisions[one].stages:
                where = f"{place('stages', stage.id)}.decisions[{at}]"
                yield f"{where}: decisions.{one}.stages does not name this stage"
    for decision in model.decisions.values():
        for at, stage_id in enumerate(decision.stages):
            if decision.id not in model.stage(stage_id).decisions:
                where = f"decisions.{decision.id}.stages[{at}]"
                yield f"{where}: {stage_id} does not list this decision"


def _values(model: Model) -> Iterator[str]:
    """Check that whoever names the value of a decision names one it has."""
    for stage in model.by_stage.values():
        for decision, value in stage.fixed_values.items():
            where = f"{place('stages', stage.id)}.fixed_values"
            yield from _value(where, decision, value, model)
    for track in model.tracks.values():
        if link := track.decision_link:
            where = f"tracks.{track.id}.decision_link"
            yield from _value(where, link.decision, link.value, model)
    for at, edge in enumerate(model.transitions):
        if edge.when:
            where = f"transitions[{at}].when"
            yield from _value(where, edge.when.decision, edge.when.value, model)


def _value(where: str, decision: str, value: str, model: Model) -> Iterator[str]:
    if decision not in model.decisions:
        yield f'{where}: no decision "{decision}"'
    elif value not in model.decisions[decision].values:
        yield f'{where}: decisions.{decision} has no value "{value}"'


def _evidence(model: Model) -> Iterator[str]:
    for one in model.evidence_fields.values():
        if (one.type == "enum") != bool(one.values):
            yield f"evidence_fields.{one.id}.values: an enum has values, nothing else has"
        if (one.type == "list") != bool(one.of):
            yield f"evidence_fields.{one.id}.of: a list is of something, nothing else is"

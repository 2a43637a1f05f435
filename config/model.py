"""The process model: what the article says of forced repatriation, and apart what others add.

    model = load_model()
    model.stage("cn_arrest").label.ko
    sorted(tags, key=lambda tag: model.order_key(tag.stage, tag.track))

`python -m config.model` prints the page `docs/process-model.md`.
"""

import sys
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from config import strict_yaml
from config.model_checks import problems_of
from config.model_page import page
from config.model_path import Clock, Stage, Transition
from config.model_tables import Model
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

__all__ = ["PATH", "Model", "ModelError", "load_model", "model_of"]

PATH = Path(__file__).with_name("process-model.yaml")

_ITEMS: dict[str, Any] = {
    "paragraphs": Paragraph,
    "attributions": Attribution,
    "tracks": Track,
    "agencies": Agency,
    "actor_roles": ActorRole,
    "facility_types": FacilityType,
    "laws": Law,
    "charges": Charge,
    "charge_grounds": ChargeGround,
    "decisions": Decision,
    "outcomes": Outcome,
    "abuses": Abuse,
    "evidence_fields": EvidenceField,
    "stages": Stage,
    "cohorts": Cohort,
    "rules": Rule,
    "ambiguities": Ambiguity,
    "crossing_points": CrossingPoint,
}
_WHOLE: dict[str, Any] = {
    "meta": Meta,
    "enums": dict[str, dict[str, Label]],
    "transitions": tuple[Transition, ...],
    "clock": Clock,
    "rule_note": Label,
    "external_sources": dict[str, Text],
}
_EXTENDED = ("stages", "facility_types", "outcomes", "abuses", "laws", "cohorts")


class ModelError(strict_yaml.DataError):
    """The model is inconsistent; one line for each place where it is."""


@cache
def load_model() -> Model:
    """Give the model that is shipped, read and checked once a process."""
    return model_in(PATH)


def model_in(path: Path) -> Model:
    """Read and check a model; a ModelError names every place that is wrong."""
    try:
        return model_of(strict_yaml.load(path))
    except ModelError:
        raise
    except strict_yaml.DataError as error:
        raise ModelError(*error.problems) from None


def model_of(data: dict[str, Any]) -> Model:
    """Make a Model of what was read from a file; raise ModelError."""
    wrong: list[str] = []
    tables = _tables(data, wrong)
    if wrong:
        raise ModelError(*wrong)
    tables["by_stage"] = tables.pop("stages")
    model = Model(**tables)
    if wrong := list(problems_of(model)):
        raise ModelError(*wrong)
    return model


def _tables(data: dict[str, Any], wrong: list[str]) -> dict[str, Any]:
    """Convert each block by itself, so that every error can say in which item it is."""
    known = {*_ITEMS, *_WHOLE, "extensions"}
    wrong += [f"{key}: no such block" for key in data if key not in known]
    wrong += [f"{key}: missing" for key in known if key not in data]
    extra = data.get("extensions", {})
    wrong += [f"extensions.{key}: no such block" for key in extra if key not in _EXTENDED]
    if wrong:
        return {}
    made: dict[str, Any] = {}
    for key, kind in _WHOLE.items():
        made[key] = _one(data[key], kind, key, wrong)
    for key, kind in _ITEMS.items():
        table = _table(data[key], kind, key, wrong)
        for one, item in _table(extra.get(key, {}), kind, f"extensions.{key}", wrong).items():
            if not one.startswith("x_"):
                wrong.append(f"extensions.{key}.{one}: an extension's id starts with x_")
            if one in table:
                wrong.append(f"extensions.{key}.{one}: is also in {key}")
            table[one] = item
        made[key] = MappingProxyType(table)
    return made


def _table(raw: object, kind: Any, where: str, wrong: list[str]) -> dict[str, Any]:  # noqa: ANN401  # a type
    if not isinstance(raw, dict):
        wrong.append(f"{where}: not a mapping")
        return {}
    table = {}
    for key, value in raw.items():
        if not isinstance(value, dict):
            wrong.append(f"{where}.{key}: not a mapping")
        elif "id" in value:
            wrong.append(f"{where}.{key}.id: the key is the id")
        elif made := _one({"id": key, **value}, kind, f"{where}.{key}", wrong):
            table[key] = made
        if where in _EXTENDED and key.startswith("x_"):
            wrong.append(f"{where}.{key}: x_ ids belong under extensions")
    return table


def _one(raw: object, kind: Any, where: str, wrong: list[str]) -> Any:  # noqa: ANN401  # of type `kind`
    try:
        return strict_yaml.convert(raw, kind, where)
    except strict_yaml.DataError as error:
        wrong.extend(error.problems)
        return None


def main() -> None:
    """Print the page about the model."""
    sys.stdout.write(page(load_model()))


if __name__ == "__main__":
    main()

"""What makes a tag: the checks of a form, and the event it becomes (DESIGN rule 8)."""

from app.casebook import edtf
from app.casebook.shapes import BadTag, TagInput
from config.model import Model

CONFIDENCE = ("sure", "likely", "unsure")
HEARSAY = ("", "0", "1", "2", "3")
MORE = ("hearsay", "agency", "abuse", "decision", "charge")
LONGEST_NAME = 200


def check(model: Model, tag: TagInput, length: int) -> None:
    """Raise ``BadTag`` naming the first field that says nothing, or a span of no words."""
    checks = {
        "stage": tag.stage in model.by_stage,
        "track": tag.track in model.tracks,
        "confidence": tag.confidence in CONFIDENCE,
        "knowledge": tag.knowledge in model.evidence_fields["ef_knowledge"].values,
        "start": 0 <= tag.start < tag.end <= length,
        "episode": tag.episode >= 1,
        "from": _is_date(tag.date_from),
        "to": _is_date(tag.date_to),
        "hearsay": tag.hearsay in HEARSAY,
        "abuse": all(one in model.abuses for one in tag.abuse),
        "decision": not tag.decision or tag.decision in decisions(model),
        "charge": not tag.charge or tag.charge in model.charge_grounds,
        "agency": len(tag.agency) <= LONGEST_NAME,
    }
    for what, holds in checks.items():
        if not holds:
            raise BadTag(what)


def decisions(model: Model) -> list[str]:
    """Return what can be decided, each as ``decision:value``."""
    return [f"{one.id}:{value}" for one in model.decisions.values() for value in one.values]


def _is_date(text: str) -> bool:
    try:
        return not text or bool(edtf.parse(text))
    except edtf.NotEDTF:
        return False


def event(tag_id: str, person: str, tag: TagInput, narrative: str) -> dict[str, object]:
    """Return the event of a tag: what was said, and the words it rests on, verbatim."""
    return {
        "e": "tag",
        "id": tag_id,
        "person": person,
        "episode": tag.episode,
        "stage": tag.stage,
        "track": tag.track,
        "start": tag.start,
        "end": tag.end,
        "text": narrative[tag.start : tag.end],
        "confidence": tag.confidence,
        "date_from": tag.date_from,
        "date_to": tag.date_to,
        "date_as_stated": tag.date_as_stated,
        "knowledge": tag.knowledge,
        **{name: value for name in MORE if (value := getattr(tag, name))},
    }

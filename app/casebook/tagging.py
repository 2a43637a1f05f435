"""What makes a tag: the checks of a form, and the event it becomes (DESIGN rule 8)."""

from app.casebook import edtf
from app.casebook.shapes import BadTag, TagInput
from config.model import Model

CONFIDENCE = ("sure", "likely", "unsure")


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
    }
    for what, holds in checks.items():
        if not holds:
            raise BadTag(what)


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
    }

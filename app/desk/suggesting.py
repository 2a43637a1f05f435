"""Suggestions beside a text: which words, which rule, and what a reviewer made of each."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.shapes import Tag, Testimony
from app.desk.context import book, desk, keyring
from app.reading.suggest import Suggestion, explain, suggest
from app.web import language

pages = Blueprint("suggesting", __name__, url_prefix="/testimony/<hex32:record_id>")
MOST = 40  # shown at once; the next ones come as these are weighed


@dataclass(frozen=True)
class Offer:
    """One suggestion as the page shows it."""

    suggestion: Suggestion
    key: str
    why: str


def offers(testimony: Testimony) -> tuple[list[Offer], int]:
    """Return what is still to be weighed of a text, and how many were set aside.

    What a tag of the same stage, or of one that refines it, already rests on is no longer offered.
    """
    index = book().working.index(keyring())
    done = index.dismissed(testimony.id)
    read = index.readings.of(testimony.id, testimony.narrative, testimony.lang, suggest)
    found = [
        Offer(one, key_of(one), explain(one.rule, language()))
        for one in read
        if not any(_covers(tag, one) for tag in testimony.tags)
    ]
    return [one for one in found if one.key not in done][:MOST], len(done)


def key_of(one: Suggestion) -> str:
    """Name a suggestion: the rule, the stage, the place."""
    return f"{one.rule}.{one.stage}.{one.start}-{one.end}"


def _covers(tag: Tag, one: Suggestion) -> bool:
    told = {tag.stage, desk().model.stage(tag.stage).refines}
    return one.stage in told and tag.start < one.end and one.start < tag.end


@pages.post("/suggestions")
def weigh(record_id: str) -> Response:
    """Set one suggestion aside, or bring all of them back that were."""
    working, key = book().working, request.form.get("key", "")
    if key:
        working.dismiss(keyring(), record_id, key)
    else:
        for each in working.index(keyring()).dismissed(record_id):
            working.dismiss(keyring(), record_id, each, back=True)
    shown = {"shown": "1"} if request.form.get("shown") else {}
    place = url_for("testimony.show", record_id=record_id, _anchor="suggestions", **shown)  # type: ignore[arg-type] # all values
    return go(place, 303)

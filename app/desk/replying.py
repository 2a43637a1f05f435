"""Writing to a witness: a question, a standard answer, or free text."""

from typing import Any

from flask import Blueprint, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook import replying
from app.casebook.mailing import NoWay
from app.casebook.shapes import BadTag, Testimony
from app.desk.context import book, desk, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("replying", __name__, url_prefix="/testimony/<hex32:record_id>")
STANDARD = ("r_read", "s6", "s7", "s10")  # sentences of the vocabularies, in the witness's language


@pages.post("/reply")
def send(record_id: str) -> Response | tuple[str, int]:
    """Leave what was written in the witness's next slot; what was refused is still on the page."""
    form = request.form
    text = form.get("text", "")
    standard = form.get("standard", "")
    if standard in STANDARD and not text.strip():
        text = getattr(desk().vocabularies.texts[standard], form.get("lang", "ko"), "")
    try:
        replying.send(
            book().store, book().working, keyring(), record_id, form.get("kind", ""), text
        )
    except NoWay:
        return refuse(409, gettext("This witness cannot be asked."))
    except BadTag:
        return refuse(
            400, gettext("There is nothing written here, or more than 20,000 characters.")
        )
    return go(url_for("testimony.show", record_id=record_id, _anchor="reply"), 303)


@pages.app_template_global()
def writing_to(testimony: Testimony) -> dict[str, Any]:
    """Return what the part of the page needs: what was written, what may be, standard answers."""
    store, ring = book().store, keyring()
    reached, ask = replying.may_ask(store, ring, testimony.id)
    texts = desk().vocabularies.texts
    return {
        "reached": reached,
        "ask": ask,
        "sent": replying.sent(store, ring, testimony.id),
        "standard": [(name, getattr(texts[name], testimony.lang)) for name in STANDARD],
    }

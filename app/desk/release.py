"""A decision that something may leave."""

from flask import Blueprint, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.desk.context import book, keyring
from app.desk.forms import ReleaseForm
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("release", __name__)


@pages.post("/testimony/<hex32:record_id>/release")
def decide(record_id: str) -> Response | tuple[str, int]:
    """Release a testimony to one partner for one purpose, within what the witness agreed to."""
    form = ReleaseForm()
    partner, purpose = (form.partner.data or "").strip(), (form.purpose.data or "").strip()
    if not partner or not purpose:
        return refuse(400, gettext("Choose a partner and a purpose."))
    book().release(keyring(), record_id, partner, purpose)
    return go(url_for("testimony.show", record_id=record_id, _anchor="release"), 303)

"""Sharing one testimony that is for leads only with one reviewer, and ending that."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.keys import assigning
from app.casebook.shapes import Member, Testimony
from app.casebook.testimonies import id_of
from app.desk.context import book, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("sharing", __name__, url_prefix="/testimony/<hex32:record_id>")


@pages.post("/share")
def share(record_id: str) -> Response | tuple[str, int]:
    """Seal this one record's key to one reviewer."""
    who = request.form.get("who", "")
    if not who:
        return refuse(400, gettext("Choose a reviewer."))
    assigning.assign(book().store, keyring(), id_of(record_id), who)
    return _back(record_id)


@pages.post("/unshare")
def take_back(record_id: str) -> Response:
    """End a sharing; what was read is not taken back, and the page says so."""
    assigning.take_back(book().store, keyring(), id_of(record_id), request.form.get("who", ""))
    return _back(record_id)


def _back(record_id: str) -> Response:
    return go(url_for("testimony.show", record_id=record_id, _anchor="sharing"), 303)


@pages.app_template_global()
def sharing(testimony: Testimony, readers: Sequence[Member]) -> dict[str, Any]:
    """Return what the part of the page needs: with whom it is shared, with whom it could be."""
    shared = assigning.shared_with(book().store, keyring(), id_of(testimony.id))
    reviewers = [one.name for one in readers if one.role == "reviewer"]
    return {"shared": shared, "others": [one for one in reviewers if one not in shared]}

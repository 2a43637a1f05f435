"""The pages of attachments: drawn anew, streamed, or saved with a reason."""

import re

from flask import Blueprint, Response, render_template, request

from app.casebook.shapes import BadTag
from app.casebook.viewing import DRAWN, PLAYED, NotShown
from app.desk.context import book, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint(
    "attachments", __name__, url_prefix="/testimony/<hex32:record_id>/attachments/<hex32:item_id>"
)
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
MOST_AT_ONCE = 4 * 1024 * 1024
_SAFE = re.compile(r"[^\w.-]+")


@pages.get("")
def show(record_id: str, item_id: str) -> str:
    """Show what a file is by its content, what is hidden in it, and a safe picture of it."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    kind, picture = viewing.type_of(one), None
    page = int(asked) if (asked := request.args.get("page", "1")).isdecimal() else 1
    if kind in DRAWN:
        try:
            picture = viewing.draw(one, page)
        except NotShown:
            kind = ""
    return render_template(
        "desk/attachment.html",
        one=one,
        kind=kind,
        page=page,
        picture=picture,
        played=kind in PLAYED,
        record=record_id,
    )


@pages.get("/picture")
def picture(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Give the picture: made anew, never the file."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    asked = request.args.get("page", "1")
    try:
        drawn = viewing.draw(one, int(asked) if asked.isdecimal() else 1)
    except NotShown:
        return refuse(415, gettext("This file cannot be shown here."))
    viewing.note(keyring(), one, "viewed")
    return Response(drawn.png, mimetype="image/png")


@pages.get("/stream")
def stream(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Give a part of a recording, as players ask for it."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    kind = viewing.type_of(one)
    if kind not in PLAYED:
        return refuse(415, gettext("This file cannot be shown here."))
    first, last = _part(request.headers.get("Range", ""), one.size)
    if first > last:
        return refuse(416, gettext("There is no such part of this file."))
    if first == 0:
        viewing.note(keyring(), one, "viewed")
    answer = Response(viewing.part_of(one, first, last), status=206, mimetype=kind)
    answer.headers["Content-Range"] = f"bytes {first}-{last}/{one.size}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.content_length = last - first + 1
    return answer


def _part(said: str, size: int) -> tuple[int, int]:
    """Return the first and the last byte asked for; the first past the last if there is none."""
    found = _RANGE.fullmatch(said.strip())
    start, end = (found[1], found[2]) if found else ("", "")
    if not start and end:  # the last so many bytes
        return max(size - int(end), 0), size - 1
    first = int(start or 0)
    last = min(int(end) if end else size - 1, size - 1, first + MOST_AT_ONCE - 1)
    return first, last


@pages.post("/save")
def save(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Hand over the file as it was sent, for a reason that custody keeps."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    try:
        viewing.note(keyring(), one, "saved", request.form.get("reason", ""))
    except BadTag:
        return refuse(400, gettext("Say why the file must leave this desk."))
    answer = Response(viewing.bytes_of(one), mimetype="application/octet-stream")
    name = _SAFE.sub("_", one.name).strip("._") or "file"
    answer.headers.set("Content-Disposition", "attachment", filename=name[-80:])
    answer.content_length = one.size
    return answer

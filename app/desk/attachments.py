"""The pages of attachments: drawn anew, streamed, or saved with a reason."""

import contextlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.casebook.indexing.work import Translation
from app.casebook.shapes import BadTag, Testimony
from app.casebook.viewing import DRAWN, PLAYED, NotShown
from app.desk import placing
from app.desk.context import book, keyring
from app.desk.forms import seen_in
from app.desk.placing import Placing
from app.desk.refusals import refuse
from app.desk.words import gettext
from app.reading.transcripts import NoTimes, parse

pages = Blueprint(
    "attachments", __name__, url_prefix="/testimony/<hex32:record_id>/attachments/<hex32:item_id>"
)
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
MOST_AT_ONCE = 4 * 1024 * 1024
_SAFE = re.compile(r"[^\w.-]+")
_SECONDS = re.compile(r"[0-9]{1,6}(,[0-9]{1,6})?", re.ASCII)


@pages.get("")
def show(record_id: str, item_id: str) -> str:
    """Show what a file is by its content, what is hidden in it, and a safe picture of it."""
    return _shown(record_id, item_id)


def page(testimony: Testimony, placed: Placing, error: str = "") -> str:
    """Show the page of a recording again, with the form that places its words on a stage."""
    item_id = placed.form.item.data or ""
    return _shown(testimony.id, item_id, error, beside=placing.beside(testimony, placed))


def _shown(
    record_id: str,
    item_id: str,
    error: str = "",
    said: Mapping[str, str] = MappingProxyType({}),
    beside: Mapping[str, Any] | None = None,
) -> str:
    viewing, working = book().viewing, book().working
    one = viewing.one(keyring(), record_id, item_id)
    kind, picture, number = viewing.type_of(one), None, _page()
    if kind in DRAWN:
        with contextlib.suppress(NotShown):
            picture = viewing.draw(one, number)
    hidden = picture.hidden if picture else None
    if kind in PLAYED:
        with contextlib.suppress(NotShown):
            hidden = viewing.hidden_in(one)
    editions = working.index(keyring()).transcripts(record_id, item_id)
    newest = editions[0] if editions else None
    alone = {"testimony": None, "veil": working.settings(keyring()).veil and not placing.shown()}
    told: Mapping[str, Any] = beside or (_beside(record_id, newest, item_id) if newest else alone)
    tags = [tag for tag in told["testimony"].tags if tag.item == item_id] if newest else []
    return render_template(
        "desk/attachment.html",
        **told,
        tags_of=lambda edition: [tag for tag in tags if tag.edition == edition],
        older=any(newest and tag.edition != newest.version for tag in tags) or _older(newest),
        one=one,
        kind=kind,
        page=min(number, picture.pages) if picture else 1,
        picture=picture,
        hidden=hidden,
        played=kind in PLAYED,
        looked=viewing.looked_through(one) if kind in PLAYED else 0,
        heard=kind.startswith("audio/"),
        at_second=_second(),
        record=record_id,
        editions=editions,
        times_of=_times,
        error=error,
        gone=(),
        typed_error=bool(said),
        typed=said.get("text") or (newest.text if newest else ""),
        typed_seen=said.get("seen") or (newest.version if newest else 0),
    )


def _beside(record_id: str, newest: Translation, item_id: str) -> dict[str, Any]:
    """Return what stands beside a transcript: the form of tags, and those that rest on it."""
    testimony = book().testimony(keyring(), record_id)
    return placing.beside(testimony, placing.asked(testimony, item_id, newest.version))


def _times(text: str) -> dict[tuple[int, int], str]:
    """Return where the times of a transcript stand, each with the address of its moment."""
    return {line.stamp: f"?t={line.fragment}#recording" for line in parse(text)}


def _older(newest: Translation | None) -> bool:
    """Tell whether somebody comes for words of an earlier version."""
    asked = request.args.get("edition", 0, type=int)
    return newest is not None and 0 < asked < newest.version


def _second() -> str:
    """Return the part of a recording that is asked for, in seconds; empty for all of it."""
    asked = request.args.get("t", "")
    return asked if _SECONDS.fullmatch(asked) else ""


@pages.post("/transcript")
def transcribe(record_id: str, item_id: str) -> AnyResponse | tuple[str, int]:
    """Keep what a person wrote down of a recording, each line with its time."""
    viewing, said = book().viewing, request.form
    one = viewing.one(keyring(), record_id, item_id)
    if viewing.type_of(one) not in PLAYED:
        return refuse(415, gettext("This file cannot be shown here."))
    text, seen = said.get("text", ""), said.get("seen", "")
    try:
        book().working.transcribe(keyring(), record_id, item_id, text, seen_in(seen))
    except NoTimes as wrong:
        error = gettext(
            "Line %(number)s: begin each line with the time it is heard, such as 1:12 or "
            "1:12-1:30; times do not run backwards.",
            number=wrong.line,
        )
        return _shown(record_id, item_id, error, said), 400
    except BadTag:
        error = gettext("There is nothing written here, or more than 200,000 characters.")
        return _shown(record_id, item_id, error, said), 400
    place = url_for("attachments.show", record_id=record_id, item_id=item_id, _anchor="transcript")
    return redirect(place, 303)


@pages.get("/picture")
def picture(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Give the picture: made anew, never the file."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    try:
        drawn = viewing.draw(one, _page())
    except NotShown:
        return refuse(415, gettext("This file cannot be shown here."))
    viewing.viewed(keyring(), one)
    return Response(drawn.png, mimetype="image/png")


def _page() -> int:
    """Return which page of a document is asked for."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1  # noqa: PLR2004


@pages.get("/stream")
def stream(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Give a recording, or the part of it that a player asks for."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    kind = viewing.type_of(one)
    if kind not in PLAYED:
        return refuse(415, gettext("This file cannot be shown here."))
    asked = _part(request.headers.get("Range", ""), one.size)
    first, last = asked or (0, one.size - 1)
    if first > last:
        page = make_response(refuse(416, gettext("There is no such part of this file.")))
        page.headers["Content-Range"] = f"bytes */{one.size}"
        return page
    viewing.viewed(keyring(), one)
    answer = Response(viewing.part_of(one, first, last), mimetype=kind)
    if asked:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {first}-{last}/{one.size}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.content_length = last - first + 1
    return answer


def _part(said: str, size: int) -> tuple[int, int] | None:
    """Return the first and the last byte asked for; the first past the last where none is there.

    None is the whole: nothing was asked for, or nothing that RFC 9110 knows as one part.
    """
    found = _RANGE.fullmatch(said.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last so many bytes
        return max(size - int(found[2]), 0), size - 1
    first, last = int(found[1]), int(found[2] or size - 1)
    if last < first < size:
        return None
    return first, min(last, size - 1, first + MOST_AT_ONCE - 1)


@pages.post("/save")
def save(record_id: str, item_id: str) -> Response | tuple[str, int]:
    """Hand over the file as it was sent, for a reason that custody keeps."""
    viewing = book().viewing
    one = viewing.one(keyring(), record_id, item_id)
    viewing.type_of(one)  # what is gone or altered is said before custody says it was saved
    try:
        viewing.note(keyring(), one, "saved", request.form.get("reason", ""))
    except BadTag:
        return refuse(400, gettext("Say why the file must leave this desk."))
    answer = Response(viewing.bytes_of(one), mimetype="application/octet-stream")
    name = _SAFE.sub("_", one.name).strip("._") or "file"
    # A head is ASCII: a Korean name goes there encoded (RFC 6266).
    coded = f"attachment; filename*=UTF-8''{quote(name[-80:])}"
    answer.headers["Content-Disposition"] = coded
    answer.content_length = one.size
    return answer

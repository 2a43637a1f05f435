"""The queue: what there is to read, and what is done with several at once."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.casebook.shapes import BadTag, NotFound
from app.desk.context import book, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("queue", __name__)
TAKEN_IN = 500  # arrivals taken in by one view of the queue
PAGE = 40
FILTERS = ("stage", "track", "lang", "role", "day", "state", "assignee", "reader")
TICKS = ("unread", "fresh", "flood", "nobody")
MOST_A_DAY = 500


@pages.get("/queue")
def show() -> str:
    """Take in what arrived, if this member may, and list records a page at a time."""
    after = request.args.get("after", "")
    asked = {name: request.args[name] for name in (*FILTERS, *TICKS) if request.args.get(name)}
    if keyring().member.triage and not after and not asked:
        book().collect(keyring(), TAKEN_IN)
    working = book().working
    inner = _inner(asked)
    working.remember(keyring(), inner)
    page = book().queue(keyring(), after, PAGE, **inner)
    index = working.index(keyring())
    return render_template(
        "desk/queue.html",
        page=page,
        filters=asked,
        troubled=book().troubled(keyring()),
        after=after,
        readers=book().readers(keyring()),
        here={row.id: working.others(keyring(), row.id) for row in page.rows},
        unread={row.id for row in page.rows if keyring().member.id not in index.readers(row.id)},
        since=index.last_visit(keyring().member.id, book().store.today()),
        undoable=working.undoable(keyring()),
        veil=working.settings(keyring()).veil,
    )


def _inner(asked: dict[str, str]) -> dict[str, str]:
    """Turn what an address asks for into what the index asks: who "I" am."""
    inner = dict(asked)
    me = keyring().member.id
    if inner.pop("fresh", ""):
        inner["unread"] = me
        inner["since"] = book().working.index(keyring()).last_visit(me, book().store.today())
    elif inner.get("unread"):
        inner["unread"] = me
    if inner.get("assignee") == "me":
        inner["assignee"] = me
    return inner


@pages.post("/queue/acts")
def act() -> Response | tuple[str, int]:
    """Do one thing with every testimony that is ticked."""
    chosen = request.form.getlist("record")
    kind, _, to = request.form.get("act", "").partition(":")
    known = {member.id for member in book().readers(keyring())} | {""}
    if not chosen or kind not in ("state", "assign") or (kind == "assign" and to not in known):
        return refuse(400, gettext("Tick at least one testimony and choose what to do."))
    try:
        if kind == "state":
            book().working.mark(keyring(), chosen, to)
        else:
            book().working.assign(keyring(), chosen, to)
    except (BadTag, ValueError):
        return refuse(400, gettext("This could not be understood."))
    except NotFound:
        return refuse(404, gettext("There is nothing at this address."))
    return redirect(_back(), 303)


@pages.post("/queue/undo")
def undo() -> Response | tuple[str, int]:
    """Put back what the last act changed, and say what somebody else has changed since."""
    _, left = book().working.undo(keyring())
    if left:
        return refuse(409, gettext("A colleague has changed some of this since: that stays."))
    return redirect(_back(), 303)


def _back() -> str:
    """Lead back to where the form was: a testimony of ours, or the queue as it was filtered."""
    record = request.form.get("back", "")
    if len(record) == 32 and record.isalnum():  # noqa: PLR2004 - the digits of an id
        return url_for("testimony.show", record_id=record)
    names = (*FILTERS, *TICKS)
    kept = {name: text for name in names if (text := request.form.get(f"f_{name}", ""))}
    return url_for("queue.show", **kept)  # type: ignore[arg-type] # they are all values


@pages.route("/today", methods=["GET", "POST"])
def today() -> str | Response | tuple[str, int]:
    """Show a member their own day, and let them set their own measure."""
    working = book().working
    if request.method == "POST":
        most = request.form.get("most", "").strip() or "0"
        if not (most.isascii() and most.isdigit() and int(most[:9]) <= MOST_A_DAY):
            return refuse(400, gettext("The measure is a number; nothing or 0 means none."))
        working.choose(keyring(), int(most), veil=request.form.get("veil") == "yes")
        return redirect(url_for("queue.today"), 303)
    index = working.index(keyring())
    opened = index.opened_on(keyring().member.id, book().store.today())
    return render_template(
        "desk/today.html", setting=working.settings(keyring()), opened=len(opened)
    )

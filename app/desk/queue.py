"""The queue: what there is to read."""

from flask import Blueprint, render_template, request

from app.desk.context import book, keyring

pages = Blueprint("queue", __name__)
TAKEN_IN = 500  # arrivals taken in by one view of the queue
PAGE = 50
FILTERS = ("stage", "track", "lang", "role", "day")


@pages.get("/queue")
def show() -> str:
    """Take in what arrived, if this member may, and list records a page at a time."""
    after = request.args.get("after", "")
    filters = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    if keyring().member.triage and not after and not filters:
        book().collect(keyring(), TAKEN_IN)
    return render_template(
        "desk/queue.html",
        page=book().queue(keyring(), after, PAGE, **filters),
        filters=filters,
        troubled=book().troubled(keyring()),
        after=after,
    )

"""The account of who did what: read, filtered, signed, and held against what others kept."""

from flask import Blueprint, Response, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response as AnyResponse

from app.casebook import account, checkpoints, members
from app.casebook.evidence.releases import sign_checkpoint
from app.casebook.keys import recovery
from app.casebook.shapes import Act, NotFound
from app.desk.context import book, keyring
from app.desk.words import ACTS
from crypto.custody import Entry

pages = Blueprint("custody", __name__, url_prefix="/custody")
PAGE = 100
FILTERS = ("act", "actor", "record", "day")


@pages.get("")
def show() -> str:
    """Show the account, newest first, a page at a time; at most so many acts are looked through."""
    filters = {name: request.args[name].strip() for name in FILTERS if request.args.get(name)}
    before = request.args.get("before", "")
    position = int(before) if before.isascii() and before.isdecimal() else None
    with book().store.casebook.connect() as connection:
        names = {e.member.id: e.member.name for e in members.directory(connection, keyring())}
        found, after = account.page(
            connection, keyring(), position, PAGE, lambda entry: _fits(entry, filters, names)
        )
        newest = checkpoints.newest(connection)
    acts = [Act.told(at, opened.entry, names) for at, opened in found]
    return render_template(
        "desk/custody.html",
        acts=acts,
        after=after,
        filters=filters,
        kinds=ACTS,
        people=sorted({*names.values(), "intake", "steward", recovery.ACTOR}),
        newest=newest and newest.body.decode().split("\n"),
    )


@pages.post("/sign")
def sign() -> AnyResponse:
    """Sign the account as it stands."""
    sign_checkpoint(book().store, keyring(), book().account)
    return go(url_for("custody.show"), 303)


@pages.get("/checkpoint")
def checkpoint() -> Response:
    """Hand over the newest signed checkpoint, to be kept outside."""
    with book().store.casebook.connect() as connection:
        newest = checkpoints.newest(connection)
    if newest is None:
        raise NotFound
    size = newest.body.split(b"\n")[1].decode()
    response = Response(bytes(newest), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="naru-custody-{size}.txt"'
    return response


@pages.post("/verify")
def verify() -> tuple[str, int]:
    """Hold the account against a checkpoint that somebody kept, and against itself."""
    typed = request.form.get("checkpoint", "")
    verdict = checkpoints.verify(book().store, typed.encode())
    lead = keyring().member.role == "lead"
    own = checkpoints.verify_own(book().store, keyring() if lead else None)
    page = render_template("desk/verdict.html", verdict=verdict, own=own, typed=typed)
    return page, 200


def _fits(entry: Entry, filters: dict[str, str], names: dict[str, str]) -> bool:
    said = {
        "act": entry.act,
        "actor": names.get(entry.actor, entry.actor),
        "record": entry.record,
        "day": entry.day,
    }
    return all(
        said[name].startswith(value) if name == "record" else said[name] == value
        for name, value in filters.items()
    )

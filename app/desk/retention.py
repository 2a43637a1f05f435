"""What has reached its age, what is on hold, and persons of whom nothing speaks any more."""

from flask import Blueprint, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.keeping import erasure, retention
from app.desk.context import book, keyring
from app.desk.words import gettext, purposes

pages = Blueprint("retention", __name__, url_prefix="/erasure")
YEARS = 5


@pages.get("")
def show() -> str:
    """List them, and say what erasing leaves behind."""
    return render_template(
        "desk/erasure.html",
        days=_days(request.args.get("days", "")),
        without=request.args.get("without", ""),
        aged=retention.aged(
            book(), keyring(), _days(request.args.get("days", "")), request.args.get("without", "")
        ),
        persons=retention.resting_on_nothing(book(), keyring()),
        erased=sum(1 for _ in erasure.tombstones(book().store)),
        purposes=purposes(),
        elsewhere=_elsewhere(),
    )


@pages.post("")
def erase() -> Response:
    """Erase what was ticked."""
    days = _days(request.form.get("days", ""))
    retention.erase(book(), keyring(), request.form.getlist("record"), days)
    return go(url_for("retention.show", days=days), 303)


@pages.post("/hold/<hex32:record_id>")
def hold(record_id: str) -> Response:
    """Put one on hold, or end that."""
    held = request.form.get("held") == "yes"
    retention.hold(book(), keyring(), record_id, held=held)
    return go(url_for("retention.show", days=_days(request.form.get("days", ""))), 303)


def _elsewhere() -> list[tuple[str, str, str]]:
    """Tell what is left of it where, and until when: `docs/erasure.md` in short."""
    return [
        (
            "backup",
            gettext("A backup's first part"),
            gettext("Sealed, as long as the file is kept; no key in it opens it."),
        ),
        (
            "keys",
            gettext("A backup's keys part"),
            gettext(
                "Until the first backup after 30 days: till then the recovery key opens it. Copies"
                " that were carried elsewhere are yours to destroy."
            ),
        ),
        (
            "replica",
            gettext("Replicas of the database and its archived logs"),
            gettext(
                "Until the replica has applied it; in an archived log as long as that is kept,"
                " which must not be more than 30 days."
            ),
        ),
        (
            "versions",
            gettext("Older versions of objects, and snapshots"),
            gettext(
                "Sealed files and rows, until the store removes them: have it do so after 30 days"
                " at most."
            ),
        ),
        (
            "disk",
            gettext("The disk itself"),
            gettext("Blocks that were overwritten, until the disk reuses them: encrypt the disk."),
        ),
        (
            "partner",
            gettext("What a partner took along"),
            gettext("For good. The partner is told."),
        ),
    ]


def _days(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else YEARS * 365  # noqa: PLR2004 - more days than anybody lives

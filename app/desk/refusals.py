"""How the desk says no: one sentence, and what was typed is still on the page."""

from flask import Flask, redirect, render_template, request, url_for
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.wrappers import Response

from app.casebook.evidence.attaching import BadBox, NoPlace, NotCleaned
from app.casebook.evidence.proposing import NothingCut
from app.casebook.evidence.stamping import NoStamp
from app.casebook.keys.epochs import NotTakenIn, TooEarly
from app.casebook.keys.recovery import NoSharing, NotTheRecovery
from app.casebook.keys.removal import LastOne
from app.casebook.keys.requests import NotAlone, NotConfirmed, OwnRequest
from app.casebook.shapes import (
    Altered,
    CasebookError,
    Erased,
    Held,
    Misfiled,
    NeedsSecond,
    NoConsent,
    NoSession,
    NotForThem,
    NotFound,
    NotYours,
    Waiting,
    Withdrawing,
)
from app.casebook.throttle import TooMany
from app.db import NotDurable
from app.desk.words import N_, gettext
from app.web import report

HIDDEN = frozenset({"csrf_token", "passphrase", "code", "secret", "paper"})

_ANSWERS: dict[type[CasebookError], tuple[int, str]] = {
    NotFound: (404, N_("There is nothing at this address.")),
    NotYours: (403, N_("You have no key for this.")),
    NoConsent: (403, N_("The witness did not agree to this purpose.")),
    Withdrawing: (403, N_("The witness has withdrawn this. It leaves no more.")),
    Erased: (409, N_("This was erased. Only its number and the month are left.")),
    NotForThem: (
        403,
        N_("The witness did not agree that this kind of recipient gets it for this purpose."),
    ),
    Waiting: (
        403,
        N_("The witness asked to wait. A lead must first record that what they wait for has come."),
    ),
    TooMany: (429, N_("Too many tries at this name at once. Try again in a minute.")),
    LastOne: (400, N_("Without this member nobody would be left who leads, or takes in arrivals.")),
    TooEarly: (400, N_("A key ends four weeks after its week, not before.")),
    NotTakenIn: (400, N_("Something of this week is not taken in. Open the queue first.")),
    OwnRequest: (403, N_("Nobody is their own second person.")),
    NotAlone: (403, N_("There are other members: one of them confirms.")),
    NotConfirmed: (403, N_("No second person has confirmed this.")),
    NotTheRecovery: (400, N_("These are not two shares of this desk's recovery key.")),
    NoSharing: (400, N_("The package for shares is not installed: type the whole key instead.")),
    Held: (403, N_("A lead holds this back.")),
    NeedsSecond: (
        403,
        N_("A second person must agree first. The question now stands on the testimony's page."),
    ),
    NotCleaned: (
        400,
        N_("No copy without hidden data can be made of one of these files. Nothing was released."),
    ),
    NothingCut: (
        400,
        N_(
            "Of the words to cut, or of the numbers of paragraphs to withhold, one stands nowhere"
            " in this testimony. Nothing was released."
        ),
    ),
    BadBox: (
        400,
        N_("What is painted black is five numbers a line: page, left, top, width, height."),
    ),
    NoPlace: (503, N_("The disk could not keep the copies of files. Nothing was released.")),
    NoStamp: (503, N_("The time authority did not answer. Nothing was exported; try again.")),
    Altered: (409, N_("This was changed after it was sealed. Nothing of it is shown.")),
    Misfiled: (409, N_("This lies in a place it was not sealed for. Nothing of it is shown.")),
}


def refuse(status: int, sentence: str, code: str = "") -> tuple[str, int]:
    """Make the page of a refusal; ``code`` names it for programs."""
    try:
        typed = [(name, text) for name, text in request.form.items(multi=True) if text.strip()]
    except Exception:  # noqa: BLE001 - a body nobody can parse has nothing to keep
        typed = []
    kept = [pair for pair in typed if pair[0] not in HIDDEN]
    page = render_template(
        "desk/refused.html", status=status, sentence=sentence, code=code, typed=kept
    )
    return page, status


def sentence_of(error: CasebookError) -> tuple[int, str]:
    """Return status and sentence for what the casebook refused."""
    status, msgid = _ANSWERS.get(type(error), (400, N_("This could not be understood.")))
    return status, gettext(msgid)


def answer(app: Flask) -> None:
    """Let an app answer what the casebook refuses, and a storage that does not keep or answer."""

    @app.errorhandler(CasebookError)
    def _refused(error: CasebookError) -> tuple[str, int]:
        return refuse(*sentence_of(error))

    @app.errorhandler(NotDurable)
    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def _not_kept(error: Exception) -> tuple[str, int]:
        report(type(error), request.endpoint)
        return refuse(
            503,
            gettext(
                "The storage does not answer just now. Wait a minute, look whether this was kept, "
                "and send it again if it was not."
            ),
        )

    @app.errorhandler(NoSession)
    def _gone(_error: NoSession) -> Response:
        return redirect(url_for("auth.login"), 303)


def show(status: int, sentence: str) -> str:
    """Make the page of any other refusal; the shared fences call this and set the status."""
    return refuse(status, sentence)[0]

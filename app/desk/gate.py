"""The gate of the desk: who may use which route, in one table. What is not in it is refused.

Keys are the real wall (a partner holds none that opens a record); this table keeps honest people
on their own pages. The same gate asks every POST for its token, so that no view can forget to.
"""

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.casebook.shapes import NoSession
from app.desk import resuming
from app.desk.context import desk
from app.desk.forms import TOKEN, DeskForm, LoginForm, is_login_cookie, login_cookie
from app.desk.refusals import refuse
from app.desk.words import gettext

LEAD, REVIEWER, PARTNER = "lead", "reviewer", "partner"
ANYBODY = frozenset({"anybody"})
LEADS = frozenset({LEAD})
READERS = frozenset({LEAD, REVIEWER})
PARTNERS = frozenset({PARTNER})
MEMBERS = READERS | PARTNERS

ACCESS: dict[str, frozenset[str]] = {
    "auth.login": ANYBODY,
    "source.source": ANYBODY,
    "notices.notices": ANYBODY,
    "auth.logout": MEMBERS,
    "auth.home": MEMBERS,
    "queue.show": READERS,
    "queue.act": READERS,
    "queue.undo": READERS,
    "queue.today": READERS,
    "testimony.show": READERS,
    "testimony.add_tag": READERS,
    "testimony.date_tag": READERS,
    "testimony.find_person": READERS,
    "testimony.retract_tag": READERS,
    "testimony.edit_tag": READERS,
    "testimony.restore_tag": READERS,
    "testimony.add_note": READERS,
    "testimony.translate": READERS,
    "suggesting.weigh": READERS,
    "replying.send": READERS,
    "sharing.share": LEADS,
    "sharing.take_back": LEADS,
    "attachments.show": READERS,
    "attachments.picture": READERS,
    "attachments.stream": READERS,
    "attachments.save": READERS,
    "attachments.transcribe": READERS,
    "release.decide": LEADS,
    "release.preview": LEADS,
    "release.hold": LEADS,
    "release.met": LEADS,
    "release.recall": LEADS,
    "release.agree": READERS,
    "release.agree_by_paper": LEADS,
    "people.index": READERS,
    "people.show": READERS,
    "people.name": READERS,
    "people.join": READERS,
    "people.part": READERS,
    "people.kin": READERS,
    "people.unkin": READERS,
    "people.unname": READERS,
    "clocks.show": READERS,
    "stages.differs": READERS,
    "stages.show": READERS,
    "stages.gaps": READERS,
    "pages.search": READERS,
    "keeping.show_members": LEADS,
    "keeping.invite": LEADS,
    "keeping.remove": LEADS,
    "keeping.renew": LEADS,
    "keeping.show_requests": READERS,
    "keeping.confirm": READERS,
    "keeping.drop": READERS,
    "keeping.confirm_by_paper": LEADS,
    "keeping.carry_out": LEADS,
    "keeping.show_keys": LEADS,
    "keeping.begin": LEADS,
    "keeping.end": LEADS,
    "keeping.rotate": LEADS,
    "keeping.start_code": MEMBERS,
    "keeping.code_on": MEMBERS,
    "keeping.code_off": MEMBERS,
    "keeping.enrol": ANYBODY,  # the link itself is the key
    "keeping.accept": ANYBODY,
    "custody.show": LEADS,
    "status.show": LEADS,
    "retention.show": LEADS,
    "retention.erase": LEADS,
    "retention.hold": LEADS,
    "custody.sign": LEADS,
    "custody.checkpoint": MEMBERS,
    "custody.verify": MEMBERS,
    "pages.account": MEMBERS,
    "pages.identity": MEMBERS,
    "partner.released": PARTNERS,
    "partner.choose": PARTNERS | LEADS,
    "partner.export": PARTNERS | LEADS,
    "partner.revocations": PARTNERS,
    "partner.verifier": MEMBERS,
    "partner.fingerprints": MEMBERS,
    "partner.allowed": MEMBERS,
}


def may(endpoint: str) -> bool:
    """Say whether who asks may use a route; pages ask this before they link to it."""
    allowed = ACCESS.get(endpoint, frozenset())
    found = g.get("keyring")
    return allowed is ANYBODY or (found is not None and found.member.role in allowed)


def stand_at(app: Flask) -> None:
    """Let every request of an app pass the gate."""
    app.before_request(_who)
    app.before_request(_whether)
    app.before_request(_token)


def _who() -> None:
    """Find the member behind the cookie; nobody is an answer too."""
    g.keyring = None
    cookie = request.cookies.get(desk().cookie, "")
    if cookie and not is_login_cookie(cookie):
        try:
            g.keyring = desk().book.resume(cookie, desk().clock())
        except NoSession:
            g.keyring = None


def _whether() -> AnyResponse | Response | tuple[str, int] | None:
    if isinstance(request.routing_exception, NotFound | MethodNotAllowed):
        return None  # there is nothing to guard: Flask answers
    if request.endpoint is not None and may(request.endpoint):
        return None
    if g.keyring is not None:
        return refuse(403, gettext("This page is not for your role."))
    if request.method == "POST":
        return interrupted()
    return redirect(url_for("auth.login"), 303)


def interrupted() -> Response:
    """Ask for the passphrase again; the page carries what was typed, sealed."""
    sentence = gettext("Your session has ended. Nothing was saved. Log in again.")
    form, shown = LoginForm(formdata=None), resuming.pairs()
    page = render_template(
        "desk/login.html", form=form, error=sentence, typed=resuming.sealed(), shown=shown
    )
    response = make_response(page, 401)
    response.set_cookie(
        desk().cookie,
        login_cookie(),
        secure=desk().https,
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return response


def _token() -> tuple[str, int] | None:
    if request.method != "POST" or request.routing_exception is not None:
        return None
    if request.form and request.damaged:  # type: ignore[attr-defined] # our own Request
        return refuse(400, gettext("Something in this form is not readable text."))
    form = DeskForm()
    if form.validate():
        return None
    assert TOKEN in form.errors  # noqa: S101 - this form has no other field
    return refuse(
        400, gettext("This form is from another session. Nothing was saved. Send it once more.")
    )

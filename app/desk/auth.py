"""Coming and going: log-in, log-out, and where home is."""

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.casebook.shapes import Refused
from app.desk import resuming
from app.desk.context import book, desk, keyring, member
from app.desk.forms import LoginForm, login_cookie
from app.desk.words import gettext

pages = Blueprint("auth", __name__)


@pages.get("/")
def home() -> AnyResponse:
    """Lead to where this member works."""
    partner = keyring().member.role == "partner"
    return redirect(url_for("partner.released" if partner else "stages.show"), 303)


@pages.route("/login", methods=["GET", "POST"])
def login() -> AnyResponse:
    """Show the form; or open the member's keys, and hold them under a key in the cookie."""
    form = LoginForm()
    if request.method == "GET":
        return redirect(url_for("auth.home"), 303) if member() else _form(form, "", 200)
    try:
        cookie = book().log_in(
            form.name.data or "",
            form.passphrase.data or "",
            form.code.data or "",
            desk().clock(),
            brought=request.cookies.get(desk().cookie, ""),
        )
    except Refused:
        g.keyring = None
        return _form(form, gettext("Name, passphrase or code is not right."), 403)
    _leave()
    typed = resuming.opened(request.form.get(resuming.FIELD, ""))
    response = redirect(url_for("auth.home"), 303) if typed is None else _again(cookie, *typed)
    _set_cookie(response, cookie)
    return response


def _again(cookie: str, path: str, pairs: resuming.Pairs) -> Response:
    """Show what was typed before the session ended, with a button that sends it now."""
    g.keyring = book().resume(cookie, desk().clock())
    return make_response(render_template("desk/again.html", path=path, pairs=pairs))


@pages.post("/logout")
def logout() -> AnyResponse:
    """Forget this session, here and in the browser, which keeps the member's mark."""
    left = book().vault.left(keyring().member.name)
    _leave()
    response = redirect(url_for("auth.login"), 303)
    _set_cookie(response, left)
    return response


def _leave() -> None:
    """End the session this browser came with, if any: one browser is one member at a time."""
    if member() is not None:
        book().log_out(request.cookies[desk().cookie])


def _form(form: LoginForm, error: str, status: int) -> Response:
    typed = request.form.get(resuming.FIELD, "")
    page = render_template("desk/login.html", form=form, error=error, typed=typed)
    response = make_response(page, status)
    _set_cookie(response, login_cookie())
    return response


def _set_cookie(response: AnyResponse, value: str) -> None:
    response.set_cookie(
        desk().cookie, value, secure=desk().https, httponly=True, samesite="Strict", path="/"
    )

"""Members, keys and requests: who may open what, and the second person where one is asked for."""

import base64
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, make_response, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook import members, secondfactor
from app.casebook.evidence import rules
from app.casebook.keys import enrolling, epochs, founding, recovery, removal, requests, rotation
from app.casebook.store import Store
from app.desk.context import book, desk, keyring
from app.desk.forms import login_cookie
from app.desk.refusals import refuse
from app.desk.words import gettext

T = TypeVar("T")
pages = Blueprint("keeping", __name__)
LANGS = ("ko", "zh", "en")
ROLES = ("reviewer", "partner", "lead")
LONGEST_NAME = 80


def _store() -> Store:
    return book().store


def _said(name: str, among: tuple[str, ...] = ()) -> str:
    said = request.form.get(name, "").strip()[:2000]
    return said if not among or said in among else among[0]


# Members


@pages.get("/members")
def show_members() -> str:
    """List the members; invite, remove, renew."""
    return render_template("desk/members.html", members=book().members(keyring()))


@pages.post("/members/invite")
def invite() -> Response | str | tuple[str, int]:
    """Make a one-time link; for a lead, ask for a second person first."""
    name, role = _said("new")[:LONGEST_NAME], _said("role", ROLES)
    lang = _said("lang", LANGS)
    if not name or any(_same(one.name, name) for one in book().members(keyring())):
        return refuse(400, gettext("Choose a name that no member has."))
    if role == "lead":
        requests.ask(_store(), keyring(), "add-lead", {"name": name, "lang": lang})
        return go(url_for("keeping.show_requests"), 303)
    triage = role == "reviewer" and _said("triage") == "yes"
    kind = _said("kind", rules.KINDS)
    link = enrolling.invite(_store(), keyring(), name, role, triage=triage, lang=lang, kind=kind)
    address = url_for("keeping.enrol", link=link, _external=True)
    return render_template("desk/once.html", name=name, link=address, days=enrolling.DAYS)


def _same(one: str, other: str) -> bool:
    return _store().secret.handle(one) == _store().secret.handle(other)


@pages.post("/members/remove")
def remove() -> str | tuple[str, int]:
    """Remove a member, and say plainly what they may still hold."""
    if _said("sure") != "yes":
        return refuse(400, gettext("Tick the box to say that you are sure. Nothing was changed."))
    removed = removal.remove(_store(), keyring(), _said("who"))
    return render_template("desk/once.html", removed=removed, name=removed.member.name)


@pages.post("/members/renew")
def renew() -> str | tuple[str, int]:
    """Give a member a new key and passphrase."""
    if _said("sure") != "yes":
        return refuse(400, gettext("Tick the box to say that you are sure. Nothing was changed."))
    made = removal.renew(_store(), keyring(), _said("who"), _said("lang", LANGS))
    return render_template("desk/once.html", name=made.member.name, passphrase=made.passphrase)


# Requests


@pages.get("/requests")
def show_requests() -> str:
    """List what waits for a second person."""
    return render_template(
        "desk/requests.html",
        requests=requests.waiting(_store(), keyring()),
        releases=book().evidence.waiting(keyring()),
        me=keyring().member,
    )


@pages.post("/requests/<hex32:request_id>/confirm")
def confirm(request_id: str) -> Response:
    """Confirm what another member asked."""
    requests.confirm(_store(), keyring(), request_id)
    return go(url_for("keeping.show_requests"), 303)


@pages.post("/requests/<hex32:request_id>/paper")
def confirm_by_paper(request_id: str) -> Response:
    """Confirm with the recovery identity, where there is nobody else."""
    paper = recovery.read(request.form.get("paper", "")[:2000])
    requests.confirm_by_paper(_store(), keyring(), request_id, paper)
    return go(url_for("keeping.show_requests"), 303)


@pages.post("/requests/<hex32:request_id>/refuse")
def drop(request_id: str) -> Response:
    """Refuse a request, or take it back."""
    requests.drop(_store(), keyring(), request_id)
    return go(url_for("keeping.show_requests"), 303)


@pages.post("/requests/<hex32:request_id>/do")
def carry_out(request_id: str) -> Response | str:
    """Do what was confirmed."""
    made = requests.carry_out(_store(), keyring(), request_id)
    if made is None:
        return go(url_for("keeping.show_keys"), 303)
    return render_template("desk/once.html", name=made.member.name, passphrase=made.passphrase)


# Keys


@pages.get("/keys")
def show_keys() -> str:
    """List the arrival epochs: their state, what waits in each, when each may end."""
    today, waiting = _store().today(), epochs.waiting(_store())
    rows = [
        {
            **one,
            "waiting": waiting.get(one["epoch"], 0),
            "may_end": one["state"] == "open" and epochs.may_end(one["epoch"]) <= today,
        }
        for one in book().epochs(keyring())
    ]
    since, due = rotation.due(_store())
    return render_template(
        "desk/keys.html", epochs=rows, ahead=founding.AHEAD, since=since, due=due
    )


@pages.post("/keys/begin")
def begin() -> Response:
    """Make the coming weeks' keys and publish them."""
    founding.begin_epochs(_store(), keyring())
    rotation.finish(_store(), keyring())
    enrolling.forget_old(_store())
    return go(url_for("keeping.show_keys"), 303)


@pages.post("/keys/end")
def end() -> Response:
    """Ask for a second person to end an epoch."""
    requests.ask(_store(), keyring(), "end-epoch", {"epoch": _said("epoch")})
    return go(url_for("keeping.show_requests"), 303)


@pages.post("/keys/rotate")
def rotate() -> str:
    """Replace the casebook keys."""
    count = rotation.rotate(_store(), keyring())
    return render_template("desk/once.html", rotated=count)


# One's own second factor


@pages.post("/account/code")
def start_code() -> str:
    """Show a new secret, as picture and as text; nothing counts yet."""
    return _code_page(secondfactor.begin(keyring().member.name), "")


def _code_page(begun: secondfactor.Begun, error: str) -> str:
    picture = secondfactor.picture(begun.uri)
    shown = base64.b64encode(picture).decode() if picture else ""
    return render_template("desk/code.html", begun=begun, picture=shown, error=error)


@pages.post("/account/code/on")
def code_on() -> str | tuple[str, int]:
    """Switch the second factor on, once a code made with it was typed; show recovery codes once."""
    secret, code, now = _said("secret"), _said("code"), desk().clock()
    try:
        codes = _change(lambda card: secondfactor.enable(card, secret, code, now))
    except ValueError:  # a secret that is no base32: not the page we sent
        return refuse(400, gettext("This could not be understood."))
    if codes is None:
        begun = secondfactor.of_secret(secret, keyring().member.name)
        return _code_page(begun, gettext("This code is not right. Type the one shown now.")), 400
    return render_template("desk/once.html", codes=codes)


@pages.post("/account/code/off")
def code_off() -> Response | tuple[str, int]:
    """Switch the second factor off; it takes a code, so that an open desk is not enough."""
    code, now = _said("code"), desk().clock()
    if not _change(lambda card: secondfactor.check(card, code, now)):
        return refuse(403, gettext("This code is not right. Type the one shown now."))
    _change(secondfactor.disable)
    return go(url_for("pages.account"), 303)


def _change(what: Callable[[secondfactor.Card], T]) -> T:
    ring = keyring()
    return members.change_card(_store(), ring.identity, bytes.fromhex(ring.member.id), what)


# The one-time link, for somebody who is no member yet


@pages.get("/enrol/<link>")
def enrol(link: str) -> Response:
    """Say what the link is for; nothing is spent by looking, so a previewing program harms none."""
    invitation = enrolling.look(_store(), link)
    response = make_response(render_template("desk/enrol.html", invitation=invitation))
    response.set_cookie(
        desk().cookie, login_cookie(), secure=desk().https, httponly=True, samesite="Strict"
    )
    return response


@pages.post("/enrol/<link>")
def accept(link: str) -> str:
    """Spend the link and show the passphrase, once."""
    name, passphrase = enrolling.accept(_store(), link)
    return render_template("desk/once.html", name=name, passphrase=passphrase, own=True)

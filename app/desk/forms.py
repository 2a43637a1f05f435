"""Forms of the desk, and the one token that every POST carries.

After log-in the token is ``keyring.csrf``: random, made with the session, sealed in it.

Before log-in there is no session, yet a forged log-in does harm: somebody made to work in the
attacker's account would tag and release there. A signed token alone does not help, because the
attacker can fetch one too and put it into their own page. So it is bound to the browser, by the
same cookie that will hold the session: until then it holds ``login.`` and a random value, and the
token in the form is a MAC of that value. Another site can neither read this cookie nor, with
SameSite=Strict, have it sent. Nothing is stored, and it lasts as long as the page stays open.
The cookie of a session that ended does as well, and carries the mark by which the door knows the
browser (``throttle``); so it is left where it is.
"""

import hmac
import re
import secrets
from hashlib import sha256

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from app.desk.context import desk

TOKEN = "csrf_token"  # noqa: S105 - the name of a field
_LOGIN_COOKIE = re.compile(r"login\.[0-9a-f]{32}")
_ENDED = re.compile(r"[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}")


def is_login_cookie(text: str) -> bool:
    """Tell the cookie of the log-in form from a session's."""
    return _LOGIN_COOKIE.fullmatch(text) is not None


def login_cookie() -> str:
    """Return the value the log-in form is bound to: the browser's own, else a new one."""
    if "login_cookie" not in g:
        brought = request.cookies.get(desk().cookie, "")
        kept = is_login_cookie(brought) or _ENDED.fullmatch(brought)
        g.login_cookie = brought if kept else f"login.{secrets.token_hex(16)}"
    return str(g.login_cookie)


def token() -> str:
    """Return the token this request's forms carry."""
    if g.get("keyring"):
        return str(g.keyring.csrf)
    return hmac.new(desk().login_key, login_cookie().encode(), sha256).hexdigest()


class _SessionToken(CSRF):  # type: ignore[misc] # wtforms has no types
    """The token of the session, or of the log-in form, instead of Flask-WTF's cookie."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:  # noqa: ARG002
        return token()

    def validate_csrf_token(self, form: BaseForm, field: CSRFTokenField) -> None:  # noqa: ARG002
        if not hmac.compare_digest((field.data or "").encode(), token().encode()):
            raise ValidationError("token")


def seen_in(text: str | None) -> int | None:
    """Return the version that who wrote a form had before them, or None where it does not say."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None  # noqa: PLR2004


class DeskForm(FlaskForm):  # type: ignore[misc] # flask-wtf has no types
    """A form with the token and nothing else."""

    class Meta:
        """Where its token comes from."""

        csrf = True
        csrf_class = _SessionToken
        csrf_field_name = TOKEN


class LoginForm(DeskForm):
    """Who are you."""

    name = StringField()
    passphrase = PasswordField()
    code = StringField()


class TagForm(DeskForm):
    """What a reviewer says of a person, resting on words; ``tagging`` reads it."""

    person = StringField()
    person_name = StringField()
    episode = StringField()
    stage = StringField()
    track = StringField()
    date_from = StringField(name="from")
    date_to = StringField(name="to")
    date_as_stated = StringField()
    knowledge = StringField()
    paragraph = StringField()
    quote = StringField()
    start = StringField()
    end = StringField()
    confidence = StringField()
    hearsay = StringField()
    agency = StringField()
    abuse = SelectMultipleField(validate_choice=False)
    decision = StringField()
    charge = StringField()
    seen = StringField()
    item = StringField()  # a later letter or a recording; nothing: the testimony's text
    edition = StringField()  # of what was written down of a recording


class ReleaseForm(DeskForm):
    """What may leave, to whom, for what."""

    partner = StringField()
    purpose = StringField()
    decided = StringField()  # "yes": what follows was chosen on the page that shows what leaves


class WordForm(DeskForm):
    """One line of text."""

    why = StringField()
    partner = StringField()
    digest = StringField()

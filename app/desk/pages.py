"""The smaller pages: search, members, keys, one's own account."""

import io

from flask import Blueprint, Response, render_template, request, send_file

from app.casebook import members
from app.desk.context import book, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("pages", __name__)
SHORTEST = 12  # characters of the passphrase over an identity file that leaves


@pages.get("/search")
def search() -> str:
    """Find words in what this member may read."""
    q = request.args.get("q", "").strip()
    names = ("lang", "state", "role", "stage")
    filters = {name: request.args[name] for name in names if request.args.get(name)}
    found = book().search(keyring(), q, **filters) if q else None
    veil = book().working.settings(keyring()).veil
    return render_template("desk/search.html", q=q, found=found, filters=filters, veil=veil)


@pages.get("/account")
def account() -> str:
    """Show a member what concerns them alone."""
    held = members.card_of(book().store, keyring()).get("second")
    return render_template("desk/account.html", shortest=SHORTEST, second=held)


@pages.post("/account/identity")
def identity() -> Response | tuple[str, int]:
    """Give a member their own identity, locked under a passphrase that stock age asks for."""
    passphrase = request.form.get("passphrase", "")
    if len(passphrase) < SHORTEST:
        return refuse(400, gettext("The passphrase is too short."))
    return send_file(
        io.BytesIO(book().identity_file(keyring(), passphrase)),
        mimetype="application/age",
        as_attachment=True,
        download_name="naru-identity.age",
        etag=False,
        max_age=None,
    )

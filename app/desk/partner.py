"""The partner's side: what was released to it, and bundles of that."""

import io
from pathlib import Path
from typing import BinaryIO

from flask import Blueprint, Response, render_template, request, send_file

from app.casebook.evidence import revoking
from app.casebook.shapes import Member, Released, Row
from app.desk.context import book, keyring
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("partner", __name__)
VERIFIER = Path(__file__).parent / "static" / "naru-verify.html"
MOST = 2000  # in one bundle


@pages.get("/released")
def released() -> str:
    """List what was released to this partner."""
    return render_template(
        "desk/released.html",
        released=_newest_first(),
        called_back=book().handing.called_back(keyring()),
        taken=book().handing.taken(keyring())[::-1],
    )


@pages.get("/export")
def choose() -> str:
    """Let a partner, or a lead for a partner, choose what goes into a bundle."""
    lead = keyring().member.role != "partner"
    rows: tuple[Released | Row, ...] = _left() if lead else _newest_first()
    partners: tuple[Member, ...] = book().partners(keyring()) if lead else ()
    once: dict[str, Released | Row] = {}
    for row in rows:  # released twice is still one testimony
        once.setdefault(row.id, row)
    return render_template("desk/export.html", rows=once.values(), partners=partners, lead=lead)


@pages.post("/export")
def export() -> Response | tuple[str, int]:
    """Hand over a bundle, sealed to the partner, as it is made.

    Its length is known before its first byte leaves, so the browser shows how far it is; all of it
    has been opened by then, so a failure is a refusal. Nothing of it is ever on a disk: who breaks
    it off leaves nothing.
    """
    chosen = list(dict.fromkeys(request.form.getlist("submission")))
    if not chosen or len(chosen) > MOST:
        return refuse(400, gettext("Choose at least one testimony."))
    partner = request.form.get("partner", "") if keyring().member.role != "partner" else ""
    bundle = book().handing.leaving(keyring(), chosen, partner)
    length = bundle.measure()
    bundle.begin()
    response = Response(bundle.pieces(), mimetype="application/age")
    response.content_length = length
    response.headers["Content-Disposition"] = f"attachment; filename={bundle.name}.zip.age"
    return response


@pages.get("/revocations")
def revocations() -> Response:
    """Hand over the signed list of what was withdrawn after it was released to this partner."""
    _, data = book().handing.revocations(keyring())
    return _file(io.BytesIO(data), "application/zip", "naru-revocations.zip")


@pages.get("/fingerprints")
def fingerprints() -> str:
    """Show the keys of this desk, to be compared with what is printed elsewhere."""
    return render_template("desk/fingerprints.html", signers=book().handing.signers())


@pages.get("/allowed_signers")
def allowed() -> Response:
    """Hand over the line that ``ssh-keygen -Y verify`` asks for."""
    line = revoking.allowed(book().handing.signers()["bundle"])
    return _file(io.BytesIO(line.encode()), "text/plain", "allowed_signers")


@pages.get("/verifier")
def verifier() -> Response:
    """Hand over the page that verifies a bundle without a network."""
    return _file(io.BytesIO(VERIFIER.read_bytes()), "text/html", VERIFIER.name)


def _file(data: BinaryIO, kind: str, name: str) -> Response:
    return send_file(
        data, mimetype=kind, as_attachment=True, download_name=name, etag=False, max_age=None
    )


def _newest_first() -> tuple[Released, ...]:
    found = book().handing.released(keyring())[::-1]
    return tuple(sorted(found, key=lambda one: not one.new))


def _left() -> tuple[Row, ...]:
    """Return records of which something was released, newest pages first."""
    found: list[Row] = []
    after = ""
    while len(found) < MOST:
        page = book().queue(keyring(), after=after)
        found += [row for row in page.rows if row.released]
        after = page.after
        if not after:
            break
    return tuple(found)

"""GET /offline.html: one file that seals without a network, for a stick or a borrowed computer.

It holds the form in three languages, the sealing script, the words, and the signed recipients of
the coming weeks. From one mailbox and one version of Naru it is the same bytes for everybody, so
its digest stands beside the fingerprint and can be printed elsewhere.
"""

import base64
import datetime as dt
import hashlib
import json

from flask import Blueprint, Response, current_app, render_template
from flask_babel import force_locale
from markupsafe import Markup

from app.intake import assets, drawing
from app.intake.forms import Typed
from app.intake.gates import kept
from app.intake.parts import parts
from app.intake.recipients import STANDING, NoRecipient, Recipient
from app.web import LANGUAGES

offline = Blueprint("offline", __name__)
NAME = "naru_offline"
FILE = "naru-offline.html"


@offline.get("/offline.html")
def download() -> Response:
    """Give the page to be kept, not to be shown here: from a file it needs nobody."""
    with kept():
        page = current_page()
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(page, mimetype="text/html", headers=headers)


def current_page() -> bytes:
    """Return the page for the recipients there are now. Raises `NoRecipient`."""
    drawn: dict[tuple[str, ...], bytes] = current_app.extensions.setdefault(NAME, {})
    chosen = _coming(parts().today())
    key = tuple(str(one.recipient) for one in chosen)
    if key not in drawn:
        page = _draw(chosen)
        drawn.clear()
        drawn[key] = page
    return drawn[key]


def digest() -> str:
    """Return the SHA-256 of the page, hex."""
    return hashlib.sha256(current_page()).hexdigest()


def _coming(today: dt.date) -> list[Recipient]:
    """Return the weeks that are not over; the standing recipient only if there is none."""
    usable = parts().recipients.usable()
    weeks = [one for one in usable if one.epoch != STANDING and one.last >= today.isoformat()]
    found = weeks or [one for one in usable if one.epoch == STANDING]
    if not found:
        raise NoRecipient
    return found


def _draw(chosen: list[Recipient]) -> bytes:
    script = assets.held("offline.js").decode()
    css = str(current_app.jinja_env.globals["css"])
    return render_template(
        "offline.html",
        script=Markup(script),  # noqa: S704 - our own file, allowed by its hash
        digests=[_hash(script), _hash(css)],
        held=Markup(_json(chosen)),  # noqa: S704 - no sign that ends a script stands in it
        parts=[_part(lang) for lang, _ in drawing.NAMES],
    ).encode()


def _part(lang: str) -> Markup:
    """Draw the form in one language."""
    wording = drawing.wording(lang)
    with force_locale(LANGUAGES[lang]):
        drawn = render_template(
            "offline-part.html",
            code=lang,
            gap=drawing.GAPS[lang],
            wording=wording,
            texts=wording.texts,
            typed=Typed(),
            sections=drawing.sections(),
            fingerprint=parts().recipients.grouped,
        )
    return Markup(drawn)  # noqa: S704 - drawn by a template that escapes


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(chosen: list[Recipient]) -> str:
    held = {
        "site": parts().site_id.hex(),
        "lang": current_app.config["DEFAULT_LANGUAGE"],
        "recipients": [
            {"epoch": one.epoch, "until": one.last, "recipient": str(one.recipient)}
            for one in chosen
        ],
        "words": {lang: assets.held(f"words.{lang}.txt").decode().strip() for lang in LANGUAGES},
    }
    return json.dumps(held, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")

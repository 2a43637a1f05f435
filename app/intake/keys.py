"""GET /<lang>/key: in plain words what the fingerprint is for, and how to compare it."""

from flask import Blueprint

from app.intake import drawing, offline
from app.intake.gates import kept
from app.intake.pages import LANG
from app.intake.parts import parts

keys = Blueprint("keys", __name__)


@keys.get(f"{LANG}/key")
def explain(lang: str) -> str:  # noqa: ARG001
    """Say what the fingerprint is for, and show it as it is printed elsewhere."""
    with kept():
        usable = parts().recipients.usable()
        digest = offline.digest()
    return drawing.draw(
        "key.html",
        here="key",
        fingerprint=parts().recipients.grouped,
        digest=digest,
        weeks=[(one.epoch, one.first, one.last) for one in usable if one.epoch != "standing"],
    )

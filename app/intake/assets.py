"""What a browser with script fetches: one script and the lists of words, built from ``web/``.

GET /naru.js, /sealer.js, /words.<lang>.txt

The first script is the page's; it fetches the second when a file is to be sealed, and runs it
beside the page.

The bytes are committed, so that nothing is built on a server; pages name them by their digest, and
a browser that gets others runs none of them. Without script, none of this is fetched.
"""

import json
from pathlib import Path

from flask import Blueprint, Response, current_app
from markupsafe import Markup

from app.web import App

HOME = Path(__file__).resolve().parent / "static"
SCRIPT = "naru.js"
SEALER = "sealer.js"
# Scripts from here alone, to talk to here alone, that can turn no string into code or markup. The
# one policy lets through the one address of the sealer, whose bytes were held to their digest.
POLICY = (
    "; script-src 'self'; connect-src 'self'; worker-src blob:; "
    "require-trusted-types-for 'script'; trusted-types naru"
)
NAME = "naru_assets"

assets = Blueprint("assets", __name__)


def prepare(app: App) -> None:
    """Read the built files once, and let pages name the script."""
    digests = json.loads((HOME / "hashes.json").read_text("ascii"))
    app.extensions[NAME] = {name: (HOME / name).read_bytes() for name in digests}
    tag = Markup('<script src="/{}" integrity="{}" defer></script>')
    app.jinja_env.globals["script"] = tag.format(SCRIPT, digests[SCRIPT])
    app.register_blueprint(assets)


def held(name: str) -> bytes:
    """Return a built file."""
    found: dict[str, bytes] = current_app.extensions[NAME]
    return found[name]


@assets.get(f"/{SCRIPT}")
def script() -> Response:
    """Give the script."""
    return Response(held(SCRIPT), mimetype="text/javascript")


@assets.get(f"/{SEALER}")
def sealer() -> Response:
    """Give the script that seals files."""
    return Response(held(SEALER), mimetype="text/javascript")


@assets.get("/words.<any(en,ko,zh):lang>.txt")
def words(lang: str) -> Response:
    """Give a list of words."""
    return Response(held(f"words.{lang}.txt"), mimetype="text/plain")

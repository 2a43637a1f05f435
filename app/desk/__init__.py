"""The pages of leads, reviewers and partners.

``create_app`` builds the parts and names them all: casebook, model, words, clock, gate.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import MappingProxyType

from flask import Flask
from werkzeug.routing import BaseConverter

from app import notices, source
from app.casebook.book import Casebook
from app.casebook.building import open_book
from app.casebook.keeping.steward import Steward
from app.desk import (
    attachments,
    auth,
    clocks,
    custody,
    gate,
    keeping,
    pages,
    partner,
    people,
    queue,
    refusals,
    release,
    replying,
    retention,
    sharing,
    stages,
    status,
    suggesting,
    testimony,
    ways,
    words,
)
from app.desk.context import EXTENSION, Desk, member
from app.desk.forms import token
from app.web import App, Sheet, guard
from config.settings import DeskSettings
from config.vocabularies import load_vocabularies

HERE = Path(__file__).parent
PAGES = (
    auth,
    stages,
    queue,
    testimony,
    attachments,
    suggesting,
    release,
    replying,
    sharing,
    people,
    clocks,
    partner,
    pages,
    custody,
    keeping,
    retention,
    status,
)
# What runs beside a list, and what beside a text.
SCRIPTS = (("keys.js",), ("select.js", "keys.js", "hear.js"))
# The pages that hold a picture or a recording, and from where it may come.
PICTURES = MappingProxyType(
    {
        "attachments.show": "; img-src 'self'; media-src 'self'",
        "attachments.transcribe": "; img-src 'self'; media-src 'self'",
        "testimony.add_tag": "; media-src 'self'",
        "testimony.edit_tag": "; media-src 'self'",
        "testimony.date_tag": "; media-src 'self'",
        "testimony.find_person": "; media-src 'self'",
        "attachments.stream": "; media-src 'self'",
        "release.preview": "; img-src data:",
        "keeping.start_code": "; img-src data:",
        "keeping.code_on": "; img-src data:",
    }
)


class Hex32(BaseConverter):
    """An id: 32 hexadecimal digits."""

    regex = "[0-9a-f]{32}"


def create_app(
    settings: DeskSettings,
    book: Casebook | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return the desk's app; without a casebook it opens the one of its settings."""
    app = App(__name__, "templates")
    if book is None:
        book = open_book(settings, clock)
        Steward(book.store, book.vault.forget, settings.data_dir).start()
    parts = Desk(
        book=book,
        model=book.store.model,
        vocabularies=load_vocabularies(),
        clock=clock,
        login_key=book.store.secret.login_key(),
        https=settings.https,
        data_dir=settings.data_dir,
        demonstration=settings.demonstration,
    )
    app.config["DEFAULT_LANGUAGE"] = settings.language
    app.extensions[EXTENSION] = parts
    app.url_map.converters["hex32"] = Hex32
    words.install(app)
    ways.install(app)
    sheet = Sheet.load(HERE / "desk.css")
    scripts = ["".join((HERE / name).read_text("utf-8") for name in part) for part in SCRIPTS]
    guard(app, settings.base_url, _policy(sheet, scripts), refusals.show, PICTURES)
    refusals.answer(app)
    for module in PAGES:
        app.register_blueprint(module.pages)
    app.register_blueprint(source.pages)
    app.register_blueprint(notices.pages)
    gate.stand_at(app)
    book.vault.ready.append(partial(clocks.prepare, book))
    app.jinja_env.globals.update(
        style=sheet.css,
        keys=scripts[0],
        script=scripts[1],
        token=token,
        may=gate.may,
        member=member,
        at=parts,
    )
    return app


def _policy(sheet: Sheet, scripts: Iterable[str]) -> str:
    """Let in this sheet and these scripts by their hashes, and nothing else."""
    digests = (hashlib.sha256(one.encode()).digest() for one in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    return f"{sheet.policy}; script-src {allowed}"

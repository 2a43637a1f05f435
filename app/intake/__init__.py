"""The intake: the witness's pages. It seals to public recipients and opens nothing but replies."""

import time
from collections.abc import Callable

from app import notices, source
from app.intake import assets, drawing, keys, offline, sealed
from app.intake.pages import pages, show
from app.intake.parts import NAME, build, end_this_process
from app.web import App, guard
from config.settings import IntakeSettings


def create_app(
    settings: IntakeSettings,
    clock: Callable[[], float] = time.time,
    on_failure: Callable[[], None] = end_this_process,
) -> App:
    """Return the intake's app. Raises `WrongRevision` when its mailbox is not made for it."""
    app = App(__name__, "templates", settings.max_body, settings.drain_body)
    app.config["DEFAULT_LANGUAGE"] = settings.language
    sheet = drawing.sheet()
    guard(app, settings.base_url, sheet.policy + assets.POLICY, show)
    app.extensions[NAME] = build(settings, clock, on_failure)
    app.register_blueprint(pages)
    app.register_blueprint(keys.keys)
    app.register_blueprint(source.pages)
    app.register_blueprint(notices.pages)
    app.register_blueprint(offline.offline)
    assets.prepare(app)
    sealed.install(app, app.extensions[NAME])
    drawing.prepare(app, app.extensions[NAME].words, sheet.css)
    return app

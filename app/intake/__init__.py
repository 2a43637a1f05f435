"""The intake: the witness's pages. It seals to public recipients and opens nothing but replies."""

import time
from collections.abc import Callable

from app.intake import drawing
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
    guard(app, settings.base_url, sheet.policy, show)
    app.extensions[NAME] = build(settings, clock, on_failure)
    app.register_blueprint(pages)
    drawing.prepare(app, app.extensions[NAME].words, sheet.css)
    return app

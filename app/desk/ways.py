"""How an item came: who sealed it, and what became of files that arrived sealed by somebody."""

from flask import Flask

from app.casebook import wrapped
from app.casebook.shapes import Testimony
from app.desk.words import N_, gettext, known

WAYS = {
    "server": N_("sealed by the server"),
    "browser": N_("sealed by the witness's own browser"),
    "offline": N_("sealed without a network"),
    "stock": N_("sealed with age"),
}
STATES = {
    wrapped.OPENED: N_("opened"),
    wrapped.NOT_OPENED: N_("did not open with any key that is here"),
    wrapped.NO_TEXT: N_("opened, but is no text"),
    wrapped.MISFILED: N_("opened, but was made for another place"),
}


def notes(testimony: Testimony) -> list[str]:
    """Return what a reviewer must know of files that arrived sealed."""
    said = testimony.answers.get(wrapped.STATE, ())
    states = (said,) if isinstance(said, str) else said
    found = [
        f"{gettext('Sealed file %(number)s', number=number)}: {known(STATES, state)}"
        for number, state in enumerate(states, 1)
    ]
    if testimony.answers.get(wrapped.RETIRED):
        found.append(gettext("It was sealed for a week that was over when it came."))
    return found


def install(app: Flask) -> None:
    """Give the templates the words for it."""
    app.jinja_env.filters["way"] = lambda way: known(WAYS, way)
    app.jinja_env.globals["sealed_notes"] = notes

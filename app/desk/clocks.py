"""The process clock: whose windows close soonest, and where the model would expect known groups."""

import datetime as dt

from flask import Blueprint, render_template

from app import web
from app.casebook.book import Casebook
from app.casebook.indexing.conditions import visible
from app.casebook.indexing.index import Index, quarter
from app.casebook.keyring import Keyring
from app.desk.context import book, desk, keyring
from app.reading.claims import days
from app.reading.closing import UN_URGENT, Closing, Group, closing, cohorts, soonest

pages = Blueprint("clocks", __name__)
SHOWN = 60  # closing windows on one page


def closings(casebook: Casebook, keyring: Keyring) -> dict[str, list[Closing]]:
    """Return what closes for each person of whom something recent is told, read once of each."""
    model, today = casebook.store.model, dt.date.fromisoformat(casebook.store.today())
    return casebook.peopling.each(
        keyring,
        ("closing", today),
        casebook.peopling.recent(keyring),
        lambda claims: closing(model, claims, today),
    )


def prepare(casebook: Casebook, keyring: Keyring) -> None:
    """Read the clocks once before anybody asks.

    What fails there is for the page to say: whoever unlocks is let in all the same.
    """
    try:
        closings(casebook, keyring)
    except Exception as error:  # noqa: BLE001 - of any kind
        web.report(type(error), "the clock")


def _held_then(held: Index, rings: list[str], group: Group) -> int:
    """Count who is told to have been sent back with a known group: whose day may be its day."""
    first, last = group.day0.first, group.day0.last
    quarters = {quarter(first.isoformat()), quarter(last.isoformat())}
    return len(
        {
            person
            for one in quarters
            for person, said in held.returned(rings, one)
            if (span := days(said)) and span.earliest and span.latest
            if span.earliest <= last and first <= span.latest
        }
    )


@pages.get("/clock")
def show() -> str:
    """Show which windows close soonest, and where the model would expect known groups today."""
    model, today = desk().model, dt.date.fromisoformat(book().store.today())
    held, rings = book().working.index(keyring()), visible(keyring().rings)
    told = closings(book(), keyring())
    soon = soonest(one for each in told.values() for one in each)[:SHOWN]
    groups = held.kept(
        ("returns", today, *rings),
        lambda: [(one, _held_then(held, rings, one)) for one in cohorts(model, (), today)],
    )
    return render_template(
        "desk/clock.html",
        model=model,
        today=today,
        soon=soon,
        urgent=UN_URGENT,
        groups=groups,
        names={one.person: held.named(rings, one.person) or one.person[:8] for one in soon},
    )

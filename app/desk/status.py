"""How it goes, for leads: what arrived by day, what waits, whether there is room and keys ahead."""

import datetime as dt

from flask import Blueprint, render_template

from app.desk.context import book, desk, keyring
from app.mailbox import counting

pages = Blueprint("status", __name__)


@pages.get("/status")
def show() -> str:
    """Show counts that anybody with the disks would have too, and the age of the queue."""
    store = book().store
    today = dt.date.fromisoformat(store.today())
    with store.mailbox.connect() as connection:
        arrived = counting.by_day(connection, today)
        waiting = counting.waiting(connection)
        ahead = counting.weeks_ahead(connection, today)
    untouched, oldest = book().vault.index(keyring()).untouched(tuple(keyring().rings))
    return render_template(
        "desk/status.html",
        arrived=arrived,
        most=max(count for _, count in arrived),
        waiting=waiting,
        waiting_days=waiting.days(today),
        untouched=untouched,
        untouched_days=counting.Waiting(untouched, oldest).days(today),
        ahead=ahead,
        room=counting.room(desk().data_dir),
    )

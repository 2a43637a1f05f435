"""People across testimonies, and the path of one of them."""

from flask import Blueprint, render_template

from app.desk.context import book, keyring
from app.desk.stages import path_of

pages = Blueprint("people", __name__)


@pages.get("/people")
def index() -> str:
    """List the people that tags speak of."""
    return render_template("desk/people.html", people=book().people(keyring()))


@pages.get("/people/<hex32:person_id>")
def show(person_id: str) -> str:
    """Show what is said of one person, in the order of the stages."""
    person = book().person(keyring(), person_id)
    return render_template("desk/person.html", person=person, drawing=path_of(person.tags))

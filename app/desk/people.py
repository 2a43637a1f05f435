"""People across testimonies, and the path of one of them."""

from flask import Blueprint, render_template

from app.desk.context import book, keyring

pages = Blueprint("people", __name__)


@pages.get("/people")
def index() -> str:
    """List the people that tags speak of."""
    return render_template("desk/people.html", people=book().people(keyring()))


@pages.get("/people/<hex32:person_id>")
def show(person_id: str) -> str:
    """Show what is said of one person, in the order of the stages."""
    return render_template("desk/person.html", person=book().person(keyring(), person_id))

"""People across testimonies: the list, the path of one of them, names, joining and parting."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.indexing.conditions import visible
from app.casebook.indexing.peopling import Peopling
from app.casebook.shapes import BadTag, Tag
from app.desk import dating
from app.desk.context import book, desk, keyring
from app.desk.refusals import refuse
from app.desk.stages import path_of
from app.desk.words import gettext
from app.reading.claims import Claim
from app.reading.clock import clocks
from app.reading.corroboration import corroborate
from app.reading.rules import questions
from app.reading.wording import expectation
from app.web import language

pages = Blueprint("people", __name__)
PAGE = 100
RELATIONS = ("spouse", "child", "parent", "sibling", "other_relative", "other")
TAGS = 7  # of one person on one page, which does not grow with what is told
MOST_ASKED = 20
NAMES = 20  # given to one person, on one page


@pages.get("/people")
def index() -> str:
    """List the people that tags speak of, a page at a time."""
    q, after, name = (request.args.get(one, "") for one in ("q", "after", "name"))
    held = book().working.index(keyring())
    place = (name, after) if after else ("", "")
    rows = held.page_of_people(visible(keyring().rings), q.strip(), place, PAGE + 1)
    return render_template(
        "desk/people.html", people=rows[:PAGE], more=len(rows) > PAGE, q=q, after=after
    )


@pages.get("/people/<hex32:person_id>")
def show(person_id: str) -> str | Response:
    """Show what is said of one person, in the order of the stages, by whom, and what is odd."""
    held = book().working.index(keyring())
    root = held.root(person_id)
    if root != person_id and held.named(visible(keyring().rings), root) is not None:
        return go(url_for("people.show", person_id=root), 303)
    person = book().person(keyring(), person_id)
    claims = book().peopling.claims(keyring(), person.tags, person_id)
    asked = request.args.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0  # noqa: PLR2004
    called, peopling = request.args.get("called", "").strip(), book().peopling
    kin = held.kin(person_id)
    near = peopling.called(keyring(), called) if called else peopling.beside(keyring(), person_id)
    known = {person_id} if called else {person_id, *(one.id for one in kin)}
    near = [one for one in near if one[0] not in known]
    return render_template(
        "desk/person.html",
        person=person,
        drawing=path_of(person.tags),
        joined=held.joined_to(person_id),
        kin=kin,
        given=held.given(person_id)[-NAMES:],
        called=called,
        near=near,
        relations=desk().vocabularies.vocabularies["relation"],
        alike=held.alike(visible(keyring().rings), person_id, (person.name, *person.names)),
        expected=[
            expectation(one, desk().model, language())
            for one in clocks(desk().model, claims, _today())
        ],
        sources=_sources(claims),
        questions=questions(desk().model, claims)[:MOST_ASKED],
        shown=person.tags[start : start + TAGS],
        conversions=_conversions(person.tags[start : start + TAGS]),
        start=start,
        later=start + TAGS if len(person.tags) > start + TAGS else 0,
        tags={tag.id: tag for tag in person.tags},
        veil=book().working.settings(keyring()).veil,
    )


def _sources(claims: list[Claim]) -> dict[tuple[int, str], tuple[int, int]]:
    """Return, by episode and stage, how many independent sources say it, how many firsthand."""
    return {
        (one.episode, one.stage): (one.independent, one.firsthand) for one in corroborate(claims)
    }


def _conversions(tags: Sequence[Tag]) -> dict[str, dating.Conversion]:
    """Convert what converts by itself: which year a text named before is on its own page."""
    return {key: one for key, one in dating.of_tags(tags, (), "").items() if one.edtf}


def _today() -> dt.date:
    return dt.date.fromisoformat(book().store.today())


@pages.post("/people/<hex32:person_id>/name")
def name(person_id: str) -> Response | tuple[str, int]:
    """Keep another name."""
    return _do(person_id, lambda one, said: one.name(keyring(), person_id, said.get("name", "")))


@pages.post("/people/<hex32:person_id>/unname")
def unname(person_id: str) -> Response | tuple[str, int]:
    """Take another name back."""
    return _do(person_id, lambda one, said: one.unname(keyring(), person_id, said.get("name", "")))


@pages.post("/people/<hex32:person_id>/join")
def join(person_id: str) -> Response | tuple[str, int]:
    """Say that two are one; parting takes it back."""
    return _do(person_id, lambda one, said: one.join(keyring(), person_id, _other(said)))


@pages.post("/people/<hex32:person_id>/part")
def part(person_id: str) -> Response | tuple[str, int]:
    """Part two that were joined."""
    return _do(person_id, lambda one, said: one.part(keyring(), person_id, _other(said)))


@pages.post("/people/<hex32:person_id>/kin")
def kin(person_id: str) -> Response | tuple[str, int]:
    """Put two persons into one family."""

    def work(one: Peopling, said: Mapping[str, str]) -> None:
        if said.get("relation") not in RELATIONS:
            raise BadTag("relation")
        one.relate(keyring(), person_id, _other(said), said["relation"])

    return _do(person_id, work)


@pages.post("/people/<hex32:person_id>/unkin")
def unkin(person_id: str) -> Response | tuple[str, int]:
    """Take somebody out of a family again."""
    return _do(person_id, lambda one, said: one.unrelate(keyring(), person_id, _other(said)))


def _other(said: Mapping[str, str]) -> str:
    other = said.get("other", "").strip().rpartition("/")[2]
    if not other:
        raise BadTag("person")
    return other


def _do(
    person_id: str, work: Callable[[Peopling, Mapping[str, str]], None]
) -> Response | tuple[str, int]:
    try:
        work(book().peopling, request.form)
    except BadTag:
        return refuse(400, gettext("Choose another person, or write a name."))
    return go(url_for("people.show", person_id=person_id), 303)

"""One testimony: its text, what was answered, what may be done with it, and its tags."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Blueprint, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.shapes import Altered, BadTag, Erased, Misfiled, NotYours, Tag, Testimony
from app.desk import attachments, dating, placing
from app.desk.context import book, desk, keyring
from app.desk.forms import TagForm, seen_in
from app.desk.gate import may
from app.desk.placing import Placing
from app.desk.refusals import refuse, sentence_of
from app.desk.suggesting import offers
from app.desk.tagging import read, sentence
from app.desk.words import N_, gettext

pages = Blueprint("testimony", __name__, url_prefix="/testimony/<hex32:record_id>")
_UNWRITTEN = {
    "text": N_("There is nothing written here, or more than 200,000 characters."),
    "language": N_("Choose the language of the translation."),
}


@pages.get("")
def show(record_id: str) -> tuple[str, int]:
    """Show a testimony, or the one sentence why it cannot be shown."""
    enough = book().working.enough(keyring(), record_id)
    if enough and not request.args.get("on"):
        opened, most = enough
        page = render_template("desk/enough.html", opened=opened, most=most, record=record_id)
        return page, 200
    try:
        testimony = _open(record_id)
    except Erased as error:  # for nobody any more: its key is destroyed
        return refuse(*sentence_of(error), "not-for-you")
    except NotYours:
        return refuse(409, gettext("This was not sealed for you."), "not-for-you")
    except Altered as error:
        return refuse(*sentence_of(error), "altered")
    except Misfiled as error:
        return refuse(*sentence_of(error), "misfiled")
    return _page(testimony, placing.asked(testimony, request.args.get("of", ""))), 200


@pages.post("/tags")
def add_tag(record_id: str) -> Response | tuple[str, int]:
    """Keep a statement about a person; one without words is refused and still on the page."""
    form = TagForm()
    try:
        tag = read(form, _words(record_id), desk().model)
        tag_id = book().tagging.add(keyring(), record_id, tag)
    except BadTag as wrong:
        return _again(_open(record_id), Placing(form), sentence(wrong)), 400
    return _to(record_id, f"tag-{tag_id}", form)


@pages.post("/tags/dates")
def date_tag(record_id: str) -> str:
    """Convert the date in the form, or take one that the text states. Nothing is kept."""
    form, opened = TagForm(), _open(record_id)
    stated, chosen = placing.dates(opened, form), request.form.get("use", "")
    if chosen.isascii() and chosen.isdigit() and int(chosen[:4]) < len(stated):
        found: dating.Conversion | None = stated[int(chosen[:4])]
    else:
        found = dating.conversion(form.date_as_stated.data or "", opened.day)
    if found is not None:
        form.date_as_stated.data = form.date_as_stated.data if not chosen else found.text
        form.date_from.data, form.date_to.data = found.ends if found.edtf else ("", "")
    return _again(opened, Placing(form, _edited(opened), converted=found or dating.NONE))


@pages.post("/tags/people")
def find_person(record_id: str) -> str:
    """Look for people who are called what was typed, in any script. Nothing is kept."""
    form, opened = TagForm(), _open(record_id)
    found = book().peopling.called(keyring(), form.person_name.data or "")
    return _again(opened, Placing(form, _edited(opened), found=found))


@pages.post("/tags/<hex32:tag_id>/edit")
def edit_tag(record_id: str, tag_id: str) -> Response | tuple[str, int]:
    """Correct a tag: the old version stays, and so does one that somebody else writes meanwhile."""
    form = TagForm()
    seen = form.seen.data or ""
    try:
        tag = read(form, _words(record_id), desk().model)
        version = int(seen) if seen.isascii() and seen.isdigit() else 1
        book().tagging.edit(keyring(), record_id, tag_id, tag, version)
    except BadTag as wrong:
        opened = _open(record_id)
        edited = next((one for one in opened.tags if one.id == tag_id), None)
        return _again(opened, Placing(form, edited), sentence(wrong)), 400
    return _to(record_id, f"tag-{tag_id}", form)


@pages.post("/tags/<hex32:tag_id>/restore")
def restore_tag(record_id: str, tag_id: str) -> Response:
    """Bring back a tag that was taken back."""
    book().tagging.restore(keyring(), record_id, tag_id)
    return _to(record_id, f"tag-{tag_id}")


@pages.post("/notes")
def add_note(record_id: str) -> Response | tuple[str, int]:
    """Keep a remark for colleagues."""
    try:
        book().working.note(keyring(), record_id, request.form.get("note", ""))
    except BadTag as wrong:
        why = _UNWRITTEN[wrong.what]
        return refuse(400, gettext(why))
    return _to(record_id, "notes")


@pages.post("/translation")
def translate(record_id: str) -> Response | tuple[str, int]:
    """Keep a version of a translation by a person."""
    said = request.form
    try:
        lang, text, seen = said.get("lang", ""), said.get("text", ""), seen_in(said.get("seen"))
        book().working.translate(keyring(), record_id, lang, text, seen)
    except BadTag as wrong:
        why = _UNWRITTEN.get(wrong.what, N_("This could not be understood."))
        opened = _open(record_id)
        return _page(opened, Placing(placing.fresh(opened)), gettext(why), said), 400
    return _to(record_id, "translation")


@pages.post("/tags/<hex32:tag_id>/retract")
def retract_tag(record_id: str, tag_id: str) -> Response:
    """Take a tag back; that it was there stays on the record."""
    book().tagging.retract(keyring(), record_id, tag_id)
    return _to(record_id, "tags")


def _to(record_id: str, anchor: str, form: TagForm | None = None) -> Response:
    """Lead back to where the form stood; a text that stood open stays open."""
    said = {"shown": "1"} if placing.shown() else {}
    where = {"record_id": record_id, "_anchor": anchor}
    if form is not None and form.edition.data:
        return go(url_for("attachments.show", item_id=form.item.data, **where, **said), 303)  # type: ignore[arg-type] # all values
    return go(url_for("testimony.show", **where, **said), 303)  # type: ignore[arg-type] # all values


def _open(record_id: str) -> Testimony:
    return book().testimony(keyring(), record_id)


def _words(record_id: str) -> Callable[[str, int], str]:
    """Return what opens the text that a tag rests on, when its words are asked for."""
    return lambda item, edition: book().tagging.words(keyring(), _open(record_id), item, edition)


def _edited(opened: Testimony) -> Tag | None:
    asked = request.form.get("editing", "")
    return next((tag for tag in opened.tags if tag.id == asked), None)


def _again(opened: Testimony, placed: Placing, error: str = "") -> str:
    """Show the form again on the page it stood on: the testimony's, or a recording's."""
    if placed.form.item.data and placed.form.edition.data:
        return attachments.page(opened, placed, error)
    return _page(opened, placed, error)


def _page(
    testimony: Testimony,
    placed: Placing,
    error: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    before, after = book().neighbours(keyring(), testimony.id)
    working = book().working
    index = working.index(keyring())
    state, assignee = index.work_of(testimony.id)
    offered, weighed = offers(testimony)
    living = {tag.id for tag in testimony.tags}
    versions = index.versions(testimony.id)
    return render_template(
        "desk/testimony.html",
        **placing.beside(testimony, placed),
        error=error,
        state=state,
        assignee=assignee,
        steps=index.steps(testimony.id),
        typed=typed,
        offered=offered,
        weighed=weighed,
        gone=[found[-1].tag for tag, found in versions.items() if tag not in living],
        notes=index.notes(testimony.id),
        attached=book().viewing.of(keyring(), testimony.id),
        translations=index.translations(testimony.id),
        readers=book().readers(keyring()),
        others=working.others(keyring(), testimony.id),
        undoable=working.undoable(keyring()),
        before=before,
        after=after,
        partners=book().partners(keyring()) if may("release.decide") else (),
    )

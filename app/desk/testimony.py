"""One testimony: its text, what was answered, what may be done with it, and its tags."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, render_template, request, url_for
from flask import redirect as go
from werkzeug.wrappers import Response

from app.casebook.shapes import Altered, BadTag, Erased, Misfiled, NotYours, Tag, Testimony
from app.casebook.tagging import decisions
from app.desk import dating
from app.desk.context import book, desk, keyring
from app.desk.forms import TagForm
from app.desk.gate import may
from app.desk.refusals import refuse, sentence_of
from app.desk.suggesting import offers
from app.desk.tagging import CONFIDENCE, filled, read, sentence
from app.desk.words import N_, gettext

pages = Blueprint("testimony", __name__, url_prefix="/testimony/<hex32:record_id>")
_UNWRITTEN = {
    "text": N_("There is nothing written here, or more than 200,000 characters."),
    "language": N_("Choose the language of the translation."),
}
OFFERED = 100  # people in the list of a tag form; a page must not grow with the casebook


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
    asked = request.args.get("edit", "")
    edited = next((tag for tag in testimony.tags if tag.id == asked), None)
    form = TagForm(formdata=None, **filled(edited)) if edited else _fresh(testimony)
    return _page(testimony, form, "", edited), 200


@pages.post("/tags")
def add_tag(record_id: str) -> Response | tuple[str, int]:
    """Keep a statement about a person; one without words is refused and still on the page."""
    form = TagForm()
    try:
        tag = read(form, lambda: _open(record_id).narrative, desk().model)
        tag_id = book().tagging.add(keyring(), record_id, tag)
    except BadTag as wrong:
        return _page(_open(record_id), form, sentence(wrong)), 400
    return _to(record_id, f"tag-{tag_id}")


@pages.post("/tags/dates")
def date_tag(record_id: str) -> str:
    """Convert the date in the form, or take one that the text states. Nothing is kept."""
    form, opened = TagForm(), _open(record_id)
    stated, chosen = dating.offered(opened), request.form.get("use", "")
    if chosen.isascii() and chosen.isdigit() and int(chosen[:4]) < len(stated):
        found: dating.Conversion | None = stated[int(chosen[:4])]
    else:
        found = dating.conversion(form.date_as_stated.data or "", opened.day)
    if found is not None:
        form.date_as_stated.data = form.date_as_stated.data if not chosen else found.text
        form.date_from.data, form.date_to.data = found.ends if found.edtf else ("", "")
    asked = request.form.get("editing", "")
    edited = next((tag for tag in opened.tags if tag.id == asked), None)
    return _page(opened, form, "", edited, converted=found or dating.NONE)


@pages.post("/tags/<hex32:tag_id>/edit")
def edit_tag(record_id: str, tag_id: str) -> Response | tuple[str, int]:
    """Correct a tag: the old version stays, and so does one that somebody else writes meanwhile."""
    form = TagForm()
    seen = form.seen.data or ""
    try:
        tag = read(form, lambda: _open(record_id).narrative, desk().model)
        version = int(seen) if seen.isascii() and seen.isdigit() else 1
        book().tagging.edit(keyring(), record_id, tag_id, tag, version)
    except BadTag as wrong:
        opened = _open(record_id)
        edited = next((one for one in opened.tags if one.id == tag_id), None)
        return _page(opened, form, sentence(wrong), edited), 400
    return _to(record_id, f"tag-{tag_id}")


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
    except BadTag:
        return refuse(400, gettext("There is nothing written here."))
    return _to(record_id, "notes")


@pages.post("/translation")
def translate(record_id: str) -> Response | tuple[str, int]:
    """Keep a version of a translation by a person."""
    said = request.form
    try:
        working = book().working
        working.translate(keyring(), record_id, said.get("lang", ""), said.get("text", ""))
    except BadTag as wrong:
        why = _UNWRITTEN.get(wrong.what, N_("This could not be understood."))
        return _page(_open(record_id), _fresh(_open(record_id)), gettext(why), typed=said), 400
    return _to(record_id, "translation")


@pages.post("/tags/<hex32:tag_id>/retract")
def retract_tag(record_id: str, tag_id: str) -> Response:
    """Take a tag back; that it was there stays on the record."""
    book().tagging.retract(keyring(), record_id, tag_id)
    return _to(record_id, "tags")


def _shown() -> bool:
    """Whether the text stands open: ticked in the form that was sent, or said by the address."""
    return bool(request.values.get("shown"))


def _to(record_id: str, anchor: str) -> Response:
    """Lead back to the testimony; a text that stood open stays open."""
    said = {"shown": "1"} if _shown() else {}
    place = url_for("testimony.show", record_id=record_id, _anchor=anchor, **said)  # type: ignore[arg-type] # all values
    return go(place, 303)


def _open(record_id: str) -> Testimony:
    return book().testimony(keyring(), record_id)


def _page(
    testimony: Testimony,
    form: TagForm,
    error: str,
    edited: Tag | None = None,
    converted: dating.Conversion | None = None,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    before, after = book().neighbours(keyring(), testimony.id)
    working = book().working
    index = working.index(keyring())
    state, assignee = index.work_of(testimony.id)
    offered, weighed = offers(testimony)
    versions = index.versions(testimony.id)
    dates = dating.offered(testimony)
    living = {tag.id for tag in testimony.tags}
    return render_template(
        "desk/testimony.html",
        testimony=testimony,
        form=form,
        error=error,
        state=state,
        assignee=assignee,
        states=index.states(testimony.id),
        edited=edited,
        dates=dates,
        converted=converted,
        conversions=dating.of_tags(testimony.tags, dates, testimony.day),
        typed=typed,
        offered=offered,
        weighed=weighed,
        versions=versions,
        gone=[found[-1].tag for tag, found in versions.items() if tag not in living],
        decisions=decisions(desk().model),
        notes=index.notes(testimony.id),
        attached=book().viewing.of(keyring(), testimony.id),
        translations=index.translations(testimony.id),
        readers=book().readers(keyring()),
        others=working.others(keyring(), testimony.id),
        undoable=working.undoable(keyring()),
        veil=working.settings(keyring()).veil and not _shown(),
        before=before,
        after=after,
        people=_offered(testimony),
        confidences=CONFIDENCE,
        partners=book().partners(keyring()) if may("release.decide") else (),
    )


def _offered(testimony: Testimony) -> list[tuple[str, str]]:
    """People to choose from: those of this testimony first."""
    here = {tag.person: tag.person_name for tag in testimony.tags}
    for person in book().people(keyring()):
        if len(here) >= OFFERED:
            break
        here.setdefault(person.id, person.name)
    return list(here.items())


def _fresh(testimony: Testimony) -> TagForm:
    """Return a form that begins where the last tag ended, and knows what the witness said."""
    said = testimony.answers.get("w_knowledge", ())
    known = [said] if isinstance(said, str) else list(said)
    mapped = desk().vocabularies.knowledge_to_ef
    knowledge = mapped.get(known[0], "") if len(known) == 1 else ""
    return TagForm(
        formdata=None,
        person=testimony.tags[-1].person if testimony.tags else "",
        episode=str(testimony.tags[-1].episode) if testimony.tags else "1",
        knowledge=knowledge,
    )

"""The form that places words on a stage, beside the text they stand in.

The text is a testimony's, a later letter's, or what somebody wrote down of a recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from app.casebook.shapes import BadTag, Tag, Testimony
from app.casebook.tagging import decisions
from app.desk import dating
from app.desk.context import book, desk, keyring
from app.desk.forms import TagForm
from app.desk.tagging import CONFIDENCE, filled

OFFERED = 100  # people in the list of a tag form; a page must not grow with the casebook
Called = Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class Placing:
    """The form as a page shows it: fresh, filled or refused, and what its buttons found."""

    form: TagForm
    edited: Tag | None = None
    converted: dating.Conversion | None = None
    found: Called | None = None


def shown() -> bool:
    """Tell whether the text stands open: ticked in the form that was sent, or in the address."""
    return bool(request.values.get("shown"))


def asked(testimony: Testimony, item: str, edition: int = 0) -> Placing:
    """Return the form a page begins with: a tag to correct (``?edit=``), or a fresh one."""
    wanted = request.args.get("edit", "")
    edited = next((tag for tag in testimony.tags if tag.id == wanted), None)
    if edited is not None:
        return Placing(TagForm(formdata=None, **filled(edited)), edited)
    return Placing(fresh(testimony, item, edition))


def fresh(testimony: Testimony, item: str = "", edition: int = 0) -> TagForm:
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
        item=item,
        edition=str(edition or ""),
    )


def dates(testimony: Testimony, form: TagForm) -> list[dating.Conversion]:
    """Return the dates that the text of the form states."""
    item, edition = form.item.data or "", form.edition.data or ""
    if not item:
        return dating.offered(testimony)
    try:
        number = int(edition) if edition.isascii() and edition.isdigit() else 0
        text = book().tagging.words(keyring(), testimony, item, number)
    except BadTag:
        return []
    return dating.offered(testimony, text)


def beside(testimony: Testimony, placing: Placing) -> dict[str, Any]:
    """Return what the form and the list of tags show, on whichever page they stand."""
    working = book().working
    stated = dates(testimony, placing.form)
    return {
        "testimony": testimony,
        "form": placing.form,
        "edited": placing.edited,
        "dates": stated,
        "converted": placing.converted,
        "found": placing.found,
        "conversions": dating.of_tags(testimony.tags, stated, testimony.day),
        "versions": working.index(keyring()).versions(testimony.id),
        "decisions": decisions(desk().model),
        "people": _offered(testimony, placing.found or ()),
        "confidences": CONFIDENCE,
        "veil": working.settings(keyring()).veil and not shown(),
    }


def _offered(testimony: Testimony, found: Called) -> list[tuple[str, str]]:
    """People to choose from: those that were looked for, then those of this testimony."""
    here = {person: name for person, name, _ in found}
    here |= {tag.person: tag.person_name for tag in testimony.tags}
    for person, name, _ in book().peopling.first(keyring(), OFFERED):
        if len(here) >= OFFERED:
            break
        here.setdefault(person, name)
    return list(here.items())

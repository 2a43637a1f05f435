"""A decision that something may leave: looked at first, cut where it must be, then released."""

import base64
import re
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask import redirect as go
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.casebook.cleaning import Box
from app.casebook.evidence import cutting, rendering
from app.casebook.evidence.attaching import BadBox
from app.casebook.evidence.cutting import Placeholders
from app.casebook.evidence.deciding import Leaving, Preview
from app.casebook.evidence.proposing import Choice, NothingCut
from app.casebook.indexing.conditions import visible
from app.casebook.keys import recovery
from app.casebook.shapes import Tag
from app.desk.context import book, keyring
from app.desk.forms import ReleaseForm, WordForm
from app.desk.narrative import verbatim
from app.desk.refusals import refuse
from app.desk.words import gettext

pages = Blueprint("release", __name__, url_prefix="/testimony/<hex32:record_id>")
SPARE = 3  # empty lines for quotations; asking again gives as many more
MOST_QUOTES = 200
LONGEST, LONGEST_NUMBER = 2000, 5
MOST_BOXES, SIDES, WHOLE, HUNDREDTHS = 100, 4, 100, 100
_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")


@pages.post("/release")
def decide(record_id: str) -> Response | tuple[str, int]:
    """Release a testimony to one partner for one purpose, within what the witness agreed to."""
    form = ReleaseForm()
    partner, purpose = (form.partner.data or "").strip(), (form.purpose.data or "").strip()
    if not partner or not purpose:
        return refuse(400, gettext("Choose a partner and a purpose."))
    book().release(keyring(), record_id, partner, purpose, _choice(form))
    return _back(record_id, "release")


@pages.post("/release/preview")
def preview(record_id: str) -> str | tuple[str, int]:
    """Show exactly what would leave, and let words be cut from it. Nothing is kept."""
    form = ReleaseForm()
    partner, purpose = (form.partner.data or "").strip(), (form.purpose.data or "").strip()
    if not partner or not purpose:
        return refuse(400, gettext("Choose a partner and a purpose."))
    choice = _choice(form)
    seen = book().evidence.preview(keyring(), record_id, partner, purpose, choice)
    return render_template(
        "desk/preview.html",
        record_id=record_id,
        form=form,
        seen=seen,
        shown=shown,
        pictures=pictures,
        lines_of=lines_of,
        names={one.attached.id: one.attached.name or one.attached.id[:8] for one in seen.files},
        answers=_answers(seen, seen.parts["document"]["fields"]),
        letters=[
            {
                "kind": one["kind"],
                "text": one["fields"].get("w_narrative", ""),
                "answers": _answers(seen, one["fields"]),
            }
            for one in seen.parts["letters"]
        ],
        tags=_tags(seen),
        staying=_staying(record_id, seen),
        quotes=[*choice.quotes, *[("", "NAME")] * SPARE],
        withhold=" ".join(map(str, sorted(choice.withhold))),
        reasons=cutting.REASONS[:-1],
    )


@pages.post("/hold")
def hold(record_id: str) -> Response:
    """Hold a testimony back from every release, or let it go again."""
    book().evidence.hold(keyring(), record_id, (WordForm().why.data or "").strip()[:500])
    return _back(record_id, "consent")


@pages.post("/met")
def met(record_id: str) -> Response:
    """Record that what the witness wanted to wait for has come."""
    book().evidence.met(keyring(), record_id)
    return _back(record_id, "consent")


@pages.post("/recall")
def recall(record_id: str) -> Response:
    """Call back what was released to a partner; what it has in a bundle stays with it."""
    book().evidence.recall(keyring(), record_id, (WordForm().partner.data or "").strip())
    return _back(record_id, "release")


@pages.post("/agree")
def agree(record_id: str) -> Response:
    """Agree to a release as the second person."""
    book().evidence.agree(keyring(), record_id, (WordForm().digest.data or "").strip())
    return _back(record_id, "consent")


@pages.post("/agree/paper")
def agree_by_paper(record_id: str) -> Response:
    """Agree with the recovery identity on paper, where there is nobody else."""
    paper = recovery.read(request.form.get("paper", "")[:2000])
    digest = (WordForm().digest.data or "").strip()
    book().evidence.agree_by_paper(keyring(), record_id, digest, paper)
    return _back(record_id, "consent")


def _back(record_id: str, anchor: str) -> Response:
    return go(url_for("testimony.show", record_id=record_id, _anchor=anchor), 303)


def _choice(form: ReleaseForm) -> Choice:
    """Read what was decided; nothing, when the form never showed what leaves."""
    if form.decided.data != "yes":
        return Choice()
    quotes = zip(request.form.getlist("quote"), request.form.getlist("reason"), strict=False)
    return Choice(
        keys=frozenset(request.form.getlist("cut")),
        quotes=tuple(
            (words.strip()[:LONGEST], reason)
            for words, reason in quotes
            if words.strip() and reason in cutting.REASONS
        )[:MOST_QUOTES],
        files=tuple(
            (item, _boxes(request.form.get(f"black-{item}", "")))
            for item in dict.fromkeys(request.form.getlist("file"))
        ),
        transcripts=frozenset(request.form.getlist("transcript")),
        withhold=_numbers(request.form.get("withhold", "")),
        decided=True,
    )


def _numbers(text: str) -> frozenset[int]:
    """Read the numbers of paragraphs. ``NothingCut`` for anything else: it would leave."""
    said = text.replace(",", " ").split()
    if not all(one.isascii() and one.isdigit() and len(one) <= LONGEST_NUMBER for one in said):
        raise NothingCut
    return frozenset(map(int, said))


def _boxes(text: str) -> tuple[Box, ...]:
    """Read lines of page, left, top, width, height in per cent. ``BadBox`` for any other line."""
    found = []
    for line in text.splitlines()[:MOST_BOXES]:
        if numbers := _NUMBER.findall(line.replace(",", " ")):
            page, *sides = map(float, numbers)
            fits = len(sides) == SIDES and max(sides) <= WHOLE and page == int(page)
            if not fits or _NUMBER.sub("", line).strip(" ,%\t"):
                raise BadBox
            parts = [round(side * HUNDREDTHS) for side in sides]
            found.append((int(page), parts[0], parts[1], parts[2], parts[3]))
        elif line.strip():
            raise BadBox
    return tuple(found)


def lines_of(boxes: tuple[Box, ...]) -> str:
    """Write boxes as they are typed."""
    said = ([box[0], *(side / HUNDREDTHS for side in box[1:])] for box in boxes)
    return "\n".join(" ".join(f"{side:g}" for side in one) for one in said)


def pictures(leaving: Leaving) -> list[str]:
    """Return the first pages of a cleaned copy as pictures that stand in the page itself."""
    shown = leaving.clean.shown if leaving.clean else ()
    return [f"data:image/jpeg;base64,{base64.b64encode(one).decode()}" for one in shown]


def _answers(seen: Preview, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: seen.placeholders.answer(value)
        for name, value in fields.items()
        if name != "w_narrative"
    }


def _staying(record_id: str, seen: Preview) -> int:
    """Count the tags that rest on what does not leave: what was written down and not ticked."""
    tags = book().working.index(keyring()).tags(visible(keyring().rings), record=record_id)
    return len(tags) - len(seen.parts["tags"])


def _tags(seen: Preview) -> list[Tag]:
    texts = rendering.texts_of(seen.parts)
    return [
        rendering.shown_tag(one, texts[one.get("in", "")], seen.placeholders)
        for one in seen.parts["tags"]
    ]


def shown(text: cutting.Text, found: Placeholders) -> Markup:
    """Return a text with its placeholders marked, as HTML."""
    if isinstance(text, str):
        return verbatim(text)
    return Markup("").join(
        verbatim(one)
        if isinstance(one, str)
        else Markup('<mark class="cut">{}</mark>').format(found.label(one))
        for one in text
    )

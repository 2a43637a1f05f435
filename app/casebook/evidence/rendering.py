"""Partner's copies as they are read: placeholders numbered, offsets moved with them.

Numbers are drawn from the name of the bundle: the same choice has the same numbers, the next
bundle others, so that two bundles in two hands do not add up.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.casebook.evidence import cutting, leaving
from app.casebook.evidence.cutting import Placeholders
from app.casebook.evidence.releases import Copy
from app.casebook.shapes import Tag

SHORT = 12  # hex of a record's id that names its folder: paths stay short enough for Windows
# Where the witness agreed that a name goes further than the group; else a bundle says P-1.
NAMED = frozenset({"k_state", "k_court", "k_pub_name"})


@dataclass(frozen=True)
class Told:
    """One testimony as a bundle tells it."""

    id: str
    lang: str
    purpose: str
    consents: tuple[str, ...]
    text: str
    redactions: list[dict[str, Any]]
    answers: dict[str, Any]
    tags: list[dict[str, Any]]
    witness: str = ""  # the same for all testimonies of one witness; never written


def placeholders(copies: Iterable[Copy], name: str) -> Placeholders:
    """Give numbers to everybody and everything these copies leave out, and all they tell of."""
    found = set[str]()
    for copy in copies:
        content = copy.content
        found |= {*cutting.tokens(content), *content.get("people", ())}
    order = {one: hashlib.sha256(f"{name} {one}".encode()).hexdigest() for one in found}
    return Placeholders(order)


def testimony(copy: Copy, found: Placeholders) -> Told:
    """Return a copy as its bundle tells it: people by number, names only where agreed."""
    content = copy.content
    fields = content["document"]["fields"]
    text, texts = fields["w_narrative"], texts_of(content)
    named = content["purpose"] in NAMED
    return Told(
        id=copy.record,
        lang=content["document"]["lang"],
        purpose=content["purpose"],
        consents=tuple(content["consents"]),
        text=found.text(text),
        redactions=_redactions(text, found),
        answers={k: found.answer(v) for k, v in fields.items() if k != "w_narrative"},
        tags=[
            _told_tag(one, texts[one.get("in", "")], found, named=named) for one in content["tags"]
        ],
        witness=str(content.get("witness", "")),
    )


def texts_of(content: Mapping[str, Any]) -> dict[str, cutting.Text]:
    """Return the texts that tags rest on, by where a tag says it stands; empty: the account."""
    letters, told = content["letters"], content.get("transcripts", ())
    return {
        "": content["document"]["fields"]["w_narrative"],
        **{
            leaving.LETTER.format(number): one["fields"].get("w_narrative", "")
            for number, one in enumerate(letters, start=1)
        },
        **{leaving.TRANSCRIPT.format(one["number"]): one["text"] for one in told},
    }


def _told_tag(
    said: Mapping[str, Any], text: cutting.Text, found: Placeholders, *, named: bool
) -> dict[str, Any]:
    told = tag(said, text, found)
    told["person"] = f"P-{found.number(said['person'])}"
    if not named:
        del told["person_name"]
    return told


def tag(said: Mapping[str, Any], text: cutting.Text, found: Placeholders) -> dict[str, Any]:
    """Return a tag with its words and offsets as they stand in the text with placeholders."""
    return {
        **said,
        "person_name": found.text(said["person_name"]),
        "text": found.text(said["text"]),
        "date_as_stated": found.text(said["date_as_stated"]),
        "agency": found.text(said.get("agency", "")),
        "start": found.offset(text, int(said["start"])),
        "end": found.offset(text, int(said["end"])),
    }


def shown_tag(said: Mapping[str, Any], text: cutting.Text, found: Placeholders) -> Tag:
    """Return a tag as a page shows it: as it leaves, without what only tables say."""
    told = tag(said, text, found)
    told.pop("by_role", None)
    told["item"] = told.pop("in", "")
    return Tag(**told)


def _redactions(text: cutting.Text, found: Placeholders) -> list[dict[str, Any]]:
    """Return where the text was cut and why; never what was there, nor how long it was."""
    if isinstance(text, str):
        return []
    out, at = [], 0
    for one in text:
        if isinstance(one, str):
            at += len(one)
            continue
        label = found.label(one)
        out.append({"start": at, "end": at + len(label), "reason": one["cut"], "label": label})
        at += len(label)
    return out

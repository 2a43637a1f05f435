"""From what a form says to a tag: a statement about a person that rests on words."""

from collections.abc import Callable, Container

from app.casebook.shapes import BadTag, Tag, TagInput
from app.desk.forms import TagForm
from app.desk.narrative import locate
from app.desk.words import N_, gettext
from app.reading.edtf import NotEDTF, Span, parse
from config.model import Model

CONFIDENCE = ("sure", "likely", "unsure")
MOST_EPISODES = 99
MOST = 10**8
MOST_EDITIONS = 10**6
NEW = "new:"

_WRONG = {
    "person": N_("Say who it happened to: choose a person or name a new one."),
    "name": N_("A name has at most 200 characters."),
    "stage": N_("Choose a stage."),
    "track": N_("Choose a track."),
    "episode": N_("The episode is a number: 1 for the first time the person was sent back."),
    "from": N_("From: write a date such as 2023-10-09, 2023-10, 2023-10~ or 2023/2024."),
    "to": N_("To: write a date such as 2023-10-24, 2023-11, 2023-11~ or an open 2023-11/.."),
    "order": N_("It ends before it begins: look at the two dates again."),
    "stated": N_("The date as stated is a few words."),
    "knowledge": N_("Say how it is known."),
    "confidence": N_("Say how sure you are."),
    "hearsay": N_("Say through how many people it came."),
    "abuse": N_("Choose what is in the list of abuses."),
    "decision": N_("Choose a decision of the list."),
    "charge": N_("Choose a ground of the list."),
    "agency": N_("The agency as named is a few words."),
    "span": N_("A tag rests on words: select them in the text, or quote them."),
    "item": N_("These words are in no letter and no recording of this testimony."),
    "paragraph": N_("There is no paragraph of this number."),
    "quote": N_("These words are not in the text. Quote them exactly as they stand there."),
    "quote-again": N_("These words stand there more than once: quote more, or say the paragraph."),
}


def sentence(wrong: BadTag) -> str:
    """Say in words what is wrong with a tag."""
    what = "span" if wrong.what in ("start", "end") else wrong.what
    return gettext(_WRONG.get(what, N_("This tag could not be understood.")))


def read(form: TagForm, text: Callable[[str, int], str], model: Model) -> TagInput:
    """Parse a form into a tag. Raises BadTag with the field that is wrong.

    The text (of a letter or recording, in an edition) is opened only where words were quoted:
    opening is an act on the record.
    """
    data = {name: text.strip() for name, text in form.data.items() if isinstance(text, str)}
    data = {name: data.get(name, "") for name in form.data}
    _one_of(data["stage"], model.by_stage, "stage")
    tracks = model.by_stage[data["stage"]].tracks
    track = data["track"] or (tracks[0] if len(tracks) == 1 else "")
    _one_of(track, model.tracks, "track")
    _one_of(data["confidence"], CONFIDENCE, "confidence")
    knowledge = data["knowledge"] or "unknown"
    _one_of(knowledge, model.evidence_fields["ef_knowledge"].values, "knowledge")
    _dates(data["date_from"], data["date_to"])
    item, edition = data["item"], _number(data["edition"] or "0", 0, MOST_EDITIONS, "item")
    start, end = _span(data, lambda: text(item, edition))
    return TagInput(
        person=_person(data["person"], data["person_name"]),
        stage=data["stage"],
        track=track,
        start=start,
        end=end,
        confidence=data["confidence"],
        episode=_number(data["episode"] or "1", 1, MOST_EPISODES, "episode"),
        date_from=data["date_from"],
        date_to=data["date_to"],
        date_as_stated=data["date_as_stated"],
        knowledge=knowledge,
        hearsay=data["hearsay"],
        agency=data["agency"],
        abuse=tuple(dict.fromkeys(form.abuse.data or ())),
        decision=data["decision"],
        charge=data["charge"],
        item=item,
        edition=edition,
    )


def filled(tag: Tag) -> dict[str, object]:
    """Return a tag as the fields of the form that corrects it."""
    return {
        "person": tag.person,
        "episode": str(tag.episode),
        "stage": tag.stage,
        "track": tag.track,
        "date_from": tag.date_from,
        "date_to": tag.date_to,
        "date_as_stated": tag.date_as_stated,
        "knowledge": tag.knowledge,
        "start": str(tag.start),
        "end": str(tag.end),
        "confidence": tag.confidence,
        "hearsay": tag.hearsay,
        "agency": tag.agency,
        "abuse": list(tag.abuse),
        "decision": tag.decision,
        "charge": tag.charge,
        "seen": str(tag.version),
        "item": tag.item,
        "edition": str(tag.edition or ""),
    }


def _one_of(value: str, allowed: Container[str], what: str) -> None:
    if not value or value not in allowed:
        raise BadTag(what)


def _number(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004
        raise BadTag(what)
    number = int(text)
    if not least <= number <= most:
        raise BadTag(what)
    return number


def _person(chosen: str, name: str) -> str:
    if chosen == NEW:
        chosen = NEW + name
    if not chosen.removeprefix(NEW).strip():
        raise BadTag("person")
    return chosen


def _span(data: dict[str, str], text: Callable[[], str]) -> tuple[int, int]:
    """Offsets where they were given, else the words that were quoted."""
    if data["start"] or data["end"]:
        start = _number(data["start"], 0, MOST, "span")
        return start, _number(data["end"], start + 1, MOST, "span")
    paragraph = _number(data["paragraph"], 1, MOST, "paragraph") if data["paragraph"] else None
    return locate(text(), data["quote"], paragraph)


def _dates(start: str, end: str) -> None:
    first, last = _date(start, "from"), _date(end, "to")
    earliest, latest = first and first.earliest, last and last.latest
    if earliest and latest and latest < earliest:
        raise BadTag("order")


def _date(text: str, what: str) -> Span | None:
    if not text:
        return None
    try:
        return parse(text)
    except NotEDTF:
        raise BadTag(what) from None

"""Dates as a witness said them, beside what they convert to. The words are kept; nothing is tagged.

A reviewer sees the conversion at the tag and, before it is one, in the form: for the words they
typed, and for every date the text states. What cannot be converted says what is missing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.casebook.shapes import Tag, Testimony
from app.desk.words import N_, gettext
from app.reading.dates import Stated, convert, find_dates
from app.reading.durations import find_durations

MOST = 24  # dates of one text, offered
LONGEST = 20_000  # characters of a text that are looked through for dates, so that a page is quick
CALENDARS = {
    "lunar": N_("lunar calendar"),
    "juche": N_("Juche calendar"),
    "relative": N_("counted from the telling"),
    "season": N_("season"),
    "anchor": N_("counted from an event"),
    "feast": N_("feast of the lunar calendar"),
    "solar": "",
    "length": N_("a length of time"),
}


@dataclass(frozen=True)
class Conversion:
    """Words of a date and what they convert to; ``edtf`` is empty where they do not."""

    text: str
    edtf: str
    how: str

    @property
    def ends(self) -> tuple[str, str]:
        """What stands in "from" and "to" of the form: both ends of what the words may mean."""
        first, slash, last = self.edtf.partition("/")
        if not slash:
            return self.edtf, self.edtf
        return (
            ("", self.edtf) if first == ".." else (self.edtf, "") if last == ".." else (first, last)
        )


NONE = Conversion("", "", "")


def conversion(words: str, told_on: str) -> Conversion | None:
    """Convert a date or a length of time as stated; None where it says neither."""
    stated = convert(words, dt.date.fromisoformat(told_on)) if words.strip() else None
    if stated is not None:
        return _shown(stated)
    lengths = find_durations(words)
    if not lengths:
        return None
    least, most = lengths[0].days
    days = gettext("%(number)s days", number=least if least == most else f"{least}-{most}")
    return Conversion(lengths[0].text, "", f"{gettext(CALENDARS['length'])}: {days}")


def of_tags(
    tags: Sequence[Tag], dates: Sequence[Conversion], told_on: str
) -> dict[str, Conversion]:
    """Convert the words of tags, by their ids, where that says more than the words do.

    ``dates`` are those of the text: there a year may be named that the words leave out.
    """
    known = {one.text: one for one in dates}
    found = {}
    for tag in tags:
        words = tag.date_as_stated.strip()
        inside = (one for text, one in known.items() if words and text in words)
        one = next(inside, None) or conversion(words, told_on or tag.day)
        if one is not None and (one.how or one.edtf != words):
            found[tag.id] = one
    return found


def offered(testimony: Testimony, text: str | None = None) -> list[Conversion]:
    """Return the dates a text states, each once: the testimony's and the answer to "when"."""
    told_on = dt.date.fromisoformat(testimony.day)
    if text is not None:  # of a letter or a recording
        return _each_once(find_dates(text[:LONGEST], told_on))
    answered = testimony.answers.get("w_when", "")
    calendar = testimony.answers.get("w_when_calendar", "")
    words = _with_calendar(str(answered), str(calendar))
    found = find_dates(words, told_on) if words else []
    found += find_dates(testimony.narrative[:LONGEST], told_on)
    return _each_once(found)


def _each_once(found: Sequence[Stated]) -> list[Conversion]:
    return list({one.text: _shown(one) for one in found if one.edtf}.values())[:MOST]


def _with_calendar(words: str, calendar: str) -> str:
    """Say the calendar that was ticked beside the words, unless the words say one."""
    named = any(one in words for one in ("음력", "주체", "农历", "阴历", "主体", "lunar", "Juche"))
    said = {"lunar": "음력 ", "juche": "주체 "}.get(calendar, "") if words and not named else ""
    return said + words


def _shown(one: Stated) -> Conversion:
    how = gettext(CALENDARS[one.rule]) if CALENDARS[one.rule] else ""
    if not one.edtf:
        missing = gettext("cannot be converted: the year is missing, or there is no such day")
        how = f"{how}: {missing}" if how else missing
    return Conversion(one.text, one.edtf, how)

"""Which stage words mean that several stages share: by agency, level, length of stay.

The agency is the one in the sentence of the event, or the nearest before it. A word that does not
say its level gives the stage the model names for that agency (보위부 조사: the county's).
"""

from collections.abc import Callable

from app.reading.context import Agency, Told, agencies, says
from app.reading.durations import find_durations
from app.reading.text import Sentence

_Found = tuple[Sentence, int, int, Told]
_RETURNED = ("forced_repatriation", "x_border_handover", "quarantine_covid")
_PRISONS = (
    "x_kyohwaso",
    "economic_camp",
    "x_rodong_danryeondae",
    "x_police_jipkyulso",
    "political_prison_camp",
    "statesec_interrogation",
    "socialsec_interrogation",
    "socialsec_trial",
)
_LONGEST_AT_BORDER = 120  # days: the model's hundred, and some doubt
_NEAR = 60  # letters before an event in which a length of stay counts as its own


def stage(how: str, sentence: Sentence, start: int, end: int, told: Told) -> str | None:
    """Return the stage, or None where the words do not say enough."""
    agency = told.nearest(sentence, start, end)
    return _HOW[how]((sentence, start, end, told), agency)


def _whose(found: _Found, agency: Agency | None) -> str | None:
    """Return whose agency; police beside State Security, or of one's county, are not China's."""
    beside = {each.kind for each in agencies(found[0])} & {"statesec", "socialsec"}
    if agency is not None and agency.kind == "police" and (beside or says(found[0], "home")):
        return "socialsec"
    return found[3].whose(agency)


def _held(found: _Found, agency: Agency | None) -> str | None:
    """Held or questioned: by whom, where, how long."""
    told = found[3]
    whose = _whose(found, agency)
    if agency is not None and whose == "statesec":
        return _state_security(found, agency)
    if whose == "socialsec":
        return "socialsec_interrogation"
    return "cn_detention" if whose == "china" and not told.back else None


def _state_security(found: _Found, agency: Agency) -> str | None:
    sentence, start, end, told = found
    if agency.level == "provincial":
        return "statesec_provincial_pretrial"
    if _at_border(sentence, agency, told):
        return "x_statesec_border_holding"
    if agency in agencies(sentence) and says(sentence, "section", agency.start, agency.end):
        return "statesec_interrogation"
    if told.classified_in is sentence or _days(sentence, start, end):
        return "classification_pretrial"
    same = told.classified and agency is told.agency and not says(sentence, "long")
    return None if same else "statesec_interrogation"  # the same: still those days


def _at_border(sentence: Sentence, agency: Agency, told: Told) -> bool:
    """Whether those just sent back are held here: a holding centre, or a border town's office.

    The office of a border town is also that of people who live there: it is meant as a place for
    those sent back only where the return was the last thing told, and no stay lasts beyond months.
    """
    here = agency in agencies(sentence)
    near = (agency.start - _NEAR // 2, agency.end + _NEAR // 2) if here else (0, None)
    if not says(sentence, "border", *near):
        return False
    if says(sentence, "holding", *near):
        return True
    lengths = sentence.once("lengths", lambda: find_durations(sentence.text))
    longest = max((each.days[0] for each in lengths), default=0)
    on = [
        each for each in agencies(sentence) if each.kind == agency.kind and each.start > agency.end
    ]
    sent = told.last in _RETURNED or says(sentence, "home") or (here and bool(on))
    return sent and longest <= _LONGEST_AT_BORDER


def _days(sentence: Sentence, start: int, end: int) -> bool:
    """Whether ten to fifteen days stand near and nothing longer does."""
    near, far = start - _NEAR, end + _NEAR // 2
    return says(sentence, "classification_days", near, far) and not says(
        sentence, "long", near, far
    )


def _out(found: _Found, _: Agency | None) -> str | None:
    """Came out, nobody says whence: let go, where a prison was the last thing told."""
    return "x_release" if found[3].last in _PRISONS else None


def _shut(found: _Found, _: Agency | None) -> str | None:
    """Held, nobody says where: in China where the arrest there was the last thing told."""
    sentence, _start, _end, told = found
    if any(each.kind in ("statesec", "socialsec") for each in agencies(sentence)):
        return None  # said of an agency: other events tell which stage that is
    if told.back:
        return _held(found, told.agency) if told.agency else None
    return "cn_detention" if told.last == "cn_arrest" else None


def _questioned(found: _Found, agency: Agency | None) -> str | None:
    """Questioning in China is no stage of its own."""
    stage = _held(found, agency)
    return None if stage == "cn_detention" else stage


def _handed(found: _Found, agency: Agency | None) -> str | None:
    sentence, start, end, told = found
    whose = _whose(found, agency)
    if whose == "socialsec":
        return "socialsec_interrogation"
    if whose != "statesec" or agency is None:
        return None
    if agency.level == "provincial":
        return "statesec_provincial_pretrial"
    if _at_border(sentence, agency, told):
        return "x_statesec_border_holding"
    seized = says(sentence, "seized", start, end) and not (told.back or says(sentence, "home"))
    return "statesec_interrogation" if seized else "transfer_to_residence"


def _home(found: _Found, agency: Agency | None) -> str | None:
    whose = _whose(found, agency)
    if (
        agency is not None
        and agency.end > found[1]
        and agency.start < found[2]
        and whose == "socialsec"
    ):
        fetched = says(found[0], "fetched", found[1], found[2])  # by them; not yet with them
        return None if fetched else "socialsec_interrogation"
    if whose == "china" and not found[3].back:
        return None
    return "transfer_to_residence"


def _holding(found: _Found, _: Agency | None) -> str | None:
    sentence, start, end, told = found
    near = [
        each
        for each in agencies(sentence)
        if each.end >= start - _NEAR // 2 and each.start < end + _NEAR // 2
    ]
    if any(told.whose(each) == "statesec" for each in near):
        return "x_statesec_border_holding"
    return "x_police_jipkyulso"


def _examined(found: _Found, agency: Agency | None) -> str | None:
    if agency is not None and agency.kind == "statesec":
        if agency.level == "provincial":
            return "statesec_provincial_pretrial"
        if _days(*found[:3]):
            return "classification_pretrial"
    return None if agency is not None and agency.kind == "china" else "x_preliminary_examination"


def _review(found: _Found, agency: Agency | None) -> str | None:
    whose = found[3].whose(agency)
    court = says(found[0], "provincial_court")  # which tries what State Security brings
    if court or says(found[0], "central") or whose == "statesec":
        return "statesec_final_review"
    return "socialsec_final_review" if whose == "socialsec" else None


def _trial(found: _Found, agency: Agency | None) -> str | None:
    sentence, _, _, told = found
    whose = told.whose(agency)
    if says(sentence, "provincial_court") or says(sentence, "life"):
        return "statesec_closed_trial"
    if whose == "china" and not told.back:
        return "x_cn_prison_sentence"
    if says(sentence, "open") or whose == "socialsec":
        return "socialsec_trial"
    if whose == "statesec" or says(sentence, "closed"):
        return "statesec_closed_trial"
    return "socialsec_trial"


_HOW: dict[str, Callable[[_Found, Agency | None], str | None]] = {
    "home": _home,
    "handed": _handed,
    "questioned": _questioned,
    "cell": _held,
    "shut": _shut,
    "out": _out,
    "holding": _holding,
    "examined": _examined,
    "review": _review,
    "trial": _trial,
}

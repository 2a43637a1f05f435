"""Which stage words mean that several stages share: by agency, level, length of stay.

The agency is the one in the sentence of the event, or the nearest before it. A word that does not
say its level gives the stage the model names for that agency (보위부 조사: the county's).
"""

from collections.abc import Callable

from app.reading.context import Agency, Told, says
from app.reading.text import Sentence

_Found = tuple[Sentence, int, int, Told]
_NEAR = 60  # letters before an event in which a length of stay counts as its own


def stage(how: str, sentence: Sentence, start: int, end: int, told: Told) -> str | None:
    """Return the stage, or None where the words do not say enough."""
    agency = told.nearest(sentence, start, end)
    return _HOW[how]((sentence, start, end, told), agency)


def _held(found: _Found, agency: Agency | None) -> str | None:
    """Held or questioned: by whom, where, how long."""
    told = found[3]
    whose = told.whose(agency)
    if agency is not None and whose == "statesec":
        return _state_security(found, agency)
    if whose == "socialsec":
        return "socialsec_interrogation"
    return "cn_detention" if whose == "china" and not told.back else None


def _state_security(found: _Found, agency: Agency) -> str | None:
    sentence, start, end, told = found
    if agency.level == "provincial":
        return "statesec_provincial_pretrial"
    if says(sentence, "border"):
        return "x_statesec_border_holding"
    if says(sentence, "section", start, end + _NEAR):
        return "statesec_interrogation"
    if _days(sentence, start, end) and not told.classified:
        return "classification_pretrial"
    same = told.classified and agency is told.agency and not says(sentence, "long")
    return None if same else "statesec_interrogation"  # the same: still those days


def _days(sentence: Sentence, start: int, end: int) -> bool:
    """Whether ten to fifteen days stand near and nothing longer does."""
    near, far = start - _NEAR, end + _NEAR // 2
    return says(sentence, "classification_days", near, far) and not says(
        sentence, "long", near, far
    )


def _questioned(found: _Found, agency: Agency | None) -> str | None:
    """Questioning in China is no stage of its own."""
    stage = _held(found, agency)
    return None if stage == "cn_detention" else stage


def _handed(found: _Found, agency: Agency | None) -> str | None:
    sentence, _, _, told = found
    whose = told.whose(agency)
    if whose == "socialsec":
        return "socialsec_interrogation"
    if whose != "statesec" or agency is None:
        return None
    if agency.level == "provincial":
        return "statesec_provincial_pretrial"
    return "x_statesec_border_holding" if says(sentence, "border") else "transfer_to_residence"


def _home(found: _Found, agency: Agency | None) -> str | None:
    whose = found[3].whose(agency)
    if (
        agency is not None
        and agency.end > found[1]
        and agency.start < found[2]
        and whose == "socialsec"
    ):
        return "socialsec_interrogation"
    if whose == "china" and not found[3].back:
        return None
    return "x_escort_home" if found[3].held_at_border else "transfer_to_residence"


def _holding(found: _Found, agency: Agency | None) -> str | None:
    _, start, end, told = found
    near = agency is not None and agency.end >= start - _NEAR // 2 and agency.start < end
    if near and told.whose(agency) == "statesec":
        return "x_statesec_border_holding"
    return "x_police_jipkyulso"


def _examined(found: _Found, agency: Agency | None) -> str | None:
    if agency is not None and agency.kind == "statesec" and agency.level == "provincial":
        return "statesec_provincial_pretrial"
    return None if found[3].whose(agency) == "china" else "x_preliminary_examination"


def _review(found: _Found, agency: Agency | None) -> str | None:
    whose = found[3].whose(agency)
    if says(found[0], "central") or whose == "statesec":
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
    "holding": _holding,
    "examined": _examined,
    "review": _review,
    "trial": _trial,
}

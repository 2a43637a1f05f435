"""Whether something may leave: to whom, for what, not yet, and who else has to agree.

Every purpose is a box the witness ticked; every partner is of one kind. A purpose that is not in
the row of a kind never goes to it, whatever was ticked. Source: `evidence-domain`, 2.5 and 4.5.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.casebook.shapes import (
    Asked,
    Held,
    NeedsSecond,
    NoConsent,
    NotForThem,
    Testimony,
    Waiting,
    Withdrawing,
)
from crypto.canonical import canonical

# Purposes under which something is handed over; `k_stats` hands over no text.
PURPOSES = ("k_rescue", "k_un_conf", "k_state", "k_court", "k_pub_anon", "k_pub_name")
KINDS = ("rescue", "un", "court", "public")

# kind -> purpose -> every consent that must be there. A rescue group that files, testifies or
# publishes reads it first, so the witness must have agreed to that too; a UN body that may tell
# a government was first told in confidence.
NEEDED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "rescue": {
        "k_rescue": frozenset({"k_rescue"}),
        "k_un_conf": frozenset({"k_rescue", "k_un_conf"}),
        "k_state": frozenset({"k_rescue", "k_un_conf", "k_state"}),
        "k_court": frozenset({"k_rescue", "k_court"}),
        "k_pub_anon": frozenset({"k_rescue", "k_pub_anon"}),
        "k_pub_name": frozenset({"k_rescue", "k_pub_name"}),
    },
    "un": {
        "k_un_conf": frozenset({"k_un_conf"}),
        "k_state": frozenset({"k_un_conf", "k_state"}),
    },
    "court": {"k_court": frozenset({"k_court"})},
    "public": {
        "k_pub_anon": frozenset({"k_pub_anon"}),
        "k_pub_name": frozenset({"k_pub_name"}),
    },
}

# What a recipient may do with it, in one word (`evidence-domain`, 4.5).
LEVELS: Mapping[str, str] = {
    "k_rescue": "confidential",
    "k_un_conf": "confidential",
    "k_state": "state-notice",
    "k_court": "judicial",
    "k_pub_anon": "public-anonymous",
    "k_pub_name": "public-named",
}

# Why a second person has to agree (`evidence-domain`, 3).
SECOND = ("names-to-states", "names-to-all", "minor", "sexual-violence", "own-part")
NAMING = {"k_state": "names-to-states", "k_pub_name": "names-to-all"}
SEXUAL = re.compile(r"sexual|rape|abortion")
ADULT = 18
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")
BARS = ("wait-met", "hold", "lift", "asked", "agreed")  # events that only this module reads


def check(opened: Testimony, kind: str, purpose: str, *, withdrawing: bool = False) -> None:
    """Raise the reason why this may not go to this kind of partner for this purpose.

    ``NoConsent``, ``NotForThem``, ``Withdrawing``, ``Held``, ``Waiting``.
    """
    if withdrawing:
        raise Withdrawing
    if purpose not in PURPOSES or purpose not in opened.consents:
        raise NoConsent
    needed = NEEDED.get(kind, {}).get(purpose)
    if needed is None or not needed <= opened.consents:
        raise NotForThem
    if opened.held:
        raise Held(opened.held)
    if opened.wait:
        raise Waiting


def needs_second(opened: Testimony, purpose: str, abuses: Iterable[str] = ()) -> tuple[str, ...]:
    """Return why a second person must agree to a release, or nothing."""
    answers = opened.answers
    found = [NAMING[purpose]] if purpose in NAMING else []
    if answers.get("u_minor") == "yes" or _was_minor(opened):
        found.append("minor")
    if any(SEXUAL.search(one) for one in abuses):
        found.append("sexual-violence")
    if answers.get("c_cap") == "official_or_guard" and answers.get("c_own"):
        found.append("own-part")
    return tuple(found)


def _was_minor(opened: Testimony) -> bool:
    """Tell from the year of birth and the dates of the tags, in favour of the child."""
    born = _YEAR.search(str(opened.answers.get("b_birth", "")))
    years = [int(y[0]) for tag in opened.tags if (y := _YEAR.search(tag.date_from))]
    return born is not None and any(year - int(born[0]) <= ADULT for year in years)


def require_second(
    opened: Testimony, reasons: Sequence[str], digest: str, member: str
) -> tuple[str, ...]:
    """Return who agreed beside ``member``. Raises ``NeedsSecond`` where somebody has to."""
    agreed = next((one.agreed for one in opened.asked if one.digest == digest), ())
    others = tuple(name for name in agreed if name != member)
    if reasons and not others:
        raise NeedsSecond(tuple(reasons))
    return others


def digest_of(partner: str, purpose: str, event: Mapping[str, Any]) -> str:
    """Name exactly what would leave: agreeing to one redaction is not agreeing to another."""
    said = {"cuts": event["cuts"], "letters": len(event["letters"])}
    said |= {"partner": partner, "purpose": purpose}
    if files := [[one["item"], one["boxes"]] for one in event["attachments"] if "boxes" in one]:
        said["files"] = files
    if event["transcripts"]:
        said["transcripts"] = [[one["item"], one["text"]] for one in event["transcripts"]]
    return hashlib.sha256(canonical(said)).hexdigest()


def bars(events: Iterable[Mapping[str, Any]], wait: str) -> dict[str, Any]:
    """Return what the events of a record say of waiting, holding and agreeing.

    ``wait`` is what the witness last wrote; a record that it was met counts for those words only.
    """
    held = ""
    asked: dict[str, Asked] = {}
    for event in events:
        match event["e"]:
            case "wait-met" if event["wait"] == wait:
                wait = ""
            case "hold":
                held = event["why"]
            case "lift":
                held = ""
            case "asked":
                names = ("partner", "purpose", "by", "digest")
                partner, purpose, by, digest = (str(event[name]) for name in names)
                asked[digest] = Asked(
                    partner,
                    purpose,
                    by,
                    digest,
                    tuple(event["cuts"]),
                    files=tuple(event.get("files", ())),
                    transcripts=tuple(event.get("transcripts", ())),
                )
            case "agreed" if event["digest"] in asked:
                one = asked[event["digest"]]
                asked[one.digest] = replace(one, agreed=(*one.agreed, event["by"]))
    return {"wait": wait, "held": held, "asked": tuple(asked.values())}

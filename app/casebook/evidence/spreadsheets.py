"""The tables of a bundle, as spreadsheets read them: BOM, CR LF, no cell that is a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.casebook.evidence.deriving import Words, date_basis
from app.casebook.evidence.rendering import SHORT, Told
from app.casebook.evidence.rules import LEVELS
from app.reading import edtf
from config.model import Model

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
GROUP = "independent_source_group"
PERSONS = ("person_id", "name", "sex", "birth_decade", "province", "minor", "testimonies")
EVENTS = (
    "event_id",
    "person_id",
    "episode",
    "stage_id",
    "track",
    "edtf",
    "date_from",
    "date_to",
    "date_basis",
    "date_as_stated",
    "place_level1",
    "agency_id",
    "agency_as_named",
    "knowledge",
    "hearsay_depth",
    "source_testimony",
    "span_id",
    "start",
    "end",
    "words",
    "reviewer_role",
    "confidence",
    "consent_level",
)
CLAIMS = ("claim_id", "event_id", "claim_type", "value", "source_testimony", GROUP)
LINKS = ("a", "b", "relation", "status", "basis", "decided_by_role")
FIRST_YEAR = 4


def tables(read: Sequence[Told], groups: Mapping[str, int], model: Model) -> dict[str, bytes]:
    """Return the four tables by file name; ``groups`` as ``analysis.groups`` numbers them."""
    return {
        "persons.csv": table(PERSONS, _persons(read)),
        "events.csv": table(EVENTS, _events(read, Words(model))),
        "claims.csv": table(CLAIMS, _claims(read, groups)),
        "links.csv": table(LINKS, _links(read)),
    }


def _ordered(read: Iterable[Told]) -> Iterable[tuple[Told, Mapping[str, Any]]]:
    return ((one, tag) for one in read for tag in sorted(one.tags, key=lambda t: str(t["id"])))


def _persons(read: Sequence[Told]) -> list[dict[str, str]]:
    """Return a row for each person.

    What a relative said of the missing person is put here only where the testimony tells of one
    person and no other could be meant.
    """
    rows: dict[str, dict[str, str]] = {}
    for told, tag in _ordered(read):
        row = rows.setdefault(tag["person"], {"person_id": tag["person"], "testimonies": ""})
        if "person_name" in tag:
            row["name"] = tag["person_name"]
        if told.id not in row["testimonies"].split():
            row["testimonies"] = f"{row['testimonies']} {told.id}".strip()
        if len({one["person"] for one in told.tags}) == 1 and "b_rel" in told.answers:
            row.update(_described(told))
    return sorted(rows.values(), key=lambda row: int(row["person_id"].removeprefix("P-")))


def _described(told: Told) -> dict[str, str]:
    born = "".join(c for c in str(told.answers.get("b_birth", "")) if c.isdigit())[:FIRST_YEAR]
    said = {
        "sex": told.answers.get("b_sex", ""),
        "birth_decade": f"{born[:3]}0s" if len(born) == FIRST_YEAR else "",
        "province": told.answers.get("b_home_prov", ""),
        "minor": told.answers.get("u_minor", ""),
    }
    return {key: value for key, value in said.items() if value}


def _events(read: Sequence[Told], known: Words) -> list[dict[str, Any]]:
    return [
        {
            **tag,
            "event_id": tag["id"],
            "person_id": tag["person"],
            "stage_id": tag["stage"],
            "edtf": "/".join(dict.fromkeys(d for d in (tag["date_from"], tag["date_to"]) if d)),
            "date_from": _day(tag["date_from"], last=False),
            "date_to": _day(tag["date_to"] or tag["date_from"], last=True),
            "date_basis": date_basis(tag),
            "place_level1": known.place_level1(tag["text"]),
            "agency_id": known.agency_id(tag.get("agency", "")),
            "agency_as_named": tag.get("agency", ""),
            "hearsay_depth": tag.get("hearsay", ""),
            "source_testimony": told.id,
            "span_id": _span(told, tag),
            "words": tag["text"],
            "reviewer_role": tag.get("by_role", ""),
            "consent_level": LEVELS[told.purpose],
        }
        for told, tag in _ordered(read)
    ]


def _span(told: Told, tag: Mapping[str, Any]) -> str:
    """Return where the words stand: testimony, the letter or transcript of it, first and last."""
    inside = "/".join(filter(None, (told.id[:SHORT], tag.get("in", ""))))
    return f"{inside}:{tag['start']}-{tag['end']}"


def _day(text: str, *, last: bool) -> str:
    try:
        span = edtf.parse(text) if text else None
    except edtf.NotEDTF:
        return ""
    day = (span.latest if last else span.earliest) if span else None
    return str(day or "")


def _claims(read: Sequence[Told], groups: Mapping[str, int]) -> list[dict[str, str]]:
    """Return what a tag says beyond its stage: one row for each abuse, decision or charge."""
    rows = []
    for told, tag in _ordered(read):
        said = {"stage": [tag["stage"]]}
        said |= {"abuse": list(tag["abuse"])} if tag.get("abuse") else {}
        said |= {k: [tag[k]] for k in ("decision", "charge", "agency") if tag.get(k)}
        for kind, values in said.items():
            rows += [
                {
                    "claim_id": f"{tag['id'][:12]}-{kind}-{number}",
                    "event_id": tag["id"],
                    "claim_type": kind,
                    "value": value,
                    "source_testimony": told.id,
                    GROUP: str(groups.get(tag["id"], "")),
                }
                for number, value in enumerate(values, start=1)
            ]
    return rows


def _links(read: Sequence[Told]) -> list[dict[str, str]]:
    """Return which testimonies tell of one person: a reviewer's decision, made by tagging."""
    people: dict[str, list[str]] = {}
    roles: dict[tuple[str, str], str] = {}
    for told, tag in _ordered(read):
        roles.setdefault((told.id, tag["person"]), tag.get("by_role", ""))
        known = people.setdefault(tag["person"], [])
        if told.id not in known:
            known.append(told.id)
    return [
        {
            "a": a,
            "b": b,
            "relation": "same-person",
            "status": "confirmed",
            "basis": person,
            "decided_by_role": roles.get((b, person), ""),
        }
        for person, told in sorted(people.items())
        for n, a in enumerate(told)
        for b in told[n + 1 :]
    ]


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return CSV with a BOM, CR LF, and every cell that could be a formula neutralised."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), extrasaction="ignore", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    text = str(value)
    return "'" + text if text.lstrip(" \u3000").startswith(FORMULA) or text[:1] in FORMULA else text

"""``record.jsonld``: where a text in a bundle came from, in PROV-O terms a program can follow."""

from collections.abc import Iterator
from typing import Any

from app.casebook.evidence.releases import Copy
from app.casebook.evidence.rendering import Told
from config.model import Model

CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "naru": "urn:naru:",
}


def record(copy: Copy, told: Told, text: str, model: Model) -> dict[str, Any]:
    """Return original, released text, tags, translations and copies as entities, each derived.

    ``text`` is the name of the file beside it. Who wrote and who reviewed is not told.
    """
    base = f"urn:naru:testimony:{copy.record}"
    released = {
        "@id": f"{base}#released",
        "@type": "prov:Entity",
        "dcterms:source": text,
        "dcterms:language": told.lang,
        "prov:wasDerivedFrom": {"@id": f"{base}#original"},
        "prov:wasGeneratedBy": {"@id": f"{base}#release"},
    }
    tags = [
        {
            "@id": f"{base}#tag-{tag['id']}",
            "@type": "prov:Entity",
            "prov:wasDerivedFrom": {"@id": f"{base}#released"},
            "naru:person": tag["person"],
            "naru:stage": tag["stage"],
            **({"naru:in": tag["in"]} if "in" in tag else {}),
            "naru:start": tag["start"],
            "naru:end": tag["end"],
        }
        for tag in sorted(told.tags, key=lambda one: str(one["id"]))
    ]
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"{base}#original",
                "@type": "prov:Entity",
                "dcterms:language": told.lang,
                "naru:way": copy.content["document"]["way"],
                "naru:commitments": "commitments.json",
            },
            {
                "@id": f"{base}#release",
                "@type": "prov:Activity",
                "prov:endedAtTime": {"@type": "xsd:date", "@value": copy.content["day"]},
                "prov:used": {"@id": f"{base}#original"},
                "naru:purpose": told.purpose,
                "naru:redactions": len(told.redactions),
            },
            released,
            *tags,
            *_translations(copy, base),
            *_attachments(copy, base),
            {"@id": "urn:naru:model", "@type": "prov:Entity", "dcterms:hasVersion": model.version},
        ],
    }


def _translations(copy: Copy, base: str) -> Iterator[dict[str, Any]]:
    for one in copy.content.get("translations", ()):
        yield {
            "@id": f"{base}#translation-{one['lang']}",
            "@type": "prov:Entity",
            "dcterms:source": f"translation.{one['lang']}.txt",
            "dcterms:language": one["lang"],
            "prov:wasDerivedFrom": {"@id": f"{base}#released"},
        }


def _attachments(copy: Copy, base: str) -> Iterator[dict[str, Any]]:
    """Yield originals, which stay, and what was made of them; paths: ``attachments.json``."""
    written = {one["number"] for one in copy.content.get("transcripts", ())}
    for number, one in enumerate(copy.content.get("attachments", ()), start=1):
        original = f"{base}#attachment-{number:03d}-original"
        commitment = one["commitment"]
        yield {"@id": original, "@type": "prov:Entity", "naru:commitment": commitment}
        if "file" in one:
            yield {
                "@id": f"{base}#attachment-{number:03d}",
                "@type": "prov:Entity",
                "dcterms:format": one["file"]["type"],
                "naru:sha256": one["file"]["sha256"],
                "prov:wasDerivedFrom": {"@id": original},
                "prov:wasGeneratedBy": {"@id": f"{base}#release"},
            }
        if number in written:
            yield {
                "@id": f"{base}#attachment-{number:03d}-transcript",
                "@type": "prov:Entity",
                "dcterms:format": "text/plain",
                "prov:wasDerivedFrom": {"@id": original},
            }

"""What exactly leaves: one testimony, its letters and tags, with the cuts of one decision made.

The same decision gives the same parts, whenever it is asked: a lead's bundle of a year later is
the partner's bundle of today. Salts of commitments come from the record's key; tokens that stand
for people come from the partner's shelf, so that two partners cannot compare theirs.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from app.casebook import ledger
from app.casebook.evidence import cutting
from app.casebook.evidence.cutting import Cut, Span
from app.casebook.keyring import Keyring
from app.casebook.shapes import Tag

# What the witness told the reviewers alone, and what is for leads only; never handed on.
KEPT_BACK = frozenset({"w_not_read", "w_reader", "w_reply", "c_own", "u_pregnant_or_ill"})
# Of what may be published without names, these say nothing that a name would.
PUBLISHED = frozenset({"w_knowledge", "w_told_before", "c_chain", "w_when_calendar"})
LETTER, TRANSCRIPT = "letter-{:03d}.json", "attachments/{:03d}.transcript.txt"
LETTERS = ("addition", "correction", "answer")
TOKEN = 16
PLAIN_TAG = (
    "id",
    "record",
    "person",
    "person_name",
    "episode",
    "stage",
    "track",
    "date_from",
    "date_to",
    "date_as_stated",
    "knowledge",
    "start",
    "end",
    "text",
    "confidence",
    "hearsay",
    "agency",
    "abuse",
    "decision",
    "charge",
)


def tag_of(tag: Tag, role: str) -> dict[str, Any]:
    """Return what a decision says of a tag, and of the role of who made it."""
    said = {**{name: getattr(tag, name) for name in PLAIN_TAG}, "by_role": role}
    return {**said, "item": tag.item, "heard": tag.heard} if tag.item else said


@dataclass(frozen=True)
class Commitment:
    """One paragraph of the text as received: its salted digest, and whether the salt leaves."""

    salt: bytes
    digest: bytes

    @classmethod
    def to(cls, salt: bytes, paragraph: str) -> "Commitment":
        """Commit to a paragraph: ``SHA-256(salt ‖ UTF-8 of the line, without its LF)``."""
        return cls(salt, hashlib.sha256(salt + paragraph.encode()).digest())


@dataclass(frozen=True)
class Source:
    """What a decision is applied to, opened."""

    document: Mapping[str, Any]
    letters: Sequence[Mapping[str, Any]]
    tags: Sequence[Mapping[str, Any]]
    cuts: Sequence[Cut]
    purpose: str
    commitments: Sequence[Commitment]
    shelf: bytes
    translations: Sequence[Mapping[str, Any]] = ()
    transcripts: Sequence[Mapping[str, Any]] = ()
    letter_ids: Sequence[str] = ()

    def beside(self) -> dict[str, tuple[str, str]]:
        """Return text and file in the bundle of each letter and transcript, by their ids."""
        found = {
            one: (text_of(letter), LETTER.format(number))
            for number, (one, letter) in enumerate(
                zip(self.letter_ids, self.letters, strict=True), start=1
            )
        }
        for one in self.transcripts:
            found[one["item"]] = str(one["text"]), TRANSCRIPT.format(one["number"])
        return found

    @property
    def narrative(self) -> str:
        """The text as received."""
        return text_of(self.document)


def text_of(document: Mapping[str, Any]) -> str:
    """Return a document's text, as received."""
    return str(document["fields"].get("w_narrative", ""))


def source(
    connection: Connection,
    keyring: Keyring,
    record: str,
    decision: Mapping[str, Any],
    shelf: bytes,
) -> Source:
    """Open what a decision (the event of a release) is about."""
    record_id = bytes.fromhex(record)
    key = ledger.unlock(connection, keyring, record_id)
    document = ledger.read(connection, keyring, record_id)[0]["document"]
    letters = [
        ledger.read(connection, keyring, bytes.fromhex(one))[0]["document"]
        for one in decision.get("letters", ())
    ]
    paragraphs = text_of(document).split("\n")
    commitments = [Commitment.to(key.salt(n), p) for n, p in enumerate(paragraphs, start=1)]
    cuts = [Cut.of(one) for one in decision.get("cuts", ())]
    return Source(
        document,
        letters,
        decision["tags"],
        cuts,
        decision["purpose"],
        commitments,
        shelf,
        tuple(decision.get("translations", ())),
        tuple(decision.get("transcripts", ())),
        tuple(decision.get("letters", ())),
    )


def sealed_list(commitments: Sequence[Commitment]) -> str:
    """Return the digest of all commitments in order: what custody keeps of them, hex."""
    return hashlib.sha256(b"".join(one.digest for one in commitments)).hexdigest()


def gone(content: Mapping[str, Any], stands: Callable[[str], bool]) -> set[str]:
    """Return the transcripts of recordings that were withdrawn since, by where tags say it."""
    told = content.get("transcripts", ())
    return {TRANSCRIPT.format(one["number"]) for one in told if not stands(one["record"])}


def parts(source: Source) -> dict[str, Any]:
    """Return document, letters, tags and commitments as they leave, in pieces where cut."""
    made = cutting.narrative(source.narrative, source.cuts)
    public = source.purpose == "k_pub_anon"
    return {
        "document": {
            **{key: source.document[key] for key in ("id", "kind", "lang", "way")},
            "fields": {
                "w_narrative": _pieces(source, source.narrative, made),
                **_answers(source, source.document["fields"], public=public),
            },
        },
        "letters": [
            {
                "kind": letter["kind"],
                "fields": _answers(source, letter["fields"], public=public, text=True),
            }
            for letter in source.letters
        ],
        "tags": [*_tags(source, made)],
        "translations": [
            {**one, "text": _said(source, str(one["text"]))}
            for one in source.translations
            if not any(cut.paragraph for cut in source.cuts)
        ],
        "transcripts": [
            {
                **{key: one[key] for key in ("number", "day", "role")},
                "record": one["item"],
                "text": _said(source, str(one["text"])),
            }
            for one in source.transcripts
        ],
        "witness": _token(source, f"thread:{source.document['thread']}"),
        "commitments": _commitments(source, made),
        "people": sorted({_token(source, str(tag["person"])) for tag in source.tags}),
    }


def _answers(
    source: Source, fields: Mapping[str, Any], *, public: bool, text: bool = False
) -> dict[str, Any]:
    return {
        name: _tokened(source, cutting.cut(value, source.cuts))
        for name, value in fields.items()
        if name not in KEPT_BACK
        and not name.startswith("k_")
        and (text or name != "w_narrative")
        and (not public or name in PUBLISHED or name == "w_narrative")
    }


def _tags(source: Source, made: Sequence[Span]) -> Iterator[dict[str, Any]]:
    """Yield every tag, its place in the text it rests on: the account, a letter, a transcript."""
    beside = source.beside()
    for tag in source.tags:
        said, item = dict(tag), str(tag.get("item", ""))
        if not item:
            yield _tag(source, said, source.narrative, made)
        else:
            text, said["in"] = beside[said.pop("item")]
            yield _tag(source, said, text, cutting.spans(text, source.cuts))


def _tag(
    source: Source, tag: Mapping[str, Any], whole: str, made: Sequence[Span]
) -> dict[str, Any]:
    start, end = int(tag["start"]), int(tag["end"])
    inside = [
        Span(max(span.start, start) - start, min(span.end, end) - start, span.reason, span.who)
        for span in made
        if span.start < end and span.end > start
    ]
    person = _token(source, str(tag["person"]))
    cut_names = source.purpose == "k_pub_anon" or any(
        cut.who == tag["person"] for cut in source.cuts
    )
    name = [{"cut": "NAME", "who": person}] if cut_names else _said(source, tag["person_name"])
    return {
        **tag,
        "person": person,
        "person_name": name,
        "start": cutting.units(start, made),
        "end": cutting.units(end, made, end=True),
        "text": _pieces(source, whole[start:end], inside),
        "date_as_stated": _said(source, str(tag["date_as_stated"])),
        "agency": _said(source, str(tag.get("agency", ""))),
        "abuse": list(tag.get("abuse", ())),
    }


def _said(source: Source, text: str) -> cutting.Text:
    return _pieces(source, text, cutting.spans(text, source.cuts))


def _pieces(source: Source, text: str, made: Sequence[Span]) -> cutting.Text:
    return _tokened(source, cutting.pieces(text, made))  # type: ignore[no-any-return]


def _tokened(source: Source, value: Any) -> Any:  # noqa: ANN401 - answers, in pieces or whole
    if isinstance(value, dict):
        return {**value, "who": _token(source, value["who"])}
    if isinstance(value, list):
        return [_tokened(source, one) for one in value]
    return value


def _token(source: Source, who: str) -> str:
    """Return what stands for a person or a thing at this partner: no one else's is the same."""
    return hmac.digest(source.shelf, b"naru/v1/who" + who.encode(), hashlib.sha256)[:TOKEN].hex()


def _commitments(source: Source, made: Sequence[Span]) -> list[dict[str, str]]:
    """Return every commitment, with its salt where the paragraph leaves whole."""
    out = []
    for (start, end), one in zip(cutting.lines(source.narrative), source.commitments, strict=True):
        touched = any(span.start < end and span.end > start for span in made)
        salt = {} if touched else {"salt": one.salt.hex()}
        out.append({"commitment": one.digest.hex(), **salt})
    return out

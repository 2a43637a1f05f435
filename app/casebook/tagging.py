"""Tags: the checks of a form, the event it becomes, and the acts of who tags (DESIGN rule 8)."""

import secrets

from app.casebook.indexing.conditions import visible
from app.casebook.indexing.index import Index
from app.casebook.keyring import Keyring
from app.casebook.shapes import BadTag, NotFound, TagInput, Testimony
from app.casebook.store import Store
from app.casebook.testimonies import Testimonies
from app.casebook.vault import READERS, Vault
from app.reading import edtf, transcripts
from config.model import Model

CONFIDENCE = ("sure", "likely", "unsure")
HEARSAY = ("", "0", "1", "2", "3")
MORE = ("hearsay", "agency", "abuse", "decision", "charge", "item", "edition")
LETTERS = ("addition", "correction", "answer")  # whose words a tag may rest on too
LONGEST_NAME = 200
LONGEST_DATE = 500  # of a date as stated: a sentence


def check(model: Model, tag: TagInput, length: int) -> None:
    """Raise ``BadTag`` naming the first field that says nothing, or a span of no words."""
    checks = {
        "stage": tag.stage in model.by_stage,
        "track": tag.track in model.tracks,
        "confidence": tag.confidence in CONFIDENCE,
        "knowledge": tag.knowledge in model.evidence_fields["ef_knowledge"].values,
        "start": 0 <= tag.start < tag.end <= length,
        "episode": tag.episode >= 1,
        "from": _is_date(tag.date_from),
        "to": _is_date(tag.date_to),
        "hearsay": tag.hearsay in HEARSAY,
        "abuse": all(one in model.abuses for one in tag.abuse),
        "decision": not tag.decision or tag.decision in decisions(model),
        "charge": not tag.charge or tag.charge in model.charge_grounds,
        "stated": len(tag.date_as_stated) <= LONGEST_DATE,
        "agency": len(tag.agency) <= LONGEST_NAME,
    }
    for what, holds in checks.items():
        if not holds:
            raise BadTag(what)


def decisions(model: Model) -> list[str]:
    """Return what can be decided, each as ``decision:value``."""
    return [f"{one.id}:{value}" for one in model.decisions.values() for value in one.values]


def _is_date(text: str) -> bool:
    try:
        return not text or bool(edtf.parse(text))
    except edtf.NotEDTF:
        return False


def event_of(tag_id: str, person: str, tag: TagInput, text: str) -> dict[str, object]:
    """Return the event of a tag: what was said, and the words of the text it rests on, verbatim."""
    line = transcripts.heard(text, tag.start) if tag.edition else None
    return {
        "e": "tag",
        "id": tag_id,
        "person": person,
        "episode": tag.episode,
        "stage": tag.stage,
        "track": tag.track,
        "start": tag.start,
        "end": tag.end,
        "text": text[tag.start : tag.end],
        "confidence": tag.confidence,
        "date_from": tag.date_from,
        "date_to": tag.date_to,
        "date_as_stated": tag.date_as_stated,
        "knowledge": tag.knowledge,
        **{name: value for name in MORE if (value := getattr(tag, name))},
        **({"heard": line.fragment} if line else {}),
    }


class Tagging:
    """What a reader may do with tags. Every act is an event, so the history keeps all of them."""

    def __init__(self, store: Store, vault: Vault, testimonies: Testimonies) -> None:
        self.store, self.vault, self.testimonies = store, vault, testimonies

    def add(self, keyring: Keyring, record: str, tag: TagInput) -> str:
        """Add a tag; returns its id. Raises ``BadTag`` naming the field, and as ``testimony``."""
        keyring.require(*READERS)
        opened = self.testimonies.open(keyring, record)
        text = self.words(keyring, opened, tag.item, tag.edition)
        check(self.store.model, tag, len(text))
        person = self._person_of(keyring, tag.person, opened)
        tag_id = secrets.token_hex(16)
        event = {
            **event_of(tag_id, person[0], tag, text),
            "by": keyring.member.name,
            "day": self.store.today(),
        }
        self.testimonies.append(keyring, record, event, "tagged", new_person=person)
        return tag_id

    def edit(self, keyring: Keyring, record: str, tag_id: str, tag: TagInput, seen: int) -> None:
        """Correct a tag: a new version beside the old. ``seen`` is the version its writer saw.

        Raises ``BadTag`` naming the field, ``NotFound``, and as ``testimony``.
        """
        keyring.require(*READERS)
        opened = self.testimonies.open(keyring, record)
        if tag_id not in {one.id for one in opened.tags}:
            raise NotFound
        text = self.words(keyring, opened, tag.item, tag.edition)
        check(self.store.model, tag, len(text))
        person = self._person_of(keyring, tag.person, opened)
        event = {
            **event_of(tag_id, person[0], tag, text),
            "e": "edit",
            "seen": seen,
            "by": keyring.member.name,
            "day": self.store.today(),
        }
        self.testimonies.append(keyring, record, event, "edited", new_person=person)

    def restore(self, keyring: Keyring, record: str, tag_id: str) -> None:
        """Bring back a tag that was taken back. Raises ``NotFound``."""
        index = self._index(keyring)
        if tag_id not in index.versions(record):
            raise NotFound
        event = {"e": "retag", "tag": tag_id}
        said = {"by": keyring.member.name, "day": self.store.today()}
        self.testimonies.append(keyring, record, event | said, "brought-back")

    def retract(self, keyring: Keyring, record: str, tag_id: str) -> None:
        """Take a tag back: an event of its own, so the history keeps both."""
        keyring.require(*READERS)
        seen = visible(keyring.rings)
        if tag_id not in {tag.id for tag in self.vault.index(keyring).tags(seen, record=record)}:
            raise NotFound
        event = {"e": "untag", "tag": tag_id, "by": keyring.member.name, "day": self.store.today()}
        self.testimonies.append(keyring, record, event, "untagged")

    def words(self, keyring: Keyring, opened: Testimony, item: str, edition: int) -> str:
        """Return the text a tag rests on: the testimony's, a later letter's, or a transcript's.

        A transcript is meant in the ``edition`` that lay before who placed its words.
        Raises ``BadTag`` where there is no such text.
        """
        if not item and not edition:
            return opened.narrative
        for letter in opened.letters:
            if letter.id == item and letter.kind in LETTERS and not edition:
                return str(letter.answers.get("w_narrative", ""))
        for one in self._index(keyring).transcripts(opened.id, item):
            if one.version == edition:
                return one.text
        raise BadTag("item")

    def _person_of(self, keyring: Keyring, said: str, opened: Testimony) -> tuple[str, str]:
        """Return id and, if the person is new, the name to begin them with."""
        if said.startswith("new:"):
            name = said.removeprefix("new:").strip()
            if not name:
                raise BadTag("person")
            if len(name) > LONGEST_NAME:
                raise BadTag("name")
            return secrets.token_hex(16), name
        if said in {tag.person for tag in opened.tags}:  # seen here, if nowhere else
            return said, ""
        if self.vault.index(keyring).named(visible(keyring.rings), said) is None:
            raise BadTag("person")
        return said, ""

    def _index(self, keyring: Keyring) -> Index:
        keyring.require(*READERS)
        return self.vault.index(keyring)

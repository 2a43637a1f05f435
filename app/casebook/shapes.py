"""What the casebook hands to a page: frozen, already opened, living in memory only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crypto.custody import Entry

Answers = Mapping[str, str | tuple[str, ...]]


class CasebookError(Exception):
    """Base of what the casebook refuses: the subclass says what happened, the page the words."""


class Refusal(CasebookError):
    """Base of what is refused with a reason the page puts into words."""


class Refused(CasebookError):
    """The log-in is refused: name, passphrase or code. Never says which."""


class NoSession(CasebookError):
    """The cookie opens no session: logged out, expired or never ours."""


class NotFound(CasebookError):
    """No such record, person or member."""


class NotYours(CasebookError):
    """The member lacks the key or the role for it."""


class Misfiled(CasebookError):
    """The document names another slot or epoch than its row."""


class Altered(CasebookError):
    """Header, payload or record do not verify."""


class Erased(CasebookError):
    """The record was withdrawn or reached its age; ``month`` (YYYY-MM) is when it was erased."""

    def __init__(self, month: str) -> None:
        super().__init__(month)
        self.month = month


class Withdrawing(CasebookError):
    """The witness has withdrawn it, with effect from a day to come: it leaves no more."""


class NoConsent(CasebookError):
    """The witness did not agree to this purpose."""


class NotForThem(NoConsent):
    """The purpose is agreed to, but this kind of recipient is not whom the witness agreed to."""


class Waiting(NoConsent):
    """The witness asked to wait, and nobody has recorded that what they wait for has come."""


class Held(NoConsent):
    """A lead holds it back; ``why`` is what they wrote."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NeedsSecond(NoConsent):
    """A second person must agree first; ``reasons`` say why, in the words of ``rules.SECOND``."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class BadTag(CasebookError):
    """A tag that says nothing, or rests on no words; ``what`` names the field."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Member:
    """One member as the directory (or their own card) describes them."""

    id: str
    name: str
    role: str  # lead, reviewer, partner
    triage: bool = False
    kind: str = ""  # of a partner: one of ``rules.KINDS``


@dataclass(frozen=True)
class Tag:
    """A statement about a person, made by a member, resting on words (DESIGN rule 8)."""

    id: str
    record: str
    person: str
    person_name: str
    episode: int
    stage: str
    track: str
    start: int
    end: int
    text: str
    confidence: str
    date_from: str = ""
    date_to: str = ""
    date_as_stated: str = ""
    knowledge: str = "unknown"
    by: str = ""
    day: str = ""
    hearsay: str = ""  # how many mouths away: 0, 1, 2, 3
    agency: str = ""  # as the witness named it
    abuse: tuple[str, ...] = ()
    decision: str = ""  # of the model: decision:value
    charge: str = ""
    version: int = 1
    item: str = ""  # the later letter or the recording whose words these are; else the text's
    edition: int = 0  # of a recording: the version of what was written down of it
    heard: str = ""  # in a recording: from which second, and until which ("72,90")


@dataclass(frozen=True)
class TagVersion:
    """One version of a tag; ``head`` if nobody who saw it has replaced it."""

    number: int
    kind: str  # tag, edit, untag, retag
    tag: Tag
    head: bool


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    id: str
    day: str
    lang: str
    role: str
    preview: str
    tags: int
    letters: int
    released: int
    leads_only: bool
    seen: bool
    state: str = "new"
    assignee: str = ""
    reader: str = ""
    flood: bool = False


@dataclass(frozen=True)
class Moment:
    """A line of one edition of a transcript: when it is heard, and where its time stands."""

    item: str
    edition: int
    heard: str  # as an address says it after ``t=``
    stamp: int


@dataclass(frozen=True)
class Found:
    """A row a search found, where it was found, and the words in their surroundings."""

    row: Row
    where: str  # text, letter, translation, note, transcript
    before: str
    words: str
    after: str
    moment: Moment | None = None  # of the recording, when it was found in a transcript


@dataclass(frozen=True)
class Page:
    """A keyset page of rows; ``after`` is the cursor of the next one or empty."""

    rows: tuple[Row, ...]
    after: str
    total: int


@dataclass(frozen=True)
class Trouble:
    """An arrival that cannot be opened, and why: not-for-you, altered, misfiled."""

    id: str
    day: str
    why: str


@dataclass(frozen=True)
class Letter:
    """A later item of the same witness."""

    id: str
    kind: str
    day: str
    way: str
    answers: Answers


@dataclass(frozen=True)
class Release:
    """One decision that something may leave."""

    partner: str
    purpose: str
    day: str
    by: str


@dataclass(frozen=True)
class Asked:
    """A release that waits for a second person; ``digest`` names exactly what would leave."""

    partner: str
    purpose: str
    by: str
    digest: str
    cuts: tuple[Mapping[str, Any], ...] = ()
    agreed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # attachments of which a cleaned copy would leave
    transcripts: tuple[str, ...] = ()  # recordings of which leaves what was written down


@dataclass(frozen=True)
class Testimony:
    """One record, opened."""

    id: str
    day: str
    kind: str
    lang: str
    way: str
    epoch: str
    narrative: str
    answers: Answers
    consents: frozenset[str]
    tags: tuple[Tag, ...] = ()
    letters: tuple[Letter, ...] = ()
    releases: tuple[Release, ...] = ()
    leads_only: bool = False
    wait: str = ""  # until when or what, as the witness wrote it; empty once it is met
    held: str = ""  # why a lead holds it back
    asked: tuple[Asked, ...] = ()
    retired: bool = False  # sealed to a key that somebody holds who was removed


@dataclass(frozen=True)
class Person:
    """A person across testimonies; tags in the order of the stages."""

    id: str
    name: str
    names: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True)
class TagInput:
    """What a form says of a new tag, parsed: the span is code points of the words it rests on."""

    person: str  # an id, or "new:NAME"
    stage: str
    track: str
    start: int
    end: int
    confidence: str
    episode: int = 1
    date_from: str = ""
    date_to: str = ""
    date_as_stated: str = ""
    knowledge: str = "unknown"
    hearsay: str = ""
    agency: str = ""
    abuse: tuple[str, ...] = ()
    decision: str = ""
    charge: str = ""
    item: str = ""
    edition: int = 0


@dataclass(frozen=True)
class Released:
    """What a partner sees of one release."""

    id: str  # of the testimony
    day: str
    purpose: str
    lang: str
    preview: str
    text: str
    tags: tuple[Tag, ...] = field(default=())
    files: int = 0  # cleaned copies of attachments that its bundle holds
    transcripts: int = 0  # recordings of which it holds what was written down
    new: bool = False  # in no bundle yet


@dataclass(frozen=True)
class CalledBack:
    """A testimony released to a partner and gone since, and its bundles that hold it."""

    id: str
    bundles: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """A bundle a partner took home: its name, the day, which copies were in it."""

    name: str
    day: str
    copies: frozenset[bytes]


@dataclass(frozen=True)
class Act:
    """One opened entry of the custody account."""

    position: int
    day: str
    act: str
    actor: str
    record: str
    reason: str = ""

    @classmethod
    def told(cls, position: int, entry: Entry, names: Mapping[str, str]) -> "Act":
        """Put the actor's name where it is known; intake, steward and the removed keep their id."""
        actor, reason = names.get(entry.actor, entry.actor), str(entry.more.get("reason", ""))
        return cls(position, entry.day, entry.act, actor, entry.record, reason)

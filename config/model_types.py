"""What the process model is made of: one frozen Struct for each kind of thing in the file.

Every name is that of its key in `process-model.yaml`. A field left out there is None or empty:
the article does not say, and no code may guess.
"""

from typing import Annotated, Literal

import msgspec

Lang = Literal["en", "ko", "zh"]
LANGS: tuple[Lang, ...] = ("en", "ko", "zh")

Text = Annotated[str, msgspec.Meta(min_length=1)]
Provenance = Literal["seed", "seed_implied", "external", "naru"]
Confidence = Literal["high", "medium", "low"]
Level = Literal["cn_unspecified", "dprk_unspecified", "central", "provincial", "county_district"]
Bounds = tuple[int | None, int | None]


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No field may be changed, and none may stand in the file that is not known here."""


class Label(Frozen, frozen=True, kw_only=True):
    """One text in the three languages; none of them may be missing or empty."""

    en: Text
    ko: Text
    zh: Text

    def in_(self, lang: str) -> str:
        """Give the text in `lang`, in English when we do not have that language."""
        return {"ko": self.ko, "zh": self.zh}.get(lang, self.en)


class Source(Frozen, frozen=True, kw_only=True):
    """A paragraph of the article and, as a paraphrase, what it says on the matter."""

    p: Text
    gist: Text


class Item(Frozen, frozen=True, kw_only=True):
    """What all things with a name have in common."""

    id: Text
    label: Label
    provenance: Provenance
    source: tuple[Source, ...] = ()
    by: tuple[str, ...] = ()
    attribution: str | None = None
    ambiguity: tuple[str, ...] = ()
    ko_conf: Confidence | None = None
    zh_conf: Confidence | None = None
    note: str | None = None


class Paragraph(Frozen, frozen=True, kw_only=True):
    """A block of the article: where it stands and its gist."""

    id: Text
    line: int
    gist: Text


class Attribution(Frozen, frozen=True, kw_only=True):
    """Who, by the article, stands behind which paragraphs."""

    id: Text
    label: Label
    paragraphs: tuple[str, ...]
    note: str | None = None


class DecisionLink(Frozen, frozen=True, kw_only=True):
    """The decision that leads to a track."""

    decision: str
    value: str
    provenance: Provenance
    source: tuple[Source, ...]


class Share(Frozen, frozen=True, kw_only=True):
    """How many are on a track, in words only: nothing may be computed from it (A19)."""

    statement: str | None = None
    as_of: str | None = None
    note: str | None = None
    source: tuple[Source, ...] = ()


class Track(Item, frozen=True, kw_only=True):
    """The common part, or the way through one of the two ministries."""

    agency: str | None = None
    decision_link: DecisionLink | None = None
    charge_grounds: tuple[str, ...] = ()
    share: Share | None = None


class FormerName(Frozen, frozen=True, kw_only=True):
    """What an agency was called, for matching older testimonies; from other sources."""

    name: Text
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = None


class Agency(Item, frozen=True, kw_only=True):
    """An organ of a state, or another organisation the article names."""

    kind: Text
    level: Level | None = None
    country: str | None = None
    parent: str | None = None
    role: str | None = None
    aliases: tuple[str, ...] = ()
    name_history: tuple[FormerName, ...] = ()


class ActorRole(Item, frozen=True, kw_only=True):
    """The part somebody plays; for tagging, never an accusation."""


class Range(Frozen, frozen=True, kw_only=True):
    """From `min` to `max`, both included."""

    min: int
    max: int


class FacilityType(Item, frozen=True, kw_only=True):
    """A kind of place where people are held."""

    aliases: tuple[str, ...] = ()
    persons_per_group: Range | None = None
    possible_equivalents: tuple[str, ...] = ()


class Law(Item, frozen=True, kw_only=True):
    """A law or provision; numbers of articles change, so none is relied on."""

    used_by: str | None = None
    probably_means: str | None = None
    external_note: str | None = None


class Charge(Item, frozen=True, kw_only=True):
    """An offence as the authorities call it."""

    track: str


class ChargeGround(Item, frozen=True, kw_only=True):
    """What the authorities hold against a person; often a right exercised, or a harm suffered."""

    leads_to: str
    person_is_victim: bool = False


class Decision(Item, frozen=True, kw_only=True):
    """What is decided about a person at some stage, with its possible values."""

    stages: tuple[str, ...]
    values: dict[str, Label]


class Outcome(Item, frozen=True, kw_only=True):
    """A state a person can be in, beside the last stage known."""

    terminal: bool


class Abuse(Item, frozen=True, kw_only=True):
    """A kind of abuse, coded by a reviewer."""

    handling: str | None = None


class EvidenceField(Frozen, frozen=True, kw_only=True):
    """Something worth asking about a stage."""

    id: Text
    type: Literal["date", "int", "bool3", "text", "enum", "list"]
    label: Label
    of: Literal["abuses", "charge_grounds"] | None = None
    values: dict[str, Label] = msgspec.field(default_factory=dict)
    restricted: bool = False


class OtherCount(Frozen, frozen=True, kw_only=True):
    """Another published number for the same event."""

    count: Label
    reported_by: Text


class Cohort(Frozen, frozen=True, kw_only=True):
    """A known return of many people on one day."""

    id: Text
    date: Text
    count: Label
    provenance: Provenance
    attribution: str | None = None
    reported_by: str | None = None
    source: tuple[Source, ...] = ()
    external_counts: tuple[OtherCount, ...] = ()


class Rule(Frozen, frozen=True, kw_only=True):
    """Something that makes a question for a reviewer; never a verdict on a witness."""

    id: Text
    severity: Literal["impossible", "deviates_from_seed", "unusual", "info"]
    text: Label
    stages: tuple[str, ...] = ()


class Ambiguity(Frozen, frozen=True, kw_only=True):
    """Where the article is unclear, and what we do about it."""

    id: Text
    where: tuple[str, ...]
    issue: Text
    resolution: Text


class CrossingPoint(Frozen, frozen=True, kw_only=True):
    """A pair of places on the border; its id is a value of the form."""

    id: Text
    provenance: Literal["external"]
    by: tuple[str, ...]
    conf: Confidence
    cn: Label
    kp: Label
    provinces: tuple[str, ...]


class ArticleSource(Frozen, frozen=True, kw_only=True):
    """The article the model is a reading of."""

    title: str
    author: str
    publisher: str
    published: str
    data_as_of: str


class Meta(Frozen, frozen=True, kw_only=True):
    """What the file is, and the warning that stands wherever it is shown."""

    id: str
    version: str
    languages: tuple[Lang, ...]
    source: ArticleSource
    warning: Label

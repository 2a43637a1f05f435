"""The document: what a person wrote, as one JSON object, before it is sealed and after.

FORMAT.md section 2. Vectors: ``tests/vectors/naru/documents.json``. A `Document` that exists is
well-formed: written and read ones pass the same checks. None of them shows its content in a repr.
"""

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from crypto.answers import Answers, answered
from crypto.canonical import canonical
from crypto.errors import MalformedDocument
from crypto.padding import pad_document, unpad
from crypto.parts import File, Reply, among, matches, object_of, require

__all__ = ["FORM", "KINDS", "LANGS", "LONGEST", "VERSION", "WAYS", "Document", "File", "Reply"]

VERSION = 1
FORM = 1
KINDS = frozenset(
    {"testimony", "addition", "correction", "answer", "consent", "attachment", "question", "reply"}
)
WAYS = frozenset({"server", "browser", "offline", "stock"})
LANGS = frozenset({"en", "ko", "zh"})

LONGEST = 10 * 1024 * 1024
"""Bytes of a padded document: the longest form with every character escaped once, and room."""

_REQUIRED = frozenset({"naru", "kind", "id", "thread", "epoch", "way", "lang", "form", "fields"})
_OPTIONAL = frozenset({"reply", "file", "about", "number"})
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_EPOCH = re.compile(r"standing|[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])", re.ASCII)


@dataclass(frozen=True)
class Document:
    """One item's content. Ids are 32 hex digits; `fields` hold answers only (see `answered`).

    Raises `MalformedDocument` when made with anything section 2 does not allow.
    """

    kind: str
    id: str
    thread: str = field(repr=False)
    epoch: str
    way: str
    lang: str
    fields: Answers = field(repr=False)
    reply: Reply | None = None
    file: File | None = None
    about: str | None = None
    number: int | None = None
    form: int = FORM

    def __post_init__(self) -> None:
        require(among(KINDS, self.kind), "kind")
        require(matches(_ID, self.id) and matches(_ID, self.thread), "id")
        require(matches(_EPOCH, self.epoch), "epoch")
        require(among(WAYS, self.way) and among(LANGS, self.lang), "way")
        require(type(self.form) is int and self.form == FORM, "form")
        require(self.reply is None or self.kind == "testimony", "reply")
        require((self.file is not None) == (self.kind == "attachment"), "file")
        require(self.about is None or matches(_ID, self.about), "about")
        require(self.number is None or _counted(self.number), "number")
        object.__setattr__(self, "fields", MappingProxyType(answered(self.fields)))

    @classmethod
    def from_bytes(cls, untrusted: bytes) -> Self:
        """Read a document, padded or not. Raises `MalformedDocument` for whatever is wrong."""
        require(len(untrusted) <= LONGEST, "length")
        try:
            held = json.loads(unpad(untrusted).decode(), object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise MalformedDocument("This is not JSON in UTF-8.") from error
        return cls.from_object(held)

    @classmethod
    def from_object(cls, untrusted: object) -> Self:
        """Read a document from the object its JSON holds. Raises `MalformedDocument`."""
        held = object_of(untrusted, _REQUIRED, _OPTIONAL)
        version = held.pop("naru")
        require(type(version) is int and version == VERSION, "naru")
        require(isinstance(held["fields"], dict), "fields")
        require(isinstance(held.get("about", ""), str), "about")
        require(type(held.get("number", 0)) is int, "number")
        for name, part in (("reply", Reply), ("file", File)):
            if name in held:
                held[name] = part.from_object(held[name])
        return cls(**held)

    def to_object(self) -> dict[str, Any]:
        """Return the object section 2 describes, arrays as tuples."""
        held: dict[str, Any] = {"naru": VERSION, "fields": dict(self.fields)}
        for name in ("kind", "id", "thread", "epoch", "way", "lang", "form"):
            held[name] = getattr(self, name)
        for name, part in (("reply", self.reply), ("file", self.file)):
            if part is not None:
                held[name] = part.to_object()
        for name in ("about", "number"):
            if (value := getattr(self, name)) is not None:
                held[name] = value
        return held

    def to_bytes(self) -> bytes:
        """Return the padded JSON, ready to be sealed. Raises `MalformedDocument` if too long."""
        padded = pad_document(canonical(self.to_object()))
        require(len(padded) <= LONGEST, "length")
        return padded


def _counted(number: int) -> bool:
    """Tell the number of a slot: whole, four octets, and True is none."""
    return type(number) is int and 0 <= number < 1 << 32


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object with one key twice: two readers would read two documents."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("An object has one key twice.")
    return held

"""What arrived sealed by somebody else: opened with every epoch there is, and read as a document.

FORMAT.md section 12. The intake sealed it once more without opening it, so the arrival's document
holds age files and not words. Here they are opened; the record keeps their file keys, by which the
same document is read again from the original when no identity is left. What does not open is kept
as it is and said to be so: nothing that somebody carried here is trusted, and nothing is lost.
"""

import base64
import binascii
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import BinaryIO

from config.vocabularies import load_vocabularies
from crypto import armor, opening
from crypto.documents import Document
from crypto.errors import CryptoError
from crypto.header import read_header
from crypto.identities import PQIdentity

FIELD, CLAIMED, RETIRED, STATE = (
    "envelope",
    "envelope_epoch",
    "envelope_retired",
    "envelope_state",
)
OPENED, NOT_OPENED, NO_TEXT, MISFILED = "opened", "not-opened", "no-text", "misfiled"
OFFLINE = "offline"
WAYS = ("stock", OFFLINE)
MARK = b"\xef\xbb\xbf"  # what some editors put before UTF-8
BETWEEN = "\n\n"
# What is tried of a document: each stanza with each identity costs time, whoever wrote them.
MOST_FILES, MOST_STANZAS = 16, 20


@dataclass(frozen=True)
class Inner:
    """One age file of a document: what became of it, and what it says."""

    state: str
    text: str = ""
    document: Document | None = None


def is_wrapped(document: Document) -> bool:
    """Tell whether a document holds age files instead of words."""
    return document.way in WAYS and FIELD in document.fields


def keys_of(document: Document, identities: Sequence[PQIdentity]) -> tuple[str, ...]:
    """Return the file key (hex) of each age file in a document, or "" for one that none opens."""
    return tuple(_key(file, identities) for file in _files(document))


def read(document: Document, keys: Sequence[str]) -> Document:
    """Return the document as it reads when its files are opened with these keys.

    Its id and epoch stay those of its row. It is the same each time, so that a record can be held
    against its original.
    """
    files = _files(document)
    inner = [_inner(file, key, document) for file, key in zip(files, keys, strict=False)]
    written = [one.document for one in inner if one.document is not None]
    fields: dict[str, str | tuple[str, ...]] = {
        name: value
        for name, value in document.fields.items()
        if name not in (FIELD, CLAIMED)  # the rest the intake put there: retired, keep_first
    }
    if len(written) == 1:
        said = written[0].fields.items()
        fields |= {name: value for name, value in said if not name.startswith(FIELD)}
    texts = [one.text for one in inner if one.text]
    if texts:
        fields["w_narrative"] = BETWEEN.join(texts)
    states = tuple(one.state for one in inner)
    if set(states) != {OPENED}:
        fields[STATE] = states
    return _as(document, fields, written)


def said(document: Document, keys: Sequence[str] = ()) -> Document:
    """Return a document as the desk reads it: opened, and with one answer where one is asked for.

    A witness's own page seals what it likes: an array where the form asks for one line is read as
    its lines.
    """
    document = read(document, keys) if keys else document
    fields = {
        name: BETWEEN[:1].join(value) if isinstance(value, tuple) and name not in _many() else value
        for name, value in document.fields.items()
    }
    return document if fields == document.fields else replace(document, fields=fields)


@cache
def _many() -> frozenset[str]:
    fields = load_vocabularies().fields.values()
    return frozenset({FIELD, STATE} | {field.id for field in fields if field.many})


def opened(document: Document) -> bool:
    """Tell of a document that `read` returned whether all of it opened."""
    return STATE not in document.fields


def _as(
    outer: Document, fields: dict[str, str | tuple[str, ...]], written: list[Document]
) -> Document:
    """Return the outer document with these fields; what the witness's own page says, it knows."""
    own = written[0] if outer.way == OFFLINE and len(written) == 1 else None
    return Document(
        kind=outer.kind,
        id=outer.id,
        thread=own.thread if own else outer.thread,
        epoch=outer.epoch,
        way=OFFLINE if len(written) == 1 else outer.way,
        lang=written[0].lang if len(written) == 1 else outer.lang,
        fields=fields,
        reply=own.reply if own else outer.reply,
        about=outer.about,
        number=own.number if own else outer.number,
    )


def _files(document: Document) -> tuple[bytes, ...]:
    coded = document.fields.get(FIELD, ())
    found = (coded,) if isinstance(coded, str) else coded
    return tuple(_decoded(one) if n < MOST_FILES else b"" for n, one in enumerate(found))


def _decoded(coded: str) -> bytes:
    try:
        return base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _source(file: bytes) -> BinaryIO:
    if file.lstrip().startswith(armor.BEGIN):
        return armor.reader(io.BytesIO(file))
    return io.BytesIO(file)


def _key(file: bytes, identities: Sequence[PQIdentity]) -> str:
    try:
        header = read_header(_source(file))
        many = len(header.stanzas) > MOST_STANZAS
        return "" if many else opening.file_key_of(header, identities).hex()
    except CryptoError:
        return ""


def _plain(file: bytes, key: str) -> bytes | None:
    source = _source(file)
    try:
        read_header(source)
        return b"".join(opening.open_payload(source, bytes.fromhex(key)))
    except CryptoError:
        return None


def _inner(file: bytes, key: str, outer: Document) -> Inner:
    plain = _plain(file, key) if key else None
    if plain is None:
        return Inner(NOT_OPENED)
    if plain.lstrip().startswith(b"{"):
        try:
            document = Document.from_bytes(plain)
        except CryptoError:
            pass  # a text that begins with a brace
        else:
            return _held(document, outer)
    try:
        text = plain.removeprefix(MARK).decode()
    except UnicodeDecodeError:
        return Inner(NO_TEXT)
    return Inner(OPENED, text.replace("\r\n", "\n").replace("\r", "\n"))


def _held(document: Document, outer: Document) -> Inner:
    """Hold what the offline page wrote against where it lies."""
    claimed = outer.fields.get(CLAIMED, document.epoch)
    lies = document.id == outer.id if outer.way == OFFLINE else True
    if not lies or claimed != document.epoch or document.kind != "testimony":
        return Inner(MISFILED)
    return Inner(OPENED, "", document)

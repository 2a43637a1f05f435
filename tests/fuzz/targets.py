"""What a stranger's bytes meet first. Each target refuses by type, or takes what it was given."""

import io
import json
import secrets
import tempfile
from pathlib import Path

from crypto import (
    armor,
    custody,
    documents,
    errors,
    header,
    opening,
    sealing,
    sessions,
    signing,
    tickets,
    tokens,
    verifying,
)
from crypto.identities import PQIdentity
from crypto.receipts import Receipt, Root
from crypto.tokens import Capability
from crypto.words import LISTS

KEY = bytes(range(32))
VECTORS = Path(__file__).parents[1] / "vectors/naru"
PARTNER = PQIdentity(bytes(32))
HOURS = 500_000


def age_header(data):
    header.read_header(io.BytesIO(data))


def age_file(data):
    for _ in opening.open_file(io.BytesIO(data), [PARTNER]):
        pass


def armored_file(data):
    for _ in opening.open_armored(io.BytesIO(data), [PARTNER]):
        pass


def words(data):
    Receipt.parse_words(data.decode("utf-8", "replace")[:2000])


def document(data):
    documents.Document.from_bytes(data)


def ticket(data):
    tickets.accept(KEY, data.decode("latin-1"), HOURS)


def token(data):
    tokens.open_token(KEY, "addition", data.decode("latin-1"), HOURS)


def bundle(data):
    with tempfile.NamedTemporaryFile(suffix=".zip") as held:
        held.write(data)
        held.flush()
        verifying.verify(held.name)


def checkpoint(data):
    custody.parse_checkpoint(data)


def entries(data):
    custody.parse_entries(data)


def signer(data):
    signing.PublicSigner.parse(data)


def session(data):
    sessions.session_id(sessions.from_cookie(data.decode("latin-1")))


def session_row(data):
    sessions.open_session(KEY, data)


def _document():
    made = documents.Document(
        kind="testimony", id="0" * 32, thread="1" * 32, epoch="2026-W47", way="server",
        lang="ko", fields={"w_narrative": "이야기", "k_stats": "yes", "b_name": ["가", "나"]},
    )  # fmt: skip
    return made.to_bytes().rstrip()


def _file():
    return b"".join(sealing.seal(b"text " * 40, [PARTNER.recipient]))


def _token():
    root = Root(KEY)
    return tokens.seal_token(KEY, "addition", Capability.of(root, "addition"), HOURS).encode()


RECEIPT = Receipt.from_seed(KEY)
_custody = json.loads((VECTORS / "custody.json").read_text("utf-8"))
TARGETS = {
    "age header": (age_header, [_file()]),
    "age file": (age_file, [_file()]),
    "armor": (armored_file, [armor.armored(_file())]),
    "receipt words": (words, [" ".join(RECEIPT.words(lang)).encode() for lang in LISTS]),
    "document": (document, [_document()]),
    "ticket": (ticket, [tickets.issue(KEY, HOURS).encode()]),
    "token": (token, [_token()]),
    "bundle": (bundle, [(VECTORS / "bundle/good.zip").read_bytes()]),
    "checkpoint": (checkpoint, [custody.checkpoint(bytes(16), 7, bytes(32))]),
    "custody entries": (entries, [_custody["entries"].encode()]),
    "signer.pub": (signer, [bytes(signing.Signer(bytes(32), bytes(32)).public)]),
    "session": (session, [sessions.to_cookie(secrets.token_bytes(32)).encode()]),
    "session row": (session_row, [sessions.seal_session(KEY, {"member": "0" * 32, "until": "9"})]),
}
ALLOWED = (errors.CryptoError,)


def once(name, data):
    """Feed one input; anything but acceptance and a typed refusal comes out."""
    try:
        TARGETS[name][0](data)
    except ALLOWED:
        return False
    return True

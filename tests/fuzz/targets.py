"""What a stranger's bytes meet first. Each target refuses by type, or takes what it was given."""

import io
import secrets
import tempfile
import zipfile

from crypto import (
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

KEY = bytes(range(32))
PARTNER = PQIdentity(bytes(32))
HOURS = 500_000


def age_header(data):
    header.read_header(io.BytesIO(data))


def age_file(data):
    for _ in opening.open_file(io.BytesIO(data), [PARTNER]):
        pass


def armor(data):
    for _ in opening.open_armored(
        io.BytesIO(b"-----BEGIN AGE ENCRYPTED FILE-----\n" + data), [PARTNER]
    ):
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
    sessions.open_session(sessions.from_cookie(data.decode("latin-1")), data)


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("bagit.txt", "manifest-sha256.txt", "data/index.json"):
            made.writestr(f"naru-0/{name}", b"{}")
    return out.getvalue()


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


TARGETS = {
    "age header": (age_header, [_file()]),
    "age file": (age_file, [_file()]),
    "armor": (armor, [b"YWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n-----END AGE ENCRYPTED FILE-----\n"]),
    "receipt words": (
        words,
        [
            b"abandon ability able about above absent absorb abstract absurd abuse",
            "가격 가끔".encode(),
        ],
    ),
    "document": (document, [_document()]),
    "ticket": (ticket, [tickets.issue(KEY, HOURS).encode()]),
    "token": (token, [_token()]),
    "bundle": (bundle, [_zip()]),
    "checkpoint": (checkpoint, [custody.checkpoint(bytes(16), 7, bytes(32))]),
    "custody entries": (entries, [b'{"entries":[{"entry":{"act":"a"},"index":0}],"naru":1}']),
    "signer.pub": (signer, [bytes(signing.Signer(bytes(32), bytes(32)).public)]),
    "session": (session, [sessions.to_cookie(secrets.token_bytes(32)).encode()]),
}
ALLOWED = (errors.CryptoError,)


def once(name, data):
    """Feed one input; anything but acceptance and a typed refusal comes out."""
    try:
        TARGETS[name][0](data)
    except ALLOWED:
        return False
    return True

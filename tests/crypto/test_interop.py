"""Round trips with age's TypeScript edition (npm `age-encryption`), by another hand than ours."""

import hashlib
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from needs import give_up, need

from crypto import armor, opening, sealing
from crypto.identities import PQIdentity, ScryptIdentity, parse_identity
from crypto.recipients import ScryptRecipient, parse_recipient

INTEROP = Path(__file__).parents[1] / "interop"
SIZES = (0, 1, 65535, 65536, 65537, 131072, (3 << 20) + 7)
PHRASE = "탈북 증언 seven words"
X25519 = (
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
    "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZ9K4CN",
)
KINDS = ("pq", "x25519", "scrypt")

each = pytest.mark.parametrize(("kind", "size"), [(k, s) for k in KINDS for s in SIZES])


def plaintext(size):
    return hashlib.shake_128(b"fictional %d" % size).digest(size)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """All sizes of all kinds, both ways, in one process of Node."""
    node = need("node")
    if not (INTEROP / "node_modules" / "age-encryption").is_dir():
        give_up("age-encryption is missing: make interop (it runs npm ci in tests/interop)")
    folder = tmp_path_factory.mktemp("interop")
    identities = {
        "pq": [PQIdentity.generate(), PQIdentity.generate()],
        "x25519": [parse_identity(text) for text in X25519],
        "scrypt": [ScryptIdentity(PHRASE)],
    }
    to = {kind: [one.recipient for one in identities[kind]] for kind in ("pq", "x25519")}
    to["scrypt"] = [ScryptRecipient(PHRASE, work=4)]
    for size in SIZES:
        plain = plaintext(size)
        (folder / f"{size}.plain").write_bytes(plain)
        for kind, recipients in to.items():
            sealed = b"".join(sealing.seal(plain, recipients))
            (folder / f"{size}.{kind}.naru.age").write_bytes(sealed)
    sealed = b"".join(sealing.seal(plaintext(1000), to["scrypt"]))
    (folder / "naru.armor").write_bytes(armor.armored(sealed))
    told = {kind: [str(one) for one in identities[kind]] for kind in ("pq", "x25519")}
    told = {"identities": told, "passphrase": PHRASE}
    (folder / "identities.json").write_text(json.dumps(told), "utf-8")
    done = subprocess.run(
        [node, "age.mjs", folder], cwd=INTEROP, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return SimpleNamespace(folder=folder, identities=identities, recipients=json.loads(done.stdout))


@pytest.mark.parametrize("kind", ["pq", "x25519"])
def test_both_derive_the_same_recipient_from_an_identity(other, kind):
    ours = [one.recipient for one in other.identities[kind]]
    assert [str(one) for one in ours] == other.recipients[kind]
    assert [parse_recipient(text) for text in other.recipients[kind]] == ours


@each
def test_the_other_opens_what_is_sealed_here(other, kind, size):
    opened = (other.folder / f"{size}.{kind}.naru.open").read_bytes()
    assert opened == plaintext(size)


@each
def test_what_the_other_seals_is_opened_here_by_either_recipient(other, kind, size):
    sealed = (other.folder / f"{size}.{kind}.node.age").read_bytes()
    for identity in other.identities[kind]:
        assert opening.open_bytes(sealed, [identity]) == plaintext(size)


def test_armor_is_read_both_ways(other):
    assert (other.folder / "naru.armor.open").read_bytes() == plaintext(1000)
    theirs = (other.folder / "node.armor").read_bytes()
    assert opening.open_bytes(theirs, other.identities["scrypt"]) == plaintext(1000)

"""The vectors of the post-quantum HPKE draft and of X-Wing: a hybrid stanza in its parts."""

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from crypto.identities import PQIdentity
from crypto.recipients import ENC, SUITE, expand_seed

VECTORS = Path(__file__).parent.parent / "vectors"
AGE = {"mode": 0, "kem_id": 0x647A, "kdf_id": 1, "aead_id": 3}
HPKE = [
    {key: bytes.fromhex(value) for key, value in vector.items() if isinstance(value, str)}
    | {"encryptions": vector["encryptions"]}
    for vector in json.loads((VECTORS / "hpke-pq" / "hpke-pq.json").read_text("ascii"))
    if vector.items() >= AGE.items()
]
XWING = [
    {key: bytes.fromhex(value) for key, value in vector.items()}
    for vector in json.loads((VECTORS / "x-wing" / "test-vectors.json").read_text("ascii"))
]
each = pytest.mark.parametrize("vector", XWING, ids=["1", "2", "3"])


def test_the_suite_of_age_opens_its_vector():
    (vector,) = HPKE
    private = hpke.MLKEM768X25519PrivateKey(*expand_seed(vector["skRm"]))
    first = {key: bytes.fromhex(value) for key, value in vector["encryptions"][0].items()}
    sealed = vector["enc"] + first["ct"]
    opened = openssl.hpke._decrypt_with_aad(SUITE, sealed, private, vector["info"], first["aad"])
    assert opened == first["pt"]
    assert len(vector["enc"]) == ENC
    assert PQIdentity(vector["skRm"]).recipient.public == vector["pkRm"]
    with pytest.raises(InvalidTag):  # with the empty aad of a stanza it is another message
        SUITE.decrypt(sealed, private, vector["info"])


@each
def test_a_seed_expands_to_the_public_key_of_x_wing(vector):
    assert PQIdentity(vector["seed"]).recipient.public == vector["pk"]
    assert vector["sk"] == vector["seed"]


@each
def test_both_private_keys_give_the_shared_secret_of_x_wing(vector):
    lattice, curve = expand_seed(vector["seed"])
    from_lattice = lattice.decapsulate(vector["ct"][:1088])
    share = vector["ct"][1088:]
    from_curve = curve.exchange(X25519PublicKey.from_public_bytes(share))
    parts = from_lattice + from_curve + share + vector["pk"][1184:] + b"\\./" + b"/^\\"
    assert hashlib.sha3_256(parts).digest() == vector["ss"]

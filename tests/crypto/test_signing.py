"""Both signatures of a statement: vectors, every altered bit, and OpenSSH as the other party."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from needs import need

from crypto import signing, sshsig, trust
from crypto.errors import MalformedKey, MalformedSignature, WrongSignature
from crypto.signing import PublicSigner, Signatures, Signer
from crypto.trust import Trusted

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors/naru/signing.json").read_text(encoding="utf-8")
)
OUTCOMES = {"wrong": WrongSignature, "malformed": MalformedSignature}
PUBLIC = PublicSigner.parse(VECTORS["signer.pub"].encode())
MESSAGE = b"what is signed"


@pytest.fixture(scope="module")
def signer():
    seeds = (VECTORS["ed25519_seed"], VECTORS["mldsa65_seed"])
    return Signer(*map(bytes.fromhex, seeds))


def check(case):
    signatures = Signatures(case["sig"].encode(), base64.b64decode(case["mldsa65"]))
    PUBLIC.verify(case["namespace"], bytes.fromhex(case["message"]), signatures)


def test_the_public_half_follows_from_the_seeds(signer):
    assert signer.public == PUBLIC
    assert signer.public.fingerprint == VECTORS["fingerprint"]
    assert bytes(signer.public) == VECTORS["signer.pub"].encode()
    assert Signer(*signer.seeds).public == PUBLIC


@pytest.mark.parametrize("case", VECTORS["signatures"], ids=lambda case: case["namespace"])
def test_signatures_that_hold(case, signer):
    check(case)
    made = signer.sign(case["namespace"], bytes.fromhex(case["message"]))
    assert made.sshsig == case["sig"].encode()  # Ed25519 signs the same every time


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_signatures_that_do_not(case):
    with pytest.raises(OUTCOMES[case["outcome"]]):
        check({**VECTORS["signatures"][0], **case["change"]})


def test_one_altered_bit_anywhere_is_noticed(signer):
    good = signer.sign(signing.BUNDLE, MESSAGE)
    for at in range(len(good.sshsig) * 8):
        altered = Signatures(flip(good.sshsig, at), good.mldsa65)
        with pytest.raises((WrongSignature, MalformedSignature)):
            signer.public.verify(signing.BUNDLE, MESSAGE, altered)
    for at in range(0, len(good.mldsa65) * 8, 41):
        altered = Signatures(good.sshsig, flip(good.mldsa65, at))
        with pytest.raises(WrongSignature):
            signer.public.verify(signing.BUNDLE, MESSAGE, altered)


def flip(data, at):
    return bytes([*data[: at // 8], data[at // 8] ^ 1 << at % 8, *data[at // 8 + 1 :]])


def test_digests_sign_as_their_message(signer):
    digests = hashlib.sha512(MESSAGE).digest(), hashlib.sha256(MESSAGE).digest()
    signer.public.verify(signing.EPOCH, MESSAGE, signer.sign_digest(signing.EPOCH, *digests))
    signer.public.verify_digest(signing.EPOCH, *digests, signer.sign(signing.EPOCH, MESSAGE))


def test_only_known_namespaces_are_signed(signer):
    with pytest.raises(ValueError, match="namespace"):
        signer.sign("git", MESSAGE)


def test_two_signers_are_never_the_same():
    assert Signer.generate().public.fingerprint != Signer.generate().public.fingerprint


@pytest.mark.parametrize("seeds", [(b"", bytes(32)), (bytes(32), bytes(33))], ids=str)
def test_a_seed_has_32_bytes(seeds):
    with pytest.raises(MalformedKey):
        Signer(*seeds)


@pytest.mark.parametrize("name", VECTORS["malformed_keys"])
def test_malformed_keys_are_refused(name):
    with pytest.raises(MalformedKey):
        PublicSigner.parse(VECTORS["malformed_keys"][name].encode())


# OpenSSH as the other party


def run(*command, stdin=b""):
    words = [need("ssh-keygen"), *command]
    done = subprocess.run(words, input=stdin, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_openssh_accepts_our_signatures(signer, tmp_path, size):
    message = b"m" * size
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(signer.public.allowed_signers("naru", ["naru-bundle", "naru-key"]))
    (tmp_path / "sig").write_bytes(signer.sign(signing.BUNDLE, message).sshsig)
    command = ["-Y", "verify", "-f", allowed, "-I", "naru", "-s", tmp_path / "sig", "-n"]
    assert run(*command, "naru-bundle", stdin=message)[0] == 0
    assert run(*command, "naru-key", stdin=message)[0] != 0
    assert run(*command, "naru-bundle", stdin=message + b"!")[0] != 0


def test_our_allowed_signers_bind_the_namespace(signer, tmp_path):
    assert (
        signer.public.allowed_signers("naru", ["naru-bundle", "naru-key"])
        == (VECTORS["allowed_signers"])
    )
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(signer.public.allowed_signers("naru", ["naru-key"]))
    (tmp_path / "sig").write_bytes(signer.sign(signing.BUNDLE, MESSAGE).sshsig)
    command = ["-Y", "verify", "-f", allowed, "-I", "naru", "-s", tmp_path / "sig"]
    assert run(*command, "-n", "naru-bundle", stdin=MESSAGE)[0] != 0


@pytest.fixture
def openssh_key(tmp_path):
    code, told = run("-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", tmp_path / "key")
    assert code == 0, told
    return tmp_path / "key"


def test_we_accept_the_signatures_of_openssh(openssh_key, signer):
    text = openssh_key.with_suffix(".pub").read_text().split()
    public = sshsig.read_public(" ".join(text[:2]))
    message = openssh_key.with_name("message")
    message.write_bytes(MESSAGE)
    assert run("-Y", "sign", "-f", openssh_key, "-n", "naru-bundle", message)[0] == 0
    theirs = PublicSigner(public, signer.public.mldsa65)
    lattice = signer.sign(signing.BUNDLE, MESSAGE).mldsa65
    signed = Signatures(message.with_name("message.sig").read_bytes(), lattice)
    theirs.verify(signing.BUNDLE, MESSAGE, signed)
    with pytest.raises(WrongSignature):
        theirs.verify(signing.BUNDLE, MESSAGE + b"!", signed)
    with pytest.raises(WrongSignature):
        signer.public.verify(signing.BUNDLE, MESSAGE, signed)


def test_openssh_writes_public_keys_as_we_do(openssh_key):
    text = openssh_key.with_suffix(".pub").read_text().split()
    assert sshsig.write_public(sshsig.read_public(" ".join(text[:2]))) == " ".join(text[:2])


def test_a_signature_of_another_kind_of_key_is_refused(tmp_path, signer):
    assert run("-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "key")[0] == 0
    (tmp_path / "message").write_bytes(MESSAGE)
    assert (
        run("-Y", "sign", "-f", tmp_path / "key", "-n", "naru-bundle", tmp_path / "message")[0] == 0
    )
    lattice = signer.sign(signing.BUNDLE, MESSAGE).mldsa65
    with pytest.raises(MalformedSignature):
        signer.public.verify(
            signing.BUNDLE, MESSAGE, Signatures((tmp_path / "message.sig").read_bytes(), lattice)
        )


# Whom a reader trusts


def test_a_signer_pub_names_both_halves(signer):
    trusted = Trusted.parse(bytes(signer.public) + b"\n")
    assert trusted == Trusted.of(signer.public)
    assert trusted.covering(signer.public, signing.BUNDLE)
    other_lattice = PublicSigner(signer.public.ed25519, Signer.generate().public.mldsa65)
    assert trusted.covering(other_lattice, signing.BUNDLE) is None


@pytest.mark.parametrize(
    ("line", "bundles", "keys"),
    [
        ("{key}", True, True),
        ("{key} a comment", True, True),
        ("naru {key}", True, True),
        ('naru,desk namespaces="naru-bundle" {key} a comment', True, False),
        ('naru namespaces="naru-key,naru-custody" {key}', False, True),
        ('naru namespaces="naru-*" {key}', True, True),
        ('naru namespaces="git" {key}', False, False),
        ("# a comment\n\n{key}\r\n", True, True),
    ],
)
def test_ssh_keys_name_the_ed25519_half(signer, line, bundles, keys):
    trusted = Trusted.parse(line.format(key=signer.public.ssh).encode())
    assert bool(trusted.covering(signer.public, signing.BUNDLE)) is bundles
    assert bool(trusted.covering(signer.public, signing.KEY)) is keys
    assert trusted.covering(Signer.generate().public, signing.BUNDLE) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nobody\n",
        "naru cert-authority {key}",
        'naru valid-before="20200101" {key}',
        'naru namespaces="naru-bundle" valid-before="20200101" {key}',
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB",
        "ssh-ed25519 AAAA",
        "{key}\nnonsense",
        "{{}}",
    ],
)
def test_files_without_keys_that_are_understood_are_refused(signer, text):
    with pytest.raises(MalformedKey):
        Trusted.parse(text.format(key=signer.public.ssh).encode())


def test_files_of_keys_are_text_of_some_size():
    for data in (b"\xff\xfe", b"#" * (1 << 21)):
        with pytest.raises(MalformedKey):
            Trusted.parse(data)


def test_a_file_of_keys_and_a_line_of_it_may_be_as_long_as_they_may_be(signer):
    key = signer.public.ssh
    line = f"{key} {'x' * (trust.LONGEST_LINE - len(key) - 1)}"
    assert len(line) == trust.LONGEST_LINE
    assert Trusted.parse(line.encode()) == Trusted.parse(key.encode())
    with pytest.raises(MalformedKey, match="not an Ed25519 SSH public key"):
        Trusted.parse(f"{line}x".encode())
    longest = f"{key}\n".encode().ljust(trust.LARGEST, b"#")
    assert Trusted.parse(longest).covering(signer.public, signing.KEY)
    with pytest.raises(MalformedKey, match="too long for a file"):
        Trusted.parse(longest + b"#")


def test_a_public_key_of_another_kind_with_the_same_end_is_refused(signer):
    raw = signer.public.ed25519
    for name in (b"ssh-ed25518", b"ssh-ed25519\0", b""):
        blob = b"".join(len(part).to_bytes(4, "big") + part for part in (name, raw))
        with pytest.raises(MalformedKey, match="not an Ed25519 SSH public key"):
            sshsig.read_public(f"ssh-ed25519 {base64.b64encode(blob).decode()}")
    with pytest.raises(MalformedKey, match="not an Ed25519 SSH public key"):
        sshsig.read_public(f"ssh-ed25519 {base64.b64encode(raw[1:]).decode()}")

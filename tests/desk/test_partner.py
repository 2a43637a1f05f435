"""The partner's side: what it may use, what was withdrawn, whom to believe."""

import io
import json
import subprocess
import zipfile

import pytest
from needs import need

from app.casebook.keeping import erasure
from crypto.signing import PublicSigner, Signatures


@pytest.fixture
def withdrawn(world, owner):
    """A testimony that was released, and withdrawn after that."""
    record = world.arrive(k_rescue="yes")
    owner.queue()
    assert owner.release(record).status == 303
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")
    world.book.vault.forget([record])
    return record


def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_was_withdrawn_reaches_the_partner_signed(world, partner, withdrawn, tmp_path):
    assert withdrawn in partner.get("/released").text
    answer = partner.get("/revocations")
    assert answer.status == 200
    files = unpack(answer.body)
    told = json.loads(files["revocations.json"])
    assert told["withdrawn"] == [withdrawn]
    public = PublicSigner.parse(files["signer.pub"])
    assert public == world.book.handing.signers()["bundle"]
    signed = Signatures(files["revocations.json.sig"], files["revocations.json.mldsa65"])
    public.verify("naru-revocation", files["revocations.json"], signed)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    words = [need("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", "naru"]
    words += ["-n", "naru-revocation", "-s", "revocations.json.sig"]
    done = subprocess.run(words, cwd=tmp_path, input=files["revocations.json"], check=False)
    assert done.returncode == 0


def test_a_lead_makes_the_same_list_for_a_partner(world, owner, partner, withdrawn):
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    count, data = world.book.handing.revocations(ring, "partner")
    assert count == 1
    theirs = unpack(partner.get("/revocations").body)
    assert json.loads(unpack(data)["revocations.json"]) == json.loads(theirs["revocations.json"])


def test_only_a_partner_fetches_it_and_nobody_without_logging_in(owner, colleague, nobody):
    assert owner.get("/revocations").status == 403
    assert colleague.get("/revocations").status == 403
    assert nobody.get("/revocations").status == 303


def test_fingerprints_are_shown_to_every_member(world, owner, colleague, partner):
    for browser in (owner, colleague, partner):
        page = browser.get("/fingerprints")
        assert page.id("desk-key").text == world.book.handing.signers()["desk"].fingerprint
    line = partner.get("/allowed_signers").body.decode()
    assert line.startswith('naru namespaces="naru-bundle,naru-revocation" ssh-ed25519 ')


def test_the_page_that_verifies_is_handed_over(partner):
    answer = partner.get("/verifier")
    assert "naru-verify.html" in answer.header("Content-Disposition")
    assert b"default-src 'none'" in answer.body

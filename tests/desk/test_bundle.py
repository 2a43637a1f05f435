"""What a bundle holds, that it is made the same again, and that a stranger notices any change."""

import csv
import hashlib
import io
import json
import secrets
import subprocess

import pytest
from desk.bags import files, folder, plain
from desk.test_files_leave import photograph, release, writing
from desk.test_recordings_stay import SOUND
from needs import give_up, need

from crypto.errors import BundleError
from crypto.verifying import verify


@pytest.fixture
def record(world, owner):
    """A testimony with tags, released to the partner."""
    found = world.arrive(
        k_rescue="yes", b_rel="sibling", b_birth="1985", b_sex="female", b_name=["김진실"],
        w_where="=HYPERLINK(1)", w_not_read="the neighbour",
    )  # fmt: skip
    owner.queue()
    owner.tag(found, date_as_stated="=1+1", end="36")
    assert owner.release(found).status == 303
    return found


def test_it_holds_what_the_layout_says(world, partner, record):
    bag = files(plain(world, partner, record))
    here = f"data/testimony/{record[:12]}/"
    for name in ("text.txt", "redactions.json", "commitments.json", "consent.json", "tags.json",
                 "answers.json", "record.jsonld"):  # fmt: skip
        assert here + name in bag
    for name in ("tables/persons.csv", "tables/events.csv", "tables/claims.csv", "tables/links.csv",
                 "model/process-model.yaml", "README.en.txt", "README.ko.txt", "README.zh.txt",
                 "custody/entries.json", "index.json"):  # fmt: skip
        assert f"data/{name}" in bag
    assert max(len(name) for name in bag) < 90
    assert b"the neighbour" not in b"".join(bag.values())
    assert b"Revocation-List: " in bag["bag-info.txt"]


def test_the_dossier_tells_the_path_in_three_languages(world, partner, record):
    pdfium = pytest.importorskip("pypdfium2")
    pytest.importorskip("typst")
    bag = files(plain(world, partner, record))
    if "data/dossier/README.txt" in bag:
        give_up("fonts-noto-cjk is missing: apt-get install fonts-noto-cjk")
    for lang, stage in (("en", "Forced repatriation"), ("ko", "강제송환"), ("zh", "强制遣返")):
        document = pdfium.PdfDocument(bag[f"data/dossier/dossier.{lang}.pdf"])
        said = "".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        assert stage.lower() in said.lower()
        assert "온성" in said


def test_tables_open_in_a_spreadsheet_and_run_nothing(world, partner, record):
    bag = files(plain(world, partner, record))
    rows = {}
    for name in ("persons", "events", "claims", "links"):
        data = bag[f"data/tables/{name}.csv"]
        assert data.startswith(b"\xef\xbb\xbf")
        rows[name] = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    (person,) = rows["persons"]
    assert person["person_id"] == "P-1"
    assert (person["name"], person["birth_decade"], person["sex"]) == ("", "1980s", "female")
    (event,) = rows["events"]
    assert (event["stage_id"], event["edtf"]) == ("forced_repatriation", "2023-10-09")
    assert event["date_as_stated"] == "'=1+1"
    assert rows["claims"][0]["value"] == "forced_repatriation"
    assert rows["claims"][0]["independent_source_group"] == "1"
    assert {"agency_as_named", "hearsay_depth"} <= event.keys()
    assert (event["place_level1"], event["date_basis"]) == ("함경북도", "inferred_by_reviewer")
    assert event["span_id"] == f"{record[:12]}:{event['start']}-{event['end']}"
    assert (event["reviewer_role"], event["consent_level"]) == ("lead", "confidential")


def test_it_says_whose_it_is_and_what_for(world, partner, record):
    bag = files(plain(world, partner, record))
    assert b"Source-Organization: not named" in bag["bag-info.txt"]
    for name, value in (("organisation", "나루 지음"), ("contact", "desk@example.org")):
        object.__setattr__(world.store, name, value)
    bag = files(plain(world, partner, record))
    told = bag["bag-info.txt"].decode().splitlines()
    for line in ("Source-Organization: 나루 지음", "Contact-Email: desk@example.org",
                 "Consent-Level: confidential", "Released-For: k_rescue"):  # fmt: skip
        assert line in told
    for lang in ("en", "ko", "zh"):
        assert "나루 지음, desk@example.org" in bag[f"data/README.{lang}.txt"].decode()


def test_the_bag_is_the_same_when_it_is_made_again_by_whomever(world, owner, partner, record):
    first = files(plain(world, partner, record))
    again = files(plain(world, partner, record))
    sealed = owner.post(
        owner.get("/export").form(action="/export"), submission=[record], partner="partner"
    )
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    from crypto.opening import open_bytes  # noqa: PLC0415 - beside its use

    third = files(open_bytes(sealed.body, [ring.identity]))
    assert first.keys() == again.keys() == third.keys()
    for name in first:
        if not name.startswith("signatures/"):
            assert first[name] == again[name] == third[name], name


def test_a_released_line_is_proven_with_its_salt(world, partner, record):
    bag = files(plain(world, partner, record))
    here = f"data/testimony/{record[:12]}/"
    text = bag[here + "text.txt"].split(b"\n")
    listed = json.loads(bag[here + "commitments.json"])["paragraphs"]
    for line, one in zip(text, listed, strict=True):
        assert hashlib.sha256(bytes.fromhex(one["salt"]) + line).hexdigest() == one["commitment"]
    whole = hashlib.sha256(b"".join(bytes.fromhex(one["commitment"]) for one in listed))
    acts = json.loads(bag["data/custody/entries.json"])["entries"]
    told = [one["entry"] for one in acts if one["entry"]["act"] == "released"]
    assert [one["commitments"] for one in told] == [whole.hexdigest()]


# --- A stranger, in a clean folder, with what is on every machine

SHELL = {
    "payload": ["sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"],
    "payload, again": ["sha512sum", "--strict", "--quiet", "-c", "manifest-sha512.txt"],
    "tag files": ["sha256sum", "--strict", "--quiet", "-c", "tagmanifest-sha256.txt"],
    "signature": [
        "ssh-keygen", "-Y", "verify", "-f", "signatures/allowed_signers", "-I", "naru",
        "-n", "naru-bundle", "-s", "signatures/tagmanifest-sha256.txt.sig",
    ],
}  # fmt: skip
# What only Naru's own verifier reads: the second signature, and the desk's word for the key.
OURS = {
    "signatures/tagmanifest-sha256.txt.mldsa65",
    "signatures/signer.pub",
    "signatures/signer.pub.sig",
    "signatures/signer.pub.mldsa65",
    "signatures/desk.pub",
}


@pytest.fixture
def full(world, owner):
    """A testimony with all that a bundle can hold, cut and copied."""
    thread = secrets.token_hex(16)
    found = world.arrive(thread=thread, k_rescue="yes", b_name=["김진실"])
    world.arrive("김진실의 소식", kind="addition", thread=thread, number=0)
    items = [world.attach(data, thread=thread) for data in (photograph(), writing(), SOUND)]
    owner.queue()
    owner.tag(found, end="36")
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    world.book.working.translate(ring, found, "en", "Handed over at Onsong.")
    world.book.working.transcribe(ring, found, items[2], "0:01 도문에서")
    said = {"file": items[:2], "transcript": [items[2]], "quote": ["도문", "", ""]}
    assert release(owner, found, **said).status == 303
    return found


def who_notices(bag):
    """The names of the standard tools that refuse this bag."""
    found = set()
    for name, words in SHELL.items():
        with (bag / "tagmanifest-sha256.txt").open("rb") as signed:
            done = subprocess.run(words, cwd=bag, stdin=signed, capture_output=True, check=False)
        if done.returncode:
            found.add(name)
    return found


def expected(path):
    """Which tool should notice a change of a file."""
    if path.startswith("data/"):
        return {"payload", "payload, again"}
    if path == "tagmanifest-sha256.txt":
        return {"signature"}
    if path.startswith("signatures/"):
        return {"signature"}
    return {"tag files"}


def test_one_changed_bit_in_any_file_is_noticed_by_the_tool_that_should(
    world, partner, full, tmp_path
):
    need("ssh-keygen")
    bag = folder(plain(world, partner, full), tmp_path)
    names = "".join(p.relative_to(bag).as_posix() + " " for p in bag.rglob("*"))
    for part in ("text.redacted.txt", "letter-001.json", "translation.en.txt", "dossier.ko.pdf",
                 ".jpg", "attachments/001", "transcript.txt", "conflicts.json"):  # fmt: skip
        assert part in names
    assert who_notices(bag) == set()
    verify(bag)
    tried = 0
    for path in sorted(p for p in bag.rglob("*") if p.is_file()):
        name, kept = path.relative_to(bag).as_posix(), path.read_bytes()
        changed = bytearray(kept)
        changed[len(kept) // 2] ^= 1
        path.write_bytes(bytes(changed))
        if name in OURS:
            with pytest.raises(BundleError):
                verify(bag)
        else:
            assert expected(name) <= who_notices(bag), name
        path.write_bytes(kept)
        tried += 1
    assert tried > 40
    assert who_notices(bag) == set()

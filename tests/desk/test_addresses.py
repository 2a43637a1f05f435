"""The signed list of addresses, the card and the page: what a witness holds the onion against."""

import re
import subprocess

import pytest
from deployment import PASSPHRASE, make, shell
from needs import need

from app.casebook.shapes import NotYours
from app.desk import addresses
from config.settings import load_settings
from crypto.errors import WrongSignature
from crypto.signing import ADDRESSES, PublicSigner, Signatures

ONION = "http://" + "abcdefg" * 8 + ".onion"


@pytest.fixture(scope="module")
def behind_onion(tmp_path_factory):
    """A deployment whose intake is an onion."""
    toml, _ = make(tmp_path_factory.mktemp("addresses") / "data")
    toml.write_text(
        toml.read_text().replace('base_url = "http://127.0.0.1:8000"', f'base_url = "{ONION}"')
    )
    return toml


@pytest.fixture(scope="module")
def folder(behind_onion, tmp_path_factory):
    out = tmp_path_factory.mktemp("signed") / "out"
    said = shell(
        "addresses",
        "--config",
        behind_onion,
        "--as",
        "lead",
        "--out",
        out,
        "--json",
        passphrase=PASSPHRASE,
    )
    assert said["addresses"] == [ONION]
    assert sorted(said["files"]) == sorted(str(path) for path in out.iterdir())
    return out


def test_stock_tools_say_whether_the_list_is_the_desks(folder, tmp_path):
    command = [need("ssh-keygen"), "-Y", "verify", "-f", folder / "allowed_signers"]
    command += ["-I", "naru", "-n", "naru-addresses", "-s", folder / "addresses.txt.sig"]
    said = (folder / "addresses.txt").read_bytes()
    assert subprocess.run(command, input=said, capture_output=True, check=False).returncode == 0
    for other in (said.replace(b"abcdefg", b"abcdefh", 1), said + b"intake http://x.onion\n", b""):
        assert subprocess.run(command, input=other, capture_output=True, check=False).returncode


def test_the_list_is_signed_by_the_key_whose_fingerprint_the_intake_names(behind_onion, folder):
    public = PublicSigner.parse((folder / "signer.pub").read_bytes())
    assert (
        public.fingerprint
        == load_settings(behind_onion, look_at_files=False).intake.signer_fingerprint
    )
    said = (folder / "addresses.txt").read_bytes()
    both = Signatures(
        (folder / "addresses.txt.sig").read_bytes(), (folder / "addresses.txt.mldsa65").read_bytes()
    )
    public.verify(ADDRESSES, said, both)
    with pytest.raises(WrongSignature):
        public.verify(ADDRESSES, said + b" ", both)


def test_the_desks_own_address_stands_nowhere(folder):
    for path in folder.iterdir():
        assert b"8001" not in path.read_bytes()
        assert b"desk." not in path.read_bytes()


def test_the_page_leads_tor_browser_to_the_onion(folder):
    page = (folder / "index.html").read_text()
    assert f'<meta http-equiv="onion-location" content="{ONION}">' in page
    assert (
        f'Onion-Location "{ONION}$request_uri"'
        in (folder / "onion-location.nginx.conf").read_text()
    )
    assert "<script" not in page
    fetched = re.findall(r'(?:src|href)="(?!data:)([^"]*)"', page)
    assert set(fetched) == {ONION, "addresses.txt", "addresses.txt.sig", "allowed_signers"}


def test_the_card_has_the_address_in_groups_in_every_language_and_once_without_words(folder):
    card = (folder / "card.html").read_text()
    assert card.count("<li>abcdefg</li>") == 8 * 8
    for lang in ("ko", "zh-Hans", "en"):
        assert card.count(f'<article class="card" lang="{lang}">') == 2
    silent = card.split('data-card="silent">')[1].split("</article>")[0]
    text = "".join(re.sub(r"<[^>]*>", " ", silent).split())
    assert text == "abcdefg" * 8 + ".onion"
    assert not re.search(r"Naru|나루|testimony|증언|证", card), "a card tells nobody what it is for"


def test_every_language_says_the_same_things():
    found = addresses.words()
    assert set(found) == {"ko", "zh", "en"}
    assert all(
        getattr(one, name).strip() for one in found.values() for name in one.__struct_fields__
    )


@pytest.mark.parametrize(
    "wrong", ["https://example.org", ONION + "/x", "http://short.onion", ONION.upper(), "x"]
)
def test_what_is_no_onion_is_not_signed(behind_onion, tmp_path, wrong):
    refused = shell(
        "addresses",
        "--config",
        behind_onion,
        "--as",
        "lead",
        "--out",
        tmp_path / "out",
        "--also",
        wrong,
        check=False,
        passphrase=PASSPHRASE,
    )
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["colleague", "partner"])
def test_only_a_lead_signs(world, name):
    """The key is sealed to leads: another member's keyring does not have it."""
    ring = world.book.resume(world.member(name).cookies["naru_desk"], world.now)
    with world.store.casebook.connect() as connection, pytest.raises(NotYours):
        ring.signer(connection, "desk")

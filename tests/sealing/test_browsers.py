"""What a witness's own browser seals, what leaves it, and what the desk reads."""

import base64
import json
import subprocess
import tarfile
from pathlib import Path

import needs
import pytest
from outside import walk
from outside.canary import search
from outside.site import Site
from sealing.steps import CANARY, STORY, TYPED, fill, left, posted, shown, wanted, words_left, write

from app.casebook import entering
from app.casebook.building import open_book
from config.settings import load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def by_server(demo, lead):
    """The same testimony by the server's way, as the desk shows it."""
    before = walk.queue(lead)
    site = Site(demo.intake)
    page = site.get("/ko/")
    form = page.form("testimony")
    answer = site.post(form, w_narrative=STORY, k_rescue="yes", **TYPED)
    assert answer.receipt
    return lead.get(f"/testimony/{walk.arrive(lead, before)}")


def same(lead, record, by_server, way):
    page = lead.get(f"/testimony/{record}")
    assert page.status == 200, page.error
    assert page.id("narrative").text == by_server.id("narrative").text
    assert shown(page) == shown(by_server)
    assert page.id("way").attrs["data-way"] == way


def test_nothing_typed_and_no_word_leaves_the_browser(browser, recorder, demo, lead, by_server):
    before = walk.queue(lead)
    words = write(browser, demo)
    browser.fill("form#add [name=w_narrative]", CANARY + " 덧붙임")
    browser.press("form#add button")
    browser.wait("#done")
    browser.open(f"{demo.intake}/en/return")
    browser.wait("#sealing")
    browser.fill("[name=receipt]", words)
    browser.press("button.main")
    browser.wait('.letter[data-kind="addition"]')
    assert len(words.split()) == 10
    one = "/ko/deposit/leave"
    assert posted(recorder) == [one, "/ko/slots", one, "/en/slots"]
    assert left(recorder, CANARY, TYPED["w_where"]) == set()
    assert words_left(recorder, words) == set()
    assert not any(b"k_rescue" in sent or b"w_where" in sent for _, _, sent in recorder.requests)
    (record,) = [one for one in walk.queue(lead) if one not in before]
    same(lead, record, by_server, "browser")
    (letter,) = lead.get(f"/testimony/{record}").id("letters").all("article")
    assert letter.one("small").attrs["data-way"] == "browser"
    assert browser.said == []


def test_the_offline_page_works_from_a_file_without_a_network(
    browser, recorder, demo, lead, by_server, tmp_path
):
    page = tmp_path / "page" / "naru-offline.html"
    page.parent.mkdir()
    page.write_bytes(Site(demo.intake).get("/offline.html").body)
    before = walk.queue(lead)
    browser.cut()
    browser.open(page.as_uri())
    browser.press("[data-choose=ko]")
    part = 'section[data-lang="ko"] '
    fill(browser, part)
    saved = browser.saved(part + "button.main")
    words = browser.text(part + "ol")
    assert len(words.split()) == 10
    assert recorder.requests == []
    assert search(saved.read_bytes(), wanted(CANARY, TYPED["w_where"])) == set()
    stock_age_opens(saved, demo, tmp_path)
    browser.connect()
    browser.open(f"{demo.intake}/ko/sealed")
    browser.hand_in("[name=envelope]", saved)
    browser.press("button.main")
    browser.wait("#done")
    (record,) = [one for one in walk.queue(lead) if one not in before]
    same(lead, record, by_server, "offline")
    assert walk.come_back(Site(demo.intake), words).status == 200
    assert browser.said == []


OPEN = """
import { readFileSync } from "node:fs";
import { Decrypter } from "age-encryption";
const { file, identities } = JSON.parse(readFileSync(0, "utf8"));
const age = new Decrypter();
for (const one of identities) age.addIdentity(one);
process.stdout.write(await age.decrypt(Buffer.from(file, "base64"), "text"));
"""


def stock_age_opens(saved, demo, tmp_path):
    """age's own TypeScript edition opens the inner file with the identities of the epochs."""
    node = needs.need("node")
    if not (ROOT / "web/node_modules").exists():
        needs.give_up("web/node_modules is missing: npm ci in web/ (make test does it)")
    with tarfile.open(saved) as archive:
        (name,) = archive.getnames()
        sealed = archive.extractfile(name).read()
    given = {"file": base64.b64encode(sealed).decode(), "identities": identities(demo)}
    done = subprocess.run(
        [node, "--input-type=module", "-e", OPEN],
        cwd=ROOT / "web",
        input=json.dumps(given).encode(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    held = json.loads(done.stdout)
    assert held["fields"]["w_narrative"] == STORY
    assert name.split(".")[:2] == [held["epoch"], held["id"]]


def identities(demo):
    """What a lead of the demonstration can open arrivals with."""
    book = open_book(load_settings(next(demo.data.glob("*.toml"))).desk)
    member, store = demo.info["lead"], book.store
    _, ring = entering.log_in(store, member["name"], member["passphrase"], "", store.clock())
    with store.casebook.connect() as connection:
        found = ring.epochs(connection)
        return [str(key.identity) for keys in found.values() for key in keys]


def test_a_script_altered_by_one_byte_does_not_run(browser, recorder, demo):
    recorder.altered["/naru.js"] = lambda data: data[:-2] + b" " + data[-1:]
    browser.open(f"{demo.intake}/ko/")
    assert not browser.has("#sealing")
    fill(browser)
    browser.press("form#testimony button.main")
    browser.wait("#receipt")
    assert ("POST", "/ko/") in [request[:2] for request in recorder.requests]


def test_an_altered_list_of_words_is_refused_and_the_server_asked_for_only_then(
    browser, recorder, demo, lead
):
    recorder.altered["/words.ko.txt"] = lambda data: data[:-2] + b" " + data[-1:]
    before = walk.queue(lead)
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    fill(browser)
    browser.press("form#testimony button.main")
    browser.wait("#server-seals")
    assert left(recorder, CANARY) == set()
    assert walk.queue(lead) == before
    browser.press("#server-seals")
    browser.wait("#receipt")
    assert left(recorder, CANARY)
    assert len(walk.queue(lead)) == len(before) + 1

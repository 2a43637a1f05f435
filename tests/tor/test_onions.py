"""The journeys over real Tor: onions on Unix sockets, broken circuits, Firefox with script off."""

import os
import secrets
import time
from pathlib import Path

import pytest
from needs import need
from outside import walk
from outside.site import Upload
from outside.table import leaks, note, suffered
from tor.firefox import Firefox
from tor.network import SocksError, connect
from tor.visitor import Visitor

from app.intake.budgets import POSTS

pytestmark = pytest.mark.timeout(420)
TEXT = "2023년 10월 9일 도문에서 온성으로 넘겨졌습니다."
CIRCUIT = "fc00:dead:beef:4dad:"


class _Member(Visitor):
    """A member's browser: over the client that holds the key of the desk."""


def log_in(house):
    site = _Member(house.net.socks["member"], house.desk.address, "member")
    form = next(f for f in site.get("/login").forms() if "passphrase" in f.names())
    answer = site.post(form, name=house.lead["name"], passphrase=house.lead["passphrase"])
    assert answer.status == 303, (answer.status, answer.error)
    return site


def texts(house):
    site = log_in(house)
    return [walk.narrative(site, each) for each in walk.whole_queue(site)]


def test_from_the_form_to_the_desk_and_back(house):
    witness, text = house.witness("first"), f"{TEXT} {secrets.token_hex(8)}"
    page = walk.write(witness, text)
    assert page.status == 200, page.error
    assert len(page.receipt.split()) == 10
    assert witness.requests == 2
    assert walk.letters(walk.come_back(house.witness("later"), page.receipt))
    desk = log_in(house)
    (found,) = [one for one in walk.whole_queue(desk) if walk.narrative(desk, one) == text]
    start = text.index("온성")
    assert walk.tag(desk, found, (start, start + 2)).status == 303
    assert list(desk.get(f"/testimony/{found}").root.all(cls="tag"))


def test_the_desk_is_not_there_without_a_key(house):
    with pytest.raises(SocksError) as refused:
        connect(house.net.socks["witness"], house.desk.address, "stranger")
    assert refused.value.errno == 0xF4


PROMISED = {
    "intake": {
        "HiddenServiceExportCircuitID": "haproxy",
        "HiddenServicePoWDefensesEnabled": "1",
        "HiddenServiceEnableIntroDoSDefense": "1",
        "HiddenServiceMaxStreamsCloseCircuit": "1",
    },
    "desk": {
        "HiddenServiceExportCircuitID": "haproxy",
        "HiddenServicePoWDefensesEnabled": "1",
        "HiddenServiceMaxStreamsCloseCircuit": "1",
    },
}


def test_the_onions_are_guarded_as_those_that_deploy_makes(house):
    """The lines are deploy/torrc's own; tor itself says what it made of them."""
    found, name = {}, ""
    for line in house.net.control("host", "GETCONF HiddenServiceOptions"):
        key, _, value = line[4:].partition("=")
        if key == "HiddenServiceDir":
            name = Path(value).name
        found.setdefault(name, {})[key] = value
    for name, promised in PROMISED.items():
        assert promised.items() <= found[name].items(), (name, found[name])
        limits = [key for key in found[name] if "Rate" in key or "Streams" in key]
        assert all(int(found[name][key]) > 0 for key in limits)


def broken(wire):
    """Wait until the wire is dead; nothing may come over it."""
    wire.settimeout(60)
    try:
        got = wire.recv(1)
    except (TimeoutError, ConnectionError):
        return True
    finally:
        wire.close()
    return got == b""


@pytest.mark.parametrize("portion", [0.5, 1.0], ids=["half sent", "sent, answer not seen"])
def test_a_circuit_cut_in_the_post_and_tried_again_gives_one_testimony(house, portion):
    text = f"{TEXT} {secrets.token_hex(8)} " + "가" * 60_000
    witness = house.witness(secrets.token_hex(4))
    form = witness.get("/ko/").form("testimony")
    wire = witness.begin(form, portion, w_narrative=text)
    if portion < 1:
        time.sleep(1)  # let what was sent arrive; the rest never comes
    assert house.net.cut("witness") >= 1
    assert broken(wire)
    witness.who += "again"
    page = witness.post(form, w_narrative=text)
    assert page.status == 200, page.error
    returned = walk.come_back(house.witness("back"), page.receipt)
    assert [kind for kind, _ in walk.letters(returned)] == ["testimony"]
    row = told_of(house, portion, text)
    row.tell()
    assert row.harmless, row


@pytest.mark.skipif(os.environ.get("NARU_PROOF") != "1", reason="by hand: make proof")
def test_an_intake_that_forgets_its_form_is_seen_to_double(house):
    """Cut and tried again where receipts do not come from the ticket in the form."""
    text = f"{TEXT} {secrets.token_hex(8)} " + "가" * 60_000
    witness = Visitor(house.net.socks["witness"], house.forgetful.address, secrets.token_hex(4))
    form = witness.get("/ko/").form("testimony")
    wire = witness.begin(form, 1.0, w_narrative=text)
    assert wire.recv(1)  # it was kept; the answer is not read on
    assert house.net.cut("witness") >= 1
    wire.close()
    witness.who += "again"
    assert witness.post(form, w_narrative=text).status == 200
    assert told_of(house, 1.0, text).doubled == 1


def told_of(house, portion, text):
    """What became of this text, of which a cut circuit may have left a part."""
    kept = [each for each in texts(house) if each.startswith(text[:60])]
    leaked = leaks([house.log, *house.data.rglob("*")], [text[:60]])
    return suffered(f"cut circuit, {portion:.0%} of the POST sent", 1, [text], kept, leaked)


def test_twenty_megabytes_come_through(house):
    witness = house.witness("large")
    page = walk.write(witness, f"{TEXT} {secrets.token_hex(8)}")
    began = time.monotonic()
    file = Upload("지도.bin", secrets.token_bytes(20 << 20))
    done = witness.post(page.form("attach"), attachment=file)
    assert done.status == 200, (done.status, done.error)
    assert done.id("done") is not None
    note(f"20 MiB over the private network: {time.monotonic() - began:.1f} s")
    returned = walk.come_back(house.witness("large2"), page.receipt)
    assert [kind for kind, _ in walk.letters(returned)] == ["testimony", "attachment"]


def test_the_app_is_told_the_circuit_and_writes_it_nowhere(house):
    told = []
    for who in ("one", "one", "two"):
        page = Visitor(house.net.socks["witness"], house.telling.address, who).get("/key")
        told.append(page.header("X-Circuit"))
    assert all(one.startswith(CIRCUIT) for one in told), told
    assert told[0] == told[1] != told[2]
    for path in [house.log, *house.data.rglob("*")]:
        if path.is_file():
            assert CIRCUIT.encode() not in path.read_bytes(), path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own
def test_a_witness_writes_in_firefox_without_script(house, tmp_path):
    program = need("firefox-esr")
    text = f"{TEXT} {secrets.token_hex(8)}"
    with Firefox(program, tmp_path / "profile", house.net.socks["witness"]) as firefox:
        firefox.page.navigate(f"http://{house.intake.address}/")
        assert firefox.find("html").get_attribute("lang") == "ko"
        firefox.find("#testimony [name=w_narrative]").send_keys(text)
        firefox.find("#testimony button:not([formaction])").click()
        words = firefox.see("#receipt").text
        assert len(words.split()) == 10
        (tmp_path / "receipt.png").write_bytes(firefox.page.screenshot(format="binary"))
        firefox.page.navigate(f"http://{house.intake.address}/ko/return")
        firefox.find("[name=receipt]").send_keys(words)
        firefox.find("form:has([name=receipt]) button").click()
        assert firefox.see('.letter[data-kind="testimony"]')
    assert texts(house).count(text) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own
def test_a_reviewer_places_words_on_a_stage_in_firefox_without_script(house, tmp_path):
    """Over the client that holds the key: log in, read, quote, place, log out."""
    mark = secrets.token_hex(8)
    text = f"{TEXT} {mark}"
    assert walk.write(house.witness("told"), text).status == 200
    with Firefox(need("firefox-esr"), tmp_path / "profile", house.net.socks["member"]) as firefox:
        firefox.page.navigate(f"http://{house.desk.address}/login")
        firefox.find("#name").send_keys(house.lead["name"])
        firefox.find("#passphrase").send_keys(house.lead["passphrase"])
        firefox.find("form button").click()
        firefox.see('a[href="/queue"]').click()
        firefox.see("a.submission")  # what arrived is taken in
        firefox.page.navigate(f"http://{house.desk.address}/search?q={mark}")
        firefox.see("a.submission").click()
        assert firefox.see("#narrative").text == text
        firefox.find("#quote").send_keys("온성으로 넘겨졌습니다")
        firefox.find("#person_name").send_keys("김진실")
        firefox.find('#stage option[value="forced_repatriation"]').click()
        firefox.find("input[name=track][value=common]").click()
        firefox.find("#place button").click()
        assert "온성으로 넘겨졌습니다" in firefox.see('.tag[data-stage="forced_repatriation"]').text
        (tmp_path / "tagged.png").write_bytes(firefox.page.screenshot(format="binary"))
        firefox.find('form[action$="/logout"] button').click()
        firefox.page.navigate(f"http://{house.desk.address}/queue")
        assert firefox.see("#passphrase")


def test_a_circuit_that_posts_like_nobody_who_writes_waits_and_the_next_one_does_not(house):
    """Over real tor: what it says of the circuit is what the budget goes by."""
    text, flood = f"{TEXT} {secrets.token_hex(8)}", house.witness("flood")
    form = flood.get("/ko/").form("testimony")
    answers = [flood.post(form, w_narrative=text) for _ in range(POSTS + 1)]
    assert {page.status for page in answers[:POSTS]} == {200}
    assert len({page.receipt for page in answers[:POSTS]}) == 1
    refused = answers[POSTS]
    assert refused.status == 429, refused.error
    assert refused.id("w_narrative").text == text
    assert walk.write(house.witness("another"), text).status == 200
    for path in [house.log, *house.data.rglob("*")]:
        if path.is_file():
            assert CIRCUIT.encode() not in path.read_bytes(), path

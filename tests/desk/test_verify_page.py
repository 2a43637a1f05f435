"""The page that verifies without a network: one file, opened from disk, in real browsers."""

import contextlib
import json
import re
import socket
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from desk.bags import plain
from needs import give_up, need
from playwright.sync_api import sync_playwright

from app.casebook.evidence import rules
from config.vocabularies import load_vocabularies
from crypto import sealing

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "app" / "desk" / "static" / "naru-verify.html"
HOLDS = ["opened", "one-bag", "curve", "lattice", "vouched", "nobody-vouches", "digests", "index",
         "custody", "nobody"]  # fmt: skip
PASSPHRASE = "seven words that nobody else would choose"  # noqa: S105


@pytest.fixture
def case(world, owner, partner, tmp_path):
    """The partner's own files: bundle, identity as `/account` gives it, and the opened ZIP."""
    record = world.arrive(k_rescue="yes")
    owner.queue()
    owner.tag(record)
    assert owner.release(record).status == 303
    zipped = plain(world, partner, record)
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    (tmp_path / "b.zip").write_bytes(zipped)
    (tmp_path / "b.zip.age").write_bytes(b"".join(sealing.seal(zipped, [ring.identity.recipient])))
    (tmp_path / "identity.age").write_bytes(world.book.identity_file(ring, PASSPHRASE))
    (tmp_path / "identity.txt").write_text(f"# fictional\n{ring.identity}\n")
    return tmp_path


@pytest.fixture
def page():
    """The page in Chromium, from disk, with the network cut."""
    path = need("chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(offline=True, locale="en-GB")
        page = context.new_page()
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("request", lambda request: wrong.append(request.url) if _outside(request) else None)
        page.goto(PAGE.as_uri())
        yield page
        assert wrong == []
        browser.close()


def _outside(request):
    return not request.url.startswith(("file:", "blob:"))


def verify(page, bundle, identity=None, passphrase="", key=""):
    """Choose, press, and give the ids of the sentences."""
    page.set_input_files("#bundle", bundle)
    page.set_input_files("#identity", identity or [])
    page.fill("#passphrase", passphrase)
    page.fill("#key", key)
    page.click("#form button")
    page.wait_for_selector("li[data-id=nobody]", timeout=60_000)
    return page.eval_on_selector_all("#steps li", "all => all.map(e => e.dataset.id)")


def test_it_opens_and_verifies_what_a_partner_gets(page, case):
    assert verify(page, case / "b.zip.age", case / "identity.age", PASSPHRASE) == HOLDS
    assert page.locator("#verdict").get_attribute("class") == "holds"
    assert verify(page, case / "b.zip.age", case / "identity.txt") == HOLDS
    desk = page.locator("li[data-id=vouched]").inner_text().rstrip(".").split(": ")[-1]
    assert "your-key" in verify(page, case / "b.zip", key=" ".join(re.findall("....", desk)))
    assert verify(page, case / "b.zip", key="0" * 64)[-2] == "another-key"


def test_it_says_what_is_wrong(page, case):
    assert verify(page, case / "b.zip.age") == ["no-identity", "nobody"]
    assert verify(page, case / "b.zip.age", case / "identity.age", "no") == [
        "wrong-passphrase",
        "nobody",
    ]
    sealed = bytearray((case / "b.zip.age").read_bytes())
    sealed[-100] ^= 1
    (case / "changed.age").write_bytes(bytes(sealed))
    assert verify(page, case / "changed.age", case / "identity.txt") == ["wrong-identity", "nobody"]
    (case / "junk").write_bytes(b"x" * 100)
    assert verify(page, case / "junk") == ["not-a-bundle", "nobody"]


def test_one_changed_bit_in_any_file_is_noticed(page, case):
    """Every file in turn, the ones under ``signatures/`` too: this page reads them all."""
    with zipfile.ZipFile(case / "b.zip") as archive:
        files = {info: archive.read(info) for info in archive.infolist()}
    for number, name in enumerate(files):
        changed = case / "changed.zip"
        with zipfile.ZipFile(changed, "w") as archive:
            for info, data in files.items():
                other = bytearray(data)
                if info is name:
                    other[len(data) // 2] ^= 1
                archive.writestr(info.filename, bytes(other))
        assert page.locator("#verdict") is not None
        said = verify(page, changed)
        assert page.locator("#verdict").get_attribute("class") == "fails", name.filename
        assert len(said) >= 2, number


def test_it_speaks_three_languages(page):
    for code, word in (("ko", "확인"), ("zh", "核验"), ("en", "Verify")):
        page.select_option("#language", code)
        assert word in page.locator("h1").inner_text()
        assert page.locator("html").get_attribute("lang") == code


def test_it_fits_a_phone(page, tmp_path):
    page.set_viewport_size({"width": 360, "height": 740})
    page.select_option("#language", "ko")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_purposes_are_called_what_the_witness_read():
    said = PAGE.read_text("utf-8")
    fields = load_vocabularies().fields
    for purpose in rules.PURPOSES:
        for lang in ("en", "ko", "zh"):
            assert json.dumps(fields[purpose].label.in_(lang), ensure_ascii=False) in said


def test_it_is_one_file_that_fetches_nothing():
    said = PAGE.read_text()
    assert "default-src 'none'" in said
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", said)


def test_the_committed_page_is_what_its_source_makes(tmp_path):
    node = need("node")
    if not (ROOT / "web" / "node_modules").exists():
        give_up("web/node_modules is missing: make web")
    made = [tmp_path / name for name in ("one.html", "two.html")]
    for path in made:
        subprocess.run([node, "verify/build.mjs", path], cwd=ROOT / "web", check=True)
    assert made[0].read_bytes() == made[1].read_bytes() == PAGE.read_bytes()


def _wait_for(port):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise AssertionError("Firefox did not listen")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own
def test_firefox_says_the_same(case):
    need("firefox-esr")
    marionette = pytest.importorskip("marionette_driver.marionette")
    from outside.demo import free_ports  # noqa: PLC0415

    (port,) = free_ports(1)
    profile = case / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(
        f'user_pref("marionette.port", {port});\nuser_pref("network.proxy.type", 1);\n'
        'user_pref("network.proxy.socks", "127.0.0.1");\n'
        'user_pref("network.proxy.socks_port", 9);\n'
    )
    command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", profile]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = None
    try:
        _wait_for(port)
        client = marionette.Marionette(host="127.0.0.1", port=port)
        client.start_session()
        client.navigate(PAGE.as_uri())
        client.find_element("id", "bundle").send_keys(str(case / "b.zip.age"))
        client.find_element("id", "identity").send_keys(str(case / "identity.age"))
        client.find_element("id", "passphrase").send_keys(PASSPHRASE)
        client.find_element("css selector", "#form button").click()
        script = "return [...document.querySelectorAll('#steps li')].map(e => e.dataset.id)"
        from marionette_driver.wait import Wait  # noqa: PLC0415

        Wait(client, timeout=60).until(lambda c: "nobody" in c.execute_script(script))
        assert client.execute_script(script) == HOLDS
    finally:
        if client is not None:
            client.delete_session()
        program.terminate()
        program.wait(20)

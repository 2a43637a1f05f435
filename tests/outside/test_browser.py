"""The journey in a real browser, with script off and on, on a phone and on a desk.

`NARU_PICTURES=folder` keeps the pictures there, taken over the fictional samples.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from needs import need
from outside import walk
from outside.demo import Demo
from outside.site import Site
from playwright.sync_api import sync_playwright

PICTURES = os.environ.get("NARU_PICTURES")
SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
SPAN = "온성으로 넘겨졌습니다"
TEXT = f"2023년 10월 9일 저녁, 언니는 버스에 실려 도문에서 {SPAN}.\n\n그 뒤로 소식이 없습니다."


@pytest.fixture(scope="module")
def shown(request, tmp_path_factory):
    """The demonstration that is walked: with its samples when pictures are wanted."""
    if not PICTURES:
        yield request.getfixturevalue("demo")
        return
    with Demo(tmp_path_factory.mktemp("shown") / "data", empty=False) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Screen:
    """One person's browser window, which notes what must not happen in it."""

    def __init__(self, browser, address, size, script, folder):
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="ko-KR",
            base_url=address,
        )
        self.page = self.context.new_page()
        self.name = ("" if size == "desktop" else f"-{size}") + ("-script" if script else "")
        self.folder, self.width, self.wrong = folder, width, []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._requested(urlsplit(address).netloc))

    def _requested(self, host):
        def note(request):
            if urlsplit(request.url).netloc != host:
                self.wrong.append(request.url)

        return note

    def look(self, what):
        """Keep a picture; nothing may stand out to the side."""
        self.page.screenshot(path=self.folder / f"{what}{self.name}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{what}: {wide} pixels wide on a screen of {self.width}"

    def form(self, *, id=None, action=None):  # noqa: A002
        return self.page.locator(f"form#{id}" if id else f'form[action$="{action}"]').first

    def put(self, form, name, value):
        """Type, choose or tick, and open what it is folded into first."""
        control = form.locator(f'[name="{name}"]')
        kind = control.first.evaluate("e => e.type")
        if kind in ("radio", "checkbox"):
            control = form.locator(f'[name="{name}"][value="{value}"]')
        folded = control.first.locator("xpath=ancestor::details[not(@open)]/summary")
        while folded.count():
            folded.first.click()
        if kind in ("radio", "checkbox"):
            control.check()
        elif kind.startswith("select"):
            control.first.select_option(value)
        elif kind == "hidden":
            control.first.evaluate("(e, v) => { e.value = v }", value)
        else:
            control.first.fill(value)

    def send(self, form):
        form.locator("button:not([formaction]), input[type=submit]:not([formaction])").last.click()
        self.page.wait_for_load_state()

    def log_in(self, member):
        self.page.goto("/login")
        form = self.page.locator("form:has([name=passphrase])")
        self.put(form, "name", member["name"])
        self.put(form, "passphrase", member["passphrase"])
        self.look("desk-login")
        self.send(form)

    def close(self):
        self.context.close()
        assert self.wrong == []


@pytest.fixture(params=list(SIZES))
def size(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["script off", "script on"])
def script(request):
    return request.param


@pytest.fixture
def screen(chromium, shown, size, script, tmp_path):
    """Open a window at the intake or the desk; what went wrong in it fails the test."""
    opened, folder = [], Path(PICTURES) if PICTURES and not script else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def open_at(address):
        opened.append(Screen(chromium, address, size, script, folder))
        return opened[-1]

    yield open_at
    for each in opened:
        each.close()


def test_a_witness_writes_and_comes_back(screen, shown):
    window = screen(shown.intake)
    window.page.goto("/ko/")
    window.look("witness-form")
    form = window.form(id="testimony")
    window.put(form, "w_role", "family")
    window.put(form, "w_narrative", TEXT)
    window.put(form, "k_rescue", "yes")
    window.send(form)
    words = window.page.locator("#receipt").inner_text()
    assert len(words.split()) == 10
    window.look("witness-receipt")
    window.page.goto("/ko/return")
    form = window.page.locator("form:has([name=receipt])").first
    window.put(form, "receipt", words)
    window.look("witness-return")
    window.send(form)
    assert window.page.locator('.letter[data-kind="testimony"]').is_visible()
    window.look("witness-letters")


def test_a_witness_changes_the_language_on_the_way(screen, shown):
    window = screen(shown.intake)
    window.page.goto("/ko/")
    window.put(window.form(id="testimony"), "w_narrative", TEXT)
    window.page.locator("button[formaction]").first.click()
    window.page.wait_for_load_state()
    assert window.page.locator("[name=w_narrative]").input_value() == TEXT
    assert not window.page.locator("html").get_attribute("lang").startswith("ko")
    window.look("witness-other-language")


def test_a_witness_is_told_what_is_missing(screen, shown):
    window = screen(shown.intake)
    window.page.goto("/zh/")
    form = window.form(id="testimony")
    window.put(form, "w_narrative", " ")
    window.send(form)
    assert window.page.locator("#error").is_visible()
    window.look("witness-error")


@pytest.fixture
def submission(shown):
    """One testimony that may be shared with a rescue group: its id."""
    lead = walk.log_in(shown.desk, shown.info["lead"])
    before = walk.queue(lead)
    page = walk.write(Site(shown.intake), TEXT, w_role="family", b_name="김진실", k_rescue="yes")
    assert page.status == 200
    return walk.arrive(lead, before)


def test_a_lead_tags_and_releases_and_a_partner_exports(screen, shown, submission, tmp_path):
    window = screen(shown.desk)
    window.log_in(shown.info["lead"])
    window.page.goto("/queue")
    assert window.page.locator("a.submission").count()
    window.look("desk-queue")
    window.page.goto(f"/testimony/{submission}")
    assert window.page.locator("pre#narrative").text_content() == TEXT
    window.look("desk-testimony")
    tag(window)
    assert window.page.locator('.tag[data-stage="forced_repatriation"]').first.is_visible()
    form = window.form(action="/release")
    window.put(form, "partner", shown.info["partner"]["name"])
    window.put(form, "purpose", "k_rescue")
    window.send(form)
    assert not window.page.locator("#error").count()
    window.look("desk-released")
    fetch(screen(shown.desk), shown, submission, tmp_path)


def tag(window):
    form = window.form(action="/tags")
    start = TEXT.index(SPAN)
    said = {"person": "new:김진실", "stage": "forced_repatriation", "track": "common"}
    said |= {"from": "2023-10-09", "knowledge": "told_by_relative", "confidence": "sure"}
    said |= {"start": str(start), "end": str(start + len(SPAN))}
    for name, value in said.items():
        window.put(form, name, value)
    window.look("desk-tagging")
    window.send(form)


def fetch(window, shown, submission, folder):
    """The partner sees it among what was released, and takes the bundle home."""
    window.log_in(shown.info["partner"])
    window.page.goto("/released")
    assert submission in window.page.content()
    window.look("partner-released")
    window.page.goto("/export")
    form = window.form(action="/export")
    window.put(form, "submission", submission)
    window.look("partner-export")
    with window.page.expect_download() as download:
        form.locator("button, input[type=submit]").last.click()
    download.value.save_as(folder / "bundle.zip.age")
    assert download.value.suggested_filename.endswith(".zip.age")
    assert (folder / "bundle.zip.age").read_bytes().startswith(b"age-encryption.org/v1\n")

"""The journey in a real browser, with script off and on, on a phone and on a desk."""

from functools import partial

import pytest
from outside import walk
from outside.site import Site

SPAN = "온성으로 넘겨졌습니다"
TEXT = f"2023년 10월 9일 저녁, 언니는 버스에 실려 도문에서 {SPAN}.\n\n그 뒤로 소식이 없습니다."


@pytest.fixture(params=[False, True], ids=["script off", "script on"])
def script(request):
    return request.param


@pytest.fixture
def screen(windows, script):
    return partial(windows, script=script)


def test_a_witness_writes_and_comes_back(screen, demo):
    window = screen(demo.intake)
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
    window.page.locator('.letter[data-kind="testimony"]').wait_for()
    window.look("witness-letters")


def test_a_witness_changes_the_language_on_the_way(screen, demo):
    window = screen(demo.intake)
    window.page.goto("/ko/")
    window.put(window.form(id="testimony"), "w_narrative", TEXT)
    window.page.locator("button[formaction]").first.click()
    window.page.locator('html:not([lang="ko"])').wait_for()
    assert window.page.locator("[name=w_narrative]").input_value() == TEXT
    assert not window.page.locator("html").get_attribute("lang").startswith("ko")
    window.look("witness-other-language")


def test_a_witness_is_told_what_is_missing(screen, demo):
    window = screen(demo.intake)
    window.page.goto("/zh/")
    form = window.form(id="testimony")
    window.put(form, "w_narrative", " ")
    window.send(form)
    window.page.locator("#error").wait_for()
    window.look("witness-error")


@pytest.fixture
def submission(demo, lead):
    """One testimony that may be shared with a rescue group: its id."""
    before = walk.queue(lead)
    page = walk.write(Site(demo.intake), TEXT, w_role="family", b_name="김진실", k_rescue="yes")
    assert page.status == 200
    return walk.arrive(lead, before)


def test_a_lead_tags_and_releases_and_a_partner_exports(screen, demo, submission, script, tmp_path):
    window = screen(demo.desk)
    window.log_in(demo.info["lead"])
    window.page.goto("/queue")
    assert window.page.locator("a.submission").count()
    window.look("desk-queue")
    window.page.goto(f"/testimony/{submission}")
    assert window.page.locator("pre#narrative").text_content() == TEXT
    window.look("desk-testimony")
    tag(window, script)
    assert window.page.locator('.tag[data-stage="forced_repatriation"]').first.is_visible()
    form = window.form(action="/release")
    window.put(form, "partner", demo.info["partner"]["name"])
    window.put(form, "purpose", "k_rescue")
    window.send(form)
    assert not window.page.locator("#error").count()
    window.look("desk-released")
    fetch(screen(demo.desk), demo, submission, tmp_path)


SELECT = """words => {
  const text = document.querySelector("pre#narrative"), range = document.createRange();
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    document.getSelection().removeAllRanges();
    document.getSelection().addRange(range);
  }
}"""


def tag(window, script):
    """Say what the words tell: selected where script runs, quoted where it does not."""
    form = window.form(action="/tags")
    said = {"person_name": "김진실", "stage": "forced_repatriation", "track": "common"}
    said |= {"from": "2023-10-09", "knowledge": "told_by_relative", "confidence": "sure"}
    if script:
        window.page.evaluate(SELECT, SPAN)
        window.page.wait_for_function("document.querySelector('[name=start]').value !== ''")
    else:
        said["quote"] = SPAN
    for name, value in said.items():
        window.put(form, name, value)
    window.look("desk-tagging")
    window.send(form)


def fetch(window, demo, submission, folder):
    """The partner sees it among what was released, and takes the bundle home."""
    window.log_in(demo.info["partner"])
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

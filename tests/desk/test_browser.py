"""The script of the tag form in a real browser: words selected in the text become a span."""

import pytest
from needs import need
from playwright.sync_api import sync_playwright

TEXT = "첫 줄 🧑‍🤝‍🧑 그리고 𠮷.\n\n<b>둘째</b> 줄의 말.\n"


@pytest.fixture
def served(open_desk):
    """A desk at an address of its own, with one testimony taken in."""
    open_desk.record = open_desk.arrive(TEXT)
    open_desk.member("owner").queue()
    return open_desk


@pytest.fixture
def page(served):
    """A page of Chromium in which the owner has logged in."""
    path = need("chromium")
    with sync_playwright() as play:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=path, args=arguments)
        page = browser.new_page(
            base_url=served.base, locale="ko", viewport={"width": 1280, "height": 900}
        )
        page.goto("/login")
        page.fill("#name", "owner")
        page.fill("#passphrase", served.passphrases["owner"])
        page.click("form button")
        page.goto(f"/testimony/{served.record}")
        yield page
        browser.close()


SELECT = """words => {
  const text = document.getElementById("narrative");
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
}"""


@pytest.mark.parametrize("words", ["𠮷", "<b>둘째</b> 줄", "첫 줄 🧑‍🤝‍🧑"])
def test_selected_words_become_code_points_of_the_text(served, page, words):
    assert page.evaluate("document.getElementById('narrative').textContent") == TEXT
    page.evaluate(SELECT, words)
    page.wait_for_function("document.getElementById('end').value")
    start, end = (int(page.input_value(f"#{name}")) for name in ("start", "end"))
    assert TEXT[start:end] == words == page.inner_text("#chosen")
    page.fill("#person_name", "김진실")
    page.select_option("#stage", "cn_arrest")
    assert page.is_checked("input[name=track][value=common]")  # as the stage has no other
    page.click("#place button")
    page.wait_for_url("**/testimony/*#tag-*")
    assert page.text_content(".tag blockquote") == words
    assert page.text_content("#narrative mark") == words


def test_what_was_selected_outlives_a_refusal(page):
    page.evaluate(SELECT, "둘째")
    page.wait_for_function("document.getElementById('end').value")
    page.fill("#from", "그해 가을")
    page.select_option("#stage", "cn_arrest")
    page.click("#place button")
    assert page.is_visible("#error")
    assert page.inner_text("#chosen") == "둘째"
    assert page.input_value("#from") == "그해 가을"


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(served, page, width):
    page.set_viewport_size({"width": width, "height": 740})
    for path in ("/queue", f"/testimony/{served.record}", "/people", "/map", "/export", "/account"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

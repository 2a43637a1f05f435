"""The script of the tag form in a real browser: words selected in the text become a span."""

import pytest

TEXT = "첫 줄 🧑‍🤝‍🧑 그리고 𠮷.\n\n<b>둘째</b> 줄의 말.\n"


@pytest.fixture
def window(open_at, open_desk, tmp_path):
    """A window of Chromium in which the owner has a testimony open."""
    open_desk.record = open_desk.arrive(TEXT)
    open_desk.member("owner").queue()
    opened = open_at("chromium", open_desk.base, tmp_path, script=True)
    opened.log_in("owner", open_desk.passphrases["owner"])
    opened.go(f"/testimony/{open_desk.record}")
    yield opened
    opened.close()


@pytest.mark.parametrize("words", ["𠮷", "<b>둘째</b> 줄", "첫 줄 🧑‍🤝‍🧑"])
def test_selected_words_become_code_points_of_the_text(window, words):
    page = window.page
    assert window.one("#narrative").text == TEXT
    window.select(words)
    start, end = (int(page.input_value(f"#{name}")) for name in ("start", "end"))
    assert TEXT[start:end] == words
    window.put("#place", "person_name", "김진실")
    window.put("#place", "stage", "cn_arrest")
    assert page.is_checked("input[name=track][value=common]")  # as the stage has no other
    window.send("#place")
    page.wait_for_url("**/testimony/*#tag-*")
    assert window.one(".tag blockquote").text == words
    assert window.one("#narrative mark").text == words


def test_what_was_selected_outlives_a_refusal(window):
    window.select("둘째")
    window.put("#place", "from", "그해 가을")
    window.put("#place", "stage", "cn_arrest")
    window.send("#place")
    assert window.page.is_visible("#error")
    window.until("return document.activeElement.id === 'error'")  # where a screen reader begins
    assert window.one("#chosen").text == "둘째"
    assert window.page.input_value("#from") == "그해 가을"


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(window, open_desk, width):
    window.page.set_viewport_size({"width": width, "height": 740})
    testimony = f"/testimony/{open_desk.record}"
    for path in ("/queue", testimony, "/people", "/map", "/export", "/account"):
        window.go(path)
        assert window.page.evaluate("document.documentElement.scrollWidth") <= width, path

"""A file that the witness's own browser seals: what leaves it, and what the desk gets."""

import pytest
from outside import walk
from sealing.steps import CANARY, left, posted, words_left, write

NAME = "카나리아의 쪽지.txt"
DATA = (CANARY + "\n").encode() * 6000  # several chunks, and no whole number of them


@pytest.fixture
def file(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(DATA)
    return path


def send(browser, file):
    browser.unfold("form#attach")
    browser.hand_in("form#attach [name=attachment]", file)
    browser.press("form#attach button")


def at_the_desk(lead, record):
    """(name, bytes) of each file of a testimony, saved as a lead may."""
    page = lead.get(f"/testimony/{record}")
    found = []
    for link in page.root.one(id="attachments").all("a"):
        shown = lead.get(link.attrs["href"])
        saved = lead.post(shown.form(action="/save"), reason="a test")
        found.append((link.text, saved.body))
    return found


def test_a_file_is_sealed_before_it_leaves_and_reads_the_same_at_the_desk(
    browser, recorder, demo, lead, file
):
    before = walk.queue(lead)
    words = write(browser, demo)
    send(browser, file)
    browser.wait("#done")
    send(browser, file)  # the same again is the same file
    browser.wait("#done")
    assert NAME in browser.text("#done")
    one = "/ko/deposit/leave"
    assert posted(recorder) == [one, "/ko/slots", one + "/file", "/ko/slots"]
    assert left(recorder, CANARY, NAME, NAME.removesuffix(".txt")) == set()
    assert words_left(recorder, words) == set()
    record = walk.arrive(lead, before)
    files = lead.get(f"/testimony/{record}").id("attachments")
    assert [node.attrs["data-way"] for node in files.all("small", data_way="browser")]
    assert at_the_desk(lead, record) == [(NAME, DATA)]
    assert browser.said == []


def test_a_sealer_altered_by_one_byte_does_not_run_and_the_server_is_asked_for_only_then(
    browser, recorder, demo, file
):
    recorder.altered["/sealer.js"] = lambda data: data[:-2] + b" " + data[-1:]
    words = write(browser, demo)
    send(browser, file)
    browser.wait("#server-files")
    assert left(recorder, CANARY, NAME) | words_left(recorder, words) == set()
    browser.press("#server-files button")
    browser.wait(".letter[data-kind=testimony]")
    assert words_left(recorder, words)  # said so, and asked for
    send(browser, file)
    browser.wait("#done")
    assert left(recorder, CANARY)


@pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
def test_half_a_file_is_no_file_and_what_was_sent_again_is_there_once(
    browser, recorder, demo, lead, file
):
    before = walk.queue(lead)
    write(browser, demo)
    recorder.lost = lambda path: path.startswith("/ko/deposit/")
    send(browser, file)
    browser.wait("#server-files")
    recorder.lost = lambda _: False
    browser.press("#error button")
    browser.wait("#done")
    assert at_the_desk(lead, walk.arrive(lead, before)) == [(NAME, DATA)]

"""What a person wrote down of a recording: its times, its versions, and tags that rest on it.

And tags that rest on what the same witness wrote later.
"""

import secrets

import pytest
from desk.files import SOUND

SAID = "0:12 그날 <b>아침</b>에\n그리고\n[1:02-1:30] 회령 다리 위에서 넘겨졌다"
WORDS = "다리 위에서 넘겨졌다"


@pytest.fixture
def heard(owner, sent):
    """A recording of which something is written down: its address."""
    path = sent(SOUND, "목소리.ogg", "audio/ogg")
    write(owner, path, SAID)
    return path


def write(browser, path, text, form=None):
    answer = browser.post(form or browser.get(path).form(action="/transcript"), text=text)
    assert answer.status == 303, answer.error


def place(browser, path, **said):
    """Place words of a page's text on a stage, on the form of that page."""
    fields = {"person": "new:김진실", "stage": "forced_repatriation", "track": "common"}
    fields |= {"from": "2023-10-09", "confidence": "sure", "quote": WORDS}
    return browser.post(browser.get(path).form(action="/tags"), **(fields | said))


def times(page):
    return [(a.text, a.attrs["href"]) for a in page.id("said").all("a") if "href" in a.attrs]


def test_a_transcript_has_times_that_lead_to_their_moment(owner, outsider, heard):
    page = outsider.get(heard)
    assert page.id("said").text == SAID
    assert times(page) == [("0:12", "?t=12#recording"), ("[1:02-1:30]", "?t=62,90#recording")]
    assert page.id("player").attrs["src"] == f"{heard}/stream"
    page = owner.get(f"{heard}?t=62,90")
    assert page.id("player").attrs["src"] == f"{heard}/stream#t=62,90"
    assert "1:02" in page.id("begins").text
    for strange in ("x", "62;alert(1)", "-1", "1" * 20, "%22%3E%3Cb%3E"):
        assert owner.get(f"{heard}?t={strange}").id("player").attrs["src"] == f"{heard}/stream"


def test_versions_stay_and_the_newest_is_found(world, owner, outsider, heard):
    write(outsider, heard, "0:12 고침")
    page = owner.get(heard)
    assert "version 2" in page.text
    assert "회령" in page.id("transcript").one("details", cls="history").text
    (hit,) = owner.get("/search?q=고침").root.all("a", "submission")
    assert hit.attrs["href"] == f"{heard}?t=12&edition=2#at-2-0"
    acts = [row.text for row in owner.get("/custody").root.all("tr")]
    assert len([one for one in acts if "wrote down" in one]) == 2


def test_two_who_write_it_down_at_once_both_stand_and_it_is_said(owner, colleague, sent):
    path = sent(SOUND)
    mine, theirs = (one.get(path).form(action="/transcript") for one in (owner, colleague))
    write(owner, path, "0:12 하나", mine)
    write(colleague, path, "0:12 둘", theirs)
    page = owner.get(path)
    assert [node for node in page.root.all("p") if "data-unseen" in node.attrs]
    assert page.id("said").text == "0:12 둘"
    assert "하나" in page.id("transcript").one("details", cls="history").text
    write(owner, path, "0:12 하나 둘")  # who saw both decides
    assert not [node for node in owner.get(path).root.all("p") if "data-unseen" in node.attrs]


def test_one_that_is_wrong_is_still_on_the_page(owner, partner, sent):
    path = sent(SOUND)
    form = owner.get(path).form(action="/transcript")
    for wrong, line in (("그날", 1), ("0:12 a\n0:05 b", 2), ("0:75 a", 1), ("1:12-1:10 a", 1)):
        page = owner.post(form, text=wrong)
        assert page.status == 400
        assert f"Line {line}" in page.error
        assert page.id("tr-text").text.strip() == wrong
    assert owner.post(form, text=" \n").status == 400
    assert partner.post(form, text="0:12 x").status in (400, 403)
    assert owner.post(owner.get(path).form(action="/transcript"), text="").status == 400
    assert owner.get(path).id("said") is None
    no_recording = sent(b"%PDF-1.4 nothing")
    assert owner.send("POST", f"{no_recording}/transcript").status == 400  # no token, no act


# A tag rests on it


def test_a_tag_rests_on_words_of_a_recording_and_knows_when_they_are_heard(owner, outsider, heard):
    answer = place(outsider, heard)
    assert answer.status == 303
    assert answer.header("Location").startswith(heard)
    page = owner.get(heard)
    assert page.id("said").text == SAID  # marked, and not changed
    assert page.id("said").one("mark").text == WORDS
    (tag,) = page.root.all(cls="tag")
    assert tag.one("blockquote").text == WORDS
    assert tag.one("small", data_heard="62,90").text == "heard at 1:02"
    there = tag.one("blockquote").one("a").attrs["href"]
    assert there.startswith(f"{heard}?t=62,90#words-")
    for path in (heard[:43], f"/people/{tag.attrs['data-person']}"):
        found = owner.get(path)
        assert there in [a.attrs.get("href") for a in found.root.all("a")], path
        assert "heard at 1:02" in found.text
    assert owner.get(heard[:43]).id("narrative").one("mark") is None  # no word of the text


def test_a_tag_stays_with_the_version_it_was_placed_on(world, owner, heard):
    place(owner, heard)
    write(owner, heard, "0:01 앞에 더 있었다\n" + SAID)
    world.book.vault._index = None
    world.book.vault._loaded = set()
    page = owner.get(heard)
    assert page.id("said").one("mark") is None
    old = page.id("transcript").one("details", cls="history")
    assert "open" in old.attrs
    assert old.one("mark").text == WORDS
    tag = page.root.one(cls="tag").attrs["id"].removeprefix("tag-")
    form = owner.get(f"{heard}?edit={tag}").form(action="/edit")
    assert dict(form.filled())["edition"] == "1"
    assert owner.post(form, stage="cn_arrest").status == 303
    (tag,) = owner.get(heard).root.all(cls="tag")
    assert tag.attrs["data-stage"] == "cn_arrest"
    assert tag.one("blockquote").text == WORDS


def test_what_is_refused_is_still_on_the_page_of_the_recording(owner, heard):
    page = place(owner, heard, **{"from": "그해 가을"})
    assert page.status == 400
    assert page.error
    assert page.id("quote").text.strip() == WORDS
    assert page.id("from").attrs["value"] == "그해 가을"
    assert page.id("said").text == SAID


@pytest.mark.parametrize(
    "said",
    [
        {"quote": "없는 말"},
        {"edition": "2"},
        {"edition": "x"},
        {"item": "", "edition": "1"},
        {"quote": "", "start": "0", "end": "999"},
    ],
)
def test_a_tag_that_rests_on_no_words_is_refused(owner, heard, said):
    answer = place(owner, heard, **said)
    assert answer.status == 400
    assert answer.error
    assert owner.get(heard).root.one(cls="tag") is None


def test_another_witness_and_a_partner_get_nowhere(owner, partner, heard, sent):
    other = sent(SOUND)
    write(owner, other, "0:12 남의 말")
    form = owner.get(heard).form(action="/tags")
    said = {"person": "new:x", "stage": "cn_arrest", "track": "common", "confidence": "sure"}
    answer = owner.post(form, item=other[-32:], quote="남의 말", **said)
    assert answer.status in (400, 404)
    assert owner.get(other).root.one(cls="tag") is None
    assert partner.get(heard).status == 403
    assert partner.post(form, quote=WORDS, **said).status in (400, 403)


def test_what_a_recording_says_does_not_leave(world, owner, partner, sent):
    path = sent(SOUND, "목소리.ogg", "audio/ogg", k_rescue="yes")
    write(owner, path, SAID)
    place(owner, path)
    owner.tag(path[11:43], start="0", end="5")
    form = owner.testimony(path[11:43]).form(action="/release")
    pairs = form.filled(partner="partner", purpose="k_rescue")
    seen = owner.post_pairs(form, pairs, form.action + "/preview")
    assert seen.status == 200
    assert WORDS not in seen.text
    assert "stays at the desk" in seen.id("staying").text
    assert owner.release(path[11:43]).status == 303
    page = partner.get("/released")
    assert page.status == 200
    assert WORDS not in page.text


# And on what was written later


@pytest.fixture
def letter(world, owner):
    """A testimony, and what the same witness added: their ids."""
    thread = secrets.token_hex(16)
    record = world.arrive(thread=thread)
    added = world.arrive("덧붙입니다. 동생도 다리 위에서 넘겨졌다.", kind="addition", thread=thread)
    owner.queue()
    return record, added


def test_a_tag_rests_on_a_later_letter(owner, letter):
    record, added = letter
    assert place(owner, f"/testimony/{record}?of={added}").status == 303
    page = owner.testimony(record)
    (tag,) = page.root.all(cls="tag")
    assert tag.one("blockquote").text == WORDS
    assert "in a later letter" in tag.text
    assert page.root.one("pre", data_item=added).one("mark").text == WORDS
    assert page.id("narrative").one("mark") is None


def test_a_letter_of_somebody_else_is_none_of_this_testimony(world, owner, letter):
    other = world.arrive("남의 글", kind="addition")
    owner.queue()
    answer = place(owner, f"/testimony/{letter[0]}?of={other}", quote="남의 글")
    assert answer.status == 400
    assert "no letter and no recording" in answer.error
    assert owner.testimony(letter[0]).root.one(cls="tag") is None


def test_words_found_in_a_recording_lead_to_their_moment(owner, outsider, partner, heard):
    (hit,) = outsider.get("/search?q=다리 위에서").root.all("a", "submission")
    place = hit.attrs["href"]
    assert place == f"{heard}?t=62,90&edition=1#at-1-23"
    address, _, line = place.partition("#")
    page = outsider.get(address)
    assert page.id("player").attrs["src"] == f"{heard}/stream#t=62,90"
    assert page.id(line).text == "[1:02-1:30]"
    assert page.root.one("details", cls="history") is None
    assert "1:02" in owner.get("/search?q=다리 위에서").root.one("ol", "rows").text
    assert partner.get("/search?q=다리 위에서").status == 403


def test_words_of_an_earlier_version_lead_there_and_it_is_open(owner, heard):
    write(owner, heard, "0:12 고침\n1:02 놓임")
    (hit,) = owner.get("/search?q=아침").root.all("a", "submission")
    address, _, line = hit.attrs["href"].partition("#")
    page = owner.get(address)
    assert page.id("player").attrs["src"] == f"{heard}/stream#t=12"
    history = page.root.one("details", cls="history")
    assert "open" in history.attrs
    assert [one.attrs["id"] for one in history.all("a") if "href" in one.attrs] == [line, "at-1-23"]
    assert "open" not in owner.get(heard).root.one("details", cls="history").attrs
    for strange in ("x", "-1", "9" * 30, "2"):
        page = owner.get(f"{heard}?edition={strange}")
        assert "open" not in page.root.one("details", cls="history").attrs

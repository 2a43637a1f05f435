"""Tags in full: what they can say, their history, two people at once, suggestions, translations."""

import pytest

from app.desk import suggesting
from app.reading.suggest import suggest

TEXT = "나는 2023년 10월 9일에 북송되었습니다. 보위부에서 석 달 동안 조사를 받았습니다."


@pytest.fixture
def record(world, owner):
    record = world.arrive(TEXT)
    owner.get("/queue")
    return record


def tag_of(browser, record):
    return browser.testimony(record).root.one(cls="tag").attrs["id"].removeprefix("tag-")


def edit(browser, record, tag, **said):
    page = browser.get(f"/testimony/{record}?edit={tag}")
    return browser.post(page.form(action="/edit"), **said)


def test_a_tag_says_agency_abuse_decision_charge_and_hearsay(owner, record):
    said = {"agency": "보위부", "hearsay": "1", "abuse": ["torture", "forced_confession"]}
    said |= {"decision": "trial_mode:closed", "charge": "illegal_entry"}
    assert owner.tag(record, **said).status == 303
    tag = owner.testimony(record).root.one(cls="tag")
    assert "보위부" in tag.text
    assert len(list(tag.all("small", "leads"))) == 2
    page = owner.get(f"/testimony/{record}?edit={tag_of(owner, record)}")
    filled = page.form(action="/edit").filled()
    assert [v for k, v in filled if k == "abuse"] == said["abuse"]
    assert dict(filled)["decision"] == said["decision"]


@pytest.mark.parametrize(
    "said",
    [{"hearsay": "9"}, {"abuse": "kindness"}, {"decision": "trial_mode:secret"}, {"charge": "x"},
     {"agency": "가" * 201}],
)  # fmt: skip
def test_what_no_list_holds_is_refused(owner, record, said):
    answer = owner.tag(record, **said)
    assert answer.status == 400
    assert answer.error


def test_a_correction_keeps_what_was_there(owner, record):
    owner.tag(record)
    tag = tag_of(owner, record)
    assert edit(owner, record, tag, stage="cn_arrest").status == 303
    page = owner.testimony(record)
    assert page.root.one(cls="tag").attrs["data-stage"] == "cn_arrest"
    versions = [
        li.attrs["data-version"] for li in page.root.all("li") if "data-version" in li.attrs
    ]
    assert versions == ["1", "2"]
    assert not [e for e in page.root.all("p") if "data-conflict" in e.attrs]


def test_two_who_correct_at_once_both_stand_and_a_third_decides(owner, colleague, record):
    owner.tag(record)
    tag = tag_of(owner, record)
    mine = owner.get(f"/testimony/{record}?edit={tag}").form(action="/edit")
    theirs = colleague.get(f"/testimony/{record}?edit={tag}").form(action="/edit")
    assert owner.post(mine, stage="cn_arrest").status == 303
    assert colleague.post(theirs, stage="cn_detention").status == 303
    page = owner.testimony(record)
    assert [e for e in page.root.all("p") if e.attrs.get("data-conflict") == tag]
    assert len(list(page.root.all("li", "head-version"))) == 2
    edit(owner, record, tag, stage="quarantine_covid")
    page = owner.testimony(record)
    assert not [e for e in page.root.all("p") if "data-conflict" in e.attrs]
    assert len([li for li in page.root.all("li") if "data-version" in li.attrs]) == 4


def test_what_was_taken_back_can_be_brought_back(owner, record):
    owner.tag(record)
    owner.post(owner.testimony(record).form(action="/retract"))
    page = owner.testimony(record)
    assert page.root.one(cls="tag") is None
    assert owner.post(page.form(action="/restore")).status == 303
    assert owner.testimony(record).root.one(cls="tag").attrs["data-stage"] == "forced_repatriation"


def test_history_survives_a_restart(world, owner, record):
    owner.tag(record)
    edit(owner, record, tag_of(owner, record), stage="cn_arrest")
    before = owner.testimony(record).root.one(id="tags").text
    world.book.vault._index = None
    world.book.vault._loaded = set()
    assert owner.testimony(record).root.one(id="tags").text == before


def suggested(page):
    return [one.attrs["data-stage"] for one in page.root.all("li", "suggestion")]


def test_a_suggestion_is_accepted_or_dismissed_one_by_one(owner, record):
    page = owner.testimony(record)
    found = suggested(page)
    assert "forced_repatriation" in found
    assert page.root.one(cls="tag") is None  # never a tag by itself
    form = next(f for f in page.forms() if dict(f.filled()).get("stage") == found[0]
                and "quote" not in dict(f.filled()))  # fmt: skip
    assert owner.post(form, person="new:", person_name="김진실").status == 303
    page = owner.testimony(record)
    assert page.root.one(cls="tag").attrs["data-stage"] == found[0]
    assert len(suggested(page)) == len(found) - 1
    button = page.root.one("li", "suggestion").one("button", name="key")
    key = button.attrs["value"]
    owner.post(page.form(action="/suggestions"), key=key)
    page = owner.testimony(record)
    assert len(suggested(page)) == len(found) - 2
    owner.post(page.form(action="/suggestions"), key="")
    assert len(suggested(owner.testimony(record))) == len(found) - 1


def test_a_text_is_read_for_suggestions_once_until_it_is_forgotten(
    world, owner, colleague, record, monkeypatch
):
    texts = []

    def counted(text, lang):
        texts.append(text)
        return suggest(text, lang)

    monkeypatch.setattr(suggesting, "suggest", counted)
    first = suggested(owner.testimony(record))
    owner.tag(record)  # its page is drawn again, and again for a colleague
    assert first
    assert set(suggested(colleague.testimony(record))) <= set(first)
    assert texts == [TEXT]
    world.book.vault._index.readings.forget(record)
    owner.testimony(record)
    assert texts == [TEXT, TEXT]


def test_a_translation_has_versions_and_lies_beside_the_original(owner, record):
    form = owner.testimony(record).form(action="/translation")
    assert owner.post(form, lang="en", text="I was sent back.").status == 303
    page = owner.testimony(record)
    owner.post(page.form(action="/translation"), lang="en", text="<b>Back</b>.")
    page = owner.testimony(record)
    newest = page.root.one("pre", **{"data-translation": "en"})
    assert newest.text == "<b>Back</b>."
    assert "I was sent back." in page.root.one(id="translation").text
    assert page.root.one(id="narrative").text == TEXT
    assert owner.post(form, lang="en", text="  ").status == 400
    assert owner.post(form, lang="xx", text="a").status == 400


def test_two_who_translate_at_once_both_stand_and_it_is_said(owner, colleague, record):
    mine, theirs = (one.testimony(record).form(action="/translation") for one in (owner, colleague))
    owner.post(mine, lang="en", text="I was sent back.")
    colleague.post(theirs, lang="en", text="They sent me back.")
    page = owner.testimony(record)
    assert page.root.one("pre", data_translation="en").text == "They sent me back."
    assert [node for node in page.root.all("p") if "data-unseen" in node.attrs]
    assert "I was sent back." in page.root.one("details", cls="history").text
    form = page.form(action="/translation")
    assert dict(form.filled())["seen"] == "2"
    owner.post(form, text="They sent me back, I.")
    page = owner.testimony(record)
    assert not [node for node in page.root.all("p") if "data-unseen" in node.attrs]


def test_each_language_is_corrected_from_its_own_words(owner, record):
    for lang, text in (("en", "I was sent back."), ("zh", "我被遣返。")):
        owner.post(owner.testimony(record).forms_of("/translation")[-1], lang=lang, text=text)
    filled = [dict(f.filled()) for f in owner.testimony(record).forms_of("/translation")]
    assert {(one["lang"], one["text"].strip()) for one in filled} == {
        ("en", "I was sent back."),
        ("zh", "我被遣返。"),
    }


def test_a_note_is_only_text(owner, colleague, record):
    owner.post(owner.testimony(record).form(action="/notes"), note="<script>1</script> =1+1")
    note = next(
        e for e in colleague.testimony(record).root.all("article") if "data-note" in e.attrs
    )
    assert "<script>1</script> =1+1" in note.text


def test_a_note_that_is_refused_says_why_and_is_there_to_copy(owner, record):
    form = owner.testimony(record).form(action="/notes")
    for text in (" ", "긴 쪽지 " * 40_001):
        page = owner.post(form, note=text)
        assert page.status == 400
        assert "more than 200,000" in page.error
        assert text.strip() in page.text
    assert not [e for e in owner.testimony(record).root.all("article") if "data-note" in e.attrs]


def test_a_translation_that_is_refused_is_still_on_the_page(owner, record):
    form = owner.testimony(record).form(action="/translation")
    for lang, text, why in (
        ("xx", "The whole day's work.", "Choose the language"),
        ("en", "long " * 40_001, "more than 200,000"),
    ):
        page = owner.post(form, lang=lang, text=text)
        assert page.status == 400
        assert why in page.error
        assert page.id("tr-text").text.strip() == text.strip()
    assert owner.testimony(record).root.one("pre", data_translation="en") is None

"""Tags: a statement about a person that rests on words."""

import pytest
from desk.world import STORY

WORDS = "도문에서 온성으로"


@pytest.fixture
def record(world, owner):
    """A testimony that was taken in."""
    found = world.arrive(w_knowledge=["saw"])
    owner.queue()
    return found


def tags(browser, record):
    return list(browser.testimony(record).root.all(cls="tag"))


def test_it_works(owner, colleague, record):
    start = STORY.index(WORDS)
    answer = colleague.tag(record, start=str(start), end=str(start + len(WORDS)))
    assert answer.status == 303
    assert answer.header("Location").startswith(f"/testimony/{record}#tag-")
    (tag,) = tags(owner, record)
    assert tag.attrs["data-stage"] == "forced_repatriation"
    assert len(tag.attrs["data-person"]) == 32
    assert tag.one("blockquote").text == WORDS
    assert "colleague" in tag.text
    (mark,) = owner.testimony(record).id("narrative").all("mark")
    assert (mark.text, mark.attrs["class"]) == (WORDS, "common")


def test_words_may_be_quoted_instead(owner, record):
    said = {"start": "", "end": "", "quote": "  도문에서\r\n온성으로 "}
    assert owner.tag(record, **said).status == 303
    assert tags(owner, record)[0].one("blockquote").text == WORDS


def test_words_that_stand_there_twice_need_their_paragraph(world, owner):
    record = world.arrive("같은 말\n\n다른 말\n같은 말")
    owner.queue()
    said = {"start": "", "end": "", "quote": "같은 말"}
    page = owner.tag(record, **said)
    assert (page.status, page.error) == (
        400,
        "These words stand there more than once: quote more, or say the paragraph.",
    )
    assert owner.tag(record, **said, paragraph="3").status == 303
    page = owner.testimony(record)
    (mark,) = page.id("narrative").all("mark")
    lines = list(page.id("narrative").all("span", "line"))
    assert mark.parent is lines[2]
    assert owner.tag(record, **said, paragraph="2").status == 400
    assert owner.tag(record, **said, paragraph="4").status == 400


@pytest.mark.parametrize(
    ("start", "end"),
    [("", ""), ("7", "7"), ("9", "7"), ("0", "99999"), ("-1", "3"), ("x", "y"), ("1", ""),
     ("", "4"), ("1.0", "4"), ("٣", "٩"), ("0" * 30, "5")],
)  # fmt: skip
def test_no_tag_without_words(owner, record, start, end):
    page = owner.tag(record, start=start, end=end, date_as_stated="그해 <가을>")
    assert page.status == 400
    assert page.error
    assert page.root.one("input", name="date_as_stated").attrs["value"] == "그해 <가을>"
    assert page.root.one("input", name="from").attrs["value"] == "2023-10-09"
    assert page.id("narrative").text == STORY
    assert tags(owner, record) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", ""), ("person", "new:"), ("person", "new:   "), ("person", "f" * 32),
        ("stage", ""), ("stage", "no_such"), ("track", "mss"),
        ("knowledge", "saw"), ("confidence", ""), ("confidence", "very"), ("episode", "0"),
        ("episode", "one"), ("episode", "1000"), ("from", "autumn"), ("to", "2023-13"),
        ("to", "2022"), ("from", "2023-10-09\n"[:-1] + "x"), ("quote", "없는 말"),
        ("person", "new:" + "김" * 201), ("date_as_stated", "그해 " * 200),
    ],
)  # fmt: skip
def test_each_wrong_field_is_said_and_nothing_is_kept(owner, record, field, value):
    said = {"start": "", "end": ""} if field == "quote" else {}
    page = owner.tag(record, **said, **{field: value})
    assert page.status == 400
    assert page.error
    assert page.error != "This tag could not be understood."
    assert tags(owner, record) == []


def test_the_track_may_be_left_out_where_a_stage_has_only_one(owner, record):
    assert owner.tag(record, track="", stage="socialsec_trial").status == 303
    assert tags(owner, record)[0].attrs["data-track"] == "social_security"
    page = owner.tag(record, track="", stage="x_preliminary_examination")
    assert (page.status, page.error) == (400, "Choose a track.")


def test_dates_may_be_as_vague_as_people_are(owner, record):
    said = {"from": "2023-10~", "to": "2023-11/..", "date_as_stated": "보름"}
    assert owner.tag(record, **said).status == 303
    (tag,) = tags(owner, record)
    assert "2023-10~" in tag.text
    assert "보름" in tag.text


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2018-22", "2018-22", "summer 2018"),
        ("2023-10", "", "2023-10 – …"),
        ("", "2023-24~", "… – winter 2023~"),
        ("2023-10-23", "2023-10-24", "2023-10-23 – 2023-10-24"),
    ],
)
def test_dates_are_said_in_one_piece(owner, record, start, end, said):
    owner.tag(record, **{"from": start, "to": end})
    (tag,) = tags(owner, record)
    assert tag.one("span", "num").text == said


def test_a_person_can_be_chosen_again_or_named_beside(owner, record):
    owner.tag(record, person="new:", person_name="=김진실<b>")
    page = owner.testimony(record)
    (tag,) = page.root.all(cls="tag")
    person = tag.attrs["data-person"]
    chosen = [o.attrs["value"] for o in page.id("person").all("option") if "selected" in o.attrs]
    assert chosen == [person]  # the next tag is probably about the same person
    owner.tag(record, person=person, stage="quarantine_covid")
    assert {tag.attrs["data-person"] for tag in tags(owner, record)} == {person}
    assert tag.one("bdi").text == "=김진실<b>"


def test_what_the_witness_said_of_knowing_is_proposed(owner, record):
    select = owner.testimony(record).id("knowledge")
    chosen = [o.attrs["value"] for o in select.all("option") if "selected" in o.attrs]
    assert chosen == ["saw_person_there"]


def test_every_stage_of_the_model_can_be_chosen(world, owner, record):
    offered = {o.attrs["value"] for o in owner.testimony(record).id("stage").all("option")}
    assert offered == {"", *world.store.model.by_stage}


def test_a_tag_can_be_taken_back(owner, colleague, record):
    owner.tag(record)
    page = colleague.testimony(record)
    answer = colleague.post(page.form(action="/retract"))
    assert answer.status == 303
    assert tags(owner, record) == []
    assert colleague.post(page.form(action="/retract")).status == 404
    acts = [row.text for row in owner.get("/custody").root.all("tr")]
    assert any("took a tag back" in act for act in acts)


def test_nobody_tags_what_they_cannot_open(world, owner, colleague, record):
    form = colleague.testimony(record).form(action="/tags")
    hidden = world.arrive(w_not_read="검토자들")
    owner.queue()
    said = {"stage": "cn_arrest", "track": "common", "start": "0", "end": "3"}
    pairs = form.filled(person="new:x", confidence="sure", **said)
    assert colleague.post_pairs(form, pairs, f"/testimony/{hidden}/tags").status in (403, 404)
    assert colleague.post_pairs(form, pairs, f"/testimony/{'0' * 32}/tags").status == 404

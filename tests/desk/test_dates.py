"""Dates as a witness said them: the conversion is shown, at the form and at the tag; words stay."""

import pytest

TEXT = (
    "지어낸 이야기입니다. 음력 2023년 8월 25일 저녁에 잡혔습니다.\n"
    "아시안게임이 끝난 뒤 주체112년 10월에 넘겨졌고 보름 있었습니다."
)


@pytest.fixture
def record(world, owner):
    record = world.arrive(TEXT, w_when="8월 25일", w_when_calendar="lunar")
    owner.queue()
    return record


def convert(browser, record, **said):
    """Press the button of the form that converts."""
    page = browser.testimony(record)
    path, form = f"/testimony/{record}/tags/dates", page.form("place")
    assert page.id("place").one("button", formaction=f"{path}#place").text == "Convert the date"
    return browser.post_pairs(form, form.filled(**said), path)


SAID = [
    ("음력 2023년 8월 25일", "2023-10-09", "2023-10-09", "lunar calendar"),
    ("주체 112년 10월", "2023-10", "2023-10", "Juche calendar"),
    ("아시안게임이 끝난 뒤", "2023-10-08/..", "", "counted from an event"),
    ("after the Asian Games", "2023-10-08/..", "", "counted from an event"),
    ("亚运会前", "", "../2023-09-23", "counted from an event"),
    ("2023년 추석", "2023-09-29", "2023-09-29", "feast of the lunar calendar"),
    ("2023년 10월 초", "2023-10-01", "2023-10-10", ""),
    ("작년 가을", "2025-23", "2025-23", "counted from the telling"),
    ("보름", "", "", "a length of time: 15 days"),
    ("음력 8월 25일", "", "", "cannot be converted"),
    ("그 무렵", "", "", "No date was recognised"),
    ("", "", "", "No date was recognised"),
]


def test_a_date_as_said_is_converted_in_the_form(owner, record):
    for words, first, last, how in SAID:
        page = convert(owner, record, date_as_stated=words, person="new:", person_name="김진실")
        assert page.status == 200
        assert how in page.id("converted").text, words
        assert page.id("from").attrs["value"] == first, words
        assert page.id("to").attrs["value"] == last, words
        assert page.id("date_as_stated").attrs["value"] == words  # the words are kept
        assert page.id("person_name").attrs["value"] == "김진실"  # and so is all that was typed
        assert page.root.one(cls="tag") is None  # nothing is kept by converting


def test_what_is_converted_can_be_sent_as_it_is(owner, record):
    for words in ("아시안게임이 끝난 뒤", "亚运会前", "음력 2023년 8월 25일"):
        page = convert(owner, record, date_as_stated=words, person_name="누구")
        form = page.form("place")
        sent = owner.post(form, stage="cn_arrest", start="13", end="20", confidence="sure")
        assert sent.status == 303, sent.error


def test_the_dates_of_the_text_are_offered_and_taken(owner, record):
    page = owner.testimony(record)
    offers = [one.text for one in page.id("place").all(cls="converted")]
    assert any("음력 2023년 8월 25일" in one and "2023-10-09" in one for one in offers)
    assert any("주체112년 10월" in one and "2023-10" in one for one in offers)
    at = next(n for n, one in enumerate(offers) if "아시안게임" in one)
    page = convert(owner, record, use=str(at), date_as_stated="")
    assert page.id("date_as_stated").attrs["value"].startswith("아시안게임이 끝난")
    assert page.id("from").attrs["value"] == "2023-10-08/.."
    for beyond in ("9999", "-1", "x", "²"):
        assert convert(owner, record, use=beyond).status == 200


def test_the_conversion_stands_at_the_tag_with_the_words(owner, record):
    owner.tag(record, date_as_stated="8월 25일", **{"from": "2023-10-09", "to": "2023-10-09"})
    owner.tag(record, date_as_stated="아시안게임이 끝난 뒤", **{"from": "", "to": ""})
    owner.tag(record, date_as_stated="보름", **{"from": "", "to": ""})
    said = [one.text for one in owner.testimony(record).id("tags").all(cls="tag")]
    assert any("“아시안게임이 끝난 뒤”" in one and "→ 2023-10-08/.." in one for one in said)
    assert any("“보름”" in one and "15 days" in one for one in said)
    for one in owner.testimony(record).id("tags").all(cls="tag"):
        if "아시안게임" in one.text:
            page = owner.get(f"/people/{one.attrs['data-person']}")
            assert "counted from an event" in page.root.one(cls="tag").text


def test_in_their_language(owner, record):
    page = owner.get(f"/testimony/{record}", **{"Accept-Language": "ko"})
    assert "음력" in page.id("place").one(cls="converted").text
    assert "사건을 기준으로 헤아림" in page.id("place").text


def test_correcting_stays_correcting(owner, record):
    owner.tag(record)
    tag = owner.testimony(record).root.one(cls="tag").attrs["id"].removeprefix("tag-")
    page = owner.get(f"/testimony/{record}?edit={tag}")
    form = page.form("place")
    page = owner.post_pairs(
        form, form.filled(date_as_stated="2023년 추석"), f"/testimony/{record}/tags/dates"
    )
    assert page.form("place").action.endswith(f"/tags/{tag}/edit")
    assert owner.post(page.form("place")).status == 303
    assert "2023-09-29" in owner.testimony(record).root.one(cls="tag").text


def test_only_who_reads_may(owner, partner, nobody, record):
    form = owner.testimony(record).form("place")
    path = f"/testimony/{record}/tags/dates"
    assert partner.post_pairs(form, form.filled(), path).status in (400, 403)
    assert nobody.post_pairs(form, form.filled(), path).status == 401

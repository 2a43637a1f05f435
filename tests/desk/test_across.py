"""The pages that look across testimonies: search, map, people and clock.

What is for leads only is in none of them for a reviewer.
"""

import secrets

import pytest

from app.desk import clocks

WORDS = {
    "text": "두루미다리",
    "letter": "갈매기언덕",
    "translation": "Cranebridge",
    "note": "Gullhill",
}


@pytest.fixture
def hidden(world, owner):
    """A testimony for leads, tagged, with a letter, a translation and a note; its person."""
    thread, far = secrets.token_hex(16), {"from": "2026-11-10", "to": "2026-11-10"}
    record = world.arrive(
        f"지어낸 이야기. {WORDS['text']}에서.", thread=thread, w_not_read="검토자들",
        a_home_prov="함경북도",
    )  # fmt: skip
    world.arrive(f"나중에 {WORDS['letter']}에서.", kind="addition", thread=thread)
    owner.queue()
    owner.tag(record, start="0", end="5", person="new:박숨김", **far)
    person = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    late = {"from": "2026-01-01", "to": "2026-10-30"}
    owner.tag(record, start="0", end="5", person=person, stage="quarantine_covid", **late)
    page = owner.testimony(record)
    owner.post(page.form(action="/translation"), lang="en", text=f"At {WORDS['translation']}.")
    owner.post(page.form(action="/notes"), note=f"Ask about {WORDS['note']}.")
    return record, person


def hits(browser, asked):
    page = browser.get(f"/search?{asked}")
    return [a.attrs["href"][-32:] for a in page.root.all("a", "submission")]


@pytest.mark.parametrize("where", WORDS)
def test_no_search_finds_it(owner, outsider, hidden, where):
    record, _ = hidden
    assert hits(owner, f"q={WORDS[where]}") == [record]
    assert hits(outsider, f"q={WORDS[where]}") == []


def test_no_page_counts_or_names_it(owner, outsider, hidden):
    _, person = hidden

    def counted(browser):
        rows = browser.get("/map").root.all("tr")
        cells = [cell.text for row in rows if row.attrs.get("data-stage") for cell in row.all("td")]
        return sum(map(int, cells))

    def told(browser):
        gaps = {cell.text for cell in browser.get("/map/gaps").root.all("td")} - {"–"}
        differs = [r for r in browser.get("/map/model").root.all("tr") if "data-rule" in r.attrs]
        return counted(browser), bool(gaps), bool(differs), "박숨김" in browser.get("/clock").text

    assert told(owner) == (4, True, True, True)
    assert told(outsider) == (0, False, False, False)
    assert "박숨김" in owner.get("/people").text
    assert "박숨김" not in outsider.get("/people").text
    assert outsider.get(f"/people/{person}").status == 404
    assert not list(outsider.get("/people?q=박숨김").root.all("a", "item"))


def test_the_clock_puts_soonest_first_across_people_and_shows_what_is_unsure(
    world, owner, outsider
):
    """The later of the two was told of first; a window that has not opened yet is not there."""
    persons = {}
    for name, first, last in (
        ("박나중", "2026-11-20", "2026-11-20"),
        ("김먼저", "2026-11-09/2026-11-13", ""),
    ):
        record = world.arrive(f"지어낸 이야기, {name}의.")
        owner.queue()
        owner.tag(record, start="0", end="5", person=f"new:{name}", **{"from": first, "to": last})
        persons[owner.testimony(record).root.one(cls="tag").attrs["data-person"]] = name
    rows = [r for r in outsider.get("/clock").id("closing").all("tr") if "data-what" in r.attrs]
    said = [
        (
            persons[r.attrs["data-person"]],
            r.attrs["data-what"],
            *(c.text for c in r.all("td", "num")),
        )
        for r in rows
    ]
    assert said == [
        ("김먼저", "quarantine_covid", "2026-11-24 – 2026-11-28", "1 – 5"),
        ("김먼저", "classification_pretrial", "2026-12-04 – 2026-12-13", "11 – 20"),
        ("박나중", "quarantine_covid", "2026-12-05", "12"),
        ("김먼저", "un_urgent", "2027-02-09 – 2027-02-13", "78 – 82"),
        ("박나중", "un_urgent", "2027-02-20", "89"),
    ]
    assert all(
        "The model would expect" in r.text for r in rows if r.attrs["data-what"] != "un_urgent"
    )


def test_a_search_is_narrowed_by_language_state_role_and_stage(world, owner):
    zh = world.arrive("虚构的故事，关于白鹤桥。", lang="zh", w_role="family")
    ko = world.arrive("지어낸 이야기. 白鹤桥.", w_role="survivor")
    owner.queue()
    owner.tag(ko, start="0", end="5", stage="cn_arrest")
    form = owner.get("/queue").form(action="/queue/acts")
    owner.post(form, record=[zh], act="state:done")
    assert set(hits(owner, "q=白鹤")) == {zh, ko}
    for narrow in ("lang=zh", "state=done", "role=family", "lang=zh&state=done&role=family"):
        assert hits(owner, f"q=白鹤&{narrow}") == [zh], narrow
    for narrow in ("stage=cn_arrest", "state=new", "role=survivor&stage=cn_arrest"):
        assert hits(owner, f"q=白鹤&{narrow}") == [ko], narrow
    assert hits(owner, "q=白鹤&lang=zh&stage=cn_arrest") == []


FAR = ["9999-12-31", "9999-12", "9999", "999X", "9999-12~", "2026-11-20/9999-12-31", "0001-01~"]


@pytest.mark.parametrize("said", FAR)
@pytest.mark.parametrize("stage", ["cn_arrest", "forced_repatriation"])
def test_a_year_that_is_a_slip_keeps_nobody_out(world, owner, said, stage):
    """The clocks are read as the first member unlocks: over no date may that fail."""
    record = world.arrive("지어낸 이야기. 잡혔다고 합니다.")
    owner.queue()
    assert (
        owner.tag(record, stage=stage, start="0", end="3", **{"from": said, "to": said}).status
        == 303
    )
    anew(world)
    assert world.member("owner").get("/clock").status == 200


def test_clocks_that_cannot_be_read_keep_nobody_out(world, owner, monkeypatch, capfd):
    record = world.arrive("지어낸 이야기. 잡혔다고 합니다.")
    owner.queue()
    owner.tag(record, stage="cn_arrest", start="0", end="3", **{"from": "2026-11-10", "to": ""})
    anew(world)

    def fails(*_):
        raise OverflowError("of 9999-12-31")

    monkeypatch.setattr(clocks, "closing", fails)
    assert world.member("owner").get("/queue").status == 200
    assert "OverflowError in the clock" in capfd.readouterr().err


def anew(world):
    """As after a restart: the next who unlocks fills the index."""
    world.book.vault._index = None
    world.book.vault._loaded = set()

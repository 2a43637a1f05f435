"""The map of stages: the desk's home, as a picture and as a table that say the same."""

import re

import pytest

from app.desk.drawing import WIDTH, draw, wrap
from config.model import load_model

MODEL = load_model()


@pytest.fixture
def record(world, owner):
    record = world.arrive(a_home_prov="함경북도")
    owner.get("/queue")
    return record


def links(page, where):
    found = page.root.one(where)
    return {a.attrs["href"] for a in found.all("a") if "stage=" in a.attrs.get("href", "")}


def test_picture_and_table_have_the_same_links(owner, record):
    owner.tag(record)
    owner.tag(record, stage="cn_arrest", person="new:김거짓")
    page = owner.get("/map")
    assert page.status == 200
    drawn = links(page, "svg")
    assert drawn == links(page, "table")
    assert len(drawn) == 2
    for link in drawn:
        assert owner.get(link).root.one("a", "submission").attrs["href"].endswith(record)


def test_every_stage_of_the_model_is_on_it_for_each_of_its_tracks(owner):
    page = owner.get("/map")
    drawn = {
        (g.attrs["data-stage"], g.attrs["data-track"]) for g in page.root.one("svg").all("g")
        if "data-stage" in g.attrs
    }  # fmt: skip
    listed = {(r.attrs["data-stage"], r.attrs["data-track"]) for r in page.root.all("tr")
              if "data-stage" in r.attrs}  # fmt: skip
    modelled = {(s.id, t) for s in MODEL.all_stages for t in s.tracks}
    assert drawn == listed == modelled


@pytest.mark.parametrize("lang", ["ko", "zh", "en"])
def test_no_two_stations_and_no_words_run_into_each_other(lang):
    picture = draw(MODEL, {}, lang)
    boxes = []
    for one in picture.stations:
        wide = max(sum(1 if ord(c) > 0x2E80 else 0.56 for c in line) for line in one.lines)
        wide *= one.letter
        left = one.words_x if one.anchor == "start" else one.words_x - wide
        assert left >= 0, one.stage
        assert left + wide <= WIDTH, one.stage
        tall = len(one.lines) * one.letter * 1.25
        boxes.append((one.stage, left, one.y - tall / 2, left + wide, one.y + tall / 2))
    for i, (name, x, y, right, bottom) in enumerate(boxes):
        for other, x2, y2, right2, bottom2 in boxes[i + 1 :]:
            apart = right <= x2 or right2 <= x or bottom <= y2 or bottom2 <= y
            assert apart, (name, other)


def test_words_are_broken_where_their_language_allows():
    assert list(wrap("one two three", 4)) == ["one two", "three"]
    assert "".join(wrap("移送居住地保卫部", 3)) == "移送居住地保卫部"


def test_a_person_walks_it_with_dates_and_sources(owner, record):
    place = owner.tag(record).header("Location")
    person = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    page = owner.get(f"/people/{person}")
    here = page.root.one("g", "here")
    assert here.attrs["data-stage"] == "forced_repatriation"
    assert "2023-10-09" in here.text
    tag = place.partition("#tag-")[2]
    assert here.one("a").attrs["href"] == f"/testimony/{record}#words-{tag}"


def test_what_nobody_told_of_is_an_empty_cell(owner, record):
    owner.tag(record)
    page = owner.get("/map/gaps")
    row = page.root.one("tr", **{"data-stage": "forced_repatriation"})
    assert [cell.text for cell in row.all("td")].count("1") == 1
    assert "2023-Q4" in page.text
    other = page.root.one("tr", **{"data-stage": "cn_arrest"})
    assert {cell.text for cell in other.all("td")} == {"–"}


def test_it_is_the_home_of_those_who_read(owner, partner):
    assert owner.get("/").header("Location") == "/map"
    assert partner.get("/map").status == 403
    assert not re.search(r"<script", owner.get("/map").text)


def test_each_return_is_a_way_of_its_own(owner, record):
    place = owner.tag(record, stage="cn_arrest")
    assert place.status == 303
    person = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    for episode in ("1", "2"):
        for stage in ("forced_repatriation", "quarantine_covid"):
            owner.tag(record, person=person, stage=stage, episode=episode)
    page = owner.get(f"/people/{person}")
    ways = [each for each in page.root.one("svg").all("path") if "data-episode" in each.attrs]
    assert [each.attrs["data-episode"] for each in ways] == ["1", "2"]
    assert ways[0].attrs["d"] != ways[1].attrs["d"]
    assert {"①", "②"} <= set(page.root.one("svg").text)


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "10 to 15 days"), ("ko", "10~15일"), ("zh", "10至15天")]
)
def test_the_picture_says_how_long_the_model_has_people_there_and_what_is_decided(
    owner, lang, said
):
    picture = owner.get("/map", **{"Accept-Language": lang}).root.one("svg")
    assert said in picture.text
    link = MODEL.tracks["state_security"].decision_link
    decided = MODEL.decisions[link.decision].values[link.value].in_(lang)
    assert decided in picture.text


def test_what_differs_is_counted_as_evidence_about_the_model(owner, partner, world):
    record = world.arrive()
    owner.get("/queue")
    assert "hypothesis" in owner.get("/map/model").text
    owner.tag(record, stage="quarantine_covid", **{"from": "2023-10-09", "to": "2023-12-30"})
    page = owner.get("/map/model")
    row = page.root.one("tr", **{"data-rule": "R05"})
    assert [cell.text for cell in row.all("td")][1:] == ["1", "1"]
    assert not page.root.one("tr", **{"data-rule": "R01"})
    assert partner.get("/map/model").status == 403

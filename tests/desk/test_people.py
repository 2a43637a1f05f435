"""People, and the path of one of them."""


def test_a_persons_tags_stand_in_the_order_of_the_stages(world, owner):
    one, other = world.arrive(), world.arrive()
    owner.queue()
    owner.tag(one, stage="statesec_interrogation", track="state_security")
    person = owner.testimony(one).root.one(cls="tag").attrs["data-person"]
    owner.tag(other, person=person, stage="cn_arrest")
    owner.tag(one, person=person, stage="quarantine_covid")
    page = owner.get(f"/people/{person}")
    stages = [tag.attrs["data-stage"] for tag in page.root.all(cls="tag")]
    assert stages == ["cn_arrest", "quarantine_covid", "statesec_interrogation"]
    rows = list(page.root.one("tbody").all("tr"))
    assert len(rows) == 3
    assert "Arrest in China" in rows[0].text
    links = {a.attrs["href"].partition("#")[0] for a in page.root.all("a")}
    assert {f"/testimony/{one}", f"/testimony/{other}"} <= links


def test_the_list(world, owner, colleague):
    record = world.arrive()
    owner.queue()
    assert "Nobody yet" in owner.get("/people").text
    owner.tag(record, person="new:<i>李某某")
    page = colleague.get("/people")
    (item,) = page.root.all("a", "item")
    assert item.text == "<i>李某某"
    assert colleague.get(item.attrs["href"]).status == 200


def test_nobody_of_that_id(owner):
    assert owner.get("/people/" + "0" * 32).status == 404

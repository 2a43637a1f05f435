"""A lead erases what is old enough; a hold keeps it; nobody else may, and nothing else is taken."""

import pytest

DAY = 86400


@pytest.fixture
def record(world, owner):
    found = world.arrive(k_stats="yes")
    owner.queue()
    owner.tag(found)
    return found


def listed(owner, query="?days=0"):
    page = owner.get(f"/erasure{query}")
    assert page.status == 200
    return [box.attrs["value"] for box in page.root.all("input", name="record")]


def erase(owner, ids, days="0"):
    return owner.post(owner.get("/erasure?days=0").form("erase"), record=ids, days=days)


def test_by_age_and_by_purpose(world, owner, record):
    assert listed(owner) == [record]
    assert listed(owner, "?days=1") == []
    assert listed(owner, "?days=0&without=k_stats") == []
    assert listed(owner, "?days=0&without=k_rescue") == [record]


def test_erased_by_a_lead_it_is_gone_and_its_person_is_for_a_lead_to_decide(world, owner, record):
    assert erase(owner, [record]).status == 303
    assert owner.queue() == []
    assert owner.testimony(record).error.startswith("This was erased.")
    (person,) = listed(owner)
    assert person != record
    assert "김진실" in owner.get("/erasure").text
    assert erase(owner, [person]).status == 303
    assert "김진실" not in owner.get("/people").text
    assert listed(owner) == []


def test_what_is_on_hold_is_not_erased_until_the_hold_ends(world, owner, record):
    page = owner.get("/erasure?days=0")
    form = page.form("erase")
    for held, status in (("yes", 404), ("", 303)):
        pairs = [(n, v) for n, v in form.filled(days="0") if n != "record"] + [("held", held)]
        assert owner.post_pairs(form, pairs, f"/erasure/hold/{record}").status == 303
        answer = owner.post_pairs(form, [*form.filled(days="0"), ("record", record)])
        assert answer.status == status


def test_what_is_not_on_the_list_is_not_erased(world, owner, record):
    assert erase(owner, [record], days="1").status == 404
    assert owner.queue() == [record]


def test_a_reviewer_may_not(world, record):
    assert world.member("colleague").get("/erasure").status == 403

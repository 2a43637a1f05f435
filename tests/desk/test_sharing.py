"""One testimony for leads only, shared with one reviewer on its page."""

import pytest

from app.casebook.keeping import erasure


@pytest.fixture
def closed(world, owner):
    """A testimony that somebody here must not read; taken in by the lead."""
    record = world.arrive(w_not_read="colleague")
    owner.queue()
    return record


def share(owner, record, who="outsider"):
    return owner.post(owner.testimony(record).form(action="/share"), who=who)


def names(page):
    return [one.attrs["data-shared"] for one in page.root.all("bdi") if "data-shared" in one.attrs]


def test_the_reviewer_reads_it_and_no_other_does(owner, outsider, colleague, partner, closed):
    assert outsider.testimony(closed).root.one("p", id="error").attrs["data-error"] == "not-for-you"
    answer = share(owner, closed)
    assert (answer.status, answer.header("Location")) == (303, f"/testimony/{closed}#sharing")
    page = outsider.testimony(closed)
    assert page.status == 200
    assert "보위부" in page.root.one("pre", id="narrative").text
    assert outsider.queue() == [closed]
    assert colleague.testimony(closed).status == 409
    assert colleague.queue() == []
    assert partner.testimony(closed).status == 403
    assert names(owner.testimony(closed)) == ["outsider"]


def test_the_lead_is_told_whom_the_witness_named(owner, closed):
    part = owner.testimony(closed).root.one("section", id="sharing")
    assert "The witness wishes that this is not read by: colleague" in " ".join(part.text.split())


def test_it_ends(owner, outsider, closed):
    share(owner, closed)
    answer = owner.post(owner.testimony(closed).form(action="/unshare"))
    assert answer.status == 303
    assert outsider.testimony(closed).status == 409
    assert outsider.queue() == []
    assert names(owner.testimony(closed)) == []


def test_custody_tells_of_both(world, owner, closed):
    share(owner, closed)
    owner.post(owner.testimony(closed).form(action="/unshare"))
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    acts = [(act.act, act.record) for act in world.book.custody(ring)]
    assert ("shared", closed) in acts
    assert ("unshared", closed) in acts


@pytest.mark.parametrize(("who", "status"), [("", 400), ("owner", 404), ("partner", 404)])
def test_with_reviewers_alone(owner, closed, who, status):
    answer = share(owner, closed, who)
    assert answer.status == status
    assert answer.error


def test_what_all_read_is_not_shared(world, owner, outsider):
    record = world.arrive()
    owner.queue()
    assert owner.testimony(record).root.one("section", id="sharing") is None
    token = owner.get("/account").form(action="/logout").values()
    answer = owner.send(
        "POST",
        f"/testimony/{record}/share",
        f"csrf_token={token[0][1]}&who=outsider".encode(),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 403


def test_the_reviewer_it_is_shared_with_shares_it_no_further(owner, outsider, closed):
    share(owner, closed)
    page = outsider.testimony(closed)
    assert page.root.one("section", id="sharing") is None
    assert page.root.one("section", id="release") is None


def person_of(page):
    return page.root.one("li", "tag").attrs["data-person"]


def test_the_reviewer_places_somebody_new_and_the_lead_finds_them(
    world, owner, outsider, colleague, closed
):
    share(owner, closed)
    assert outsider.tag(closed, person="new:김비밀").status == 303
    person = person_of(outsider.testimony(closed))
    assert outsider.tag(closed, person=person, stage="cn_arrest").status == 303  # again, chosen
    assert "김비밀" in owner.get("/people").text
    assert owner.get(f"/people/{person}").status == 200
    for browser in (outsider, colleague):
        assert "김비밀" not in browser.get("/people").text
        assert browser.get(f"/people/{person}").status == 404


def test_a_lead_goes_on_with_whom_the_reviewer_named(world, owner, outsider, closed):
    share(owner, closed)
    outsider.tag(closed, person="new:김비밀")
    person = person_of(owner.testimony(closed))
    page = owner.get(f"/people/{person}")
    assert owner.post(page.form(action="/name"), name="Kim Bi-mil").status == 303
    world.book.vault._index, world.book.vault._loaded = None, set()  # as after a restart
    page = owner.get(f"/people/{person}")
    assert "김비밀" in page.text
    assert "Kim Bi-mil" in page.text
    owner.post(owner.testimony(closed).form(action="/retract"))
    assert owner.get(f"/people/{person}").status == 200


def test_who_was_named_in_one_testimony_alone_is_gone_with_it(world, owner, outsider, closed):
    share(owner, closed)
    outsider.tag(closed, person="new:김비밀")
    assert "김비밀" in owner.get("/people").text
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    erasure.erase(world.store, [bytes.fromhex(closed)], "erased", ring)
    world.book.vault.forget([closed])
    assert "김비밀" not in owner.get("/people").text
    world.book.vault._index, world.book.vault._loaded = None, set()
    assert "김비밀" not in owner.get("/people").text

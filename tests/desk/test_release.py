"""What may leave, to whom; and what the partner makes of it."""

import pytest

from crypto.opening import open_bytes


@pytest.fixture
def record(world, owner):
    """A testimony whose witness agreed to be shared with a rescue group."""
    found = world.arrive(k_rescue="yes", k_stats="yes")
    owner.queue()
    owner.tag(found)
    return found


def test_it_works(owner, partner, record):
    assert "Nothing has been released" in partner.get("/released").text
    answer = owner.release(record)
    assert (answer.status, answer.header("Location")) == (303, f"/testimony/{record}#release")
    page = partner.get("/released")
    (article,) = page.root.all("article", "released")
    assert article.attrs["data-submission"] == record
    assert "도문에서" in article.one("pre").text
    (tag,) = article.all(cls="tag")
    assert tag.attrs["data-stage"] == "forced_repatriation"


@pytest.mark.parametrize(
    "purpose", ["k_un_conf", "k_state", "k_court", "k_pub_name", "k_stats", "x"]
)
def test_without_consent_nothing_leaves(owner, partner, record, purpose):
    page = owner.release(record, purpose=purpose)
    assert page.status == 403
    assert page.error == "The witness did not agree to this purpose."
    assert record not in partner.get("/released").text


def test_a_purpose_that_was_not_agreed_to_cannot_be_chosen(owner, record):
    options = owner.testimony(record).id("purpose").all("option")
    open_ones = [o.attrs["value"] for o in options if "disabled" not in o.attrs]
    assert open_ones == ["", "k_rescue"]


def test_only_a_lead_releases(owner, colleague, record):
    assert colleague.testimony(record).id("release") is None
    form = owner.testimony(record).form(action="/release")
    token = colleague.get("/queue").form(action="/logout").values()
    pairs = [*token, ("partner", "partner"), ("purpose", "k_rescue")]
    assert colleague.post_pairs(form, pairs).status == 403


@pytest.mark.parametrize(("name", "status"), [("", 400), ("colleague", 404), ("nobody", 404)])
def test_only_to_a_partner(owner, record, name, status):
    assert owner.release(record, partner=name).status == status


def bundle(browser, *records, **more):
    return browser.post(
        browser.get("/export").form(action="/export"), submission=[*records], **more
    )


def test_a_partner_gets_a_bundle_that_only_its_key_opens(world, owner, partner, record):
    owner.release(record)
    answer = bundle(partner, record)
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/age"
    disposition = answer.header("Content-Disposition")
    assert disposition.startswith("attachment; filename=naru-")
    assert disposition.endswith(".zip.age")
    assert answer.body.startswith(b"age-encryption.org/v1\n")
    assert b"forced_repatriation" not in answer.body
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    assert open_bytes(answer.body, [ring.identity]).startswith(b"PK")


def test_a_lead_makes_a_bundle_for_a_partner(owner, record):
    owner.release(record)
    assert bundle(owner, record, partner="partner").body.startswith(b"age-encryption.org/v1\n")
    assert bundle(owner, record, partner="colleague").status == 404


def test_what_was_not_released_is_in_no_bundle(world, owner, partner, record):
    owner.release(record)
    hidden = world.arrive(k_rescue="yes")
    owner.queue()
    for browser, more in ((partner, {}), (owner, {"partner": "partner"})):
        for ids in ([hidden], [record, hidden], ["x"], ["0" * 32]):
            answer = bundle(browser, *ids, **more)
            assert answer.status == 404, ids
            assert answer.error
        assert bundle(browser, **more).status == 400
    owner.release(record)
    for browser in (owner, partner):
        boxes = browser.get("/export").root.all("input", name="submission")
        assert [box.attrs["value"] for box in boxes] == [record]


def test_a_partner_cannot_reach_the_testimony_itself(owner, partner, record):
    owner.release(record)
    for path in ("/queue", f"/testimony/{record}", "/people", "/map", "/search?q=x", "/custody"):
        assert partner.get(path).status == 403

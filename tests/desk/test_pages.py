"""Map, search, members, keys, custody, account."""

from urllib.parse import quote

import pytest

from crypto.identities import ScryptIdentity
from crypto.opening import open_bytes


@pytest.fixture
def record(world, owner):
    """A testimony that was taken in."""
    found = world.arrive()
    owner.queue()
    return found


def test_the_map_counts_testimonies_by_stage_and_track(world, owner, record):
    owner.tag(record)
    owner.tag(record, stage="quarantine_covid")
    page = owner.get("/map")
    rows = {
        (r.attrs["data-stage"], r.attrs["data-track"]): r
        for r in page.root.all("tr")
        if "data-stage" in r.attrs
    }
    assert {stage for stage, _ in rows} == set(world.store.model.by_stage)
    link = rows["forced_repatriation", "common"].one("a")
    assert link.text == "1"
    found = owner.get(link.attrs["href"]).root.all("a", "submission")
    assert [a.attrs["href"][-32:] for a in found] == [record]
    assert rows["cn_arrest", "common"].one("a") is None


@pytest.mark.parametrize(
    ("q", "found"),
    [("도문", 1), ("온성으로 넘겨", 1), ("없는말", 0), ("%", 0), ("<b>", 0), ("' OR 1=1 --", 0)],
)
def test_search(owner, record, q, found):
    page = owner.get(f"/search?q={quote(q)}")
    assert len(list(page.root.all("a", "submission"))) == found
    assert page.root.one("input", name="q").attrs["value"] == q


def test_members(owner):
    text = owner.get("/members").text
    for name in ("owner", "colleague", "outsider", "partner"):
        assert f"<bdi>{name}</bdi>" in text


def test_keys(owner):
    assert "2026-W48" in owner.get("/keys").text


def test_custody_tells_who_did_what(owner, colleague, record):
    colleague.testimony(record)
    rows = [row.text for row in owner.get("/custody").root.all("tr")]
    assert any("colleague" in row and "opened" in row and record[:8] in row for row in rows)


def test_ones_own_key_as_a_file_that_stock_age_opens(world, owner):
    form = owner.get("/account").form(action="/account/identity")
    words = "정말로 긴 암호문 하나 둘 셋"
    answer = owner.post(form, passphrase=words)
    assert answer.status == 200
    assert "naru-identity.age" in answer.header("Content-Disposition")
    plain = open_bytes(answer.body, [ScryptIdentity(words)])
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    assert str(ring.identity) in plain.decode()


def test_a_short_passphrase_is_refused_and_not_shown(owner):
    form = owner.get("/account").form(action="/account/identity")
    words = "한숨1234"
    page = owner.post(form, passphrase=words)
    assert page.status == 400
    assert page.error
    assert words not in page.text

"""What was released can be called back: from the partner's page, its next bundle, its files."""

import io
import json
import secrets
import zipfile

import pytest
from desk.bags import files, plain
from sqlalchemy import select

from app.casebook import tables
from app.casebook.keys import founding
from crypto.opening import open_bytes


@pytest.fixture
def record(world, owner):
    """A testimony that was released to the partner, with its witness's thread."""
    found = world.arrive(k_rescue="yes", thread="ab" * 16)
    owner.queue()
    owner.tag(found)
    assert owner.release(found).status == 303
    return found


def recall(owner, record):
    return owner.post(owner.testimony(record).form(action="/recall"))


def test_what_is_called_back_is_on_no_page_and_in_no_bundle(world, owner, partner, record):
    assert recall(owner, record).status == 303
    page = partner.get("/released")
    assert [a.attrs["data-submission"] for a in page.root.all("article")] == []
    assert record in page.id("called-back").text
    for browser, more in ((partner, {}), (owner, {"partner": "partner"})):
        form = browser.get("/export").form(action="/export")
        pairs = [*form.filled(**more), ("submission", record)]
        assert browser.post_pairs(form, pairs).status == 404
    told = partner.get("/revocations").body
    with zipfile.ZipFile(io.BytesIO(told)) as archive:
        assert json.loads(archive.read("revocations.json"))["withdrawn"] == [record]
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    assert world.book.handing.revocations(lead, "partner")[0] == 1
    assert "recalled" in [act.act for act in world.book.custody(lead)]


def test_the_page_says_which_bundles_hold_what_was_called_back(world, owner, partner, record):
    first, second = world.arrive(k_rescue="yes"), world.arrive(k_rescue="yes")
    owner.queue()
    for one in (first, second):
        assert owner.release(one).status == 303
    plain(world, partner, record, first)
    plain(world, partner, first)
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    names = [one.name for one in world.book.handing.taken(ring)]
    for one in (record, first, second):
        recall(owner, one)
    rows = partner.get("/released").id("called-back").all("li")
    said = {row.attrs["data-submission"]: row.text for row in rows}
    assert [[name in said[one] for name in names] for one in (record, first, second)] == [
        [True, False], [True, True], [False, False],
    ]  # fmt: skip
    assert "in no bundle" in said[second]


def test_a_release_is_listed_once_and_gone_when_it_is_called_back(world, owner, record):
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    assert [one.partner for one in world.book.testimony(lead, record).releases] == ["partner"]
    recall(owner, record)
    assert world.book.testimony(lead, record).releases == ()


def test_the_copy_itself_is_gone_from_the_disk(world, owner, partner, record):
    def sizes():
        with world.store.casebook.connect() as connection:
            return connection.execute(select(tables.release.c.payload)).scalars().all()

    (before,) = sizes()
    recall(owner, record)
    (after,) = sizes()
    assert (len(after), after) == (16, before[:16])


def test_files_that_left_with_it_are_destroyed(world, owner):
    thread = secrets.token_hex(16)
    record = world.arrive(k_rescue="yes", thread=thread)
    made = io.BytesIO()
    from PIL import Image  # noqa: PLC0415

    Image.new("RGB", (9, 9)).save(made, "PNG")
    item = world.attach(made.getvalue(), thread=thread)
    owner.queue()
    form = owner.testimony(record).form(action="/release")
    page = owner.post_pairs(
        form, form.filled(partner="partner", purpose="k_rescue"), form.action + "/preview"
    )
    assert owner.post(page.form(action="/release"), file=[item]).status == 303
    assert len(list(world.settings.handed_dir.iterdir())) == 1
    recall(owner, record)
    assert list(world.settings.handed_dir.iterdir()) == []


def test_released_again_it_is_there_again_and_not_on_the_list(world, owner, partner, record):
    recall(owner, record)
    assert owner.release(record).status == 303
    page = partner.get("/released")
    assert [a.attrs["data-submission"] for a in page.root.all("article")] == [record]
    assert page.id("called-back") is None
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    assert world.book.handing.revocations(lead, "partner")[0] == 0
    assert files(plain(world, partner, record))


def test_a_consent_taken_back_is_said_where_it_can_be_called_back(world, owner, record):
    assert "no longer agrees" not in owner.testimony(record).id("release").text
    world.arrive("", kind="consent", thread="ab" * 16, number=0)
    owner.queue()
    assert "no longer agrees" in owner.testimony(record).id("release").text


def test_another_partners_copy_stays(world, owner, partner, record):
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    rival = founding.add_member(world.store, lead, "rival", "partner")
    world.passphrases["rival"] = rival.passphrase
    assert owner.release(record, partner="rival").status == 303
    recall(owner, record)
    theirs = world.member("rival")
    assert record in theirs.get("/released").text
    assert theirs.get("/released").id("called-back") is None
    assert files(plain(world, theirs, record))


def test_a_leads_bundle_is_the_partners_although_another_got_it_since(
    world, owner, partner, record
):
    first = files(plain(world, partner, record))
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    founding.add_member(world.store, lead, "rival", "partner")
    assert owner.release(record, partner="rival").status == 303
    sink = io.BytesIO()
    world.book.handing.export(lead, [record], sink, "partner")
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    made = files(open_bytes(sink.getvalue(), [ring.identity]))
    assert {n for n in made if made[n] != first[n] and not n.startswith("signatures/")} == set()


def test_nobody_else_calls_back_and_nothing_twice(world, owner, colleague, partner, nobody, record):
    form = owner.testimony(record).form(action="/recall")
    assert not [f for f in colleague.testimony(record).forms() if f.action.endswith("/recall")]
    for browser in (colleague, partner):
        token = browser.get("/account").form(action="/logout").values()
        assert browser.post_pairs(form, [*token, ("partner", "partner")]).status == 403
    assert nobody.post_pairs(form, [("partner", "partner")]).status == 401
    assert record in partner.get("/released").text
    assert owner.post(form).status == 303
    assert owner.post(form).status == 404

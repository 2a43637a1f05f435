"""A lead erases what is old enough; a hold keeps it; nobody else may, and nothing else is taken."""

import secrets

import pytest
from sqlalchemy import func, select

from app.casebook import tables
from app.casebook.book import Casebook
from app.casebook.keeping import erasure, retention
from app.mailbox import tables as mailbox

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


@pytest.mark.parametrize(("first", "later", "offered"), [("yes", "", True), ("", "yes", False)])
def test_a_purpose_is_what_the_witness_said_last(world, owner, first, later, offered):
    thread = secrets.token_hex(16)
    record = world.arrive(thread=thread, **{"k_stats": first} if first else {})
    said = {"k_stats": later} if later else {"k_court": "yes"}
    world.arrive("", kind="consent", thread=thread, number=0, **said)
    owner.queue()
    assert listed(owner, "?days=0&without=k_stats") == ([record] if offered else [])


def test_after_a_withdrawal_a_person_is_for_a_lead_to_decide(world, owner, record):
    item = mailbox.item
    today = {"withdraw_on": "2026-11-23"}
    world.in_mailbox(item.update().where(item.c.id == bytes.fromhex(record)).values(today))
    assert owner.queue() == []
    (person,) = listed(owner)
    assert person != record
    assert "김진실" in owner.get("/erasure").text


def test_what_was_withdrawn_is_not_listed_as_something_in_trouble(world, owner, record):
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")  # by another process
    assert owner.queue_page().id("troubled") is None
    assert owner.queue() == []


def test_a_person_begun_by_another_process_is_found_although_the_record_went(world, owner, record):
    there = Casebook(world.store)
    elsewhere = there.resume(owner.cookies["naru_desk"], world.now)
    assert [row.id for row in there.queue(elsewhere).rows] == [record]
    owner.tag(record, person="new:박순복")
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")
    assert {name for _, name in retention.resting_on_nothing(there, elsewhere)} == {
        "김진실",
        "박순복",
    }


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


def left(world):
    """How many record keys, sealed events and arrivals there are still, and how many files."""
    counts = []
    for engine, tables_of in (
        (world.store.casebook, (tables.record_key, tables.event)),
        (world.store.mailbox, (mailbox.header, mailbox.payload, mailbox.blob)),
    ):
        with engine.connect() as connection:
            for table in tables_of:
                query = select(func.count()).select_from(table)
                counts.append(connection.execute(query).scalar_one())
    return [*counts, sum(one.is_file() for one in world.settings.blob_dir.rglob("*"))]


def test_it_goes_with_all_its_witness_sent_later(world, owner):
    """Else a letter that tells the same again would stay, and no list would ever offer it."""
    thread = secrets.token_hex(16)
    kept = world.arrive(k_stats="yes", thread=secrets.token_hex(16))
    owner.queue()
    before = left(world)
    gone = world.arrive(k_stats="yes", thread=thread)
    world.arrive("덧붙입니다. 두루미다리에서.", kind="addition", thread=thread, number=0)
    world.attach(b"\x89PNG\r\n\x1a\n" + bytes(99), thread=thread)
    owner.queue()
    assert "두루미다리에서" in owner.get("/search?q=덧붙입니다").text
    assert left(world) > before
    assert erase(owner, [gone]).status == 303
    assert left(world) == before
    assert "두루미다리에서" not in owner.get("/search?q=덧붙입니다").text
    assert owner.queue() == [kept]


def test_a_letter_whose_testimony_is_gone_is_listed_by_itself(world, owner, record):
    lone = world.arrive("홀로 온 덧붙임", kind="addition", thread=secrets.token_hex(16), number=0)
    owner.queue()
    assert set(listed(owner)) == {record, lone}
    assert erase(owner, [lone]).status == 303
    assert listed(owner) == [record]


@pytest.mark.parametrize("lang", ["en", "ko", "zh-Hans"])
def test_the_screen_that_asks_says_what_is_left_where_and_until_when(world, owner, lang):
    world.accept = lang
    rows = owner.get("/erasure").id("left").all("tr")
    told = {row.attrs["data-where"]: row.text for row in rows}
    assert list(told) == ["backup", "keys", "replica", "versions", "disk", "partner"]
    assert "30" in told["keys"]
    assert "30" in told["versions"]


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

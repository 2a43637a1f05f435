"""Withdrawn is erased: without any member's key, on disk, in memory, at the partner's desk."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from app.casebook import account, tables
from app.casebook.keeping import erasure
from app.casebook.keeping.steward import Steward
from app.mailbox import tables as mailbox

DAY = 86400


@pytest.fixture
def record(world, owner):
    """Taken in, tagged, released."""
    found = world.arrive(k_rescue="yes")
    owner.queue()
    owner.tag(found)
    assert owner.release(found).status == 303
    return found


def withdraw(world, record, days=0):
    """What the intake does to the row; without the ten words nobody can."""
    day = dt.datetime.fromtimestamp(world.now, dt.UTC).date() + dt.timedelta(days=days)
    item = mailbox.item
    world.in_mailbox(
        update(item).where(item.c.id == bytes.fromhex(record)).values(withdraw_on=day.isoformat())
    )


def steward(world):
    """As cron runs it: nobody is logged in, nothing is unlocked."""
    return Steward(world.store, world.book.vault.forget).round()


def count(world, table, database="casebook"):
    with getattr(world.store, database).connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_without_any_members_key_the_record_and_its_arrival_are_destroyed(world, record):
    withdraw(world, record)
    held = keys(world, record)
    assert steward(world) == [bytes.fromhex(record)]
    assert count(world, mailbox.payload, "mailbox") == 0
    assert keys(world, record) is None
    for name in ("casebook", "mailbox"):
        for path in world.settings.data_dir.glob(f"{name}.*"):
            assert held.wrapped not in path.read_bytes(), path
            assert held.share not in path.read_bytes(), path
    with world.store.casebook.connect() as connection:
        query = select(tables.record).where(tables.record.c.id == bytes.fromhex(record))
        assert connection.execute(query).one().erased_on == "2026-11"
        rows = select(tables.event).where(tables.event.c.record_id == bytes.fromhex(record))
        assert connection.execute(rows).first() is None


def keys(world, record):
    with world.store.casebook.connect() as connection:
        query = select(tables.record_key)
        return connection.execute(
            query.where(tables.record_key.c.record_id == bytes.fromhex(record))
        ).one_or_none()


def test_it_is_gone_from_the_queue_the_search_and_its_page_at_once(world, owner, record):
    withdraw(world, record)
    assert owner.queue() == []
    page = owner.testimony(record)
    assert (page.status, page.id("error").attrs["data-error"]) == (409, "not-for-you")
    assert page.error == "This was erased. Only its number and the month are left."
    assert "도문" not in page.text
    assert record not in owner.get("/search?q=%EB%8F%84%EB%AC%B8").text


def test_a_page_opened_before_the_steward_came_erases_it_too(world, owner, record):
    withdraw(world, record)
    world.in_mailbox(mailbox.payload.delete())  # as the intake does when it is withdrawn now
    assert owner.testimony(record).error.startswith("This was erased.")


def test_the_partner_cannot_read_its_copy_any_more_and_is_told(world, record):
    partner = world.member("partner")
    assert "도문에서" in partner.get("/released").text
    withdraw(world, record)
    steward(world)
    page = partner.get("/released")
    assert "도문에서" not in page.text
    assert page.id("called-back").one("li").attrs["data-submission"] == record
    again = world.member("partner").get("/released")
    assert again.id("called-back").one("li").attrs["data-submission"] == record
    assert partner.get("/export").status == 200


def test_what_is_left_of_its_copy_goes_when_it_logs_in_and_not_by_reading(world, record):
    def copy():
        with world.store.casebook.connect() as connection:
            return connection.execute(select(tables.release.c.payload)).scalar_one()

    partner, whole = world.member("partner"), copy()
    withdraw(world, record)
    steward(world)
    for path in ("/released", "/export", "/revocations"):
        assert partner.get(path).status == 200
        assert copy() == whole
    world.member("colleague")
    assert copy() == whole
    world.member("partner")
    assert copy() == whole[:16]


def test_an_altered_copy_keeps_its_partner_out_of_nothing_else(world, record):
    bent = update(tables.release).values(payload=b"x" * 99)
    with world.store.casebook.execution_options(naru_writes=True).begin() as connection:
        connection.execute(bent)
    assert world.member("partner").get("/account").status == 200


def test_a_partner_with_both_databases_and_its_own_key_opens_the_copy_no_more(world, record):
    """Not because a page says no: the share is destroyed."""
    ring = world.book.resume(world.member("partner").cookies["naru_desk"], world.now)
    withdraw(world, record)
    steward(world)
    assert world.book.handing.released(ring) == ()


def test_in_seven_days_is_in_seven_days(world, owner, record):
    withdraw(world, record, days=7)
    assert steward(world) == []
    assert owner.testimony(record).status == 200
    world.now += 6 * DAY
    assert steward(world) == []
    world.now += DAY
    assert steward(world) == [bytes.fromhex(record)]


def test_what_is_being_withdrawn_leaves_no_more(world, owner, record):
    withdraw(world, record, days=7)
    page = owner.release(record)
    assert page.status == 403
    assert page.error == "The witness has withdrawn this. It leaves no more."


def test_what_was_never_taken_in_gets_a_tombstone_and_is_never_taken_in(world, owner):
    record = world.arrive()
    withdraw(world, record)
    steward(world)
    assert owner.queue() == []
    assert dict(erasure.tombstones(world.store)) == {bytes.fromhex(record): "2026-11"}


def test_custody_tells_of_it_and_cannot_be_told_to_hush(world, owner, record):
    withdraw(world, record)
    steward(world)
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    with world.store.casebook.connect() as connection:
        acts = [opened.entry for _, opened in account.openings(connection, ring)]
    assert (acts[-1].act, acts[-1].actor, acts[-1].record) == ("withdrawn", "steward", record)


def test_done_twice_it_is_done_once(world, record):
    withdraw(world, record)
    steward(world)
    before = count(world, tables.custody)
    assert steward(world) == []
    assert count(world, tables.custody) == before


def test_a_crash_between_the_databases_is_mended_by_the_next_round(world, record):
    withdraw(world, record)
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")
    world.in_mailbox(
        mailbox.payload.insert().values(item_id=bytes.fromhex(record), payload=b"left over")
    )
    assert steward(world) == [bytes.fromhex(record)]
    assert count(world, mailbox.payload, "mailbox") == 0


def test_the_day_of_a_withdrawal_is_blurred_to_its_month(world, record):
    """Else two items of one day would be known for one witness's."""
    withdraw(world, record)
    steward(world)
    with world.store.mailbox.connect() as connection:
        assert connection.execute(select(mailbox.item.c.withdraw_on)).scalar_one() == "2026-11-01"


def test_others_are_left_alone(world, owner, record):
    other = world.arrive("다른 지어낸 이야기")
    owner.queue()
    withdraw(world, record)
    steward(world)
    assert owner.queue() == [other]
    assert owner.testimony(other).status == 200


def test_sessions_of_earlier_days_are_forgotten(world, owner):
    assert count(world, tables.session) == 1
    world.now += 3 * DAY
    steward(world)
    assert count(world, tables.session) == 0

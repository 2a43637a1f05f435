"""Taking in: once, in any order, through a crash; and nothing shown of what was changed."""

import pytest
from desk.world import WEEK
from sqlalchemy import delete, select, update

from app.casebook import collecting, tables
from app.casebook.shapes import Altered, Misfiled, NotFound, NotYours
from app.mailbox import tables as mailbox
from crypto.identities import PQIdentity

HIDDEN = "아무에게도 보이지 않아야 하는 글"


def test_what_arrived_is_taken_in_once_however_often_one_collects(kit):
    record = kit.arrive()
    for _ in range(3):
        ring = kit.take_in()
    assert kit.ids(ring) == [record]
    assert kit.headers() == 0
    assert sorted(kit.acts()).count("taken-in") == 1


def test_two_processes_collect_the_same_arrival_into_one_record(kit):
    record, other = kit.arrive(), kit.another()
    rings = kit.ring("owner"), kit.ring("colleague", other)
    kit.book.collect(rings[0])
    other.collect(rings[1])
    assert kit.ids(rings[0]) == kit.ids(rings[1], other) == [record]


def test_what_one_process_does_another_sees(kit):
    record, other = kit.arrive(), kit.another()
    here, there = kit.take_in(), kit.ring("colleague", other)
    kit.tag(here, record)
    assert [tag.person_name for tag in other.testimony(there, record).tags] == ["김진실"]
    (person,) = other.people(there)
    tag = kit.tag(here, record, person=person.id, stage="cn_arrest")
    assert len(other.person(there, person.id).tags) == 2
    kit.book.tagging.retract(here, record, tag)
    assert len(other.person(there, person.id).tags) == 1


def test_a_crash_between_casebook_and_header_makes_nothing_twice(kit, monkeypatch):
    record = kit.arrive()
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "_forget_headers", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            kit.take_in()
    assert kit.headers() == 1
    book = kit.another()
    ring = kit.ring("owner", book)
    book.collect(ring)
    assert (kit.headers(), kit.ids(ring, book)) == (0, [record])
    assert kit.acts().count("received") == 1


def test_a_crash_before_the_casebook_leaves_the_arrival_as_it_was(kit, monkeypatch):
    record = kit.arrive()
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "_record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            kit.take_in()
    assert kit.headers() == 1
    assert kit.ids(kit.take_in()) == [record]


def test_trouble_never_keeps_others_from_being_taken_in(kit, monkeypatch):
    monkeypatch.setattr(collecting, "ROUND", 2)
    for _ in range(5):
        kit.arrive(to=PQIdentity.generate().recipient)
    good = {kit.arrive() for _ in range(5)}
    ring = kit.take_in()
    assert set(kit.ids(ring)) == good
    assert {one.why for one in kit.book.troubled(ring)} == {"not-for-you"}


# What was changed behind the desk's back: three refusals, and nothing shown.


def refused(kit, error, record, why):
    ring = kit.take_in()
    with pytest.raises(error):
        kit.book.testimony(ring, record)
    assert (record, why) in {(one.id, one.why) for one in kit.book.troubled(ring)}
    assert record not in kit.ids(ring)
    assert not kit.book.search(ring, HIDDEN)


def flipped(data, at=-1):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 or len(data) :]


def payload_of(kit, record):
    table = mailbox.payload
    return kit.letters(select(table.c.payload).where(table.c.item_id == bytes.fromhex(record)))[0][
        0
    ]


def set_payload(kit, record, payload):
    table = mailbox.payload
    kit.in_mailbox(
        update(table).where(table.c.item_id == bytes.fromhex(record)).values(payload=payload)
    )


def test_a_tampered_header(kit):
    record = kit.arrive(HIDDEN)
    ((header,),) = kit.letters(select(mailbox.header.c.header))
    kit.in_mailbox(update(mailbox.header).values(header=flipped(header)))
    refused(kit, Altered, record, "altered")


def test_a_tampered_payload(kit):
    record = kit.arrive(HIDDEN)
    set_payload(kit, record, flipped(payload_of(kit, record)))
    refused(kit, Altered, record, "altered")


def test_payloads_swapped_between_rows(kit):
    one, two = kit.arrive(HIDDEN), kit.arrive(HIDDEN)
    first, second = payload_of(kit, one), payload_of(kit, two)
    set_payload(kit, one, second)
    set_payload(kit, two, first)
    refused(kit, Altered, one, "altered")
    refused(kit, Altered, two, "altered")


def test_whole_rows_put_under_each_others_ids(kit):
    one, two = kit.arrive(HIDDEN), kit.arrive(HIDDEN)
    for table in (mailbox.header, mailbox.payload):
        rows = kit.letters(select(table).order_by(table.c.item_id))
        kit.in_mailbox(delete(table))
        for row, other in zip(rows, reversed(rows), strict=True):
            kit.in_mailbox(table.insert().values(item_id=row.item_id, **_rest(other)))
    refused(kit, Misfiled, one, "misfiled")
    refused(kit, Misfiled, two, "misfiled")


def _rest(row):
    return {key: value for key, value in row._mapping.items() if key != "item_id"}


def test_a_row_that_names_another_week(kit):
    record = kit.arrive(HIDDEN)
    kit.in_mailbox(update(mailbox.item).values(epoch="2026-W49"))
    refused(kit, Misfiled, record, "misfiled")


def test_a_stranger_s_key(kit):
    record = kit.arrive(HIDDEN, to=PQIdentity.generate().recipient)
    refused(kit, NotYours, record, "not-for-you")


def test_a_document_moved_to_a_place_of_its_own(kit):
    record, elsewhere = kit.arrive(HIDDEN), "00" * 16
    old, new = bytes.fromhex(record), bytes.fromhex(elsewhere)
    kit.in_mailbox(mailbox.item.insert().values(id=new, epoch=WEEK, day="2026-11-23"))
    for table in (mailbox.header, mailbox.payload):
        kit.in_mailbox(update(table).where(table.c.item_id == old).values(item_id=new))
    refused(kit, Misfiled, elsewhere, "misfiled")


# The same for what was taken in before.


def taken(kit, *texts):
    found = [kit.arrive(text) for text in texts or (HIDDEN,)]
    kit.take_in()
    return found


def closed(kit, error, record, why):
    """Refused where it is open, and by a process that starts afterwards."""
    with pytest.raises(error):
        kit.book.testimony(kit.ring("owner"), record)
    book = kit.another()
    ring = kit.ring("owner", book)
    with pytest.raises(error):
        book.testimony(ring, record)
    if why:
        assert (record, why) in {(one.id, one.why) for one in book.troubled(ring)}
        assert record not in kit.ids(ring, book)
        assert not book.search(ring, HIDDEN)


def test_a_record_key_that_was_deleted(kit):
    (record,) = taken(kit)
    kit.in_casebook(delete(tables.record_key))
    closed(kit, NotYours, record, "not-for-you")


def test_a_record_key_of_another_record(kit):
    one, two = taken(kit, HIDDEN, HIDDEN)
    rows = kit.rows(select(tables.record_key))
    for row, other in zip(rows, reversed(rows), strict=True):
        kit.in_casebook(
            update(tables.record_key)
            .where(tables.record_key.c.record_id == row.record_id)
            .values(wrapped=other.wrapped)
        )
    closed(kit, Altered, one, "altered")
    closed(kit, Altered, two, "altered")


def test_events_swapped_within_a_record(kit):
    (record,) = taken(kit)
    kit.tag(kit.ring("owner"), record, start=0, end=3)
    first, second = kit.event(record), kit.event(record, 1)
    for sequence, body in ((0, second), (1, first)):
        _set_event(kit, record, sequence, body)
    closed(kit, Altered, record, "altered")


def test_events_swapped_between_records(kit):
    one, two = taken(kit, HIDDEN, HIDDEN)
    first, second = kit.event(one), kit.event(two)
    _set_event(kit, one, 0, second)
    _set_event(kit, two, 0, first)
    closed(kit, Altered, one, "altered")


def test_an_event_taken_out_of_the_middle(kit):
    (record,) = taken(kit)
    for start in (0, 1):
        kit.tag(kit.ring("owner"), record, start=start, end=3)
    table = tables.event
    kit.in_casebook(delete(table).where(table.c.sequence == 1))
    closed(kit, Altered, record, "altered")


def test_an_original_that_was_exchanged_after_taking_in(kit):
    one, two = taken(kit, HIDDEN, HIDDEN)
    first = payload_of(kit, one)
    set_payload(kit, one, payload_of(kit, two))
    closed(kit, Altered, one, "")
    set_payload(kit, one, first)
    assert kit.book.testimony(kit.ring("owner"), one).narrative == HIDDEN


def test_what_was_never_there(kit):
    for record in ("0" * 32, "x", ""):
        with pytest.raises(NotFound):
            kit.book.testimony(kit.ring("owner"), record)


def _set_event(kit, record, sequence, body):
    table = tables.event
    kit.in_casebook(
        update(table)
        .where(table.c.record_id == bytes.fromhex(record), table.c.sequence == sequence)
        .values(body=body)
    )

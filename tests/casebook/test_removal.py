"""A member leaves: every key they held is replaced, and nobody else notices."""

import pytest
from desk import world as desk_world
from sqlalchemy import func, select, update

from app.casebook import tables
from app.casebook.keys import assigning, enrolling, epochs, founding, removal, rotation
from app.casebook.shapes import NoSession, NotFound, NotYours, Refused
from app.mailbox import tables as mailbox
from crypto import opening
from crypto.errors import CryptoError
from crypto.recipients import parse_recipient

WEEK = 7 * 24 * 3600


def test_the_removed_member_is_out_and_the_others_are_not(kit):
    record, cookie = kit.arrive(), kit.cookie("colleague")
    owner = kit.take_in()
    removal.remove(kit.store, owner, "colleague")
    with pytest.raises(NoSession):
        kit.book.resume(cookie, kit.now)
    with pytest.raises(NoSession):
        kit.another().resume(cookie, kit.now)
    with pytest.raises(Refused):
        kit.ring("colleague")
    assert [m.name for m in kit.book.members(owner)] == ["outsider", "owner", "partner"]
    for book in (kit.book, kit.another()):
        assert kit.ids(kit.ring("outsider", book), book) == [record]


def test_what_the_removed_member_held_opens_nothing_made_afterwards(kit):
    kit.arrive()
    held = kit.take_in("colleague")
    owner = kit.ring("owner")
    keys, recipients = dict(held.casebook), _recipients(kit)
    removal.remove(kit.store, owner, "colleague")
    after = kit.arrive("나중에 온 글")
    kit.take_in()
    identities = [key.identity for some in held._opened.values() for key in [_Key(some)]]
    assert identities
    for row in kit.rows(select(tables.record_key)):
        assert row.casebook_key_id not in keys
    for table in (tables.casebook_key, tables.epoch, tables.retired_epoch, tables.signing_key):
        for (sealed,) in kit.rows(select(table.c.sealed).where(table.c.sealed.is_not(None))):
            with pytest.raises(CryptoError):
                opening.open_bytes(sealed, [held.identity, *identities])
    assert not recipients & _recipients(kit)
    assert after


class _Key:
    def __init__(self, identity):
        self.identity = identity


def _recipients(kit):
    """What the intake may seal to, the paper key aside."""
    table = mailbox.recipient
    rows = kit.letters(select(table.c.statement).where(table.c.epoch != "standing"))
    return {statement for (statement,) in rows}


def test_the_intake_is_told_of_the_new_keys_and_of_no_other(kit):
    removal.remove(kit.store, kit.ring("owner"), "colleague")
    statements = b"".join(_recipients(kit))
    rows = kit.rows(select(tables.epoch).where(tables.epoch.c.epoch != "standing"))
    assert len(_recipients(kit)) == len(rows) == 9
    assert all(row.recipient.encode() in statements for row in rows)


def first_recipient(kit):
    query = select(tables.epoch.c.recipient).order_by(tables.epoch.c.epoch)
    return parse_recipient(kit.rows(query)[0][0])


def test_what_was_sealed_to_a_retired_key_is_taken_in_first_and_marked(kit):
    old = first_recipient(kit)
    removal.remove(kit.store, kit.ring("owner"), "colleague")
    late, new = kit.arrive(to=old), kit.arrive()
    owner = kit.take_in()
    assert kit.book.testimony(owner, late).retired
    assert not kit.book.testimony(owner, new).retired


def test_weeks_whose_key_was_retired_come_first(kit, monkeypatch):
    """The last week's key was not: what came in it can wait, though it was there before."""
    earlier = {kit.arrive() for _ in range(4)}
    kit.now += WEEK
    query = select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == "2026-W49")
    old = parse_recipient(kit.rows(query)[0][0])
    monkeypatch.setattr(desk_world, "WEEK", "2026-W49")
    later = {kit.arrive(to=old) for _ in range(2)}
    kit.in_mailbox(
        update(mailbox.item).where(mailbox.item.c.epoch == "2026-W49").values(day="2026-11-30")
    )
    removal.remove(kit.store, kit.ring("owner"), "colleague")
    owner = kit.ring("owner")
    kit.book.collect(owner, 2)
    assert set(kit.ids(owner)) >= later
    kit.book.collect(owner)
    assert set(kit.ids(owner)) == earlier | later


def test_after_twelve_weeks_a_retired_key_is_gone(kit):
    old = first_recipient(kit)
    removal.remove(kit.store, kit.ring("owner"), "colleague")
    kit.now += 12 * WEEK
    founding.begin_epochs(kit.store, kit.ring("owner"))
    assert len(kit.rows(select(tables.retired_epoch))) == 9
    last = kit.arrive(to=old)  # until then it is accepted
    owner = kit.take_in()
    assert last in kit.ids(owner)
    assert kit.book.testimony(owner, last).retired
    kit.now += WEEK
    founding.begin_epochs(kit.store, kit.ring("owner"))
    assert kit.rows(select(tables.retired_epoch)) == []
    late = kit.arrive(to=old)
    assert (late, "not-for-you") in {(one.id, one.why) for one in kit.book.troubled(kit.take_in())}


@pytest.mark.parametrize("name", ["nobody", ""])
def test_nobody_is_removed_who_is_not_there(kit, name):
    with pytest.raises(NotFound):
        removal.remove(kit.store, kit.ring("owner"), name)


@pytest.mark.parametrize("name", ["colleague", "outsider", "partner"])
def test_only_a_lead_removes(kit, name):
    with pytest.raises(NotYours):
        removal.remove(kit.store, kit.ring(name), "outsider")


def test_the_last_lead_stays(kit):
    with pytest.raises(removal.LastOne):
        removal.remove(kit.store, kit.ring("owner"), "owner")


def test_a_removed_partner_costs_nobody_a_key(kit):
    record, owner = kit.released()
    before = kit.rows(select(tables.casebook_key.c.id))
    removed = removal.remove(kit.store, owner, "partner")
    assert (removed.epochs, removed.rewrapped) == ((), 0)
    assert kit.rows(select(tables.casebook_key.c.id)) == before
    with pytest.raises(NotFound):
        kit.book.release(owner, record, "partner", "k_rescue")


def test_a_member_gets_a_new_key_and_the_old_one_opens_nothing(kit):
    """A forgotten passphrase, a lost laptop."""
    record, cookie = kit.arrive(), kit.cookie("colleague")
    old = kit.take_in("colleague")
    made = removal.renew(kit.store, kit.ring("owner"), "colleague", "ko")
    assert made.member == old.member
    with pytest.raises(Refused):
        kit.ring("colleague")
    with pytest.raises(NoSession):
        kit.book.resume(cookie, kit.now)
    with pytest.raises(NoSession):
        kit.another().resume(cookie, kit.now)
    kit.passphrases = {**kit.passphrases, "colleague": made.passphrase}
    assert kit.ids(kit.ring("colleague")) == [record]
    for (sealed,) in kit.rows(select(tables.casebook_key.c.sealed)):
        with pytest.raises(CryptoError):
            opening.open_bytes(sealed, [old.identity])


def test_a_lead_renews_themselves(kit):
    record = kit.arrive()
    made = removal.renew(kit.store, kit.take_in(), "owner")
    kit.passphrases = {**kit.passphrases, "owner": made.passphrase}
    assert kit.ids(kit.ring("owner")) == [record]
    assert kit.acts().count("key-rotated") == 1


# The casebook keys by themselves


def test_rotation_moves_every_record_key_and_stops_nobody(kit, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    records = {kit.arrive() for _ in range(8)} | {kit.arrive(w_not_read="누군가")}
    owner, other = kit.take_in(), kit.another()
    there = kit.ring("outsider", other)
    assert rotation.rotate(kit.store, owner) == 9
    assert set(kit.ids(owner)) == records
    assert len(kit.ids(there, other)) == 8
    kit.arrive()
    other.collect(kit.ring("colleague", other))
    assert len(kit.ids(there, other)) == len(kit.ids(owner)) - 1 == 9
    living = kit.rows(
        select(tables.casebook_key.c.id).where(tables.casebook_key.c.retired_on.is_(None))
    )
    under = kit.rows(select(tables.record_key.c.casebook_key_id).distinct())
    assert {row.id for row in living} == {row.casebook_key_id for row in under}


@pytest.mark.parametrize("act", ["add", "renew", "remove", "begin", "invite"])
def test_a_session_from_before_a_rotation_seals_keys_to_everybody_still(kit, act):
    """It once took nobody for a member, and sealed every key to the paper alone."""
    record = kit.arrive()
    old = kit.take_in()
    other = kit.another()
    rotation.rotate(kit.store, kit.ring("owner", other))
    if act == "add":
        made = founding.add_member(kit.store, old, "new", "lead", triage=True)
        kit.passphrases = {**kit.passphrases, "new": made.passphrase}
    elif act == "renew":
        made = removal.renew(kit.store, old, "outsider")
        kit.passphrases = {**kit.passphrases, "outsider": made.passphrase}
    elif act == "remove":
        removal.remove(kit.store, old, "outsider")
    elif act == "begin":
        kit.now += 7 * 24 * 3600
        assert founding.begin_epochs(kit.store, old)
    else:
        enrolling.invite(kit.store, old, "new", "reviewer")
    with kit.store.casebook.connect() as connection:
        for name in {"owner", "new"} & kit.passphrases.keys():
            assert kit.ring(name).signer(connection, "desk")
        for name in {"owner", "colleague", "new", "outsider"} & kit.passphrases.keys():
            if (act, name) != ("remove", "outsider"):
                assert kit.ids(kit.ring(name)) == [record], name
        held = kit.ring("colleague").epochs(connection)
        assert len(held) >= founding.AHEAD + 1


def test_a_rotation_that_was_interrupted_is_finished_later(kit, monkeypatch):
    for _ in range(5):
        kit.arrive()
    owner = kit.take_in()
    with monkeypatch.context() as patch:
        patch.setattr(rotation, "finish", lambda *_: 0)
        assert rotation.rotate(kit.store, owner) == 0
    kit.arrive()
    assert len(kit.ids(kit.take_in())) == 6
    assert rotation.finish(kit.store, kit.ring("owner")) == 5
    assert len(kit.ids(kit.ring("owner"))) == 6


def test_acts_and_bundles_of_before_can_still_be_proven(kit):
    record, owner = kit.released()
    partner = kit.ring("partner")
    _, first = kit.bundle(partner, [record], partner.identity)
    rotation.rotate(kit.store, owner)
    rotation.rotate(kit.store, owner)
    assert "founded" in kit.acts()
    _, files = kit.bundle(kit.ring("owner"), [record], partner.identity, "partner")
    assert files.keys() == first.keys()


# Sharing what is for leads


@pytest.fixture
def closed(kit):
    record = kit.arrive(w_not_read="누군가")
    kit.take_in()
    return record


def test_one_reviewer_sees_what_a_lead_shares_and_the_other_does_not(kit, closed):
    assigning.assign(kit.store, kit.ring("owner"), bytes.fromhex(closed), "outsider")
    assert kit.ids(kit.ring("outsider")) == [closed]
    assert kit.book.testimony(kit.ring("outsider"), closed).narrative
    assert kit.ids(kit.ring("colleague")) == []
    with pytest.raises(NotYours):
        kit.book.testimony(kit.ring("colleague"), closed)
    other = kit.another()
    assert kit.ids(kit.ring("outsider", other), other) == [closed]
    assert assigning.shared_with(kit.store, kit.ring("owner"), bytes.fromhex(closed)) == [
        "outsider"
    ]


def test_sharing_seals_one_key_anew_and_writes_nothing_else(kit, closed):
    other = kit.arrive(w_not_read="누군가")
    owner = kit.take_in()
    before = everything(kit)
    assigning.assign(kit.store, owner, bytes.fromhex(closed), "outsider")
    after = everything(kit)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"assignment", "custody"}
    (row,) = kit.rows(select(tables.assignment))
    assert row.record_id.hex() == closed != other
    assert row.sealed.count(b"\n-> ") == 1  # to one member


def everything(kit):
    """Every row of the casebook, by table."""
    return {t.name: sorted(map(repr, kit.rows(select(t)))) for t in tables.metadata.sorted_tables}


def test_the_reviewer_tags_it(kit, closed):
    assigning.assign(kit.store, kit.ring("owner"), bytes.fromhex(closed), "outsider")
    kit.tag(kit.ring("owner"), closed)
    assert len(kit.book.testimony(kit.ring("outsider"), closed).tags) == 1


def test_sharing_ends_when_it_is_taken_back_or_the_member_goes(kit, closed):
    record = bytes.fromhex(closed)
    assigning.assign(kit.store, kit.ring("owner"), record, "outsider")
    assigning.take_back(kit.store, kit.ring("owner"), record, "outsider")
    assert kit.ids(kit.ring("outsider")) == []
    with pytest.raises(NotFound):
        assigning.take_back(kit.store, kit.ring("owner"), record, "outsider")
    assigning.assign(kit.store, kit.ring("owner"), record, "outsider")
    removal.remove(kit.store, kit.ring("owner"), "outsider")
    assert kit.rows(select(func.count()).select_from(tables.assignment)) == [(0,)]


@pytest.mark.parametrize("name", ["colleague", "outsider", "partner"])
def test_only_a_lead_shares(kit, closed, name):
    with pytest.raises(NotYours):
        assigning.assign(kit.store, kit.ring(name), bytes.fromhex(closed), "outsider")


@pytest.mark.parametrize("name", ["owner", "partner", "nobody"])
def test_it_is_shared_with_reviewers_alone(kit, closed, name):
    with pytest.raises(NotFound):
        assigning.assign(kit.store, kit.ring("owner"), bytes.fromhex(closed), name)


# Epochs


def test_an_epoch_ends_four_weeks_after_its_week_and_not_before(kit):
    owner = kit.ring("owner")
    with pytest.raises(epochs.TooEarly):
        epochs.end(kit.store, owner, "2026-W48")
    kit.now += 5 * WEEK - 10 * 3600
    with pytest.raises(epochs.TooEarly):
        epochs.end(kit.store, owner, "2026-W48")
    kit.now += WEEK
    epochs.end(kit.store, owner, "2026-W48")
    (row,) = kit.rows(select(tables.epoch).where(tables.epoch.c.epoch == "2026-W48"))
    assert (row.sealed, row.ended_on) == (None, kit.store.today())
    assert not kit.letters(select(mailbox.recipient).where(mailbox.recipient.c.epoch == "2026-W48"))


def test_an_epoch_does_not_end_while_something_of_it_is_not_taken_in(kit):
    record = kit.arrive()
    kit.now += 6 * WEEK
    with pytest.raises(epochs.NotTakenIn):
        epochs.end(kit.store, kit.ring("owner"), "2026-W48")
    assert epochs.waiting(kit.store) == {"2026-W48": 1}
    owner = kit.take_in()
    epochs.end(kit.store, owner, "2026-W48")
    assert kit.book.testimony(owner, record).narrative


def test_after_its_end_no_key_there_is_opens_what_was_captured_of_it(kit):
    kit.arrive()
    ((header,),) = kit.letters(select(mailbox.header.c.header))
    owner = kit.take_in()
    kit.now += 6 * WEEK
    founding.begin_epochs(kit.store, kit.ring("owner"))
    epochs.end(kit.store, owner, "2026-W48")
    for name in ("owner", "colleague", "outsider", "partner"):
        ring = kit.ring(name)
        with kit.store.casebook.connect() as connection:
            held = [key.identity for keys in ring.epochs(connection).values() for key in keys]
        with pytest.raises(CryptoError):
            opening.unwrap(header, [ring.identity, *held])


@pytest.mark.parametrize("epoch", ["standing", "2020-W01", "", "2026-W99", "x"])
def test_what_is_no_living_week_does_not_end(kit, epoch):
    kit.now += 60 * WEEK
    with pytest.raises((NotFound, epochs.TooEarly)):
        epochs.end(kit.store, kit.ring("owner"), epoch)


@pytest.mark.parametrize("name", ["colleague", "outsider", "partner"])
def test_only_a_lead_ends_an_epoch(kit, name):
    kit.now += 60 * WEEK
    with pytest.raises(NotYours):
        epochs.end(kit.store, kit.ring(name), "2026-W48")

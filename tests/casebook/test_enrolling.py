"""A link, once; the paper identity; a second person."""

import unicodedata

import pytest
from sqlalchemy import func, select

from app.casebook import members, tables
from app.casebook.keys import enrolling, founding, recovery, removal, requests
from app.casebook.shapes import NotFound, NotYours, Refused
from crypto.identities import PQIdentity
from crypto.words import word_list

DAY = 24 * 3600
WEEK = 7 * DAY


@pytest.mark.parametrize(
    ("role", "triage", "lang"),
    [("reviewer", True, "ko"), ("partner", False, "zh"), ("reviewer", False, "en")],
)
def test_a_link_gives_a_passphrase_that_opens_what_the_role_opens(kit, role, triage, lang):
    record = kit.arrive()
    link = enrolling.invite(kit.store, kit.take_in(), "new", role, triage=triage, lang=lang)
    assert enrolling.look(kit.store, link).name == "new"
    name, passphrase = enrolling.accept(kit.store, link)
    assert len(passphrase.split()) == 7
    assert {unicodedata.normalize("NFC", word) for word in passphrase.split()} <= {*word_list(lang)}
    kit.passphrases = {**kit.passphrases, "new": passphrase}
    ring = kit.ring(name)
    assert (ring.member.role, ring.member.triage) == (role, triage)
    if triage:
        assert kit.ids(ring) == [record]


def test_a_link_is_spent_by_the_first(kit):
    link = enrolling.invite(kit.store, kit.ring("owner"), "new", "reviewer")
    enrolling.accept(kit.store, link)
    for use in (enrolling.look, enrolling.accept):
        with pytest.raises(NotFound):
            use(kit.store, link)


def test_looking_spends_nothing(kit):
    link = enrolling.invite(kit.store, kit.ring("owner"), "new", "reviewer")
    for _ in range(3):
        enrolling.look(kit.store, link)
    assert enrolling.accept(kit.store, link)


def test_a_link_ends_after_three_days(kit):
    link = enrolling.invite(kit.store, kit.ring("owner"), "new", "reviewer")
    kit.now += 4 * DAY
    with pytest.raises(NotFound):
        enrolling.accept(kit.store, link)
    enrolling.forget_old(kit.store)
    assert kit.rows(select(func.count()).select_from(tables.enrolment)) == [(0,)]


def test_a_removed_member_s_link_opens_nothing(kit):
    owner = kit.ring("owner")
    link = enrolling.invite(kit.store, owner, "new", "reviewer")
    removal.remove(kit.store, owner, "new")
    with pytest.raises(NotFound):
        enrolling.accept(kit.store, link)


@pytest.mark.parametrize("link", ["", "x", "A" * 43, "ü" * 43, "A" * 4000])
def test_what_is_no_link_is_none(kit, link):
    with pytest.raises(NotFound):
        enrolling.look(kit.store, link)


@pytest.mark.parametrize("name", ["colleague", "outsider", "partner"])
def test_only_a_lead_invites(kit, name):
    with pytest.raises(NotYours):
        enrolling.invite(kit.store, kit.ring(name), "new", "reviewer")


# The paper


@pytest.fixture
def paper(kit):
    """A desk's recovery identity, as it was printed on the first day: two of its three shares."""
    return recovery.shares(kit.recovery)


def test_any_two_shares_are_the_identity_and_one_is_nothing(kit, paper):
    one, two, three = paper
    for pair in ((one, two), (three, one), (two, three)):
        assert recovery.read("\n".join(pair)).seed == kit.recovery.seed
    assert recovery.read(f"  {one.upper()} \n\n {two}\n").seed == kit.recovery.seed
    assert recovery.read(str(kit.recovery)).seed == kit.recovery.seed
    for wrong in (one, f"{one}\n{one}", f"{one}\n{two[:-3]}xyz", "", "x\ny"):
        with pytest.raises(recovery.NotTheRecovery):
            recovery.read(wrong)


def test_another_desk_s_paper_opens_nothing(kit):
    with pytest.raises(recovery.NotTheRecovery):
        recovery.keyring_of(kit.store, PQIdentity.generate())


def test_the_last_lead_is_gone(kit, paper):
    """Nobody can lead any more: the paper makes a new lead, who reads everything."""
    record, closed = kit.arrive(), kit.arrive(w_not_read="누군가")
    kit.take_in()
    paper = recovery.read("\n".join(paper[1:]))
    made = recovery.recover(kit.store, paper, "successor", "ko")
    kit.passphrases = {**kit.passphrases, "successor": made.passphrase}
    ring = kit.ring("successor")
    removal.remove(kit.store, ring, "owner")
    assert set(kit.ids(ring)) == {record, closed}
    with pytest.raises(Refused):
        kit.ring("owner")
    after = kit.arrive()
    assert after in kit.ids(kit.take_in("successor"))
    assert "recovery-used" in kit.acts("successor")
    assert founding.begin_epochs(kit.store, ring) == []


def test_the_only_lead_forgot_the_passphrase(kit, paper):
    record = kit.arrive()
    kit.take_in()
    made = recovery.recover(kit.store, recovery.read("\n".join(paper[:2])), "owner")
    with pytest.raises(Refused):
        kit.ring("owner")
    kit.passphrases = {**kit.passphrases, "owner": made.passphrase}
    assert kit.ids(kit.ring("owner")) == [record]
    assert len(kit.book.members(kit.ring("owner"))) == 4


def test_a_reviewer_s_laptop_is_lost(kit):
    record, cookie = kit.arrive(), kit.cookie("colleague")
    kit.take_in()
    made = removal.renew(kit.store, kit.ring("owner"), "colleague", "zh")
    kit.passphrases = {**kit.passphrases, "colleague": made.passphrase}
    assert kit.ids(kit.ring("colleague")) == [record]
    with pytest.raises(members.NoSession):
        kit.book.resume(cookie, kit.now)


def test_the_paper_makes_no_lead_of_a_reviewer(kit, paper):
    with pytest.raises(NotFound):
        recovery.recover(kit.store, recovery.read("\n".join(paper[:2])), "outsider")


# A second person


def test_a_lead_is_added_when_another_member_confirms(kit):
    owner = kit.ring("owner")
    request = requests.ask(kit.store, owner, "add-lead", {"name": "second", "lang": "en"})
    with pytest.raises(requests.NotConfirmed):
        requests.carry_out(kit.store, owner, request)
    with pytest.raises(requests.OwnRequest):
        requests.confirm(kit.store, owner, request)
    requests.confirm(kit.store, kit.ring("outsider"), request)
    (asked,) = requests.waiting(kit.store, owner)
    assert (asked.by, asked.confirmed) == ("owner", "outsider")
    made = requests.carry_out(kit.store, owner, request)
    kit.passphrases = {**kit.passphrases, "second": made.passphrase}
    assert kit.ring("second").member.role == "lead"
    assert requests.waiting(kit.store, owner) == []
    assert [a for a in kit.acts() if a in ("asked", "confirmed")] == ["confirmed", "asked"]


def test_an_epoch_is_ended_by_two(kit):
    owner = kit.ring("owner")
    with pytest.raises(requests.epochs.TooEarly):
        requests.ask(kit.store, owner, "end-epoch", {"epoch": "2026-W48"})
    kit.now += 6 * WEEK
    owner = kit.ring("owner")
    request = requests.ask(kit.store, owner, "end-epoch", {"epoch": "2026-W48"})
    requests.confirm(kit.store, kit.ring("colleague"), request)
    kit.arrive()
    with pytest.raises(requests.epochs.NotTakenIn):
        requests.carry_out(kit.store, owner, request)
    kit.take_in()
    assert requests.carry_out(kit.store, owner, request) is None
    (row,) = kit.rows(select(tables.epoch).where(tables.epoch.c.epoch == "2026-W48"))
    assert row.sealed is None


def test_a_request_can_be_refused(kit):
    request = requests.ask(kit.store, kit.ring("owner"), "add-lead", {"name": "x", "lang": "en"})
    requests.drop(kit.store, kit.ring("outsider"), request)
    with pytest.raises(NotFound):
        requests.confirm(kit.store, kit.ring("colleague"), request)


def test_a_partner_is_no_second_person(kit):
    request = requests.ask(kit.store, kit.ring("owner"), "add-lead", {"name": "x", "lang": "en"})
    with pytest.raises(NotYours):
        requests.confirm(kit.store, kit.ring("partner"), request)
    with pytest.raises(NotYours):
        requests.waiting(kit.store, kit.ring("partner"))


def test_paper_counts_only_where_nobody_else_is(kit):
    owner = kit.ring("owner")
    request = requests.ask(kit.store, owner, "add-lead", {"name": "x", "lang": "en"})
    with pytest.raises(requests.NotAlone):
        requests.confirm_by_paper(kit.store, owner, request, kit.recovery)
    for name in ("colleague", "outsider"):
        removal.remove(kit.store, owner, name)
    with pytest.raises(recovery.NotTheRecovery):
        requests.confirm_by_paper(kit.store, owner, request, PQIdentity.generate())
    requests.confirm_by_paper(kit.store, owner, request, kit.recovery)
    assert requests.carry_out(kit.store, owner, request)
    assert "confirmed-on-paper" in kit.acts()


def test_a_request_of_before_a_rotation_can_still_be_confirmed(kit):
    owner = kit.ring("owner")
    request = requests.ask(kit.store, owner, "add-lead", {"name": "x", "lang": "en"})
    removal.remove(kit.store, owner, "colleague")
    requests.confirm(kit.store, kit.ring("outsider"), request)
    assert requests.waiting(kit.store, owner)[0].confirmed == "outsider"

"""Founding, log-in, sessions."""

import pytest
from desk.world import MONDAY
from sqlalchemy import func, select, update

from app.casebook import forgetting, tables
from app.casebook.evidence.spelling import patterns
from app.casebook.indexing.romanising import spellings
from app.casebook.keys import founding
from app.casebook.shapes import NoSession, Refused
from app.reading.claims import days
from crypto import locking, sessions
from crypto.errors import CryptoError

HOURS = 3600


def test_a_desk_is_founded_once(kit):
    with pytest.raises(founding.AlreadyFounded):
        founding.found(kit.store, "another")
    assert len(kit.rows(select(tables.member))) == 4


def test_the_first_day_leaves_this_week_and_eight_more_and_the_standing_one(kit):
    weeks = [row.epoch for row in kit.rows(select(tables.epoch).order_by(tables.epoch.c.epoch))]
    assert len(weeks) == 10
    assert weeks[0] == "2026-W48"
    assert weeks[-1] == "standing"


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [("owner", "not it"), ("owner", ""), ("nobody", "not it"), ("", ""), ("owner", "x" * 2000)],
)
def test_a_wrong_log_in_is_refused_and_leaves_no_session(kit, name, passphrase):
    with pytest.raises(Refused):
        kit.book.log_in(name, passphrase, "", kit.now)
    assert kit.rows(select(func.count()).select_from(tables.session)) == [(0,)]


def test_another_members_passphrase_opens_nothing(kit):
    with pytest.raises(Refused):
        kit.book.log_in("owner", kit.passphrases["colleague"], "", kit.now)


@pytest.mark.parametrize("typed", ["OWNER", " owner ", "ｏｗｎｅｒ"])
def test_spelling_of_the_name_does_not_matter(kit, typed):
    assert kit.book.log_in(typed, kit.passphrases["owner"], "", kit.now)


def test_a_stolen_database_opens_no_session_without_its_cookie(kit):
    kit.ring("owner")
    ((row,),) = [kit.rows(select(tables.session))]
    for guess in (row.id, row.body[:32], bytes(32)):
        with pytest.raises(CryptoError):
            sessions.open_session(guess, row.body)
        with pytest.raises(NoSession):
            kit.book.resume(sessions.to_cookie(guess), kit.now)


def test_a_session_row_put_under_another_cookie_opens_nothing(kit):
    kit.ring("owner")
    own = sessions.new_session_key()
    kit.in_casebook(update(tables.session).values(id=sessions.session_id(own)))
    with pytest.raises(NoSession):
        kit.book.resume(sessions.to_cookie(own), kit.now)


def test_a_cookie_is_dead_after_log_out_in_every_process(kit):
    other, cookie = kit.another(), kit.cookie("owner")
    assert other.resume(cookie, kit.now).member.name == "owner"
    kit.book.log_out(cookie)
    for book in (kit.book, other, kit.another()):
        with pytest.raises(NoSession):
            book.resume(cookie, kit.now)


def test_a_session_expires(kit):
    cookie = kit.cookie("owner")
    assert kit.book.resume(cookie, MONDAY + 12 * HOURS - 1)
    with pytest.raises(NoSession):
        kit.book.resume(cookie, MONDAY + 12 * HOURS)
    with pytest.raises(NoSession):  # and stays so, whatever the clock says afterwards
        kit.book.resume(cookie, MONDAY)


def test_a_restart_resumes_the_session_and_what_it_may_read(kit):
    record, cookie = kit.arrive(), kit.cookie("owner")
    kit.book.collect(kit.book.resume(cookie, kit.now))
    after = kit.another()
    assert kit.ids(after.resume(cookie, kit.now), after) == [record]


def test_a_member_who_is_gone_has_no_session_any_more(kit):
    cookie = kit.cookie("outsider")
    ring = kit.book.resume(cookie, kit.now)
    kit.in_casebook(
        tables.member.delete().where(tables.member.c.id == bytes.fromhex(ring.member.id))
    )
    with pytest.raises(NoSession):
        kit.book.resume(cookie, kit.now)


@pytest.mark.parametrize("cookie", ["", "x", "login." + "0" * 32, "A" * 43, "ü" * 43])
def test_what_is_no_cookie_is_no_session(kit, cookie):
    with pytest.raises(NoSession):
        kit.book.resume(cookie, kit.now)


def test_what_is_remembered_beside_the_index_is_forgotten_too(kit):
    """Names and dates that a cache holds would lie in memory after everybody left."""
    cookie = kit.cookie("owner")
    spellings("김진실")
    days("2023-10-09")
    patterns("김진실")
    held = [each.cache_info().currsize for each in forgetting._CACHES]
    assert sum(map(bool, held)) >= 3, "nothing was remembered: this shows nothing"
    kit.book.log_out(cookie)
    assert [each.cache_info().currsize for each in forgetting._CACHES] == [0] * len(held)


def test_with_the_last_log_out_the_index_is_forgotten(kit):
    kit.arrive()
    one, two = kit.cookie("owner"), kit.cookie("colleague")
    kit.book.collect(kit.book.resume(one, kit.now))
    kit.book.log_out(one)
    assert kit.book.vault._loaded <= {"reviewers"}
    kit.book.log_out(two)
    assert kit.book.vault._index is None


@pytest.mark.parametrize("passphrase", ["wrong words", "", "x" * 5000])
def test_an_unknown_name_costs_what_a_wrong_passphrase_costs(kit, monkeypatch, passphrase):
    """Counted, not timed: the same Argon2 with the same parameters, once."""
    spent, really = [], locking.hash_secret_raw

    def counted(secret, salt, *parameters):
        spent.append((len(secret), len(salt), *parameters))
        return really(secret, salt, *parameters)

    monkeypatch.setattr(locking, "hash_secret_raw", counted)
    for name in ("owner", "colleague", "partner", "nobody", ""):
        with pytest.raises(Refused):
            kit.book.log_in(name, passphrase, "", kit.now)
    assert len(spent) == 5
    assert len(set(spent)) == 1

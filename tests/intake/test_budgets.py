"""Budgets: what is beyond the day's is marked and taken, and who floods shuts nobody else out."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake.conftest import MONDAY
from intake.world import STORY
from msgspec.structs import replace
from outside.site import Upload

from app.intake import budgets
from app.intake.budgets import Circuits, Day, Recent
from app.intake.parts import NAME
from app.mailbox import tables

ONE, TWO = (f"fc00:dead:beef:4dad::0:{number}" for number in (47, 48))
LANGS = ["en", "ko", "zh"]
LONG = "긴 이야기" * 20_000  # sealed, more than what is taken at all times


def restart(world, **settings):
    """The app, started anew with other settings."""
    world.settings = replace(world.settings, **settings)
    world.app = world.start()


def marks(world):
    return sorted(bool(row.flood) for row in world.rows())


# --- The day


def test_beyond_the_days_number_text_is_taken_and_marked(world, visitor):
    restart(world, items_a_day=2)
    receipts = [visitor.tell("ko", w_narrative=f"{STORY}{n}").receipt for n in range(4)]
    assert len(set(receipts)) == 4
    assert marks(world) == [False, False, True, True]


def test_beyond_the_days_bytes_text_is_taken_and_marked(world, visitor):
    restart(world, bytes_a_day=1)
    assert visitor.tell().receipt
    page = visitor.tell()
    assert page.receipt
    assert visitor.post(page.form("add"), w_narrative="더 쓴 것").id("done")
    assert marks(world) == [False, True, True]


@pytest.mark.parametrize("lang", LANGS)
def test_beyond_the_day_a_very_long_text_waits_and_is_still_in_the_page(world, visitor, lang):
    restart(world, bytes_a_day=1)
    assert visitor.tell().receipt
    page = visitor.tell(lang, w_narrative=LONG, k_rescue="yes")
    assert (page.status, page.receipt) == (503, None)
    assert "10,000" in page.error
    assert page.id("w_narrative").text == LONG
    assert ("k_rescue", "yes") in page.form("testimony").values()
    assert world.count() == 1
    first = visitor.post(page.form("testimony"), w_narrative=LONG[:10_000])
    assert visitor.post(first.form("add"), w_narrative=LONG[10_000:20_000]).status == 200


def test_what_was_kept_before_is_known_again_however_long_it_is(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    receipt = visitor.post(form, w_narrative=LONG).receipt
    restart(world, bytes_a_day=1)
    assert visitor.post(form, w_narrative=LONG).receipt == receipt
    assert world.count() == 1


def test_beyond_the_days_number_alone_even_a_very_long_text_is_taken(world, visitor):
    restart(world, items_a_day=1)
    assert visitor.tell().receipt
    assert visitor.tell(w_narrative=LONG).receipt
    assert marks(world) == [False, True]


def test_the_day_is_counted_on_after_a_restart_and_anew_at_midnight(world, visitor):
    restart(world, items_a_day=1)
    assert visitor.tell().receipt
    world.app = world.start()
    assert visitor.tell().receipt
    assert marks(world) == [False, True]
    world.forward(days=1)
    assert visitor.tell().receipt
    assert marks(world) == [False, False, True]


def test_what_was_refused_or_sent_twice_is_not_counted(world, visitor):
    restart(world, items_a_day=2)
    form = visitor.get("/ko/").form("testimony")
    for text in ("", STORY, STORY, STORY):
        visitor.post(form, w_narrative=text)
    assert visitor.tell().receipt
    assert marks(world) == [False, False]


def test_the_mark_tells_nothing_but_that_much_came(world, visitor):
    restart(world, items_a_day=1)
    visitor.tell()
    visitor.environ["REMOTE_ADDR"] = ONE
    visitor.tell()
    assert {row.flood for row in world.rows()} == {None, True}
    assert set(tables.item.c.keys()) == {"id", "epoch", "day", "same", "withdraw_on", "flood"}


# --- The circuit


@pytest.fixture
def few(world):
    """An intake where a circuit may post three times."""
    world.app.extensions[NAME].circuits._posts = 3


@pytest.mark.usefixtures("few")
def test_a_circuit_that_floods_waits_and_nobody_else_does(world):
    flood, other = world.visitor(REMOTE_ADDR=ONE), world.visitor(REMOTE_ADDR=TWO)
    assert all(flood.tell().receipt for _ in range(3))
    page = flood.tell("ko", w_role="family")
    assert (page.status, page.id("w_narrative").text) == (429, STORY)
    assert re.search("[가-힣]", page.error)
    assert other.tell().receipt
    assert world.count() == 4
    world.forward(hours=2)
    assert flood.post(page.form("testimony")).receipt


@pytest.mark.usefixtures("few")
def test_each_kind_of_post_counts_and_reading_does_not(world):
    flood = world.visitor(REMOTE_ADDR=ONE)
    page = flood.tell()
    for _ in range(5):
        assert flood.come_back(page.receipt).status == 200
        assert flood.get("/ko/").status == 200
    assert flood.post(page.form("add"), w_narrative="더").status == 200
    assert flood.post(page.form("attach"), attachment=Upload("a", b"1")).status == 200
    assert flood.post(page.form("attach"), attachment=Upload("a", b"2")).status == 429
    assert flood.post(page.form("correct"), w_narrative="고침").status == 429
    withdrawn = flood.post(page.form("withdraw"), receipt=page.receipt, when="now")
    assert withdrawn.status == 200, "nobody is kept from withdrawing"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("address", ["", "127.0.0.1", "::1", "fc00:dead:beef::47"])
def test_where_tor_names_no_circuit_all_are_taken(world, address):
    visitor = world.visitor(REMOTE_ADDR=address)
    assert all(visitor.tell().receipt for _ in range(5))


def test_no_circuit_is_kept_as_it_came():
    circuits = Circuits(lambda: 0.0)
    circuits.admit(ONE)
    seen = circuits._posted
    assert ONE.encode() not in b"".join([*seen._now, *seen._before])


# --- What both stand on


@given(st.lists(st.sampled_from([b"a", b"b"]), max_size=40), st.integers(1, 5))
def test_no_more_than_the_budget_is_let_through_in_one_span(names, most):
    recent = Recent(3600, lambda: 0.0)
    for name in (b"a", b"b"):
        let = [recent.see(name, most) for one in names if one == name]
        assert let.count(True) == min(len(let), most)
        assert let == sorted(let, reverse=True)


def test_memory_is_bounded_and_forgets():
    now = [0.0]
    recent = Recent(60, lambda: now[0], most=100)
    for number in range(1000):
        recent.see(str(number).encode(), 5)
        assert len(recent._now) + len(recent._before) <= 200
    recent.see(b"x", 5)
    now[0] = 61
    assert recent.seen(b"x") == 1, "for one span at least"
    now[0] = 200
    assert recent.seen(b"x") == 0, "for two at most"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 9), st.integers(1, 1 << 20), st.lists(st.integers(1, 1 << 18), max_size=15))
def test_once_the_day_is_spent_all_is_marked_and_what_is_long_waits(world, items, most, sizes):
    day = Day(world.engine, items, most, MONDAY.date)
    came = []
    for size in sizes:
        spent = len(came) >= items or sum(came) >= most
        if sum(came) >= most and size > budgets.SHORT:
            with pytest.raises(budgets.TooLong):
                day.mark(size)
        else:
            assert day.mark(size) == spent
            day.count(size)
            came.append(size)

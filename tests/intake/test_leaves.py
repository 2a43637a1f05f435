"""The question asked of what arrives sealed: every deposit takes an answer, and so does a file."""

import concurrent.futures
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake.test_asking import LANGS, asked, copied, switch_on
from intake.test_attachments import folder
from intake.test_sealed import age, deposit, hand_in, leave, offline, own, tar
from intake.test_sealed_files import sealed, send
from intake.world import STORY, post_unread
from outside.site import Upload

from app.db import NotDurable
from app.intake.parts import NAME
from app.web import Refusal

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def terms(visitor, lang="ko"):
    return json.loads(visitor.get(f"/{lang}/deposit").text)


def say(visitor, ticket, words, lang="ko"):
    """The terms for an answer, as the page's script asks for them."""
    body = f"ticket={ticket}&q_words={words.replace(' ', '+')}".encode()
    return json.loads(visitor.send("POST", f"/{lang}/deposit", body, FORM).text)


def got(visitor):
    """Leave for an answer."""
    told = terms(visitor)
    return say(visitor, told["ticket"], copied(told["question"]))["leave"]


def one(world, n):
    """An envelope for a slot of its own."""
    return own(world, f"{STORY}{n}", n.to_bytes(13, "big") + b"\x04")


@pytest.mark.parametrize("lang", LANGS)
def test_while_it_is_asked_the_terms_hold_the_question_and_no_leave(world, visitor, lang):
    assert terms(visitor, lang)["question"] == ""
    assert terms(visitor, lang)["leave"]
    switch_on(world)
    told = terms(visitor, lang)
    assert (told["leave"], told["said"]) == ("", "")
    answered = say(visitor, told["ticket"], copied(told["question"]), lang)
    assert (answered["question"], answered["ticket"], answered["said"]) == ("", "", "")
    assert deposit(visitor, answered["leave"], **one(world, 1)) == (200, {"stored": True})


@pytest.mark.parametrize("what", ["", "/file"])
def test_a_machine_that_answers_nothing_stores_nothing_and_is_not_read_from(world, visitor, what):
    before = leave(visitor)  # from a day when nothing was asked: hoarding is in vain
    switch_on(world)
    large = Upload("payload", b"x" * 20 * 1024 * 1024)
    for given_for in (before, terms(visitor)["ticket"], "A" * 70, "none"):
        path = f"/ko/deposit/{given_for}{what}"
        assert post_unread(world, path, large).status_code == 403
    for n in range(5):
        assert deposit(visitor, before, **one(world, n))[0] == 403
    assert send(visitor, sealed(world), before).status == 403
    assert (world.count(), folder(world)) == (0, [])


def test_leave_for_an_answer_serves_one_slot_however_often(world, visitor):
    switch_on(world)
    ours = got(visitor)
    for _ in range(3):
        assert deposit(visitor, ours, **one(world, 1)) == (200, {"stored": True})
    assert deposit(visitor, ours, **one(world, 2))[0] == 403
    assert send(visitor, sealed(world), ours).status == 403
    assert (world.count(), folder(world)) == (1, [])
    assert send(visitor, sealed(world), got(visitor)).status == 200


def test_an_answer_is_good_for_one_leave(world, visitor):
    switch_on(world)
    told = terms(visitor)
    answer = copied(told["question"])
    assert say(visitor, told["ticket"], answer)["leave"]
    again = say(visitor, told["ticket"], answer)
    assert (again["leave"], bool(again["said"])) == ("", True)
    assert again["question"] != told["question"]


def test_a_wrong_answer_is_told_with_another_question_and_an_empty_one_with_the_same(
    world, visitor
):
    switch_on(world)
    told = terms(visitor)
    empty = say(visitor, told["ticket"], "")
    assert (empty["question"], empty["leave"], bool(empty["said"])) == (told["question"], "", True)
    wrong = say(visitor, told["ticket"], "가격 가격")
    assert (wrong["leave"], bool(wrong["said"])) == ("", True)
    assert wrong["question"] != told["question"]
    assert say(visitor, told["ticket"], copied(told["question"]))["leave"] == "", "no trying on"
    assert say(visitor, wrong["ticket"], copied(wrong["question"]))["leave"]


def test_a_foreign_ticket_is_asked_anew(world, visitor):
    switch_on(world)
    told = say(visitor, "A" * 70, "가격 가격")
    assert (told["leave"], bool(told["question"])) == ("", True)


def test_what_was_refused_used_nothing_up(world, visitor):
    switch_on(world)
    ours = got(visitor)
    assert deposit(visitor, ours, **one(world, 1) | {"epoch": "2026-W20"})[0] == 400
    assert deposit(visitor, got(visitor), **one(world, 2))[0] == 200
    taken = own(world, "another", (2).to_bytes(13, "big") + b"\x04")
    assert deposit(visitor, ours, **taken)[0] == 409
    assert deposit(visitor, ours, **one(world, 1))[0] == 200


def test_on_flood_leave_from_before_the_budget_was_spent_serves_no_more(world, visitor):
    switch_on(world, "flood", items_a_day=1)
    ours = leave(visitor)
    assert deposit(visitor, ours, **one(world, 1))[0] == 200
    assert deposit(visitor, ours, **one(world, 2))[0] == 403
    answered = got(visitor)
    world.forward(days=1)
    assert deposit(visitor, ours, **one(world, 2))[0] == 200, "the next day, as before"
    assert deposit(visitor, answered, **one(world, 3))[0] == 200


def test_many_at_once_with_one_leave_fill_one_slot(world, visitor):
    switch_on(world)
    ours = got(visitor)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(deposit, world.visitor(), ours, **one(world, n)) for n in range(8)]
    assert sorted(each.result()[0] for each in sent) == [200] + [403] * 7
    assert world.count() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=20))
def test_whatever_is_tried_a_leave_keeps_one_slot(world, tries):
    switch_on(world)
    leaves = world.app.extensions[NAME].leaves
    given_for = [leaves.accept(_answered(world), world.now / 3600) for _ in range(3)]
    kept = {}
    for which, slot, stored in tries:
        name = bytes([slot])
        if kept.get(which, name) != name:
            with pytest.raises(Refusal), leaves.use(given_for[which], name):
                pass
        elif not stored:
            with pytest.raises(NotDurable), leaves.use(given_for[which], name):
                raise NotDurable
        else:
            with leaves.use(given_for[which], name):
                kept[which] = name


def _answered(world):
    return got(world.visitor())


# --- The page for what somebody carried


@pytest.mark.parametrize("lang", LANGS)
def test_who_hands_in_a_sealed_file_is_asked_too(world, visitor, lang):
    assert asked(visitor.get(f"/{lang}/sealed")) is None
    switch_on(world)
    form = visitor.get(f"/{lang}/sealed")
    for answer in ("", "abandon ability"):
        page = visitor.post(
            form.form("sealed"), envelope=Upload("a.age", age(world)), q_words=answer
        )
        assert (page.status, bool(page.error), world.count()) == (403, True, 0)
        assert asked(page)
        form = page
    for data in (age(world), tar(("1.age", age(world, "one"))), offline(world)):
        page = visitor.get(f"/{lang}/sealed")
        told = copied(asked(page))
        sent = visitor.post(page.form("sealed"), envelope=Upload("a", data), q_words=told)
        assert (sent.status, bool(sent.id("done"))) == (200, True)
    assert hand_in(visitor, age(world)).status == 403

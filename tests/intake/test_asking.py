"""The question an operator may switch on: signed, answered once, in no person's way."""

import re

import pytest
from intake.world import STORY
from msgspec.structs import replace

from app.mailbox import tables

LANGS = ["en", "ko", "zh"]


def switch_on(world, when="always", **settings):
    world.settings = replace(world.settings, question=when, **settings)
    world.app = world.start()


def asked(page):
    """The label of the question, or None."""
    control = page.root.one("textarea", name="q_words")
    return control and control.parent.text


def copied(question):
    """What a person copies: the two words whose numbers are named first."""
    words = dict(re.findall(r"(\d)\N{NO-BREAK SPACE}(\S+)", question))
    first, second = re.findall(r"\d(?![\d\N{NO-BREAK SPACE}])", question)
    return f"{words[first]} {words[second]}"


def right(page):
    return copied(asked(page))


def tell(visitor, page, answer, **values):
    return visitor.post(page.form("testimony"), w_narrative=STORY, q_words=answer, **values)


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_is_asked_unless_it_is_switched_on(visitor, lang):
    assert asked(visitor.get(f"/{lang}/")) is None
    assert visitor.tell(lang).receipt


@pytest.mark.parametrize("lang", LANGS)
def test_who_copies_two_words_has_answered(world, visitor, lang):
    switch_on(world)
    page = visitor.get(f"/{lang}/")
    words = re.findall(r"\d\N{NO-BREAK SPACE}(\S+)", asked(page))
    assert len(words) == 6
    assert tell(visitor, page, right(page)).receipt
    assert world.one("testimony").fields == {"w_narrative": STORY}


@pytest.mark.parametrize("lang", LANGS)
def test_another_answer_is_refused_with_the_text_and_stores_nothing(world, visitor, lang):
    switch_on(world)
    page = visitor.get(f"/{lang}/")
    for answer in ("", "  ", "abandon", "abandon ability", "가 나", "x" * 3000):
        page = tell(visitor, page, answer, k_stats="yes")
        assert (page.status, page.receipt, world.count()) == (403, None, 0)
        assert page.id("w_narrative").text == STORY
        assert ("k_stats", "yes") in page.form("testimony").values()
    assert tell(visitor, page, right(page)).receipt


def test_a_wrong_answer_uses_the_question_up(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    answer = right(page)
    other = tell(visitor, page, "가격 가격")
    assert asked(other) != asked(page)
    assert tell(visitor, page, answer).status == 403, "no trying on"
    assert world.count() == 0


def test_an_empty_answer_uses_nothing_up(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    again = tell(visitor, page, "")
    assert asked(again) == asked(page)
    assert tell(visitor, page, right(page)).receipt


def test_an_answer_counts_for_its_own_form_alone(world, visitor):
    switch_on(world)
    first, second = visitor.get("/ko/"), visitor.get("/ko/")
    assert tell(visitor, second, right(first)).status == 403
    assert tell(visitor, first, right(first)).receipt


def test_one_answer_sends_one_testimony_however_often(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    assert len({tell(visitor, page, right(page)).receipt for _ in range(3)}) == 1
    assert world.count() == 1


def test_the_question_changes_its_language_with_the_form(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    pairs = page.form("testimony").filled(w_narrative=STORY, q_words="")
    other = visitor.post_pairs(page.form("testimony"), pairs, to="/en/form")
    assert re.search("[a-z]{3}", asked(other))
    assert tell(visitor, page, right(other)).receipt, "the same words, in any language"


@pytest.mark.parametrize("lang", LANGS)
def test_a_form_opened_before_it_was_asked_is_asked_then(world, visitor, lang):
    page = visitor.get(f"/{lang}/")
    switch_on(world)
    refused = visitor.post(page.form("testimony"), w_narrative=STORY)
    assert (refused.status, refused.id("w_narrative").text) == (403, STORY)
    assert tell(visitor, refused, right(refused)).receipt


def test_on_flood_it_is_asked_only_beyond_the_days_budget(world, visitor):
    switch_on(world, "flood", items_a_day=1)
    assert asked(visitor.get("/ko/")) is None
    assert visitor.tell().receipt
    page = visitor.get("/ko/")
    assert asked(page)
    assert tell(visitor, page, right(page)).receipt
    world.forward(days=1)
    assert asked(visitor.get("/ko/")) is None


def test_the_answer_is_kept_nowhere(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    assert tell(visitor, page, right(page)).receipt
    assert "q_words" not in world.one("testimony").fields
    assert world.count(tables.item) == 1


def test_follow_ups_are_not_asked(world, visitor):
    switch_on(world)
    page = visitor.get("/ko/")
    page = tell(visitor, page, right(page))
    assert visitor.post(page.form("add"), w_narrative="더").id("done")
    assert asked(visitor.come_back(page.receipt)) is None

"""Every purpose by every kind of recipient, and each reason for which nothing leaves."""

import dataclasses

import pytest

from app.casebook import shapes
from app.casebook.evidence import rules
from app.casebook.keys import founding
from app.casebook.shapes import (
    Held,
    NoConsent,
    NotForThem,
    Waiting,
    Withdrawing,
)
from app.mailbox import tables as mailbox

ALL = frozenset(rules.PURPOSES)
PLAIN = shapes.Testimony(
    id="0" * 32, day="2026-11-23", kind="testimony", lang="en", way="server", epoch="2026-W48",
    narrative="x", answers={}, consents=ALL,
)  # fmt: skip
MAY = {
    "rescue": ALL,
    "un": {"k_un_conf", "k_state"},
    "court": {"k_court"},
    "public": {"k_pub_anon", "k_pub_name"},
}


@pytest.mark.parametrize("kind", rules.KINDS)
@pytest.mark.parametrize("purpose", [*rules.PURPOSES, "k_stats", "k_keep", ""])
def test_every_purpose_by_every_kind_of_recipient(kind, purpose):
    if purpose in MAY[kind]:
        rules.check(PLAIN, kind, purpose)
    else:
        with pytest.raises(NoConsent):
            rules.check(PLAIN, kind, purpose)


@pytest.mark.parametrize("kind", rules.KINDS)
@pytest.mark.parametrize("purpose", rules.PURPOSES)
def test_each_consent_that_is_missing_is_missed(kind, purpose):
    for one in rules.NEEDED[kind].get(purpose, ()):
        with pytest.raises(NoConsent):
            rules.check(dataclasses.replace(PLAIN, consents=ALL - {one}), kind, purpose)


def test_a_group_that_files_must_be_one_the_witness_let_read():
    un_only = dataclasses.replace(PLAIN, consents=frozenset({"k_un_conf"}))
    rules.check(un_only, "un", "k_un_conf")
    with pytest.raises(NotForThem):
        rules.check(un_only, "rescue", "k_un_conf")


@pytest.mark.parametrize(
    ("changes", "more", "refusal"),
    [
        ({"wait": "until my sister is out"}, {}, Waiting),
        ({"held": "threatened"}, {}, Held),
        ({}, {"withdrawing": True}, Withdrawing),
    ],
)
def test_what_waits_is_held_or_withdrawn_stays(changes, more, refusal):
    with pytest.raises(refusal):
        rules.check(dataclasses.replace(PLAIN, **changes), "rescue", "k_rescue", **more)


def test_a_second_person_is_asked_for_where_harm_is_greatest():
    def why(purpose="k_rescue", abuses=(), **changes):
        return rules.needs_second(dataclasses.replace(PLAIN, **changes), purpose, abuses)

    assert why() == ()
    assert why("k_state") == ("names-to-states",)
    assert why("k_pub_name") == ("names-to-all",)
    assert why(answers={"u_minor": "yes"}) == ("minor",)
    assert why(abuses=["x_sexual_violence"]) == ("sexual-violence",)
    assert why(answers={"c_cap": "official_or_guard", "c_own": "I closed the gate"}) == (
        "own-part",
    )
    assert why(answers={"c_cap": "official_or_guard"}) == ()
    sent_back = shapes.Tag(
        "1", "2", "3", "x", 1, "cn_arrest", "common", 0, 1, "x", "sure", "2023-10-09"
    )
    assert why(answers={"b_birth": "2008년생"}, tags=(sent_back,)) == ("minor",)
    assert why(answers={"b_birth": "1980"}, tags=(sent_back,)) == ()


# --- On the pages


@pytest.fixture
def court(world, owner):
    """A partner of another kind than a rescue group."""
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    founding.add_member(world.store, ring, "tribunal", "partner", kind="court")
    return "tribunal"


def test_the_page_refuses_another_kind_of_recipient(world, owner, court):
    record = world.arrive(k_rescue="yes", k_court="yes")
    owner.queue()
    page = owner.release(record, partner=court, purpose="k_rescue")
    assert page.status == 403
    assert "this kind of recipient" in page.error
    assert owner.release(record, partner=court, purpose="k_court").status == 303


def test_every_purpose_by_every_kind_of_recipient_on_the_page(world, owner):
    """The witness agreed to everything: what is refused is refused for the recipient alone."""
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    agreed = dict.fromkeys((*rules.PURPOSES, "k_stats"), "yes")
    records = [world.arrive(**agreed) for _ in rules.KINDS]
    owner.queue()
    for kind, record in zip(rules.KINDS, records, strict=True):
        founding.add_member(world.store, ring, f"a {kind}", "partner", kind=kind)
        form = owner.testimony(record).form(action="/release")
        for purpose in (*rules.PURPOSES, "k_stats"):
            pairs = form.filled(partner=f"a {kind}")
            pairs = [pair for pair in pairs if pair[0] != "purpose"] + [("purpose", purpose)]
            page = owner.post_pairs(form, pairs)
            if purpose not in MAY[kind]:
                assert page.status == 403, (kind, purpose)
                assert "did not agree" in page.error
            elif purpose in ("k_state", "k_pub_name"):
                assert page.status == 403, (kind, purpose)
                assert "second person" in page.error
            else:
                assert page.status == 303, (kind, purpose, page.error)


MARKED = {
    "minor": ({"u_minor": "yes"}, {}, "k_rescue"),
    "minor by the dates": ({"b_birth": "2008"}, {}, "k_rescue"),
    "own part": ({"c_cap": "official_or_guard", "c_own": "I closed the gate"}, {}, "k_rescue"),
    "sexual violence": ({}, {"abuse": ["x_sexual_violence"]}, "k_rescue"),
    "forced abortion": ({}, {"abuse": ["x_forced_abortion"]}, "k_rescue"),
    "names to states": ({"k_un_conf": "yes", "k_state": "yes"}, {}, "k_state"),
    "names to all": ({"k_pub_name": "yes"}, {}, "k_pub_name"),
}


@pytest.mark.parametrize("marked", MARKED)
def test_each_mark_asks_for_a_second_person_on_the_page(world, owner, colleague, partner, marked):
    answers, said, purpose = MARKED[marked]
    record = world.arrive(k_rescue="yes", **answers)
    owner.queue()
    assert owner.tag(record, **said).status == 303
    page = owner.release(record, purpose=purpose)
    assert (page.status, "second person" in page.error) == (403, True)
    assert "Nothing has been released" in partner.get("/released").text
    colleague.post(colleague.testimony(record).form(action="/agree"))
    assert owner.release(record, purpose=purpose).status == 303


def test_without_a_mark_nobody_else_is_asked(world, owner):
    record = world.arrive(k_rescue="yes", b_birth="1980", c_cap="official_or_guard")
    owner.queue()
    assert owner.tag(record).status == 303
    assert owner.release(record).status == 303


def test_what_waits_is_released_once_a_lead_recorded_that_it_came(world, owner, colleague):
    record = world.arrive(k_rescue="yes", k_wait="언니가 나온 뒤")
    owner.queue()
    assert "언니가 나온 뒤" in colleague.testimony(record).text
    assert not [f for f in colleague.testimony(record).forms() if f.action.endswith("/met")]
    page = owner.release(record)
    assert page.status == 403
    assert "asked to wait" in page.error
    owner.post(owner.testimony(record).form(action="/met"))
    assert owner.release(record).status == 303


def test_a_wait_said_anew_is_waited_for_again(world, owner):
    thread = "ab" * 16
    record = world.arrive(k_rescue="yes", k_wait="spring", thread=thread)
    owner.queue()
    owner.post(owner.testimony(record).form(action="/met"))
    world.arrive("", kind="consent", thread=thread, k_rescue="yes", k_wait="autumn")
    owner.queue()
    assert owner.release(record).status == 403


def test_what_is_held_stays_until_it_is_let_go(world, owner):
    record = world.arrive(k_rescue="yes")
    owner.queue()
    owner.post(owner.testimony(record).form(action="/hold"), why="threats")
    assert "threats" in owner.testimony(record).text
    assert owner.release(record).status == 403
    owner.post(owner.testimony(record).form(action="/hold"))
    assert owner.release(record).status == 303


def test_what_is_being_withdrawn_stays(world, owner):
    record = world.arrive(k_rescue="yes")
    owner.queue()
    item = mailbox.item
    world.in_mailbox(
        item.update().where(item.c.id == bytes.fromhex(record)).values(withdraw_on="2026-11-30")
    )
    page = owner.release(record)
    assert page.status in (403, 409)
    assert page.error


def test_a_second_person_agrees_to_exactly_what_leaves(world, owner, colleague, partner):
    record = world.arrive(k_rescue="yes", u_minor="yes")
    owner.queue()
    page = owner.release(record)
    assert page.status == 403
    assert "second person" in page.error
    assert record not in partner.get("/released").text
    assert not [f for f in owner.testimony(record).forms() if f.action.endswith("/agree")]
    assert owner.release(record).status == 403  # asking twice is not agreeing
    colleague.post(colleague.testimony(record).form(action="/agree"))
    assert owner.release(record).status == 303
    acts = [
        act.act
        for act in world.book.custody(world.book.resume(owner.cookies["naru_desk"], world.now))
    ]
    assert acts.count("asked") == 1
    assert acts.index("agreed") > acts.index("released")

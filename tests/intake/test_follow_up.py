"""Adding, correcting, answering, consenting, withdrawing."""

import re

import pytest
from intake.world import STORY

from app.mailbox import tables

TEXTS = ["add", "correct", "answer"]
KINDS = {"add": "addition", "correct": "correction", "answer": "answer", "consent": "consent"}


@pytest.fixture
def receipt(visitor):
    return visitor.tell("ko", k_rescue="yes")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_kept_in_the_same_thread(world, visitor, receipt, name):
    page = visitor.post(receipt.form(name), w_narrative="더 쓴 것\n둘째")
    assert page.status == 200
    assert page.id("done")
    found = world.one(KINDS[name])
    assert found.fields["w_narrative"] == "더 쓴 것\n둘째"
    assert found.thread == world.one("testimony").thread
    assert found.reply is None


@pytest.mark.parametrize("keep", ["yes", "no"])
def test_a_correction_says_whether_the_first_is_kept(world, visitor, receipt, keep):
    visitor.post(receipt.form("correct"), w_narrative="고친 것", keep_first=keep)
    assert world.one("correction").fields["keep_first"] == keep


def test_a_consent_says_all_that_is_agreed_to_from_now_on(world, visitor, receipt):
    form = receipt.form("consent")
    assert ("k_rescue", "yes") in form.values()
    visitor.post(form, k_rescue=[], k_stats="yes", k_wait="2030")
    assert world.one("consent").fields == {"k_stats": "yes", "k_wait": "2030"}


def test_a_consent_taken_back_and_given_again_counts_each_time(world, visitor, receipt):
    form = receipt.form("consent")
    for ticked in (["yes"], [], ["yes"]):
        for _ in range(2):
            assert visitor.post(form, k_rescue=ticked).id("done")
    kept = [dict(one.fields) for one in world.opened() if one.kind == "consent"]
    assert len(kept) == 3
    assert kept.count({"k_rescue": "yes"}) == 2


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_text_sent_again_is_kept_once(world, visitor, receipt, name):
    for _ in range(3):
        assert visitor.post(receipt.form(name), w_narrative="같은 것").id("done")
    assert world.count() == 2


@pytest.mark.parametrize("name", TEXTS)
def test_an_empty_text_is_refused(world, visitor, receipt, name):
    page = visitor.post(receipt.form(name), w_narrative="  ")
    assert page.status == 400
    assert page.error
    assert world.count() == 1


@pytest.mark.parametrize("name", [*TEXTS, "consent"])
def test_an_expired_token_keeps_the_text_and_the_ten_words_send_it(world, visitor, receipt, name):
    world.forward(hours=26)
    page = visitor.post(receipt.form(name), **{"w_narrative": "늦은 글"} if name in TEXTS else {})
    assert page.status == 403
    assert page.error
    assert world.count() == 1
    if name in TEXTS:
        assert "늦은 글" in page.form(name).node.text
    assert visitor.post(page.form(name), receipt=receipt.receipt).id("done")
    assert world.one(KINDS[name])


def test_a_token_writes_into_one_kind_only(world, visitor, receipt):
    token = dict(receipt.form("add").values())["token"]
    page = visitor.post(receipt.form("correct"), token=token, w_narrative="x")
    assert page.status == 403
    assert world.count() == 1


@pytest.mark.parametrize("name", [*TEXTS, "consent"])
def test_wrong_words_in_place_of_a_token_are_refused_with_the_text(world, visitor, receipt, name):
    page = visitor.post(receipt.form(name), token="", receipt="abandon " * 10, w_narrative="글")
    assert page.status == 404
    assert world.count() == 1


def test_withdrawing_now_destroys_what_is_here(world, visitor, receipt):
    visitor.post(receipt.form("add"), w_narrative="더 쓴 것")
    page = visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    assert page.id("done")
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-23"}
    assert world.count(tables.header) == world.count(tables.payload) == 0
    back = visitor.come_back(receipt.receipt, "ko")
    assert back.status == 200
    assert "2026-11-23" in back.text
    assert back.id("add") is None


def test_what_is_gone_is_said_without_a_day_for_the_desk_blurs_it(world, visitor, receipt):
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    world.write(tables.item.update().values(withdraw_on="2026-11-01"))
    care = visitor.come_back(receipt.receipt).root.one(cls="care").text
    assert not re.search(r"\d", care)


def test_withdrawing_in_seven_days_marks_every_item(world, visitor, receipt):
    page = visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="in-7-days")
    assert page.id("done")
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-30"}
    assert world.count(tables.header) == 1
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-23"}
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="in-7-days")
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-23"}


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"receipt": ""}, 404),
        ({"receipt": "abandon " * 10}, 404),
        ({"when": "never"}, 400),
        ({"when": []}, 400),
    ],
    ids=["no words", "other words", "another time", "no time"],
)
def test_a_withdrawal_without_words_or_time_is_refused(world, visitor, receipt, values, status):
    page = visitor.post(receipt.form("withdraw"), **{"receipt": receipt.receipt, **values})
    assert page.status == status
    assert page.error
    assert world.rows()[0].withdraw_on is None


def test_a_form_sent_again_after_its_withdrawal_stores_nothing(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    page = visitor.post(form, w_narrative=STORY)
    visitor.post(page.form("withdraw"), receipt=page.receipt, when="now")
    assert visitor.post(form, w_narrative=STORY).receipt == page.receipt
    assert world.count(tables.payload) == 0
    other = visitor.post(form, w_narrative="다른 글")
    assert other.status == 409
    assert world.count(tables.payload) == 0
    assert visitor.post(other.form("testimony")).receipt != page.receipt


def test_nothing_of_a_withdrawn_text_is_left_in_the_files(world, visitor, receipt):
    payload = world.rows(tables.payload)[0].payload
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    files = [path.read_bytes() for path in world.path.iterdir()]
    assert not any(payload[100:1100] in data for data in files)


@pytest.mark.parametrize("name", [*TEXTS, "consent"])
def test_a_page_left_open_cannot_add_to_what_was_withdrawn(world, visitor, receipt, name):
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    page = visitor.post(receipt.form(name), **{"w_narrative": "늦은 글"} if name in TEXTS else {})
    assert page.status == 409
    assert page.error
    assert world.count(tables.payload) == 0


def test_what_comes_while_a_withdrawal_waits_is_withdrawn_with_the_rest(world, visitor, receipt):
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="in-7-days")
    assert visitor.post(receipt.form("add"), w_narrative="더 쓴 것").id("done")
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-30"}


def test_a_withdrawal_is_taken_back_until_its_day(world, visitor, receipt):
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="in-7-days")
    page = visitor.come_back(receipt.receipt, "ko")
    assert ("when", "not") in page.form("withdraw").values()
    assert visitor.post(page.form("withdraw"), receipt=receipt.receipt).id("done")
    assert {row.withdraw_on for row in world.rows()} == {None}
    assert visitor.post(receipt.form("add"), w_narrative="더 쓴 것").id("done")
    kinds = [n.attrs["data-kind"] for n in letters(visitor, receipt)]
    assert kinds == ["testimony", "addition"]
    visitor.post(page.form("withdraw"), receipt=receipt.receipt, when="in-7-days")
    world.forward(days=8)
    late = visitor.post(page.form("withdraw"), receipt=receipt.receipt, when="not")
    assert late.status == 409
    assert {row.withdraw_on for row in world.rows()} == {"2026-11-30"}


def letters(visitor, receipt):
    return visitor.come_back(receipt.receipt, "ko").root.all("li", "letter")


@pytest.mark.parametrize("ticked", [[], ["k_stats"], ["k_rescue", "k_pub_name", "k_court"]])
def test_changed_consents_are_shown_as_they_are_and_nothing_is_opened_for_it(
    world, visitor, receipt, ticked
):
    unknown = visitor.come_back(receipt.receipt, "ko")
    assert "봉인" in unknown.form("consent").node.text
    visitor.post(receipt.form("consent"), **{"k_rescue": [], **dict.fromkeys(ticked, "yes")})
    world.identities.clear()
    form = visitor.come_back(receipt.receipt, "ko").form("consent")
    assert {name for name, value in form.values() if value == "yes"} == set(ticked)
    assert "봉인" not in form.node.text

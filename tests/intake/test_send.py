"""Sending the form: one testimony, one receipt; sent again, still one."""

import threading

import pytest
from intake.world import STORY
from outside.site import urlencoded

from app.mailbox import tables


def test_a_form_becomes_one_sealed_testimony_and_ten_words(world, visitor):
    page = visitor.tell("ko", w_role="family", k_rescue="yes", w_knowledge=["saw", "rumour"])
    assert page.status == 200, page.error
    assert len(page.receipt.split()) == 10
    document = world.one("testimony")
    assert document.fields == {
        "w_narrative": STORY,
        "w_role": "family",
        "k_rescue": "yes",
        "w_knowledge": ("saw", "rumour"),
    }
    assert (document.lang, document.way, document.epoch) == ("ko", "server", "2026-W48")
    assert document.reply


def test_two_requests_are_enough(visitor):
    visitor.tell()
    assert visitor.requests == 2


def test_line_ends_become_lf_and_nothing_else_changes(world, visitor):
    story = "\n  첫 줄\r\n둘째\r셋째\t \u1100\u1161 가 \u200b끝  "
    visitor.tell(w_narrative=story)
    kept = world.one("testimony").fields["w_narrative"]
    assert kept == "\n  첫 줄\n둘째\n셋째\t \u1100\u1161 가 \u200b끝  "


def test_every_known_field_is_kept_whether_the_page_shows_it_or_not(world, visitor):
    more = {"a_cross": "tumen_onsong", "b_rel": "sibling", "c_own": "조금", "u_minor": "yes"}
    names = ["가나", "Ga Na", "佳娜", "Kana", "까나"]
    visitor.tell(**more, b_name=names, w_unknown="left out")
    fields = world.one("testimony").fields
    assert fields == {"w_narrative": STORY, **more, "b_name": tuple(names)}


def test_two_hundred_thousand_korean_syllables_are_taken(world, visitor):
    story = "가" * 200_000
    assert visitor.tell(w_narrative=story).receipt
    assert world.one("testimony").fields["w_narrative"] == story


def test_a_form_sent_the_plain_way_is_taken_too(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    kind, body = urlencoded(form.filled(w_narrative=STORY))
    page = visitor.send("POST", form.action, body, {"Content-Type": kind})
    assert page.receipt
    assert world.one("testimony").fields["w_narrative"] == STORY


def test_the_same_form_three_times_is_one_testimony_with_one_receipt(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    receipts = {visitor.post(form, w_narrative=STORY).receipt for _ in range(3)}
    assert len(receipts) == 1
    assert world.count() == 1


def test_the_same_form_at_once_from_many_circuits_is_one_testimony(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    receipts = []

    def post():
        receipts.append(world.visitor().post(form, w_narrative=STORY).receipt)

    threads = [threading.Thread(target=post) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 12
    assert len(set(receipts)) == 1
    assert world.count() == 1


def test_the_same_form_with_other_text_is_a_correction_under_the_same_receipt(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    first = visitor.post(form, w_narrative=STORY)
    second = visitor.post(form, w_narrative="고친 이야기", k_stats="yes")
    again = visitor.post(form, w_narrative="고친 이야기", k_stats="yes")
    assert first.receipt == second.receipt == again.receipt
    assert world.count() == 2
    fields = world.one("correction").fields
    assert fields == {"w_narrative": "고친 이야기", "k_stats": "yes", "keep_first": "yes"}
    assert world.one("correction").thread == world.one("testimony").thread


def test_the_same_form_after_a_restart_is_still_one_testimony(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    first = visitor.post(form, w_narrative=STORY).receipt
    world.app = world.start()
    assert visitor.post(form, w_narrative=STORY).receipt == first
    assert world.count() == 1


def test_two_forms_are_two_threads_that_no_column_links(world, visitor):
    visitor.tell()
    visitor.tell()
    first, second = world.opened()
    assert first.thread != second.thread
    rows = world.rows()
    assert not set(rows[0]) & {*rows[1]} - {rows[0].epoch, rows[0].day, None}


def test_the_page_shows_the_words_in_all_three_languages(visitor):
    page = visitor.tell("ko")
    shown = " ".join(page.root.one("main").text.split())
    for words in ("中文", "English"):
        assert words in shown
    assert page.receipt.split()[0] not in page.id("receipt").attrs


@pytest.mark.parametrize("table", [tables.header, tables.payload])
def test_header_and_payload_lie_apart(world, visitor, table):
    visitor.tell()
    assert world.count(table) == 1


def test_a_row_knows_the_day_and_no_more(world, visitor):
    visitor.tell()
    (row,) = world.rows()
    assert row.day == "2026-11-23"
    assert row.withdraw_on is None

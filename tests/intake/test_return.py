"""Coming back with ten words: what lies there, and the forms of somebody who comes back."""

import time

import pytest
from intake.world import STORY
from sqlalchemy import insert, select

from app.intake.guessing import Guesses
from app.mailbox import tables
from app.web import Refusal
from crypto import sealing
from crypto.documents import Document
from crypto.receipts import Slots
from crypto.recipients import parse_recipient

FORMS = ["add", "correct", "answer", "consent", "withdraw"]


def letters(page):
    found = page.root.all(cls="letter")
    return [(one.attrs["data-kind"], one.attrs["data-day"]) for one in found]


def leave(world, kind, text, number=0, *, misplaced=False):
    """What the desk does with the recipient and slots of a testimony."""
    testimony = world.one("testimony")
    slot = Slots(testimony.reply.slots).slot(number)
    document = Document(
        kind=kind,
        id=("0" * 32 if misplaced else slot.hex()),
        thread=testimony.thread,
        epoch=testimony.epoch,
        way="server",
        lang="en",
        fields={"text": text},
    )
    header, payload = sealing.seal(
        document.to_bytes(), [parse_recipient(testimony.reply.recipient)]
    )
    row = {"id": slot, "day": "2026-11-24", "header": header, "payload": payload}
    world.write(insert(tables.reply).values(**row))
    return slot.hex()


def test_what_lies_there_is_listed_by_kind_and_day_and_not_by_text(world, visitor):
    receipt = visitor.tell()
    visitor.post(receipt.form("add"), w_narrative="더 쓴 것")
    world.forward(days=2)
    visitor.post(receipt.form("consent"), k_stats="yes")  # its token has expired
    page = visitor.come_back(receipt.receipt)
    assert letters(page) == [("testimony", "2026-11-23"), ("addition", "2026-11-23")]
    assert STORY not in page.text
    assert "더 쓴 것" not in page.text


@pytest.mark.parametrize("shape", ["", "/ko/return"])
def test_receipt_and_return_page_hold_every_form(visitor, shape):
    page = visitor.tell("ko")
    if shape:
        page = visitor.come_back(page.receipt, "ko")
    for name in FORMS:
        form = page.form(name)
        assert form.method == "POST"
        assert form.multipart
        assert form.action.startswith("/ko/")


def test_words_of_any_language_and_form_are_read(visitor):
    page = visitor.tell("ko")
    others = [node.text for node in page.root.all("p") if "lang" in node.attrs]
    for line in others:
        words = line.partition(":")[2]
        for typed in (words, words.upper(), words.replace(" ", "\n"), "  " + words + "\t"):
            assert letters(visitor.come_back(typed, "zh"))


@pytest.mark.parametrize(
    "words", ["", "one two three", "abandon " * 10, "가" * 100_000, "\0", b"\xff"]
)
def test_wrong_words_are_404_or_400_and_kept(visitor, words):
    page = visitor.come_back(words, "ko")
    assert page.status in (404, 400)
    assert page.error
    if words and isinstance(words, str) and len(words) < 100:
        assert page.id("words").text.strip() == words.replace("\0", "").strip()


def test_ten_words_nobody_got_are_404(visitor):
    page = visitor.come_back("abandon " * 10)
    assert page.status == 404


def test_a_reply_of_the_desk_is_read(world, visitor):
    words = visitor.tell().receipt
    leave(world, "reply", "안녕하십니까 <b>")
    page = visitor.come_back(words)
    (letter,) = [one for one in page.root.all(cls="letter") if one.attrs["data-kind"] == "reply"]
    assert letter.one(cls="words").text == "안녕하십니까 <b>"
    assert letters(page)[-1] == ("reply", "2026-11-24")


def test_a_question_is_answered_where_it_stands(world, visitor):
    words = visitor.tell().receipt
    slot = leave(world, "question", "언제였습니까?")
    page = visitor.come_back(words)
    done = visitor.post(page.form("answer"), w_narrative="가을")
    assert done.id("done")
    assert world.one("answer").about == slot


@pytest.mark.parametrize("how", ["altered", "misplaced"])
def test_a_reply_that_does_not_hold_is_named_and_not_shown(world, visitor, how):
    words = visitor.tell().receipt
    leave(world, "reply", "secret text", misplaced=how == "misplaced")
    if how == "altered":
        row = world.rows(tables.reply)[0]
        payload = row.payload[:-1] + bytes([row.payload[-1] ^ 1])
        world.write(tables.reply.update().values(payload=payload))
    page = visitor.come_back(words)
    assert page.status == 200
    assert "secret text" not in page.text
    assert ("reply", "2026-11-24") in letters(page)


def test_twenty_additions_are_all_listed(world, visitor):
    page = visitor.tell()
    for number in range(20):
        assert visitor.post(page.form("add"), w_narrative=f"{number}").id("done")
    found = letters(visitor.come_back(page.receipt))
    assert found.count(("addition", "2026-11-23")) == 20
    assert world.count() == 21


def test_coming_back_writes_nothing(world, visitor):
    words = visitor.tell().receipt
    before = [world.rows(table) for table in tables.metadata.sorted_tables]
    visitor.come_back(words)
    assert [world.rows(table) for table in tables.metadata.sorted_tables] == before


def test_without_the_module_that_opens_everything_else_is_listed(world, visitor, monkeypatch):
    words = visitor.tell().receipt
    leave(world, "reply", "text")
    monkeypatch.setattr("app.intake.returning.replies", None)
    page = visitor.come_back(words)
    assert letters(page) == [("testimony", "2026-11-23"), ("reply", "2026-11-24")]
    with world.engine.connect() as connection:
        assert connection.execute(select(tables.reply)).first()


def test_a_word_that_is_not_on_the_list_is_pointed_at_with_those_like_it(visitor):
    words = visitor.tell("en").receipt.split()
    wrong = [*words[:3], "abondon", *words[4:]]
    page = visitor.come_back(" ".join(wrong))
    assert page.status == 404
    assert "4" in page.error
    assert "abondon" in page.error
    assert "abandon" in page.error
    assert page.form("return").values()[0][1].split() == wrong


def test_a_word_too_few_is_counted(visitor):
    page = visitor.come_back(" ".join(visitor.tell("en").receipt.split()[:9]))
    assert page.status == 404
    assert "9" in page.error


def test_many_who_guess_wait_and_submissions_do_not(world, visitor):
    guesses = world.app.extensions["naru_intake"].guesses
    receipt = visitor.tell().receipt
    taken = [guesses._here.acquire(blocking=False) for _ in range(100)]
    assert taken.count(True) < 64, "guesses could take every thread"
    page = visitor.come_back(receipt)
    assert page.status == 503
    assert page.error
    assert visitor.tell().receipt
    guesses._here.release()
    assert visitor.come_back(receipt).status == 200


def test_a_wrong_guess_keeps_its_place_for_a_while_and_the_right_words_do_not():
    guesses = Guesses(wrong=0.2)
    began = time.monotonic()
    with guesses.place():
        pass
    assert time.monotonic() - began < 0.1
    with pytest.raises(Refusal), guesses.place():
        raise Refusal(404, "wrong")
    assert time.monotonic() - began > 0.2

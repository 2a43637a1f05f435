"""Writing to a witness: sealed to the witness alone, in the next of their slots."""

import pytest
from sqlalchemy import select

from app.mailbox import tables as mailbox
from crypto.documents import Document, Reply
from crypto.identities import PQIdentity
from crypto.opening import open_envelope
from crypto.receipts import Receipt

RECEIPT = Receipt(bytes(13) + b"\x04")


@pytest.fixture
def root(world):
    return RECEIPT.root(bytes.fromhex(world.settings.site_id))


@pytest.fixture
def record(world, owner, root):
    """A testimony that hands over where to answer."""
    identity = PQIdentity(root.identity_seed)
    reply = Reply(str(identity.recipient), root.slots("desk").key)
    found = world.arrive(k_rescue="yes", reply=reply)
    owner.queue()
    return found


def write(browser, record, text="어느 달이었습니까?", kind="question", **more):
    page = browser.testimony(record)
    return browser.post(page.form(action="/reply"), kind=kind, text=text, **more)


def left(world, root):
    """What the witness finds, in the order of the slots."""
    with world.store.mailbox.connect() as connection:
        rows = {row.id: row for row in connection.execute(select(mailbox.reply))}
    found = []
    while row := rows.pop(root.slot("desk", len(found)), None):
        plain = open_envelope(row.header, row.payload, [PQIdentity(root.identity_seed)])
        found.append(Document.from_bytes(plain))
        assert found[-1].id == row.id.hex()
    assert not rows
    return found


def test_a_question_then_a_reply_lie_in_the_witnesss_next_slots(world, owner, root, record):
    assert write(owner, record).status == 303
    assert write(owner, record, text="고맙습니다.\n둘째 줄", kind="reply").status == 303
    first, second = left(world, root)
    assert (first.kind, first.fields["text"]) == ("question", "어느 달이었습니까?")
    assert (second.kind, second.fields["text"]) == ("reply", "고맙습니다.\n둘째 줄")
    shown = owner.testimony(record).id("reply")
    kinds = [node.attrs["data-kind"] for node in shown.all("article")]
    assert kinds == ["question", "reply"]
    acts = [node.text for node in owner.get("/custody").root.all("td")]
    assert acts.count("wrote to the witness") == 2, str(acts)


def test_the_page_warns_whoever_writes(owner, record):
    assert "quote nothing of the testimony" in owner.testimony(record).id("reply").text


@pytest.mark.parametrize("name", ["r_read", "s6", "s7", "s10"])
def test_a_standard_answer_is_in_the_witnesss_language(world, owner, root, record, name):
    assert write(owner, record, text="", kind="reply", standard=name).status == 303
    (found,) = left(world, root)
    assert any("가" <= letter <= "힣" for letter in found.fields["text"])


@pytest.mark.parametrize(
    "more", [{"text": " \n"}, {"text": "x" * 20_001}, {"kind": "testimony"}, {"kind": ""}]
)
def test_nothing_and_other_kinds_are_refused(world, owner, root, record, more):
    page = write(owner, record, **more)
    assert page.status == 400
    assert page.error
    assert left(world, root) == []


def test_who_asked_not_to_be_asked_is_not_but_may_be_answered(world, owner, root):
    reply = Reply(str(PQIdentity(root.identity_seed).recipient), root.slots("desk").key)
    record = world.arrive(w_reply="no", reply=reply)
    owner.queue()
    assert write(owner, record).status == 409
    assert left(world, root) == []
    assert write(owner, record, kind="reply").status == 303


def test_what_came_without_slots_cannot_be_answered(world, owner):
    record = world.arrive()
    owner.queue()
    page = owner.testimony(record)
    assert page.id("reply").one("form") is None


def test_only_who_reads_may_write(world, owner, partner, nobody, record):
    form = owner.testimony(record).form(action="/reply")
    token = partner.get("/released").form(action="/logout").values()
    pairs = [*token, ("kind", "question"), ("text", "x")]
    assert partner.post_pairs(form, pairs).status == 403
    assert nobody.post_pairs(form, pairs).status >= 300


def test_nothing_of_it_lies_in_the_clear(world, owner, record):
    write(owner, record, text="CANARY 카나리아")
    for path in world.settings.data_dir.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert b"CANARY" not in data
        assert "카나리아".encode() not in data

"""What came sealed by somebody else, as the desk reads it."""

import base64
import secrets
from dataclasses import replace

import pytest
from desk.world import STORY, WEEK
from sqlalchemy import select

from app.casebook import outcomes, tables
from app.intake import replies
from app.mailbox import tables as mailbox
from config.vocabularies import load_vocabularies
from crypto import sealing
from crypto.armor import armored
from crypto.documents import Document, Reply
from crypto.identities import PQIdentity
from crypto.receipts import Root
from crypto.recipients import parse_recipient, pq_recipient_from_seed


@pytest.fixture
def recipient(world):
    with world.store.casebook.connect() as connection:
        query = select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == WEEK)
        return parse_recipient(connection.execute(query).scalar_one())


@pytest.fixture
def carried(world, recipient):
    """Put age files into the mailbox as the intake does; the id of the record."""

    def put(*files, way="stock", slot=None, reply=None, **fields):
        slot = slot or secrets.token_bytes(16)
        coded = [base64.b64encode(file).decode() for file in files]
        document = Document(
            kind="testimony",
            id=slot.hex(),
            thread=slot.hex(),
            epoch=WEEK,
            way=way,
            lang="ko",
            fields={"envelope": coded, **fields},
            reply=reply,
        )
        world.put(slot, *sealing.seal(document.to_bytes(), [recipient]))
        return slot.hex()

    return put


def age(recipient, data):
    return b"".join(sealing.seal(data, [recipient]))


def inner(slot, fields, epoch=WEEK):
    """What the offline page writes."""
    return Document(
        kind="testimony",
        id=slot.hex(),
        thread="ab" * 16,
        epoch=epoch,
        way="offline",
        lang="zh",
        fields=fields,
        number=0,
    ).to_bytes()


def taken_in(world, record, name="owner"):
    """The page of a testimony, after the queue that takes arrivals in."""
    browser = world.member(name)
    browser.queue()
    return browser.testimony(record)


def shown(page):
    return {
        n.attrs["data-field"]: n.text.strip() for n in page.root.all() if "data-field" in n.attrs
    }


def notes(page):
    return [n.text for n in page.root.all("p") if "data-sealed" in n.attrs]


def test_a_file_of_stock_age_reads_as_a_testimony(world, carried, recipient):
    record = carried(age(recipient, b"\xef\xbb\xbf" + STORY.replace("\n", "\r\n").encode()))
    page = taken_in(world, record)
    assert page.status == 200, page.error
    assert page.id("narrative").text == STORY
    assert page.id("way").attrs["data-way"] == "stock"
    assert notes(page) == []


def test_several_files_read_one_after_the_other_and_armor_too(world, carried, recipient):
    record = carried(age(recipient, b"one"), armored(age(recipient, b"two")))
    assert taken_in(world, record).id("narrative").text == "one\n\ntwo"


def test_what_does_not_open_is_said_and_kept(world, carried, recipient):
    stranger = age(PQIdentity.generate().recipient, b"x")
    broken = age(recipient, b"y" * 100)[:-1]
    record = carried(age(recipient, b"one"), stranger, broken, age(recipient, b"\xff\xfe"))
    page = taken_in(world, record)
    assert page.id("narrative").text == "one"
    assert [note.partition(": ")[2].split()[0] for note in notes(page)] == [
        "opened",
        "did",
        "did",
        "opened,",
    ]


def test_nothing_that_opens_is_still_a_record_that_says_so(world, carried):
    record = carried(age(PQIdentity.generate().recipient, b"x"))
    browser = world.member("owner")
    assert record in browser.queue()
    page = browser.testimony(record)
    assert (page.status, page.id("narrative").text.strip()) == (200, "")
    assert len(notes(page)) == 1


def test_the_offline_page_reads_field_by_field_like_the_form(world, carried, recipient):
    fields = {"w_narrative": STORY, "w_role": "family", "b_name": ["가", "나"], "k_rescue": "yes"}
    slot = secrets.token_bytes(16)
    sealed = age(recipient, inner(slot, fields))
    record = carried(sealed, way="offline", slot=slot, envelope_epoch=WEEK)
    typed = world.arrive(STORY, lang="zh", w_role="family", b_name=["가", "나"], k_rescue="yes")
    browser = world.member("owner")
    browser.queue()
    page, other = browser.testimony(record), browser.testimony(typed)
    assert page.id("narrative").text == other.id("narrative").text
    assert shown(page) == shown(other)
    assert page.id("way").attrs["data-way"] == "offline"
    agreed = [n.attrs["data-agreed"] for n in page.root.all("li", data_consent="k_rescue")]
    assert agreed == ["yes"]


def test_a_file_that_was_made_for_another_place_is_not_believed(world, carried, recipient):
    sealed = age(recipient, inner(secrets.token_bytes(16), {"w_narrative": "planted"}))
    record = carried(sealed, way="offline", envelope_epoch=WEEK)
    page = taken_in(world, record)
    assert "planted" not in page.text
    assert len(notes(page)) == 1


def test_what_was_sealed_for_a_week_that_was_over_is_marked(world, carried, recipient):
    slot = secrets.token_bytes(16)
    sealed = age(recipient, inner(slot, {"w_narrative": STORY}))
    more = {"envelope_epoch": WEEK, "envelope_retired": "yes"}
    page = taken_in(world, carried(sealed, way="offline", slot=slot, **more))
    assert page.id("narrative").text == STORY
    assert len(notes(page)) == 1


def test_what_is_for_leads_stays_so_however_it_came(world, carried, recipient):
    slot = secrets.token_bytes(16)
    fields = {"w_narrative": STORY, "w_not_read": "somebody"}
    record = carried(
        age(recipient, inner(slot, fields)), way="offline", slot=slot, envelope_epoch=WEEK
    )
    assert record in world.member("owner").queue()
    assert record not in world.member("outsider").queue()
    assert world.member("outsider").testimony(record).status == 409


def test_a_document_in_a_stock_file_cannot_pass_for_the_forms(world, carried, recipient):
    """Fields that only the intake writes are no answers, whoever wrote them inside."""
    nested = inner(secrets.token_bytes(16), {"w_narrative": "a", "envelope": ["b"]})
    page = taken_in(world, carried(age(recipient, nested)))
    assert page.status == 200, page.error
    assert page.id("narrative").text == "a"


def left(world, witness):
    """What lies in a witness's slots, opened with their words."""
    with world.store.mailbox.connect() as connection:
        rows = connection.execute(select(mailbox.reply)).all()
    return [replies.read(witness, row.id.hex(), row.header, row.payload) for row in rows]


@pytest.mark.parametrize(
    ("files", "outcome"), [("o", "all"), ("os", "some"), ("s", "none"), ("ss", "none")]
)
def test_a_standard_letter_says_once_whether_it_opened(world, carried, recipient, files, outcome):
    stranger = PQIdentity.generate().recipient
    witness = Root(secrets.token_bytes(32))
    reply = Reply(str(pq_recipient_from_seed(witness.identity_seed)), witness.slots("desk").key)
    record = carried(
        *[age(recipient if one == "o" else stranger, b"x") for one in files], reply=reply
    )
    page = taken_in(world, record)
    taken_in(world, record)
    (letter,) = left(world, witness)
    assert letter.id == witness.slot("desk", 0).hex()
    assert letter.fields["text"] == outcomes.LETTERS[outcome]["ko"]
    assert letter.fields["text"] in page.text


def test_a_letter_that_a_crash_kept_back_is_left_by_the_next_round(
    world, carried, recipient, monkeypatch
):
    witness = Root(secrets.token_bytes(32))
    reply = Reply(str(pq_recipient_from_seed(witness.identity_seed)), witness.slots("desk").key)
    record = carried(age(recipient, b"x"), reply=reply)

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(outcomes, "leave", die)
    browser = world.member("owner")
    with pytest.raises(KeyboardInterrupt):
        browser.queue()
    assert left(world, witness) == []
    monkeypatch.undo()
    assert taken_in(world, record).status == 200
    assert len(left(world, witness)) == 1


# What a stranger may hand in to stop the desk: none of it keeps others from being taken in


def test_a_key_for_letters_that_is_none_stops_nothing_and_nobody_is_written_to(
    world, carried, recipient
):
    slot = secrets.token_bytes(16)
    bad = Reply("age1pq1" + "q" * 1952, secrets.token_bytes(32))
    document = Document.from_bytes(inner(slot, {"w_narrative": STORY}))
    hostile = replace(document, reply=bad).to_bytes()
    record = carried(age(recipient, hostile), way="offline", slot=slot, envelope_epoch=WEEK)
    later = world.arrive("after it")
    browser = world.member("owner")
    assert {record, later} <= set(browser.queue())
    assert set(browser.queue()) >= {record, later}
    page = browser.testimony(record)
    assert page.id("narrative").text == STORY
    assert not [f for f in page.forms() if f.action.endswith("/reply")]
    with world.store.mailbox.connect() as connection:
        assert not connection.execute(select(mailbox.header)).all()
        assert not connection.execute(select(mailbox.reply)).all()


def test_who_may_not_be_written_to_is_not_written_to_by_a_form_made_by_hand(world, owner):
    bad = Reply("age1pq1" + "q" * 1952, secrets.token_bytes(32))
    record = world.arrive(STORY, reply=bad)
    owner.queue()
    form = next(f for f in owner.testimony(record).forms() if f.action.endswith("/notes"))
    pairs = form.filled(kind="reply", text="x")
    page = owner.post_pairs(form, pairs, to=f"/testimony/{record}/reply")
    assert 400 <= page.status < 500
    assert page.error
    assert "written" not in str(owner.testimony(record).id("reply").all("article"))


def test_fields_that_are_too_many_together_are_altered_and_others_come_in(
    world, carried, recipient
):
    slot = secrets.token_bytes(16)
    many = {f"a{n}": "x" for n in range(256)}
    sealed = age(recipient, inner(slot, many))
    more = {"envelope_epoch": WEEK, "envelope_retired": "yes"}
    record = carried(sealed, way="offline", slot=slot, **more)
    later = world.arrive("after it")
    browser = world.member("owner")
    queue = browser.queue()
    assert later in queue
    assert record not in queue
    assert browser.testimony(record).root.one(data_error="altered")


def test_many_stanzas_and_many_files_are_not_tried(world, carried, recipient, monkeypatch):
    tried = []
    unwrap = PQIdentity.unwrap

    def counted(self, stanzas):
        tried.append(len(stanzas))
        return unwrap(self, stanzas)

    crowd = [PQIdentity.generate().recipient] * 20
    wide = b"".join(sealing.seal(b"x", [*crowd, recipient]))
    narrow = b"".join(sealing.seal(b"y", [*crowd[1:], recipient]))
    record = carried(*[wide] * 15, narrow, *[narrow] * 10)
    monkeypatch.setattr(PQIdentity, "unwrap", counted)
    page = taken_in(world, record)
    assert page.id("narrative").text == "y"
    assert max(tried) == 20
    assert len(notes(page)) == 26


@pytest.mark.parametrize("kind", ["question", "reply"])
def test_nobody_writes_to_themselves_in_the_desks_name(world, recipient, kind):
    slot = secrets.token_bytes(16)
    document = Document.from_bytes(inner(slot, {"text": "planted"}))
    planted = replace(document, kind=kind, way="browser")
    world.put(slot, *sealing.seal(planted.to_bytes(), [recipient]))
    page = taken_in(world, slot.hex())
    assert page.root.one(data_error="misfiled")
    assert "planted" not in page.text


@pytest.mark.parametrize("value", [("x", "yes"), ("9" * 300,) * 40, "\0\u202e\ufeff한"])
def test_answers_of_a_shape_no_form_gives_are_read_and_break_no_page(world, recipient, value):
    """A page seals what it likes: every field there is as an array, or as signs nobody types."""
    slot, thread = secrets.token_bytes(16), secrets.token_hex(16)
    fields = dict.fromkeys(
        [name for name in load_vocabularies().fields if name != "w_not_read"], value
    )
    for kind in ("testimony", "addition", "correction", "answer", "consent"):
        own = slot if kind == "testimony" else secrets.token_bytes(16)
        held = {"kind": kind, "id": own.hex(), "thread": thread, "epoch": WEEK}
        held |= {"way": "browser", "lang": "ko", "fields": fields, "number": 2**32 - 1}
        world.put(own, *sealing.seal(Document(**held).to_bytes(), [recipient]))
    browser, record = world.member("owner"), slot.hex()
    assert record in browser.queue()
    for path in (f"/testimony/{record}", "/queue", "/people", "/map", "/search?q=x", "/today"):
        page = browser.get(path)
        assert page.status == 200, (path, page.error)

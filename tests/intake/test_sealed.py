"""What arrives sealed: by stock age, by the offline page, by a witness's own page."""

import base64
import hashlib
import io
import json
import tarfile

import pytest
from intake.world import STORY
from naru_vectors import cases
from outside.site import Upload, multipart

from app.intake import envelopes
from app.mailbox import tables
from crypto import armor, sealing
from crypto.documents import Document, Reply
from crypto.identities import PQIdentity
from crypto.receipts import Receipt
from crypto.recipients import X25519Recipient, pq_recipient_from_seed

CODE = bytes(13) + b"\x04"


def age(world, text=STORY, epoch="2026-W48"):
    """What stock age makes of a text."""
    return b"".join(sealing.seal(text.encode(), [world.identities[epoch].recipient]))


def tar(*files):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def hand_in(visitor, data, lang="ko", form=None):
    form = form or visitor.get(f"/{lang}/sealed").form("sealed")
    return visitor.post(form, envelope=Upload("story.age", data))


def own(world, text=STORY, code=CODE, kind="testimony", n=0, **other):
    """What a witness's page makes: slot, tag and envelope."""
    root = Receipt(code).root(world.site)
    held = {"kind": kind, "id": root.slot(kind, n).hex(), "thread": root.thread.hex()}
    held |= {"epoch": "2026-W48", "way": "browser", "lang": "ko", "fields": {"w_narrative": text}}
    held |= other
    if kind == "testimony":
        recipient = pq_recipient_from_seed(root.identity_seed)
        held["reply"] = Reply(str(recipient), root.slots("desk").key)
    document = Document(**held)
    to = world.identities[document.epoch].recipient
    sealed = b"".join(sealing.seal(document.to_bytes(), [to]))
    return {
        "slot": document.id,
        "same": root.same(kind, document.fields).hex(),
        "epoch": document.epoch,
        "envelope": Upload("envelope", sealed),
    }


def leave(visitor):
    return json.loads(visitor.get("/ko/deposit").text)["leave"]


def deposit(visitor, to=None, **values):
    kind, body = multipart(list(values.items()))
    path = f"/ko/deposit/{leave(visitor) if to is None else to}"
    page = visitor.send("POST", path, body, {"Content-Type": kind})
    return page.status, page.error or json.loads(page.text)


@cases("carried", "read")
def test_what_was_carried_here_is_read_as_the_vectors_say(case):
    found = envelopes.read(bytes.fromhex(case["hex"]))
    assert [hashlib.sha256(one.data).hexdigest() for one in found] == [
        file["sha256"] for file in case["files"]
    ]
    for one, file in zip(found, case["files"], strict=True):
        said = one.place and {
            "epoch": one.place.epoch,
            "slot": one.place.slot.hex(),
            "same": one.place.same.hex(),
        }
        assert said == file["place"]


@cases("carried", "not sealed", "too many")
def test_what_is_not_sealed_is_refused_as_the_vectors_say(case):
    kind = {"not sealed": envelopes.NotSealed, "too many": envelopes.TooMany}[case["outcome"]]
    with pytest.raises(kind):
        envelopes.read(bytes.fromhex(case["hex"]))


def test_a_file_of_stock_age_is_sealed_again_and_gets_a_receipt(world, visitor):
    sealed = age(world)
    page = hand_in(visitor, sealed)
    assert page.status == 200, page.error
    assert page.id("done")
    assert len(page.receipt.split()) == 10
    document = world.one("testimony")
    assert (document.way, document.lang, document.epoch) == ("stock", "ko", "2026-W48")
    assert [base64.b64decode(one) for one in document.fields["envelope"]] == [sealed]
    (row,) = world.rows(tables.payload)
    assert len(row.payload) == 16 + 32768 + 16
    assert visitor.come_back(page.receipt, "ko").status == 200


@pytest.mark.parametrize("dress", [armor.armored, lambda data: b"\r\n" + armor.armored(data)])
def test_armor_is_taken_as_it_came(world, visitor, dress):
    sealed = dress(age(world))
    assert hand_in(visitor, sealed).receipt
    assert base64.b64decode(world.one("testimony").fields["envelope"][0]) == sealed


def test_a_tar_of_several_is_one_testimony(world, visitor):
    files = [("1.age", age(world, "one")), ("folder/2.age", age(world, "two"))]
    assert hand_in(visitor, tar(*files)).receipt
    held = world.one("testimony").fields["envelope"]
    assert [base64.b64decode(one) for one in held] == [data for _, data in files]


def test_the_same_file_twice_is_one_item_and_another_one_a_correction(world, visitor):
    form, sealed = visitor.get("/ko/sealed").form("sealed"), age(world)
    receipts = {hand_in(visitor, sealed, form=form).receipt for _ in range(2)}
    assert len(receipts) == 1
    assert world.count() == 1
    assert hand_in(visitor, age(world, "new"), form=form).receipt in receipts
    assert world.one("correction").way == "stock"


def test_sealed_to_somebody_else_is_taken_all_the_same(world, visitor):
    stranger = PQIdentity.generate().recipient
    classic = X25519Recipient(b"\x09" + bytes(31))
    for recipient in (stranger, classic):
        assert hand_in(visitor, b"".join(sealing.seal(b"x", [recipient]))).receipt


def test_what_is_not_sealed_is_refused_and_stored_nowhere(world, visitor):
    good = age(world)
    link = tarfile.TarInfo("x.age")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    linked = io.BytesIO()
    with tarfile.open(fileobj=linked, mode="w") as archive:
        archive.addfile(link)
    header = good[: good.index(b"\n--- ") + 5]
    for data in (
        b"",
        STORY.encode(),
        header,
        b"PK\x03\x04" + bytes(64),
        tar(("story.txt", STORY.encode())),
        tar(("1.age", good), ("2.txt", b"plain")),
        tar(("1.age", good))[:1024],
        linked.getvalue(),
        bytes(10240),
    ):
        page = hand_in(visitor, data)
        assert page.status == 400
        assert page.error
        assert page.form("sealed")
    assert world.count() == 0


def test_too_many_files_are_refused(world, visitor):
    good = age(world, "x")
    assert hand_in(visitor, tar(*[(f"{n}.age", good) for n in range(16)])).status == 200
    assert hand_in(visitor, tar(*[(f"{n}.age", good) for n in range(17)])).status == 413
    assert world.count() == 1


def test_too_large_a_file_is_refused_with_a_sentence(world, visitor):
    page = hand_in(visitor, age(world) + bytes(5 << 20))
    assert (page.status, bool(page.error)) == (413, True)
    assert world.count() == 0


def test_no_size_in_a_tar_makes_it_read_more_than_came(world):
    head = bytearray(tar(("1.age", age(world)))[:512])
    for size in (
        b"77777777777\0",
        b"\x80" + bytes(10) + b"\x01",
        b"-0000000001\0",
        b"zzzzzzzzzzz\0",
    ):
        head[124:136] = size
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        with pytest.raises(envelopes.NotSealed):
            envelopes.read(bytes(head) + bytes(1024))


def offline(world, epoch="2026-W48", **other):
    made = own(world, way="offline", epoch=epoch, **other)
    name = f"{made['epoch']}.{made['slot']}.{made['same']}.age"
    return tar((name, made["envelope"].data))


def test_a_file_of_the_offline_page_lies_under_its_own_words(world, visitor):
    page = hand_in(visitor, offline(world))
    assert page.status == 200, page.error
    assert page.id("done")
    assert page.receipt is None
    document = world.one("testimony")
    assert (document.way, document.fields["envelope_epoch"]) == ("offline", "2026-W48")
    assert "envelope_retired" not in document.fields
    words = " ".join(Receipt(CODE).words("ko"))
    assert visitor.come_back(words).root.one(cls="letter", data_kind="testimony")
    assert hand_in(visitor, offline(world)).status == 200
    assert world.count() == 1
    assert hand_in(visitor, offline(world, text="another")).status == 409


@pytest.mark.parametrize(("weeks", "status"), [(0, 200), (12, 200), (13, 410)])
def test_a_retired_key_is_accepted_for_twelve_weeks_and_marked(world, visitor, weeks, status):
    made = offline(world)
    world.forward(weeks=weeks)
    assert hand_in(visitor, made).status == status
    marked = [d.fields.get("envelope_retired") for d in world.opened()]
    assert marked == ([] if status == 410 else [None] if weeks == 0 else ["yes"])


def test_an_envelope_of_a_witnesss_own_page_is_kept_as_it_is(world, visitor):
    made = own(world)
    assert deposit(visitor, **made) == (200, {"stored": True})
    assert deposit(visitor, **made) == (200, {"stored": True})
    document = world.one("testimony")
    assert (document.way, document.fields["w_narrative"]) == ("browser", STORY)
    words = " ".join(Receipt(CODE).words("zh"))
    assert visitor.come_back(words).root.one(cls="letter", data_kind="testimony")


def test_another_tag_in_the_same_slot_is_refused_as_taken(world, visitor):
    deposit(visitor, **own(world))
    status, said = deposit(visitor, **own(world, "another"))
    assert (status, bool(said)) == (409, True)
    assert world.one("testimony").fields["w_narrative"] == STORY
    assert deposit(visitor, **own(world, "another", kind="correction"))[0] == 200


def test_a_deposit_of_another_shape_is_refused_and_stored_nowhere(world, visitor):
    good = own(world)
    sealed = good["envelope"].data
    two = [world.identities[name].recipient for name in ("2026-W48", "standing")]
    unpadded = b"".join(sealing.seal(b"x" * 40000, two[:1]))
    for change in (
        {"slot": "0" * 31},
        {"slot": good["slot"].upper() + "0"},
        {"same": "x" * 32},
        {"epoch": "2026-W20"},
        {"epoch": ""},
        {"envelope": ""},
        {"envelope": Upload("e", b"")},
        {"envelope": Upload("e", b"age-encryption.org/v1\n")},
        {"envelope": Upload("e", sealed[:-1])},
        {"envelope": Upload("e", unpadded)},
        {"envelope": Upload("e", b"".join(sealing.seal(bytes(32768), two)))},
        {"envelope": Upload("e", STORY.encode())},
    ):
        status, said = deposit(visitor, **{**good, **change})
        assert (status, bool(said)) == (400, True), change
    assert world.count() == 0


def test_slots_are_told_by_number_and_nothing_else_is_told(world, visitor):
    made = own(world)
    deposit(visitor, **made)
    ask = "&".join(["slot=" + made["slot"], "slot=" + "0" * 32]).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    page = visitor.send("POST", "/ko/slots", ask, kind)
    assert json.loads(page.text) == {
        "items": [
            {
                "slot": made["slot"],
                "day": "2026-11-23",
                "same": made["same"],
                "withdraw_on": "",
            }
        ],
        "replies": [],
    }
    for wrong in (b"", b"slot=x", b"&".join([b"slot=" + b"0" * 32] * 65)):
        assert visitor.send("POST", "/ko/slots", wrong, kind).status == 400


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_the_fingerprint_is_explained_in_every_language(world, visitor, lang):
    page = visitor.get(f"/{lang}/key")
    assert page.id("fingerprint").text.replace(" ", "") == world.desk.public.fingerprint
    assert "2026-W48" in page.text


def test_the_offline_page_is_the_same_for_everybody_and_its_digest_stands_by_the_fingerprint(
    world, visitor
):
    page = visitor.get("/offline.html")
    assert page.header("Content-Disposition").startswith("attachment")
    world.app = world.start()
    assert visitor.get("/offline.html").body == page.body
    digest = hashlib.sha256(page.body).hexdigest()
    for lang in ("en", "ko", "zh"):
        assert visitor.get(f"/{lang}/key").id("offline-sha256").text == digest
    assert page.text.count(world.app.extensions["naru_intake"].recipients.grouped) == 3
    world.publish("2026-W49", "2026-11-30", "2026-12-06")
    world.forward(minutes=1)
    assert visitor.get("/offline.html").body != page.body


def test_the_offline_page_calls_on_nobody(visitor):
    page = visitor.get("/offline.html")
    assert list(page.resources()) == []
    assert [node.attrs.get("src") for node in page.root.all("script")] == [None, None]
    assert all(target.startswith("#") for target in page.targets())

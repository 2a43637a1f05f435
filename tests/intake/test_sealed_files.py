"""A file that arrives sealed by its witness's own page: kept as it is, whole or not at all."""

import hashlib
import io
import json

import pytest
from intake.test_attachments import at_the_desk, folder
from intake.test_sealed import CODE, leave, own
from intake.world import post_unread
from outside.site import Upload, multipart

from app.intake import attaching
from app.mailbox import tables
from crypto.documents import File
from crypto.padding import bucket, shortfall
from crypto.receipts import Receipt
from crypto.stream import PayloadWriter

DATA = b"\xff\xd8 not really a picture \0" * 5000
KEY = bytes(range(16))


def payload(data=DATA, pad=None):
    """What the page's worker makes: the bytes, zeros up to the bucket, sealed."""
    sink = io.BytesIO()
    writer = PayloadWriter(sink, KEY)
    writer.write(data + bytes(shortfall(len(data)) if pad is None else pad))
    writer.close()
    return sink.getvalue()


def sealed(world, data=DATA, n=0, **change):
    file = File("사진.jpg", "image/jpeg", len(data), hashlib.sha256(data).hexdigest(), KEY)
    made = own(world, kind="attachment", n=n, fields={}, file=file)
    made["same"] = Receipt(CODE).root(world.site).same("attachment", file.fields()).hex()
    made["envelope"] = Upload("envelope", made["envelope"].data)
    return {**made, "payload": Upload("payload", payload(data)), **change}


def send(visitor, values, to=None):
    kind, body = multipart(list(values.items()))
    to = leave(visitor) if to is None else to
    return visitor.send("POST", f"/ko/deposit/{to}/file", body, {"Content-Type": kind})


def test_it_is_kept_as_it_came_and_read_at_the_desk(world, visitor):
    made = sealed(world)
    assert json.loads(send(visitor, made).text) == {"stored": True}
    document = world.one("attachment")
    assert (document.way, document.file.name) == ("browser", "사진.jpg")
    assert at_the_desk(world, document) == DATA
    (path,) = folder(world)
    assert path.read_bytes() == made["payload"].data
    assert path.stat().st_mtime % 86400 == 0


def test_sent_again_it_is_there_once_and_another_in_its_place_is_refused(world, visitor):
    made = sealed(world)
    for _ in range(2):
        assert send(visitor, made).status == 200
    assert send(visitor, sealed(world, DATA + b"!")).status == 409
    assert send(visitor, sealed(world, DATA + b"!", n=1)).status == 200
    assert (len(folder(world)), world.count(), world.count(tables.blob)) == (2, 2, 2)


@pytest.mark.parametrize("given", ["none", "A" * 70, "of a form"])
@pytest.mark.parametrize("what", ["", "/file"])
def test_nobody_without_leave_is_read_from(world, visitor, given, what):
    if given == "of a form":
        given = dict(visitor.get("/ko/").form("testimony").values())["ticket"]
    large = Upload("payload", b"x" * 20 * 1024 * 1024)
    assert post_unread(world, f"/ko/deposit/{given}{what}", large).status_code == 403
    assert folder(world) == []


def test_leave_expires(world, visitor):
    given = leave(visitor)
    world.forward(hours=49)
    assert send(visitor, sealed(world), given).status == 403
    assert folder(world) == []


HOSTILE = {
    "no payload": {"payload": ""},
    "an empty payload": {"payload": Upload("payload", b"")},
    "a payload whose size speaks": {"payload": Upload("payload", payload(b"x" * 100, pad=0))},
    "a payload that is cut": {"payload": Upload("payload", payload()[:-1])},
    "two payloads": {"more": Upload("payload", payload())},
    "no envelope": {"envelope": ""},
    "no age file": {"envelope": Upload("envelope", b"\0" * 40000)},
    "an envelope without an end": {"envelope": Upload("envelope", b"a" * (attaching.AROUND + 1))},
    "no slot": {"slot": "../../etc/passwd"},
    "no tag": {"same": ""},
    "a week that does not serve": {"epoch": "2026-W20"},
    "a day that is none": {"withdraw_on": "2026-02-31"},
    "a day in other signs": {"withdraw_on": "20261127"},
    "today": {"withdraw_on": "2026-11-23"},
    "a day too far": {"withdraw_on": "2026-12-24"},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_another_shape_is_refused_and_leaves_nothing(world, visitor, case):
    page = send(visitor, sealed(world) | HOSTILE[case])
    assert (page.status, bool(page.error)) == (400, True)
    assert world.count() == 0
    assert folder(world) == []


def test_too_large_a_file_is_refused_by_what_is_said_and_by_what_comes(world, visitor, monkeypatch):
    most = 64 * 1024
    monkeypatch.setattr(world.app.extensions["naru_intake"].attachments, "_most", most)
    fits, larger = b"x" * most, b"x" * (most + 1)
    assert bucket(most) == most
    assert send(visitor, sealed(world, fits)).status == 200
    assert send(visitor, sealed(world, larger, n=1)).status == 413
    assert len(folder(world)) == 1


def test_the_days_budget_counts_it_too(world, visitor, monkeypatch):
    monkeypatch.setattr(attaching, "A_DAY", 0)
    assert send(visitor, sealed(world)).status == 503
    assert folder(world) == []


def test_what_waits_for_its_withdrawal_is_swept_with_the_rest(world, visitor):
    made = sealed(world, withdraw_on="2026-11-27")
    assert send(visitor, made).status == 200
    (row,) = world.rows(tables.item)
    assert row.withdraw_on == "2026-11-27"

"""One file a request: sealed while it arrives, whole or not at all."""

import hashlib
import os
import time

import pytest
from intake.world import post_unread
from outside.site import Upload, multipart
from sqlalchemy import insert

from app.mailbox import blobs, tables
from app.mailbox.blobs import Blobs, open_blob
from crypto.errors import MalformedHeader, TamperedPayload
from crypto.padding import bucket

DATA = b"\xff\xd8 not really a picture \0" * 5000


@pytest.fixture
def receipt(visitor):
    return visitor.tell("ko")


def folder(world):
    path = world.settings.blob_dir
    return sorted(path.iterdir()) if path.exists() else []


def at_the_desk(world, document):
    """The file as the desk gets it back."""
    store = Blobs(world.settings.blob_dir)
    with world.engine.connect() as connection:
        return b"".join(open_blob(store, connection, bytes.fromhex(document.id), document.file))


def send(visitor, page, name="사진.jpg", data=DATA, kind="image/jpeg"):
    return visitor.post(page.form("attach"), attachment=Upload(name, data, kind))


def test_a_file_arrives_whole_under_its_korean_name_and_its_size_is_said(world, visitor, receipt):
    page = send(visitor, receipt)
    assert page.status == 200
    assert "사진.jpg" in page.id("done").text
    assert "125 kB" in page.id("done").text
    document = world.one("attachment")
    assert document.thread == world.one("testimony").thread
    file = document.file
    assert (file.name, file.type, file.size) == ("사진.jpg", "image/jpeg", len(DATA))
    assert file.sha256 == hashlib.sha256(DATA).hexdigest()
    assert at_the_desk(world, document) == DATA


def test_a_page_after_a_file_takes_the_next(world, visitor, receipt):
    page = send(visitor, receipt)
    assert send(visitor, page, name="둘.txt", data=b"2").status == 200
    assert len(folder(world)) == 2


def test_the_file_lies_there_padded_sealed_under_a_random_name_and_without_its_hour(
    world, visitor, receipt
):
    send(visitor, receipt)
    (path,) = folder(world)
    assert path.name == world.rows(tables.blob)[0].name
    assert world.one("attachment").id != path.name
    chunks = -(-bucket(len(DATA)) // 65536)
    assert path.stat().st_size == 16 + bucket(len(DATA)) + 16 * chunks
    assert DATA[:20] not in path.read_bytes()
    assert path.stat().st_mtime % 86400 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_file_sent_again_is_kept_once(world, visitor, receipt):
    for _ in range(2):
        assert send(visitor, receipt).id("done")
    assert len(folder(world)) == world.count(tables.blob) == 1
    send(visitor, receipt, name="anders.jpg")
    assert len(folder(world)) == world.count(tables.blob) == 2


def test_a_name_is_cut_and_loses_folders_and_invisible_signs(world, visitor, receipt):
    send(visitor, receipt, name="../../etc/\u202egpj." + "가" * 300)
    assert world.one("attachment").file.name == ("gpj." + "가" * 300)[:255]


@pytest.mark.parametrize("token", ["x", "", None], ids=["foreign", "none", "of another kind"])
def test_nobody_without_a_token_is_read_from(world, receipt, token):
    other = dict(receipt.form("add").values())["token"] if token is None else token

    large = Upload("a", b"x" * 20 * 1024 * 1024)
    answer = post_unread(world, f"/ko/attach/{other or 'none'}", large)
    assert answer.status_code == 403
    assert folder(world) == []


def test_an_expired_token_is_refused(world, visitor, receipt):
    world.forward(hours=26)
    page = send(visitor, receipt)
    assert page.status == 403
    assert "낱말" in page.error
    assert folder(world) == []


def test_half_a_file_leaves_nothing(world, receipt):
    form = receipt.form("attach")
    kind, body = multipart([("attachment", Upload("a.jpg", DATA * 20))])
    for cut in (len(body) - 3, len(body) // 2, 300, 10):
        answer = world.app.test_client().post(
            form.action, data=body[:cut], content_type=kind, headers={"Host": "127.0.0.1:8000"}
        )
        assert answer.status_code == 400
        assert folder(world) == []
    assert world.count() == 1


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("attachment", Upload("", b""))],
        [("attachment", Upload("empty.txt", b""))],
        [("attachment", "text")],
        [("other", Upload("a", b"1"))],
        [("attachment", Upload("a", b"1")), ("attachment", Upload("b", b"2"))],
    ],
    ids=["nothing", "none chosen", "empty", "text", "another field", "two"],
)
def test_anything_but_one_file_is_refused_and_leaves_nothing(world, visitor, receipt, pairs):
    page = visitor.post_pairs(receipt.form("attach"), pairs)
    assert page.status == 400
    assert page.error
    assert folder(world) == []
    assert world.count() == 1


def small(world, most=100_000, reserve=0):
    """The same intake with other limits."""
    attachments = world.app.extensions["naru_intake"].attachments
    attachments._most = most
    attachments._store._reserve = reserve


def test_a_file_too_large_is_refused_by_what_is_said_and_by_what_comes(world, visitor, receipt):
    small(world)
    assert send(visitor, receipt, data=b"1" * 200_000).status == 413
    assert send(visitor, receipt, data=b"1" * 100_001).status == 413
    assert folder(world) == []
    assert send(visitor, receipt, data=b"1" * 100_000).status == 200


def test_below_the_reserve_files_wait_and_text_is_taken(world, visitor, receipt):
    small(world, reserve=1 << 60)
    page = send(visitor, receipt)
    assert page.status == 503
    assert page.error
    assert folder(world) == []
    assert visitor.post(receipt.form("add"), w_narrative="글").id("done")


def test_a_disk_that_refuses_is_said_and_leaves_nothing(world, visitor, receipt, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", refuse)
    page = send(visitor, receipt)
    assert page.status == 503
    assert folder(world) == []
    assert world.count() == 1


def test_withdrawing_now_destroys_the_file(world, visitor, receipt):
    send(visitor, receipt)
    visitor.post(receipt.form("withdraw"), receipt=receipt.receipt, when="now")
    assert folder(world) == []
    assert world.count(tables.blob) == 0


def test_the_return_page_lists_the_file_and_takes_another(world, visitor, receipt):
    send(visitor, receipt)
    page = visitor.come_back(receipt.receipt, "ko")
    kinds = [letter.attrs["data-kind"] for letter in page.root.all("li", "letter")]
    assert kinds == ["testimony", "attachment"]
    assert "사진.jpg" not in page.text
    assert send(visitor, page, data=b"another").status == 200


def test_the_sweeper_takes_what_no_row_refers_to_and_nobody_writes(world, visitor, receipt):
    send(visitor, receipt)
    store = Blobs(world.settings.blob_dir)
    for name in ("0" * 32, "1" * 32 + ".part"):
        (world.settings.blob_dir / name).write_bytes(b"left over")
    kept = {row.name for row in world.rows(tables.blob)}
    assert store.sweep(lambda: kept) == 0
    assert store.sweep(lambda: kept, time.time() + 3601) == 2
    assert {path.name for path in folder(world)} == kept


def test_an_altered_cut_or_swapped_file_is_not_taken_for_it(world, visitor, receipt):
    send(visitor, receipt)
    (path,) = folder(world)
    whole, document = path.read_bytes(), world.one("attachment")
    for wrong in (whole[:-1], whole[:-20] + bytes(20), whole + b"x", b"", bytes(len(whole))):
        path.write_bytes(wrong)
        with pytest.raises((TamperedPayload, MalformedHeader)):
            at_the_desk(world, document)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        at_the_desk(world, document)


def test_a_row_cannot_lead_out_of_the_folder(world, visitor, receipt):
    send(visitor, receipt)
    slot = world.rows(tables.blob)[0].item_id
    world.write(tables.blob.delete())
    world.write(insert(tables.blob).values(item_id=slot, name="../mailbox.db"))
    with pytest.raises(FileNotFoundError):
        at_the_desk(world, world.one("attachment"))


def test_no_more_uploads_at_once_than_leave_room_for_everybody_else(world, visitor, receipt):
    attachments = world.app.extensions["naru_intake"].attachments
    taken = 0
    while attachments._places.acquire(blocking=False):
        taken += 1
    assert taken > 0
    assert send(visitor, receipt).status == 503
    assert visitor.post(receipt.form("add"), w_narrative="글").id("done")
    attachments._places.release()
    assert send(visitor, receipt).status == 200


def test_a_killed_upload_is_swept_after_the_next_start(world, visitor, receipt):
    world.settings.blob_dir.mkdir(mode=0o700, exist_ok=True)
    left = world.settings.blob_dir / ("2" * 32 + ".part")
    left.write_bytes(b"half")
    world.app = world.start()
    attachments = world.app.extensions["naru_intake"].attachments
    os.utime(left, (0, 0))
    swept = attachments._store.sweep(set, time.time() + 4000)
    assert swept == 1
    assert folder(world) == []


def test_the_days_files_have_a_budget_and_the_next_day_a_new_one(world, visitor, receipt):
    small(world, most=1000)
    for number in range(50):
        assert send(visitor, receipt, data=bytes([number]) * 1000).status == 200
    assert send(visitor, receipt, data=b"one more").status == 503
    assert visitor.post(receipt.form("add"), w_narrative="글").id("done")
    world.forward(hours=20)
    assert send(visitor, receipt, data=b"one more").status == 200

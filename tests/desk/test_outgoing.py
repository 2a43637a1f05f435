"""A bundle on its way out: how long it is, what is kept of it, and what a break leaves behind."""

import os
import secrets
import sys
import tempfile
import threading

import pytest
from desk.bags import files, folder, plain
from needs import need
from playwright.sync_api import sync_playwright

from app.casebook import cleaning
from app.casebook.evidence import exporting, outgoing
from app.casebook.evidence.proposing import Choice
from app.casebook.keeping import erasure
from crypto.errors import TamperedPayload
from crypto.opening import open_bytes
from crypto.verifying import verify

STORY = "지어낸 이야기입니다. 도문에서 온성으로 넘겨졌습니다.\n" * 40


def release(world, owner, size=0):
    """A released testimony, with an attachment of so many bytes that cannot be pressed."""
    thread = secrets.token_hex(16)
    record = world.arrive(STORY, thread=thread, k_rescue="yes")
    item = world.attach(b"\x89PNG\r\n\x1a\n", thread=thread) if size else ""
    owner.queue()
    choice = Choice()
    with pytest.MonkeyPatch.context() as patch:
        if size:
            made = cleaning.Clean("image/png", b"\x89PNG" + secrets.token_bytes(size), 1, (), ())
            patch.setattr(cleaning, "clean", lambda *_: made)
            choice = Choice(files=((item, ()),), decided=True)
        lead = world.book.resume(owner.cookies["naru_desk"], world.now)
        world.book.release(lead, record, "partner", "k_rescue", choice)
    return record


def leaving(world, partner, *records):
    """The bundle, begun, as the page begins it."""
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    bundle = world.book.handing.leaving(ring, [*records])
    length = bundle.measure()
    bundle.begin()
    return ring, bundle, length


def acts(world, owner):
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    return [one.act for one in world.book.custody(lead)]


@pytest.mark.parametrize("size", [0, 1, 65_536, 700_001])
def test_its_length_is_known_before_its_first_byte(world, owner, partner, size):
    record = release(world, owner, size)
    form = partner.get("/export").form(action="/export")
    answer = partner.post(form, submission=[record])
    assert answer.header("Content-Length") == str(len(answer.body))
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    bag = files(open_bytes(answer.body, [ring.identity]))
    assert sum("/attachments/0" in name for name in bag) == (size > 0)


def test_it_is_said_to_be_begun_and_then_exported(world, owner, partner):
    record = release(world, owner)
    assert "export-begun" not in acts(world, owner)
    plain(world, partner, record)
    told = acts(world, owner)
    assert told.index("exported") < told.index("export-begun")  # the newest first
    page = owner.get("/custody")
    assert "began to export" in page.text


def test_what_is_broken_off_was_not_taken(world, owner, partner, monkeypatch):
    record = release(world, owner, 2_000_000)
    ring, bundle, length = leaving(world, partner, record)
    pieces = bundle.pieces()
    got = next(pieces) + next(pieces)
    pieces.close()
    assert 0 < len(got) < length
    with pytest.raises(TamperedPayload):
        open_bytes(got, [ring.identity])
    told = acts(world, owner)
    assert ("export-begun" in told, "exported" in told) == (True, False)
    page = partner.get("/released")
    assert "1 is new" in page.id("new").text
    assert page.id("taken") is None
    assert files(plain(world, partner, record))
    assert partner.get("/released").id("taken") is not None


def erase(world, _owner, record):
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")
    world.book.vault.forget([record])


def recall(_world, owner, record):
    assert owner.post(owner.testimony(record).form(action="/recall")).status == 303


@pytest.mark.parametrize("undo", [erase, recall])
def test_what_is_withdrawn_while_it_leaves_never_ends(world, owner, partner, monkeypatch, undo):
    first, second = release(world, owner, 2_000_000), release(world, owner)
    ring, bundle, _ = leaving(world, partner, first, second)
    pieces = bundle.pieces()
    got = [next(pieces)]
    undo(world, owner, second)
    with pytest.raises(outgoing.BrokenOff):
        got.extend(pieces)
    with pytest.raises(TamperedPayload):
        open_bytes(b"".join(got), [ring.identity])
    assert "exported" not in acts(world, owner)
    assert first in partner.get("/released").text


def test_an_attachment_withdrawn_while_it_leaves_never_ends(world, owner, partner, monkeypatch):
    first = release(world, owner, 2_000_000)
    second = release(world, owner, 2_000_001)
    last = max(first, second)  # written last
    _, bundle, _ = leaving(world, partner, first, second)
    pieces = bundle.pieces()
    next(pieces)
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    (one,) = world.book.viewing.of(lead, last)
    erasure.erase(world.store, [bytes.fromhex(one.id)], "withdrawn")
    with pytest.raises(outgoing.BrokenOff):
        list(pieces)
    assert "exported" not in acts(world, owner)


def test_what_the_account_could_not_keep_has_no_end(world, owner, partner, monkeypatch):
    record = release(world, owner)
    ring, bundle, length = leaving(world, partner, record)
    monkeypatch.setattr(outgoing.history, "note", lambda *_: 1 / 0)
    got = []
    with pytest.raises(ZeroDivisionError):
        got.extend(bundle.pieces())
    assert len(b"".join(got)) < length
    assert "exported" not in acts(world, owner)
    with pytest.raises((TamperedPayload, Exception)):
        open_bytes(b"".join(got), [ring.identity])


def test_what_fails_before_the_first_byte_is_a_refusal(world, owner, partner, monkeypatch):
    record = release(world, owner)

    def break_off(*_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(exporting.readme, "files", break_off)
    form = partner.get("/export").form(action="/export")
    answer = partner.post(form, submission=[record])
    assert answer.status >= 500
    assert b"age-encryption" not in answer.body
    assert "export-begun" not in acts(world, owner)


_WRITTEN = []
_WATCH = threading.Event()


def _audit(event, arguments):
    if _WATCH.is_set() and event == "open":
        path, mode, flags = arguments
        wanted = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        nowhere = isinstance(path, int) or path == os.devnull  # a number was opened before, or is
        if not nowhere and (wanted or set(str(mode or "")) & set("wax+")):  # memory without a name
            _WRITTEN.append(path)


def test_nothing_of_it_is_ever_on_a_disk(world, owner, partner, monkeypatch):
    """No file is opened for writing meanwhile; the database is SQLite's own, and holds notes."""
    record = release(world, owner, 2_000_000)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    form = partner.get("/export").form(action="/export")
    sys.addaudithook(_audit)  # cannot be taken away again: it asks whether it is wanted
    _WATCH.set()
    try:
        answer = partner.post(form, submission=[record])
    finally:
        _WATCH.clear()
    assert answer.status == 200
    assert _WRITTEN == []
    assert answer.body.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 ")
    for words in (b"bagit.txt", b"text.txt", "도문".encode(), record.encode()):
        assert words not in answer.body


# --- In a browser, over a network that is slow


@pytest.fixture
def slow(open_desk, monkeypatch):
    """A desk whose bundle stops after its first pieces until it is let go on."""
    go, really = threading.Event(), outgoing.Outgoing.pieces

    def pieces(self):
        for number, piece in enumerate(really(self)):
            yield piece
            if number == 3:
                go.wait(20)

    monkeypatch.setattr(outgoing.Outgoing, "pieces", pieces)
    open_desk.go = go
    open_desk.owner = open_desk.member("owner")
    open_desk.record = release(open_desk, open_desk.owner, 3_000_000)
    yield open_desk
    go.set()


@pytest.fixture
def asked(slow, tmp_path):
    """Chromium without script, in which the partner has just asked for a bundle; its events."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox"])
        context = browser.new_context(
            base_url=slow.base, java_script_enabled=False, accept_downloads=True
        )
        page, told = context.new_page(), []
        session = context.new_cdp_session(page)
        session.send("Page.enable")
        page.goto("/login")
        page.fill("#name", "partner")
        page.fill("#passphrase", slow.passphrases["partner"])
        page.click("form button")
        page.goto("/export")
        session.on("Page.downloadProgress", lambda event: told.append(event))  # noqa: PLW0108
        with page.expect_download() as begun:
            page.click("form[action='/export'] button")
        yield page, begun.value, told
        browser.close()


def begun_and_exported(world):
    told = acts(world, world.owner)
    return told.count("export-begun"), told.count("exported")


def until(page, told, holds):
    for _ in range(200):
        if any(map(holds, told)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(told[-3:])


def test_the_browser_shows_how_far_it_is(slow, asked, tmp_path):
    page, download, told = asked
    until(page, told, lambda e: 0 < e["receivedBytes"] < e["totalBytes"])
    assert begun_and_exported(slow) == (1, 0)
    slow.go.set()
    download.save_as(tmp_path / "b.age")
    last = [one for one in told if one["state"] == "completed"][-1:]
    sealed = (tmp_path / "b.age").read_bytes()
    assert not last or last[0]["totalBytes"] == len(sealed)
    ring = slow.book.resume(slow.member("partner").cookies["naru_desk"], slow.now)
    verify(folder(open_bytes(sealed, [ring.identity]), tmp_path))
    assert begun_and_exported(slow) == (1, 1)


def test_who_cancels_it_leaves_nothing(slow, asked):
    page, download, told = asked
    until(page, told, lambda e: 0 < e["receivedBytes"] < e["totalBytes"])
    before = sorted(slow.settings.data_dir.rglob("*"))
    download.cancel()
    slow.go.set()
    assert download.failure() == "canceled"
    page.goto("/released")
    assert "1 is new" in page.text_content("#new")
    assert page.query_selector("#taken") is None
    assert begun_and_exported(slow) == (1, 0)
    assert sorted(slow.settings.data_dir.rglob("*")) == before

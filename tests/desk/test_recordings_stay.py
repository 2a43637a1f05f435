"""Recordings and files of an office program stay; what a person wrote down of one may leave."""

import io
import json
import secrets
import zipfile

import pytest
from desk.bags import files, plain
from desk.test_files_leave import preview, release

from app.casebook.keeping import erasure

SOUND = b"ID3\x03\0\0\0\0\0\x21" + bytes(90) + b"Kim-Cheol-ok.device.fictional"
SAID = "0:12 김철옥은 그날 넘겨졌다\n1:02-1:40 다리 위에서 보았다"
WHY = {
    "en": ("A recording does not leave", "No copy without hidden data"),
    "ko": ("녹음·녹화는 나가지 않습니다", "이런 파일은 숨은 정보 없이"),
    "zh": ("录音录像不会交出", "这类文件无法做出不含隐藏信息的副本"),
}


def writing():
    """What an office program makes: a ZIP of XML."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


@pytest.fixture
def sent(world, owner):
    """A testimony with a recording and a writing; ids of all three."""
    thread = secrets.token_hex(16)
    record = world.arrive(
        "지어낸 이야기입니다. 김철옥.", thread=thread, k_rescue="yes", k_pub_anon="yes"
    )
    sound = world.attach(SOUND, "녹음.mp3", "audio/mpeg", thread=thread)
    paper = world.attach(writing(), "글.docx", thread=thread)
    owner.queue()
    owner.tag(record, person="new:김철옥", start="12", end="15")
    return record, sound, paper


def write_down(owner, record, item, said=SAID):
    page = owner.get(f"/testimony/{record}/attachments/{item}")
    answer = owner.post(page.form(action="/transcript"), text=said)
    assert answer.status == 303, answer.error


def speak(browser, lang):
    """Ask for a language from now on."""
    really = browser.send

    def send(method, path, body=None, headers=None):
        return really(method, path, body, {**(headers or {}), "Accept-Language": lang})

    browser.send = send


def section(page, item):
    return next(one for one in page.root.all(cls="stays") if one.attrs["data-attachment"] == item)


@pytest.mark.parametrize("lang", WHY)
def test_the_page_says_why_and_what_can_be_done(owner, sent, lang):
    record, sound, paper = sent
    speak(owner, lang)
    page = preview(owner, record)
    assert WHY[lang][0] in section(page, sound).text
    assert section(page, sound).one("a", href=f"/testimony/{record}/attachments/{sound}#transcript")
    assert WHY[lang][1] in section(page, paper).text
    assert not list(page.root.all("input", name="file"))
    write_down(owner, record, sound)
    page = preview(owner, record)
    (box,) = page.root.all("input", name="transcript")
    assert box.attrs["value"] == sound
    assert "checked" not in box.attrs


def test_what_was_written_down_leaves_cut_and_the_recording_stays(world, owner, partner, sent):
    record, sound, _ = sent
    write_down(owner, record, sound, "0:01 earlier")
    write_down(owner, record, sound)
    page = preview(owner, record)
    names = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    seen = preview(owner, record, transcript=[sound], cut=names)
    (shown,) = [one for one in seen.root.all("section") if "data-transcript" in one.attrs]
    assert "다리 위에서" in shown.text
    assert "김철옥" not in shown.text
    assert release(owner, record, transcript=[sound], cut=names).status == 303
    bag = files(plain(world, partner, record))
    here = f"data/testimony/{record[:12]}/"
    listed = json.loads(bag[here + "attachments.json"])["attachments"]
    (told,) = [one for one in listed if "transcript" in one]
    text = bag[here + told["transcript"]["file"]].decode()
    assert text == "0:12 [NAME-1]은 그날 넘겨졌다\n1:02-1:40 다리 위에서 보았다"
    assert told["transcript"]["role"] == "lead"
    assert told["kept_back"] == "not released"
    assert not any(b"ID3\x03" in data or b"device.fictional" in data for data in bag.values())
    graph = json.loads(bag[here + "record.jsonld"])["@graph"]
    made = next(one for one in graph if one["@id"].endswith("-transcript"))
    assert made["prov:wasDerivedFrom"]["@id"].endswith("-original")
    assert "written down of 1 recording" in partner.get("/released").text
    again = files(plain(world, partner, record))
    assert [n for n in bag if bag[n] != again[n] and not n.startswith("signatures/")] == []


def test_a_lead_makes_the_same_bundle_from_the_decision(world, owner, partner, sent):
    from crypto.opening import open_bytes  # noqa: PLC0415 - beside its use

    record, sound, _ = sent
    write_down(owner, record, sound)
    assert release(owner, record, transcript=[sound]).status == 303
    theirs = files(plain(world, partner, record))
    write_down(owner, record, sound, "0:05 written after the decision")
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    sink, lead = io.BytesIO(), world.book.resume(owner.cookies["naru_desk"], world.now)
    world.book.handing.export(lead, [record], sink, "partner")
    ours = files(open_bytes(sink.getvalue(), [ring.identity]))
    assert [n for n in ours if ours[n] != theirs[n] and not n.startswith("signatures/")] == []


def test_none_leaves_unless_it_is_ticked(world, owner, partner, sent):
    record, sound, _ = sent
    write_down(owner, record, sound)
    assert owner.release(record).status == 303
    assert not [name for name in files(plain(world, partner, record)) if "transcript" in name]


def test_without_names_what_was_written_down_has_none(world, owner, partner, sent):
    record, sound, _ = sent
    write_down(owner, record, sound, "0:01 Kim Cheol-ok, +86 138 0013 8000")
    form = owner.testimony(record).form(action="/release")
    pairs = form.filled(partner="partner", purpose="k_pub_anon")
    page = owner.post_pairs(form, pairs, form.action + "/preview").form(action="/release")
    page = owner.post_pairs(page, page.filled(transcript=[sound]), page.action + "/preview")
    words = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    assert owner.post(page.form(action="/release"), cut=words, transcript=[sound]).status == 303
    bag = files(plain(world, partner, record))
    (text,) = [data.decode() for name, data in bag.items() if name.endswith("transcript.txt")]
    assert text.startswith("0:01 [NAME-")
    assert "[CONTACT-" in text
    assert "138" not in text


def test_a_recording_withdrawn_alone_takes_its_words_along(world, owner, partner, sent):
    record, sound, _ = sent
    write_down(owner, record, sound)
    assert release(owner, record, transcript=[sound]).status == 303
    erasure.erase(world.store, [bytes.fromhex(sound)], "withdrawn")
    world.book.vault.forget([sound])
    assert not [name for name in files(plain(world, partner, record)) if "transcript" in name]


@pytest.mark.parametrize("which", ["paper", "another", "nothing"])
def test_only_what_was_written_down_of_a_recording_of_this_witness(
    world, owner, partner, sent, which
):
    record, sound, paper = sent
    write_down(owner, record, sound)
    thread = secrets.token_hex(16)
    world.arrive(thread=thread, k_rescue="yes")
    another = world.attach(SOUND, thread=thread)
    owner.queue()
    item = {"paper": paper, "another": another, "nothing": "0" * 32}[which]
    form = preview(owner, record).form(action="/release")
    assert owner.post_pairs(form, [*form.filled(), ("transcript", item)]).status == 404
    assert record not in partner.get("/released").text


def test_a_second_person_agrees_to_these_words_and_no_others(world, owner, colleague):
    thread = secrets.token_hex(16)
    record = world.arrive(thread=thread, k_rescue="yes", u_minor="yes")
    sound = world.attach(SOUND, thread=thread)
    owner.queue()
    write_down(owner, record, sound)
    assert release(owner, record, transcript=[sound]).status == 403
    page = colleague.testimony(record)
    assert "What was written down of" in page.root.one(cls="asked").text
    assert colleague.post(page.form(action="/agree")).status == 303
    assert release(owner, record).status == 403
    write_down(owner, record, sound, "0:01 other words")
    assert release(owner, record, transcript=[sound]).status == 403
    write_down(owner, record, sound)
    assert release(owner, record, transcript=[sound]).status == 303

"""Recordings and files of an office program stay; what a person wrote down of one may leave."""

import csv
import io
import json
import secrets
import zipfile

import pytest
from desk.bags import files, plain
from desk.test_files_leave import preview, release

from app.casebook.keeping import erasure
from app.casebook.shapes import TagInput

SOUND = b"ID3\x03\0\0\0\0\0\x21" + bytes(90) + b"Kim-Cheol-ok.device.fictional"
THREAD = "cd" * 16
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
    record = world.arrive(
        "지어낸 이야기입니다. 김철옥.", thread=THREAD, k_rescue="yes", k_pub_anon="yes"
    )
    sound = world.attach(SOUND, "녹음.mp3", "audio/mpeg", thread=THREAD)
    paper = world.attach(writing(), "글.docx", thread=THREAD)
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


# What tags rest on leaves with them


@pytest.fixture
def tagged(world, owner, sent):
    """Tags on a later letter and on what was written down of the recording."""
    record, sound, _ = sent
    letter = world.arrive("P.S. 김철옥은 함흥으로 갔다.", kind="addition", thread=THREAD, number=0)
    owner.queue()
    write_down(owner, record, sound)
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    said = {"person": "new:김철옥", "stage": "forced_repatriation", "track": "common"}
    for where in ({"item": letter, "start": 5, "end": 15}, {"item": sound, "edition": 1, "start": 5, "end": 16}):  # fmt: skip  # noqa: E501
        world.book.tagging.add(lead, record, TagInput(**said, **where, confidence="sure"))
    return record, sound


def events(bag):
    data = bag["data/tables/events.csv"].decode("utf-8-sig")
    return [row for row in csv.DictReader(io.StringIO(data, newline="")) if "/" in row["span_id"]]


def said_there(bag, record, event):
    """The words that the place of an event names, read from the file it names."""
    inside, _, place = event["span_id"].removeprefix(record[:12] + "/").rpartition(":")
    start, _, end = place.partition("-")
    data = bag[f"data/testimony/{record[:12]}/{inside}"].decode()
    text = json.loads(data)["w_narrative"] if inside.endswith(".json") else data
    return text[int(start) : int(end)]


def test_tags_leave_with_the_letter_and_the_words_they_rest_on(world, owner, partner, tagged):
    record, sound = tagged
    page = preview(owner, record)
    assert "1 tag rests on a recording" in page.id("staying").text
    assert "because that letter leaves" in page.id("together").text
    assert "in a later letter" in page.text
    keys = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    assert preview(owner, record, transcript=[sound], cut=keys).id("staying") is None
    assert release(owner, record, transcript=[sound], cut=keys).status == 303
    bag = files(plain(world, partner, record))
    found = sorted(events(bag), key=lambda one: one["span_id"])
    assert [one["span_id"].split(":")[0].split("/", 1)[1] for one in found][1] == "letter-001.json"
    for one in found:
        assert one["words"] == said_there(bag, record, one)
        assert one["words"].startswith("[NAME-")
    assert [name for name, data in bag.items() if "김철옥".encode() in data] == []
    page = partner.get("/released")
    assert len(list(page.root.all(cls="tag"))) == 3
    assert "in a later letter" in page.text


def test_a_tag_on_words_that_do_not_leave_stays(world, owner, partner, tagged):
    record, sound = tagged
    assert owner.release(record).status == 303
    (one,) = events(files(plain(world, partner, record)))
    assert "letter-001.json" in one["span_id"]
    write_down(owner, record, sound, "0:30 written anew: the tag rests on the version before")
    assert release(owner, record, transcript=[sound]).status == 303
    (one,) = events(files(plain(world, partner, record)))
    assert "letter-001.json" in one["span_id"]


def test_tags_go_with_a_recording_that_is_withdrawn_alone(world, owner, partner, tagged):
    record, sound = tagged
    assert release(owner, record, transcript=[sound]).status == 303
    assert len(events(files(plain(world, partner, record)))) == 2
    erasure.erase(world.store, [bytes.fromhex(sound)], "withdrawn")
    world.book.vault.forget([sound])
    (one,) = events(files(plain(world, partner, record)))
    assert "letter-001.json" in one["span_id"]
    assert "그날 넘겨졌다" not in partner.get("/released").text

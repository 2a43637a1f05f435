"""Attachments that leave: cleaned copies, chosen one by one; the originals stay sealed."""

import hashlib
import io
import json
import secrets

import pytest
from desk.bags import files, plain
from desk.files import HEIC
from PIL import Image
from sqlalchemy import delete, update

from app.casebook import tables
from app.casebook.evidence import attaching
from app.casebook.keeping import erasure

MAKER = "Hyangsan-Fictional"


def photograph(form="JPEG", color="red"):
    """A photograph that tells where and with what it was taken."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0132] = MAKER, "2023:10:09 11:12:13"
    exif[0x8825] = {1: "N", 2: (42.0, 58.0, 1.0)}
    Image.new("RGB", (200, 100), color).save(made, form, exif=exif)
    return made.getvalue()


def writing():
    """A PDF of two pages with a name in its information."""
    made, page = io.BytesIO(), Image.new("RGB", (200, 280), "white")
    page.save(made, "PDF", save_all=True, append_images=[page], author=MAKER, title=MAKER)
    return made.getvalue()


@pytest.fixture
def sent(world, owner):
    """A testimony with these files; the ids of both."""

    def send(*data, **fields):
        thread = secrets.token_hex(16)
        record = world.arrive(thread=thread, k_rescue="yes", **fields)
        items = [world.attach(one, thread=thread) for one in data]
        owner.queue()
        return record, items

    return send


def preview(owner, record, **said):
    form = owner.testimony(record).form(action="/release")
    pairs = form.filled(partner="partner", purpose="k_rescue")
    page = owner.post_pairs(form, pairs, form.action + "/preview")
    if not said:
        return page
    form = page.form(action="/release")
    return owner.post_pairs(form, form.filled(**said), form.action + "/preview")


def release(owner, record, **said):
    return owner.post(preview(owner, record).form(action="/release"), **said)


def black(item):
    return {f"black-{item}": "1 0 0 50 50"}


def about(bag, record):
    return json.loads(bag[f"data/testimony/{record[:12]}/attachments.json"])["attachments"]


def test_none_leaves_unless_it_is_ticked_and_each_is_committed_to(world, owner, partner, sent):
    record, _ = sent(photograph(), writing())
    assert owner.release(record).status == 303
    bag = files(plain(world, partner, record))
    assert not [name for name in bag if "/attachments/" in name]
    listed = about(bag, record)
    assert [one["kept_back"] for one in listed] == ["not released"] * 2
    whole = hashlib.sha256(b"".join(bytes.fromhex(one["commitment"]) for one in listed))
    acts = json.loads(bag["data/custody/entries.json"])["entries"]
    (told,) = [one["entry"] for one in acts if one["entry"]["act"] == "released"]
    assert told["attachments"] == whole.hexdigest()


def test_a_copy_leaves_without_what_was_hidden_and_blackened(world, owner, partner, sent):
    record, items = sent(photograph(), photograph("PNG", "blue"), writing())
    answer = release(owner, record, file=items, **black(items[0]))
    assert answer.status == 303, answer.error
    bag = files(plain(world, partner, record))
    copies = {name: data for name, data in bag.items() if "/attachments/" in name}
    assert sorted(name[-4:] for name in copies) == [".jpg", ".pdf", ".png"]
    assert not any(MAKER.encode() in data for data in bag.values())
    for name, data in copies.items():
        if name.endswith(".pdf"):
            assert b"CreationDate" not in data
            assert data.startswith(b"%PDF")
            continue
        picture = Image.open(io.BytesIO(data))
        assert not picture.getexif()
        corner = picture.convert("RGB").getpixel((20, 20))
        assert (max(corner) < 30) == name.endswith(".jpg")
        assert max(picture.convert("RGB").getpixel((180, 80))) > 200
    told = json.loads(bag[f"data/testimony/{record[:12]}/record.jsonld"])["@graph"]
    made = {one["@id"].partition("#")[2]: one for one in told}
    for number, name in enumerate(sorted(copies), start=1):
        one = made[f"attachment-{number:03d}"]
        assert one["naru:sha256"] == hashlib.sha256(copies[name]).hexdigest()
        assert one["prov:wasDerivedFrom"]["@id"].endswith(f"#attachment-{number:03d}-original")
    again = files(plain(world, partner, record))
    assert all(again[name] == data for name, data in copies.items())


def test_a_phones_heic_leaves_upright_as_a_photograph(world, owner, partner, sent):
    record, items = sent(HEIC)
    assert release(owner, record, file=items, **black(items[0])).status == 303
    bag = files(plain(world, partner, record))
    ((name, data),) = [(n, d) for n, d in bag.items() if "/attachments/" in n]
    assert name.endswith(".jpg")
    assert not any(b"marker" in each for each in bag.values())
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (64, 96)
    assert max(picture.getpixel((10, 10))) < 30
    assert picture.getpixel((50, 80))[2] > 150


def test_what_a_lead_makes_for_the_partner_holds_the_same_copies(world, owner, partner, sent):
    record, items = sent(photograph())
    release(owner, record, file=items)
    ring = world.book.resume(partner.cookies["naru_desk"], world.now)
    sink = io.BytesIO()
    lead = world.book.resume(owner.cookies["naru_desk"], world.now)
    world.book.handing.export(lead, [record], sink, "partner")
    from crypto.opening import open_bytes  # noqa: PLC0415 - beside its use

    theirs = files(open_bytes(sink.getvalue(), [ring.identity]))
    ours = files(plain(world, partner, record))
    for name in ours:
        assert name.startswith("signatures/") or ours[name] == theirs[name], name


def test_the_original_is_proven_by_its_salt(world, owner, partner, sent):
    data = photograph()
    record, (item,) = sent(data)
    owner.release(record)
    (one,) = about(files(plain(world, partner, record)), record)
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    from app.casebook import ledger  # noqa: PLC0415 - what a lead shows a court later

    with world.store.casebook.connect() as connection:
        salt = ledger.unlock(connection, ring, bytes.fromhex(item)).salt(attaching.SALT)
    digest = hashlib.sha256(salt + hashlib.sha256(data).digest()).hexdigest()
    assert digest == one["commitment"]


def test_the_preview_shows_the_copy_and_what_is_left_out(owner, sent):
    record, (item,) = sent(photograph())
    page = preview(owner, record, file=[item], **black(item))
    assert page.status == 200, page.error
    section = page.root.one(cls="leaving")
    assert section.one("img").attrs["src"].startswith("data:image/jpeg;base64,")
    assert "Make" in section.text
    assert page.root.one("input", name="file").attrs.get("checked") is not None
    assert page.root.one("textarea", name=f"black-{item}").text.strip() == "1 0 0 50 50"


@pytest.mark.parametrize("typed", ["1 2 3", "x", "1 0 0 500 1", "1.5 0 0 1 1", "1 0 0 1 1 1"])
def test_what_is_painted_black_is_five_numbers(owner, partner, sent, typed):
    record, (item,) = sent(photograph())
    answer = release(owner, record, file=[item], **{f"black-{item}": typed})
    assert answer.status == 400
    assert "five numbers" in answer.error
    assert record not in partner.get("/released").text


@pytest.mark.parametrize("data", [b"ID3\x03\0\0\0\0\0\x21" + bytes(90), b"%PDF-1.4 broken", b"?"])
def test_what_cannot_be_cleaned_stays_and_nothing_leaves_with_it(world, owner, partner, sent, data):
    record, (item,) = sent(data)
    form = preview(owner, record).form(action="/release")
    answer = owner.post_pairs(form, [*form.filled(), ("file", item)])
    assert answer.status == 400, answer.status
    assert "hidden data" in answer.error
    assert record not in partner.get("/released").text
    assert not any(world.settings.handed_dir.glob("*"))


def test_a_file_of_another_witness_cannot_be_added(owner, partner, sent):
    record, _ = sent(photograph())
    _, (other,) = sent(photograph())
    form = preview(owner, record).form(action="/release")
    assert owner.post_pairs(form, [*form.filled(), ("file", other)]).status == 404
    assert record not in partner.get("/released").text


def test_copies_lie_sealed_and_an_altered_one_is_refused(world, owner, partner, sent):
    record, items = sent(photograph())
    release(owner, record, file=items)
    (lying,) = world.settings.handed_dir.iterdir()
    sealed = bytearray(lying.read_bytes())
    assert b"JFIF" not in sealed
    assert lying.stat().st_mtime % 86400 == 0
    sealed[100] ^= 1
    lying.write_bytes(bytes(sealed))
    form = partner.get("/export").form(action="/export")
    answer = partner.post(form, submission=[record])
    assert (answer.status, answer.error) == (
        409,
        "This was changed after it was sealed. Nothing of it is shown.",
    )


def test_an_attachment_withdrawn_alone_leaves_no_more(world, owner, partner, sent):
    record, items = sent(photograph(), photograph("PNG"))
    release(owner, record, file=items)
    erasure.erase(world.store, [bytes.fromhex(items[0])], "withdrawn")
    world.book.vault.forget([items[0]])
    bag = files(plain(world, partner, record))
    assert len([name for name in bag if "/attachments/" in name]) == 1
    assert sorted(one.get("kept_back", "") for one in about(bag, record)) == ["", "withdrawn since"]


def test_erasing_the_testimony_destroys_its_copies(world, owner, partner, sent):
    record, items = sent(photograph())
    release(owner, record, file=items)
    assert len(list(world.settings.handed_dir.iterdir())) == 1
    erasure.erase(world.store, [bytes.fromhex(record)], "withdrawn")
    world.book.vault.forget([record])
    assert record in partner.get("/released").text
    world.member("partner")
    assert list(world.settings.handed_dir.iterdir()) == []


def test_a_second_person_agrees_to_these_files_and_no_others(owner, colleague, partner, sent):
    record, items = sent(photograph(), photograph("PNG"), u_minor="yes")
    assert release(owner, record, file=items[:1]).status == 403
    page = colleague.testimony(record)
    assert items[0][:8] in page.root.one(cls="asked").text
    assert colleague.post(page.form(action="/agree")).status == 303
    assert release(owner, record, file=items).status == 403
    assert release(owner, record, file=items[:1], **black(items[0])).status == 403
    assert release(owner, record, file=items[:1]).status == 303
    assert "1 cleaned copy" in partner.get("/released").text


def test_only_a_lead_lets_files_leave(owner, colleague, partner, nobody, sent):
    record, (item,) = sent(photograph())
    form = preview(owner, record).form(action="/release")
    said = [("partner", "partner"), ("purpose", "k_rescue"), ("decided", "yes"), ("file", item)]
    for browser in (colleague, partner):
        token = browser.get("/account").form(action="/logout").values()
        assert browser.post_pairs(form, [*token, *said]).status == 403
    assert nobody.post_pairs(form, said).status == 401
    assert partner.get(f"/testimony/{record}/attachments/{item}").status == 403
    assert record not in partner.get("/released").text


def test_a_full_disk_releases_nothing(world, owner, partner, sent, monkeypatch):
    record, items = sent(photograph())
    form = preview(owner, record).form(action="/release")
    monkeypatch.setattr(world.store.handed, "_reserve", 1 << 60)
    answer = owner.post(form, file=items)
    assert answer.status == 503
    assert record not in partner.get("/released").text
    assert not any(world.settings.handed_dir.glob("*"))


def test_a_bomb_is_not_cleaned(owner, sent):
    made = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(made, "PNG")
    record, items = sent(made.getvalue())
    assert release(owner, record, file=items).status == 400


# What is new, and what was taken home


def test_what_is_new_is_said_until_it_is_in_a_bundle(world, owner, partner, sent):
    first, _ = sent()
    owner.release(first)
    page = partner.get("/released")
    assert "1 is new" in page.id("new").text
    assert page.id("taken") is None
    assert partner.get("/export").root.one("input", name="submission").attrs.get("checked") == ""
    plain(world, partner, first)
    page = partner.get("/released")
    assert "Nothing is new" in page.id("new").text
    assert "naru-" in page.id("taken").text
    second, _ = sent()
    owner.release(second)
    fresh = [a.attrs["data-submission"] for a in partner.get("/released").root.all("article")
             if a.one(cls="new")]  # fmt: skip
    assert fresh == [second]


def test_the_note_is_the_partners_alone_and_an_altered_one_is_refused(
    world, owner, partner, colleague, sent
):
    record, _ = sent()
    owner.release(record)
    plain(world, partner, record)
    assert colleague.get("/released").status == 403
    with world.store.casebook.connect() as connection:
        rows = connection.execute(tables.release.select()).all()
    assert len(rows) == 2
    for row in rows:
        assert record.encode() not in row.payload
    taken = world.book.handing.taken(world.book.resume(partner.cookies["naru_desk"], world.now))
    (note,) = [row for row in rows if row.id not in taken[0].copies]
    spoilt = note.payload[:-1] + bytes([note.payload[-1] ^ 1])
    with world.store.casebook.execution_options(naru_writes=True).begin() as connection:
        change = update(tables.release).where(tables.release.c.id == note.id)
        connection.execute(change.values(payload=spoilt))
    assert partner.get("/released").status == 409
    with world.store.casebook.execution_options(naru_writes=True).begin() as connection:
        connection.execute(delete(tables.release).where(tables.release.c.id == note.id))
    assert partner.get("/released").status == 200

"""Files at the desk: drawn in a jail that holds nothing, played by parts, saved with a reason."""

import io
import platform
import re
import struct
import subprocess
import sys
import tempfile
import zlib

import pytest
from desk.files import HEIC, SOUND
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import delete

import crypto.stream
from app.casebook import jailed, viewing
from app.mailbox import tables

RED, BLUE = (200, 0, 0), (0, 0, 200)
HEADS = {
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom",
    "video/3gpp": b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4",
    "audio/ogg": b"OggS\0\x02" + bytes(20),
    "audio/x-wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "audio/mpeg": b"ID3\x03\0\0\0\0\0\x21",
    "audio/flac": b"fLaC\0\0\0\x22",
    "video/webm": bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f38108428284") + b"webm",
}


def picture(form="JPEG", size=(90, 60), color=RED, **more):
    made = io.BytesIO()
    Image.new("RGB", size, color).save(made, form, **more)
    return made.getvalue()


def pdf():
    made = io.BytesIO()
    first, second = (Image.new("RGB", (90, 60), color) for color in (RED, BLUE))
    first.save(made, "PDF", save_all=True, append_images=[second], author="김철수", title="집")
    return made.getvalue()


def drawn(browser, path, page=1):
    answer = browser.get(f"{path}/picture?page={page}")
    assert answer.status == 200, answer.error
    assert answer.header("Content-Type") == "image/png"
    return Image.open(io.BytesIO(answer.body)).convert("RGB")


def near(pixel, color):
    return all(abs(a - b) < 40 for a, b in zip(pixel, color, strict=True))


# What a file is, and what is drawn of it


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "MPO"])
def test_pictures_are_drawn_anew(owner, sent, form):
    path = sent(picture(form))
    page = owner.get(path)
    assert page.root.one("dd", data_type="image/jpeg" if form == "MPO" else f"image/{form.lower()}")
    assert near(drawn(owner, path).getpixel((45, 30)), RED)
    assert page.root.one("img").attrs["src"].startswith(f"{path}/picture")


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg", "group4"])
def test_packed_tiff_needs_nothing_it_gave_up(owner, sent, compression):
    made = io.BytesIO()
    mode = "1" if compression == "group4" else "RGB"
    Image.new(mode, (90, 60)).save(made, "TIFF", compression=compression)
    assert drawn(owner, sent(made.getvalue())).size == (90, 60)


def test_what_shines_through_stands_on_white(owner, sent):
    made = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(made, "PNG")
    assert drawn(owner, sent(made.getvalue())).getpixel((20, 20)) == (255, 255, 255)


def test_what_is_hidden_in_a_picture_is_named_and_does_not_go_on(owner, sent):
    exif = Image.Exif()
    exif[0x010F], exif[0x0131] = "Samsung-marker", "Editor"
    exif.get_ifd(0x8769)[0x9003] = "2023:10:09 19:30:00"
    exif.get_ifd(0x8825)[2] = (42.0, 58.0, 1.0)
    data = picture(exif=exif, comment=b"marker-comment") + b"ftypmp42 a film behind the picture"
    path = sent(data)
    hidden = owner.get(path).id("hidden").text
    for name in ("Make", "Software", "Exif DateTimeOriginal", "GPS GPSLatitude", "comment"):
        assert name in hidden
    assert "more after the end of the picture" in hidden
    assert "marker" not in owner.get(path).text
    answer = owner.get(f"{path}/picture").body
    assert b"marker" not in answer
    assert b"Exif" not in answer
    assert b"ftypmp42" not in answer


def test_a_phones_heic_is_drawn_anew_upright_and_says_what_it_hides(owner, sent):
    path = sent(HEIC, "IMG_0001.HEIC", "image/heic")
    page = owner.get(path)
    assert page.root.one("dd", data_type="image/heic")
    anew = drawn(owner, path)
    assert anew.size == (64, 96)
    assert near(anew.getpixel((32, 20)), RED)
    assert near(anew.getpixel((32, 76)), BLUE)
    for name in ("Make", "Exif DateTimeOriginal", "GPS GPSLatitude"):
        assert name in page.id("hidden").text
    assert "marker" not in page.text
    assert b"marker" not in owner.get(f"{path}/picture").body


def test_a_plain_picture_hides_nothing(owner, sent):
    words = PngInfo()
    words.add_text("Author", "누구")
    assert owner.get(sent(picture())).id("hidden").text == "nothing that was found"
    assert "Author" in owner.get(sent(picture("PNG", pnginfo=words))).id("hidden").text


def test_pages_of_a_pdf(owner, sent):
    path = sent(pdf(), "편지.pdf", "application/pdf")
    assert near(drawn(owner, path, 1).getpixel((45, 30)), RED)
    assert near(drawn(owner, path, 2).getpixel((45, 30)), BLUE)
    for beyond in ("999", "0", "-1", "x", "%C2%B2", "9" * 400):
        assert owner.get(f"{path}?page={beyond}").status == 200
    page = owner.get(f"{path}?page=999")
    assert "2 / 2" in page.text
    assert {"Author", "Title"} <= set(page.id("hidden").text.split(", "))
    assert "김철수" not in page.text


def test_recordings_are_known_by_their_first_bytes(owner, sent):
    for kind, head in HEADS.items():
        page = owner.get(sent(head + bytes(400), "x.bin", "application/octet-stream"))
        assert page.root.one("dd", data_type=kind), kind
        player = page.root.one("audio" if kind.startswith("audio/") else "video")
        assert bool(player) == (kind in viewing.PLAYED), kind


# What must not be drawn


def png(width, height, *chunks):
    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = b"".join(chunk(*one) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


BAD = {
    "nothing": b"",
    "garbage": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
    "cut short": picture(size=(900, 600))[:600],
    "a broken HEIC": HEADS["image/heic"] + bytes(400),
    "a page that runs": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "words": b"=cmd|' /C calc'!A0",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
    "a wide sea of pixels": png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(100_000)))),
    "a HEIC that ends early": HEIC[:-20],
    "just too many pixels": png(9000, 9000, (b"IDAT", zlib.compress(bytes(100_000)))),
    "words that unfold": png(9, 9, (b"zTXt", b"a\0\0" + zlib.compress(bytes(90_000_000), 9))),
    "a PDF of nothing": b"%PDF-1.7\n" + bytes(range(256)) * 8,
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_cannot_be_drawn_is_said_and_can_still_be_saved(owner, sent, data):
    path = sent(data)
    page = owner.get(path)
    assert page.status == 200
    assert "This file cannot be shown here." in page.text
    assert page.root.one("img") is None
    assert owner.get(f"{path}/picture").status == 415
    assert owner.get(f"{path}/stream").status == 415
    assert owner.post(page.form(action="/save"), reason="for the lab").body == data


HOSTILE = {
    "silence": "",
    "no header": "print('x')",
    "another shape": "print('[]')",
    "no picture": """print('{"pages": 1, "hidden": []}'); print('<script>')""",
    "no pages": r"""sys.stdout.buffer.write(b'{"pages":0,"hidden":[]}\n\x89PNG\r\n\x1a\n')""",
    "a name like a list": """print('{"pages": 1, "hidden": 5}')""",
    "a crash": "import os; os._exit(9)",
}


def test_what_a_jail_that_was_taken_says_is_not_believed(owner, sent, monkeypatch, tmp_path):
    path = sent(picture())
    monkeypatch.setattr(viewing, "JAIL", tmp_path / "taken.py")
    for name, code in HOSTILE.items():
        (tmp_path / "taken.py").write_text(f"import sys\n{code}\n")
        assert "This file cannot be shown here." in owner.get(path).text, name
        assert owner.get(f"{path}/picture").status == 415, name


def test_it_waits_no_longer_than_it_must_and_writes_no_file(owner, sent, monkeypatch, tmp_path):
    path = sent(picture())
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert owner.get(f"{path}/picture").status == 200
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(viewing, "JAIL", tmp_path / "slow.py")
    monkeypatch.setattr(viewing, "PATIENCE", 0.2)
    assert owner.get(f"{path}/picture").status == 415


# The walls themselves: what somebody finds who takes the process over


def inside(code, limits="", stdout=subprocess.PIPE, said=""):
    """Run code in the jail's process after it has given everything up."""
    head = f"import sys; sys.path.insert(0, {str(viewing.JAIL.parent)!r})\nimport jailed\n"
    head += f"import os, signal, socket, threading, resource\n{limits}\n"
    whole = f"{head}jailed.give_up({said})\n{code}\nprint('done')"
    command = [sys.executable, "-I", "-c", whole]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, timeout=30, env={}, check=False
    )


REFUSED = {
    "open a file": "os.open('/etc/passwd', os.O_RDONLY)",
    "open one in the place of another": "os.close(0); os.open('/etc/passwd', os.O_RDONLY)",
    "make a file": "os.close(0); os.open('/tmp/naru', os.O_CREAT | os.O_WRONLY)",
    "look at a name": "os.stat('/etc/passwd')",
    "read its maker's memory": "os.close(0); os.open(f'/proc/{os.getppid()}/mem', os.O_RDONLY)",
    "connect": "os.close(0); socket.socket()",
    "connect by Unix": "os.close(0); socket.socket(socket.AF_UNIX)",
    "make a pair": "os.close(0); os.close(1); socket.socketpair()",
    "start a process": "os.fork()",
    "become another": "os.execv('/bin/true', ['true'])",
    "start a thread": "threading.Thread(target=print).start()",
    "signal": "os.kill(1, 0)",
    "have more": "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_the_jail_refuses(code):
    done = inside(code)
    assert b"done" not in done.stdout
    assert done.returncode == 1
    assert re.search(rb"not permitted|can't start new thread|not allowed", done.stderr)
    assert b"done" in inside(f"try: {code.split(';')[-1]}\nexcept Exception: pass").stdout


def test_threads_of_a_decoder_may_start_and_nothing_else():
    """HEIC is decoded in a thread: inside one, and beside it, the same walls stand."""
    tried = [code.split(";")[-1].strip() for name, code in REFUSED.items() if "thread" not in name]
    clone, clone3 = (jailed.THREADS[platform.machine()][1], jailed.CLONE3)
    raw = [f"c.syscall({clone}, signal.SIGCHLD, 0, 0, 0, 0)", f"c.syscall({clone3}, 0, 0)"]
    code = f"""
def run(where):
    for each in {tried!r}:
        try: eval(each, globals()); print('worked', where, each)
        except Exception: pass
    for each in {raw!r}:
        if eval(each, globals()) != -1: print('worked', where, each)
    print('ran', where)
run('beside'); one = threading.Thread(target=run, args=('inside',)); one.start(); one.join()"""
    done = inside(code, "import ctypes; c = ctypes.CDLL(None)", said="threads=True")
    assert done.stdout.split() == [b"ran", b"beside", b"ran", b"inside", b"done"], done


def test_memory_time_and_what_is_written_are_bounded(tmp_path):
    assert b"MemoryError" in inside("bytearray(jailed.MEMORY)").stderr
    assert inside("while True: pass", "jailed.SECONDS = 1").returncode < 0
    with (tmp_path / "out").open("wb") as out:
        told = inside(
            "while sys.stdout.buffer.write(bytes(50_000)): pass", "jailed.MADE = 9999", out
        )
    assert b"File too large" in told.stderr
    assert (tmp_path / "out").stat().st_size == 9999


def test_without_a_filter_nothing_is_drawn():
    done = inside("", "import platform; platform.machine = lambda: 'abacus'")
    assert b"NoWalls" in done.stderr
    assert done.stdout == b""


# Recordings, by parts


PARTS = {
    "": (200, 0, None),
    "bytes=0-": (206, 0, None),
    "bytes=0-0": (206, 0, 0),
    "bytes=1000-1999": (206, 1000, 1999),
    "bytes=65530-65545": (206, 65530, 65545),  # over the edge of a chunk
    "bytes=131072-": (206, 131072, None),
    "bytes=-1": (206, -1, None),
    "bytes=-70000": (206, -70000, None),
    "bytes=-999999999": (206, 0, None),
    "bytes=204000-999999999999": (206, 204000, None),
    "bytes=5-2": (200, 0, None),  # no part at all: RFC 9110 14.1.1
    "bytes=-": (200, 0, None),
    "bytes=0-1,5-6": (200, 0, None),
    "lines=1-2": (200, 0, None),
    "bytes=x-y": (200, 0, None),
    "bytes=9999999999999999999-": (200, 0, None),
}


def test_a_part_of_a_recording(owner, sent):
    path, size = sent(SOUND, "목소리.ogg", "audio/ogg"), len(SOUND)
    for asked, (status, first, last) in PARTS.items():
        answer = owner.get(f"{path}/stream", **({"Range": asked} if asked else {}))
        start, end = first % size, size - 1 if last is None else last
        assert answer.status == status, asked
        assert answer.body == SOUND[start : end + 1], asked
        assert answer.header("Accept-Ranges") == "bytes"
        said = answer.header("Content-Range")
        assert said == (f"bytes {start}-{end}/{size}" if status == 206 else None), asked
        assert answer.header("Content-Type") == "audio/ogg"


def test_a_part_that_is_not_there(owner, sent):
    path, size = sent(SOUND), len(SOUND)
    for asked in (f"bytes={size}-", "bytes=999999-", "bytes=-0"):
        answer = owner.get(f"{path}/stream", Range=asked)
        assert answer.status == 416, asked
        assert answer.header("Content-Range") == f"bytes */{size}"


def test_one_answer_is_never_more_than_a_player_needs(owner, sent, monkeypatch):
    monkeypatch.setattr("app.desk.attachments.MOST_AT_ONCE", 1000)
    path = sent(SOUND)
    answer = owner.get(f"{path}/stream", Range="bytes=50-")
    assert answer.header("Content-Range") == f"bytes 50-1049/{len(SOUND)}"
    assert answer.body == SOUND[50:1050]


def test_only_the_chunks_asked_for_are_opened(owner, sent, monkeypatch):
    path = sent(HEADS["audio/ogg"] + bytes(40 * 65536))
    opened, true = [], crypto.stream._open_chunk

    def counting(*said):
        opened.append(said[1])
        return true(*said)

    monkeypatch.setattr(crypto.stream, "_open_chunk", counting)
    asked = f"bytes={39 * 65536}-{39 * 65536 + 10}"
    assert owner.get(f"{path}/stream", Range=asked).body == bytes(11)
    last = max(opened)
    assert opened == [last, 0, last, 39]  # its head, to tell the kind, and where the part lies


@pytest.mark.parametrize("asked", ["", "bytes=0-9", "bytes=70000-70009", "bytes=-5"])
def test_of_what_was_cut_no_part_is_given(world, owner, sent, asked):
    """The chunks that are left are whole and in their place: only the last tells."""
    path = sent(SOUND)
    (blob,) = world.settings.blob_dir.iterdir()
    whole = blob.read_bytes()
    for left in (len(whole) - 1, 16 + 2 * 65552, 16 + 65552):
        blob.write_bytes(whole[:left])
        answer = owner.get(f"{path}/stream", **({"Range": asked} if asked else {}))
        assert (answer.status, bool(answer.error)) == (409, True), left
    blob.write_bytes(whole)
    assert owner.get(f"{path}/stream", Range="bytes=70000-70009").body == SOUND[70000:70010]


# Who, and what custody says


def acts(lead, act):
    rows = [row.text for row in lead.get("/custody").root.all("tr")]
    return [row for row in rows if act in row]


def test_saving_needs_a_reason_which_custody_keeps(owner, colleague, sent):
    data = picture()
    path = sent(data, "../../evil\r\n이름;.jpg")
    page = colleague.get(path)
    for reason in ("", "   ", "x" * 501):
        assert colleague.post(page.form(action="/save"), reason=reason).status == 400
    assert acts(owner, "saved") == []
    answer = colleague.post(page.form(action="/save"), reason="의사가  본다")
    assert answer.body == data
    assert answer.header("Content-Type") == "application/octet-stream"
    said = answer.header("Content-Disposition")
    assert said.startswith("attachment")
    assert "/" not in said
    assert ".." not in said
    (row,) = acts(owner, "saved")
    assert "colleague" in row
    assert "의사가 본다" in row
    assert path[-32:][:8] in row


def test_looking_is_kept_once_however_often_a_player_asks(owner, colleague, sent):
    path = sent(SOUND)
    for start in (500, 0, 90_000):  # from the middle too
        colleague.get(f"{path}/stream", Range=f"bytes={start}-")
    (row,) = acts(owner, "looked at")
    assert "colleague" in row
    picture_of = sent(picture())
    for _ in range(2):
        owner.get(f"{picture_of}/picture")
    assert len(acts(owner, "looked at")) == 2


def test_for_leads_only_is_for_leads_only(owner, colleague, outsider, sent):
    path = sent(picture(), w_not_read="검토자들")
    assert owner.get(path).status == 200
    for one in (colleague, outsider):
        for more in ("", "/picture", "/stream"):
            assert one.get(path + more).status in (403, 404)
            assert "사진" not in one.get(path + more).text


def test_reviewers_may_partners_and_strangers_may_not(owner, outsider, partner, nobody, sent):
    path = sent(picture())
    form = outsider.get(path).form(action="/save")
    assert outsider.get(f"{path}/picture").status == 200
    for more in ("", "/picture", "/stream"):
        assert partner.get(path + more).status == 403
        assert nobody.get(path + more).status == 303
    assert partner.post(form, reason="x").status in (400, 403)
    assert nobody.post(form, reason="x").status == 401
    assert owner.post(form, reason="x").status == 400  # the token of somebody else's session


def test_a_file_is_reached_through_its_own_witness_only(owner, sent):
    one, other = sent(picture()), sent(picture(color=BLUE))
    crossed = f"{one[:43]}/attachments/{other[-32:]}"
    assert owner.get(crossed).status == 404
    itself = f"{one[:43]}/attachments/{one[11:43]}"
    assert owner.get(itself).status == 404
    assert owner.get(f"{one[:43]}/attachments/{'0' * 32}").status == 404


def test_a_file_that_is_gone_or_altered_is_said_plainly(world, owner, sent):
    altered, gone = sent(picture()), sent(SOUND)
    form = owner.get(altered).form(action="/save")
    for path in world.settings.blob_dir.iterdir():
        raw = bytearray(path.read_bytes())
        raw[40] ^= 1
        path.write_bytes(raw)
    for more in ("", "/picture", "/stream"):
        assert owner.get(altered + more).status == 409
    assert owner.post(form, reason="x").status == 409
    world.in_mailbox(delete(tables.blob))
    assert owner.get(gone).status == 404
    assert acts(owner, "saved") == []


def test_only_the_pages_with_a_picture_may_hold_one(owner, sent):
    path = sent(picture())
    assert "img-src 'self'" in owner.get(path).header("Content-Security-Policy")
    others = ("/queue", "/people", "/map", "/search", "/account", "/keys", "/custody", "/nowhere")
    for other in (path[:43], *others):
        policy = owner.get(other).header("Content-Security-Policy")
        assert "img-src" not in policy, other
        assert "media-src" not in policy, other

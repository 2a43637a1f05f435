"""Nothing that was cut leaves the generated world, in no script, form, field or picture.

People of the world get names that are written by hand here in many spellings, so that what is
looked for does not come from the code that cuts. Every way into a bundle holds some of them.
"""

import io
import itertools
import os
import secrets
import subprocess
import unicodedata
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

import pytest
from desk.bags import files, plain
from desk.test_recordings_stay import SOUND
from needs import need
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from bench import world as generated

COUNT = int(os.environ.get("NARU_LEAKS", "15"))  # accounts; more by hand
SEED = int(os.environ.get("NARU_LEAKS_SEED", "20261127"))
# Each person: Korean, Chinese, Latin as people write them. Fictional.
PEOPLE = (
    (("김철옥",), ("金哲玉",), ("Kim Cheol-ok", "KIM CHOL OK", "Cheol Ok Kim", "Gim Cheolok")),
    (("리영희", "이영희"), ("李英姬",), ("Ri Yong Hui", "Lee Young-hee", "Yi Yeonghui")),
    (("박순복",), ("朴顺福",), ("Pak Sun Bok", "Park Soon-bok", "Sun-bok Park")),
    (("최금란",), ("崔金兰",), ("Choe Kum Ran", "Choi Geum-ran")),
    (("림정숙", "임정숙"), ("林贞淑",), ("Rim Jong Suk", "Lim Jeong-sook", "Im Jung Sook")),
)
CONTACT, PLACE = "+86 138 0013 8000", "무산군 창렬리 47번지"
FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def twisted(name, random):
    """The same name as keyboards, phones and copied text make it."""
    ways = [
        name,
        unicodedata.normalize("NFD", name),
        "\u200b".join(name),
        name.replace(" ", "\u00a0") if " " in name else " ".join(name),
    ]
    if name.isascii():
        ways += [name.upper(), "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in name)]
    return random.choice(ways)


def bare(text):
    """What is left of a text for the search: no case, no marks, nothing but letters and digits."""
    said = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in said if c.isalnum())


NEEDLES = sorted(
    {bare(unicodedata.normalize(form, one)) for person in PEOPLE for script in person
     for one in script for form in FORMS} | {bare(CONTACT)[2:], bare(PLACE)}
)  # fmt: skip


def photograph(names):
    """A picture with the name painted in it, in its fields, its thumbnail's and its text."""
    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).text((20, 20), names[2][0], fill="black", font_size=30)
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x9C9B] = (
        names[2][0],
        names[2][1],
        names[0][0].encode("utf-16"),
    )
    image.save(made, "JPEG", exif=exif, comment=names[1][0].encode())
    return made.getvalue()


def drawing(names):
    made, told = io.BytesIO(), PngInfo()
    told.add_itxt("Title", names[0][0])
    told.add_text("Author", names[2][0])
    Image.new("RGB", (60, 60), "blue").save(made, "PNG", pnginfo=told)
    return made.getvalue()


def paper(names):
    """A PDF whose text layer and information hold the name."""
    text = f"BT /F1 24 Tf 30 100 Td ({names[2][0]}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources 7 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Author (%s) >>" % names[2][1].encode(),
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    end = b"trailer << /Size 8 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    return bytes(out + b"xref\n0 8\n0000000000 65535 f \n" + table + end)


def everyone_of(names):
    """Every spelling of one person."""
    return [one for script in names for one in script]


def told(account, names, random):
    """An account of the world with a person's name in every sentence, and ways to reach them."""
    spellings = itertools.cycle(random.sample([s for script in names for s in script], 4))
    lines = account.text.split(". ")
    text = ". ".join(f"({twisted(next(spellings), random)}) {line}" for line in lines)
    return f"{text}\n{CONTACT}, {PLACE}"


@pytest.fixture
def released(world, owner):
    """So many testimonies of the generated world, released without names, files and all."""
    random, records = Random(SEED), []  # noqa: S311 - a world, not a secret
    for number, account in enumerate(generated.generate(COUNT, SEED)):
        names, thread = PEOPLE[number % len(PEOPLE)], secrets.token_hex(16)
        everyone = everyone_of(names)
        text = told(account, names, random)
        record = world.arrive(
            text, lang=account.lang, thread=thread, k_rescue="yes", k_pub_anon="yes",
            b_name=everyone[:5], b_steps=f"{names[1][0]} / {names[0][0]}", w_where=PLACE,
        )  # fmt: skip
        world.arrive(f"P.S. {names[2][0]}", kind="addition", thread=thread, number=0)
        made = (photograph, drawing, paper)[number % 3](names)
        item = world.attach(made, f"{names[0][0]}.jpg", thread=thread) if number < 6 else ""
        heard = world.attach(SOUND, f"{names[2][0]}.mp3", thread=thread) if number % 5 == 1 else ""
        records.append((record, names, text, item, heard))
    owner.queue()
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    for record, names, text, item, heard in records:
        end = min(len(text), 60)
        said = {"date_as_stated": f"{names[2][0]}의 생일", "agency": names[1][0]}
        said |= {"person": f"new:{names[0][0]}", "start": "0", "end": str(end)}
        assert owner.tag(record, **said).status == 303
        world.book.working.translate(ring, record, "en", f"{names[2][0]} and {names[0][0]}.")
        if heard:
            said = [f"{n}:00 {twisted(s, random)}" for n, s in enumerate(everyone_of(names))]
            world.book.working.transcribe(
                ring, record, heard, "\n".join([*said, f"59:00 {CONTACT}"])
            )
        assert release(owner, record, item, heard).status == 303
    return [record for record, *_ in records]


def release(owner, record, item, heard):
    """All names that are offered are cut; what is a contact or a place is quoted."""
    form = owner.testimony(record).form(action="/release")
    pairs = form.filled(partner="partner", purpose="k_pub_anon")
    page = owner.post_pairs(form, pairs, form.action + "/preview")
    assert page.status == 200, page.error
    form = page.form(action="/release")
    keys = [box.attrs["value"] for box in page.root.all("input", name="cut")
            if not box.attrs["value"].startswith("given:")]  # fmt: skip
    said = {"cut": keys, "quote": [CONTACT, PLACE, ""]}
    if item:
        said |= {"file": [item], f"black-{item}": "1 0 0 100 60"}
    if heard:
        said["transcript"] = [heard]
    return owner.post(form, **said)


def said_in(path, data):
    """Every text a file holds: its own, a PDF's layer and information, a picture's fields."""
    yield path
    yield data.decode("utf-8", "replace")
    yield data.decode("utf-16-le", "replace")
    if path.endswith(".pdf"):
        pdfium = pytest.importorskip("pypdfium2")
        document = pdfium.PdfDocument(data)
        yield from (page.get_textpage().get_text_range() for page in document)
        yield from document.get_metadata_dict().values()
        document.close()
        for program in ("pdftotext", "pdfinfo"):  # another reader than the one that made copies
            words = [need(program), "-", *(["-"] if program == "pdftotext" else [])]
            done = subprocess.run(words, input=data, capture_output=True, check=True)
            yield done.stdout.decode("utf-8", "replace")
    if path.endswith((".jpg", ".png")):
        picture = Image.open(io.BytesIO(data))
        yield repr(picture.info)
        yield repr(dict(picture.getexif()))


def test_no_cut_string_is_anywhere_in_the_bundle(world, partner, released):
    bag = files(plain(world, partner, *released))
    found = [
        (path, needle)
        for path, data in bag.items()
        if path != "data/model/process-model.yaml" and not path.startswith("signatures/")
        for text in said_in(path, data)
        for needle in NEEDLES
        if needle in bare(text)
    ]
    assert found == []
    copies = [path for path in bag if "/attachments/" in path]
    assert sum(path.endswith(".transcript.txt") for path in copies) == len(range(1, COUNT, 5))
    assert len(copies) == 6 + len(range(1, COUNT, 5))
    for path in (path for path in bag if "/attachments/" in path and path.endswith(".jpg")):
        picture = Image.open(io.BytesIO(bag[path])).convert("L")
        assert picture.crop((0, 0, 400, 175)).getextrema()[1] < 20
    shown = bare(partner.get("/released").text)
    assert [needle for needle in NEEDLES if needle in shown] == []


def test_the_search_would_find_them():
    """What is looked for is there before it is cut, in every kind of file that is looked into."""
    names = PEOPLE[0]
    made = {"x.jpg": photograph(names), "x.png": drawing(names), "x.pdf": paper(names)}
    for path, data in made.items():
        assert any(needle in bare(text) for text in said_in(path, data) for needle in NEEDLES), path
    account = next(generated.generate(1, SEED))
    random = Random(SEED)  # noqa: S311
    for _ in range(20):
        assert any(needle in bare(told(account, names, random)) for needle in NEEDLES)

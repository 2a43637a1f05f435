"""What is cut leaves nowhere: in no script, spelling, normalisation, file name or offset."""

import hashlib
import json
import re
import secrets
import unicodedata
from types import SimpleNamespace

import pytest
from desk.bags import files, plain
from hypothesis import example, given
from hypothesis import strategies as st

from app.casebook.evidence import cutting, rendering, spelling
from app.casebook.evidence.cutting import Cut, Placeholders

SPELLINGS = [
    "김철옥", "김 철옥", "김 철 옥", unicodedata.normalize("NFD", "김철옥"), "Kim Cheol-ok",
    "KIM CHOL OK", "Kim Cheolok", "Cheol Ok Kim", "Gim Cheol Ok", "kim chul-ok", "Ｋｉｍ Cheol Ok",
    "Kim\u200bCheol\u00a0Ok", "金哲玉", "金　哲玉",
]  # fmt: skip
INNOCENT = ["김철", "철옥", "Kimchi", "옥수수", "Kim Chol"]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_name_is_found_however_it_is_spelled(spelled):
    text = f"그날 {spelled}가 왔다, and {spelled}, again."
    made = cutting.spans(text, [Cut("NAME", "x", ("김철옥", "金哲玉"))])
    assert [text[one.start : one.end] for one in made] == [spelled] * 2


@pytest.mark.parametrize("word", INNOCENT)
def test_what_only_resembles_a_name_stays(word):
    assert not cutting.spans(f"it says {word} there", [Cut("NAME", "x", ("김철옥",))])


def test_a_name_in_latin_letters_finds_the_korean_one_and_both_heads_are_one():
    for name, text in (("Ri Yong Hui", "리영희"), ("리영희", "이영희"), ("이영희", "리영희")):
        assert cutting.spans(text, [Cut("NAME", "x", (name,))])


def test_offsets_move_with_the_placeholders():
    text = "김철옥은 온성에서 김철옥을 보았다"
    made = cutting.spans(text, [Cut("NAME", "x", ("김철옥",))])
    pieces = cutting.pieces(text, made)
    found = Placeholders({"x": "1"})
    told = found.text(pieces)
    assert told == "[NAME-1]은 온성에서 [NAME-1]을 보았다"
    start = text.index("온성")
    moved = [found.offset(pieces, cutting.units(at, made)) for at in (start, start + 2)]
    assert told[moved[0] : moved[1]] == "온성"


NEIGHBOURS = st.text(st.sampled_from("abcdefghijklmnoprstuwyzABIKLMORSY"), min_size=1, max_size=8)


@given(NEIGHBOURS, NEIGHBOURS, st.sampled_from([
    ("림정숙", "Im Jung Sook"), ("림정숙", "Rim Jong Suk"), ("이영희", "Ri Yong Hui"),
    ("이영희", "I Yeonghui"), ("김철옥", "Kim Cheol-ok"), ("김철옥", "Cheol Ok Kim"),
    ("노영서", "Noh Young Suh"), ("오순애", "O Sun Ae"), ("안나", "An Na"),
    ("Kim Chol", "kim chol"),
]))  # fmt: skip
@example("for", "was", ("림정숙", "Im Jung Sook"))
@example("county", "We", ("림정숙", "Im Jung Sook"))
def test_no_word_beside_a_name_hides_it(before, after, said):
    """Folding joins words: the last letter of one and a name may look like another surname."""
    name, spelled = said
    text = f"{before} {spelled} {after}"
    start, end = len(before) + 1, len(before) + 1 + len(spelled)
    found = list(spelling.spans(text, spelling.fold(text), name))
    assert any(a <= start and end <= b for a, b in found), found


# --- Through the desk: proposed, looked at, released, exported

TEXT = (
    "동생 김철옥은 2023년 10월 9일 넘겨졌다.\n\n"
    "그 뒤 Kim Cheol-ok 이라는 이름으로 두 번 불렀다. 전화는 +86 138 0013 8000.\n\n"
    + unicodedata.normalize("NFD", "리영희도 함께 있었다. 이영희는 금방 나왔다.")
    + "\n비밀 문단이다."
)


def names():
    """Every spelling that must not be there, folded."""
    return [spelling.fold(one).text for one in (*SPELLINGS, "리영희", "이영희", "Ri Yong Hui")]


def released(world, owner, **fields):
    record = world.arrive(
        TEXT, k_rescue="yes", k_pub_anon="yes", b_name=["김철옥", "Kim Cheol Ok", "金哲玉"],
        b_steps="金哲玉를 찾아 달라고 했다", **fields,
    )  # fmt: skip
    owner.queue()
    owner.tag(record, person="new:김철옥", start="0", end="8")
    owner.tag(record, person="new:리영희", start="60", end="75")
    return record


def preview(owner, record, purpose="k_rescue"):
    form = owner.testimony(record).form(action="/release")
    pairs = form.filled(partner="partner", purpose=purpose)
    return owner.post_pairs(form, pairs, form.action + "/preview")


def pdf_text(data):
    """The text layer of a PDF and what it says of itself."""
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(data)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
        return "\n".join([*pages, *document.get_metadata_dict().values()])
    finally:
        document.close()


def leaks(bag):
    """Where a name that was cut is still to be read, in any spelling."""
    found = []
    for path, data in bag.items():
        if path == "data/model/process-model.yaml" or path.startswith("signatures/"):
            continue
        said = pdf_text(data) if path.endswith(".pdf") else data.decode("utf-8", "replace")
        folded = spelling.fold(path + "\n" + said).text
        found += [(path, name) for name in names() if name in folded]
    return found


def test_the_preview_shows_what_leaves_and_proposes_names(world, owner):
    record = released(world, owner)
    page = preview(owner, record)
    assert page.status == 200, page.error
    assert "김철옥" in page.id("leaves").text
    boxes = list(page.root.all("input", name="cut"))
    assert len(boxes) >= 3
    assert not any("checked" in box.attrs for box in boxes)
    public = preview(owner, record, "k_pub_anon")
    assert "김철옥" not in public.id("leaves").text
    assert "[NAME-" in public.id("leaves").text


def test_the_preview_shows_what_was_written_later_and_what_is_cut_of_it(world, owner):
    thread = secrets.token_hex(16)
    record = world.arrive(TEXT, thread=thread, k_rescue="yes")
    world.arrive("덧붙입니다. 다리 위에서.", kind="addition", thread=thread)
    owner.queue()
    page = preview(owner, record)
    assert page.root.one("pre", data_letter="addition").text == "덧붙입니다. 다리 위에서."
    form = page.form(action="/release")
    page = owner.post_pairs(form, form.filled(quote=["다리", "", ""]), form.action + "/preview")
    letter = page.root.one("pre", data_letter="addition")
    assert "다리" not in letter.text
    assert letter.one("mark", cls="cut")


def test_nothing_that_was_cut_is_in_the_bundle(world, owner, partner):
    record = released(world, owner)
    page = preview(owner, record)
    keys = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    form = page.form(action="/release")
    answer = owner.post(form, cut=keys, quote=["두 번", "", ""], withhold="4")
    assert answer.status == 303, answer.error
    bag = files(plain(world, partner, record))
    assert leaks(bag) == []
    text = bag[f"data/testimony/{record[:12]}/text.redacted.txt"].decode()
    assert "138 0013" not in text
    assert "[CONTACT-" in text
    assert "비밀" not in text
    assert "[WITHHELD]" in text
    assert "두 번" not in text
    assert f"data/testimony/{record[:12]}/text.txt" not in bag
    shown = partner.get("/released").text
    assert "김철옥" not in shown


@pytest.mark.parametrize(
    "said",
    [{"withhold": "5"}, {"withhold": "0"}, {"withhold": "2-4"}, {"withhold": "four"},
     {"withhold": "1 4 99"}, {"withhold": "999999"}, {"quote": ["비밀 문담", "", ""]},
     {"quote": ["다리", "두 번", "nowhere at all"]}],
)  # fmt: skip
def test_a_slip_that_cuts_nothing_lets_nothing_leave(world, owner, partner, said):
    record = released(world, owner)
    form = preview(owner, record).form(action="/release")
    for path in ("", "/preview"):
        page = owner.post_pairs(form, form.filled(**said), form.action + path)
        assert page.status == 400, path
        assert "stands nowhere" in page.error
    kept = said.get("withhold") or said["quote"][-1] or said["quote"][0]
    assert kept in page.text
    assert "Nothing has been released" in partner.get("/released").text


def test_a_name_ticked_on_a_page_that_is_old_does_not_leave_for_it(world, owner, partner):
    """Meanwhile the tag went that told the name; it stands in the text all the same."""
    record = world.arrive(TEXT, k_rescue="yes")
    owner.queue()
    owner.tag(record, person="new:김철옥", start="0", end="8")
    page = preview(owner, record)
    keys = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    form = page.form(action="/release")
    owner.post(owner.testimony(record).form(action="/retract"))
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    ((person, _),) = world.book.vault.index(ring).persons(["reviewers"])
    assert owner.post(owner.get("/erasure").form("erase"), record=[person]).status == 303
    answer = owner.post(form, cut=keys)
    assert answer.status == 400
    assert "stands nowhere" in answer.error
    assert "Nothing has been released" in partner.get("/released").text


def test_a_withheld_passage_is_proven_by_a_later_release_and_not_before(world, owner, partner):
    """What is cut or withheld leaves a digest; its salt, without which nobody can guess, stays."""
    record = released(world, owner)
    told = "비밀 문단이다."

    def bag_of(**said):
        form = preview(owner, record).form(action="/release")
        assert owner.post(form, **said).status == 303
        return files(plain(world, partner, record))

    first = bag_of(cut=["contact:0"], withhold="4")
    here = f"data/testimony/{record[:12]}/"
    before = json.loads(first[here + "commitments.json"])["paragraphs"]
    assert TEXT.split("\n")[5] == told
    assert ["salt" in one for one in before] == [True, True, False, True, True, False]
    then = bag_of()
    after = json.loads(then[here + "commitments.json"])["paragraphs"]
    assert [one["commitment"] for one in after] == [one["commitment"] for one in before]
    salt = bytes.fromhex(after[5]["salt"])
    assert hashlib.sha256(salt + told.encode()).hexdigest() == before[5]["commitment"]
    for data in first.values():
        assert salt not in data
        assert salt.hex().encode() not in data


def test_published_without_names_is_the_default_without_them(world, owner, partner):
    record = released(world, owner)
    assert owner.release(record, purpose="k_pub_anon").status == 303
    assert leaks(files(plain(world, partner, record))) == []


def test_a_person_is_one_placeholder_in_a_bundle_and_no_token_is_in_two(world, owner, partner):
    records = [released(world, owner), released(world, owner)]
    for record in records:
        assert owner.release(record, purpose="k_pub_anon").status == 303
    bag = files(plain(world, partner, *records))
    text = bag[f"data/testimony/{records[0][:12]}/text.redacted.txt"].decode()
    lines = text.split("\n")
    assert lines[0].split("[NAME-")[1].split("]")[0] == lines[2].split("[NAME-")[1].split("]")[0]
    assert lines[4].count("[NAME-") == 2


def test_a_person_is_one_placeholder_in_all_testimonies_of_a_bundle(world, owner, partner):
    first, second, third = (world.arrive(TEXT, k_rescue="yes", k_pub_anon="yes") for _ in range(3))
    owner.queue()
    owner.tag(first, person="new:김철옥", start="0", end="8")
    (known,) = people(world, owner)
    for record in (second, third):
        owner.tag(record, person=known, start="0", end="8")
    owner.tag(third, person="new:리영희", start="60", end="75")
    for record in (first, second, third):
        assert owner.release(record, purpose="k_pub_anon").status == 303
    bag = files(plain(world, partner, first, second, third))
    lines = [
        bag[f"data/testimony/{one[:12]}/text.redacted.txt"].decode().split("\n")
        for one in (first, second, third)
    ]
    assert len({re.search(r"\[NAME-\d+\]", one[0]).group() for one in lines}) == 1
    assert lines[2][0].split("]")[0] != lines[2][4].split("]")[0]


def people(world, owner):
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    return [person for person, _ in world.book.vault.index(ring).persons(["reviewers"])]


def test_numbers_are_drawn_anew_for_every_bundle():
    """Else [NAME-1] of one bundle would be known for [NAME-1] of the next."""
    who = [secrets.token_hex(16) for _ in range(4)]
    copies = [SimpleNamespace(content={"people": who, "document": {}})]
    names = [f"naru-{n}" for n in range(400)]
    drawn = [tuple(map(rendering.placeholders(copies, name).number, who)) for name in names]
    assert drawn == [tuple(map(rendering.placeholders(copies, n).number, who)) for n in names]
    assert len(set(drawn)) == 24  # every order there is
    for place in range(4):
        assert 50 < sum(one[place] == 1 for one in drawn) < 150


def test_the_preview_is_exactly_what_the_partner_gets(world, owner, partner):
    """Word by word, but for the numbers, which are drawn anew for each bundle."""
    thread = secrets.token_hex(16)
    record = world.arrive(TEXT, thread=thread, k_rescue="yes", b_name=["김철옥"])
    world.arrive("덧붙입니다. 김철옥이 다리 위에서.", kind="addition", thread=thread)
    owner.queue()
    owner.tag(record, person="new:김철옥", start="0", end="8")
    page = preview(owner, record)
    keys = [box.attrs["value"] for box in page.root.all("input", name="cut")]
    said = {"cut": keys, "quote": ["다리", "두 번", ""], "withhold": "4"}
    form = page.form(action="/release")
    page = owner.post_pairs(form, form.filled(**said), form.action + "/preview")
    seen = [page.id("leaves").text, page.root.one("pre", data_letter="addition").text]
    assert owner.post(page.form(action="/release")).status == 303  # as the page came
    bag = files(plain(world, partner, record))
    here = f"data/testimony/{record[:12]}/"
    letter = json.loads(next(bag[name] for name in bag if name.endswith("letter-001.json")))
    got = [bag[here + "text.redacted.txt"].decode(), letter["w_narrative"]]
    assert [unnumbered(one) for one in seen] == [unnumbered(one) for one in got]
    assert all("[NAME-]" in unnumbered(one) for one in got)
    assert unnumbered(partner.get("/released").root.one("pre").text) == unnumbered(got[0])


def unnumbered(text):
    return re.sub(r"\[([A-Z]+)-\d+\]", r"[\1-]", text).strip()


def test_words_that_would_single_somebody_out_are_warned_of(world, owner):
    record = world.arrive("3호 감방에서 교화 3년", k_rescue="yes", b_home_prov="함경북도")
    owner.queue()
    owner.tag(record, start="0", end="3")
    page = preview(owner, record)
    assert page.id("singled") is not None
    assert "1 witness" in page.id("singled").text


def test_what_a_later_letter_tells_is_counted_with_it_until_it_is_cut(world, owner):
    """The cell stands in the letter alone; ten others told the rest."""
    told = {"k_rescue": "yes", "b_home_prov": "함경북도"}
    for _ in range(10):
        world.arrive(TEXT, **told)
    thread = secrets.token_hex(16)
    record = world.arrive(TEXT, thread=thread, **told)
    world.arrive("거기는 7호 감방이었다.", kind="addition", thread=thread)
    owner.queue()
    page = preview(owner, record)
    assert "7호 감방" in page.id("singled").text
    form = page.form(action="/release")
    page = owner.post_pairs(form, form.filled(quote=["7호 감방", "", ""]), form.action + "/preview")
    assert page.id("singled") is None


def test_translations_leave_cut_and_analysis_beside_them(world, owner, partner):
    record = released(world, owner)
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    world.book.working.translate(ring, record, "en", "My brother Kim Cheol-ok was handed over.")
    assert owner.release(record, purpose="k_pub_anon").status == 303
    bag = files(plain(world, partner, record))
    said = bag[f"data/testimony/{record[:12]}/translation.en.txt"].decode()
    assert said.startswith("My brother [NAME-")
    assert b"#translation-en" in bag[f"data/testimony/{record[:12]}/record.jsonld"]
    assert leaks(bag) == []
    assert b'"independent": 1' in bag["data/analysis/corroboration.json"]
    assert b"questions" in bag["data/analysis/conflicts.json"]

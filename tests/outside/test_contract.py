"""The journey by a script that knows only the contract: HTTP, forms and the shell.

From the witness's form to a bundle that a stranger opens and verifies with stock tools.
"""

import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import need
from outside import walk
from outside.demo import run
from outside.site import Site, Upload

SPAN = "도문에서 온성으로"
TEXT = (
    f"\n2023년 10월 9일 언니가 {SPAN} 넘겨졌습니다.  \n\n"
    '<b>"보위부"</b> &amp; 안전부가 있었다고 들었습니다.\tここ 图们 😢 '
    + unicodedata.normalize("NFD", "나루터")
)
LANGS = ["en", "ko", "zh"]


@dataclass
class Journey:
    """One testimony on its way."""

    page: object
    words: str
    id: str


@pytest.fixture(scope="module")
def journey(demo, lead):
    """Sent, taken in, tagged and released to the partner."""
    before = walk.queue(lead)
    page = walk.write(
        Site(demo.intake),
        TEXT,
        w_role="family",
        w_where="도문",
        b_name=["김진실", "Kim Jin Sil"],
        k_rescue="yes",
        k_stats="yes",
    )
    assert page.status == 200, page.error
    submission = walk.arrive(lead, before)
    start = TEXT.index(SPAN)
    assert walk.tag(lead, submission, (start, start + len(SPAN))).status == 303
    partner = demo.info["partner"]["name"]
    assert walk.release(lead, submission, partner, "k_rescue").status == 303
    return Journey(page, page.receipt, submission)


@pytest.fixture(scope="module")
def bag(demo, journey, partner, tmp_path_factory):
    """The partner's bundle, opened with the partner's own key: the folder of the bag."""
    folder = tmp_path_factory.mktemp("bundle")
    answer = walk.export(partner, [journey.id])
    assert answer.status == 200, answer.error
    disposition = answer.header("Content-Disposition")
    assert re.match(r'attachment; filename="?[A-Za-z0-9._-]+\.zip\.age"?$', disposition)
    assert answer.body.startswith(b"age-encryption.org/v1\n")
    (folder / "b.zip.age").write_bytes(answer.body)
    return opened(demo, folder / "b.zip.age")


def opened(demo, bundle):
    """Open with the partner's identity, unpack, give the bag's folder."""
    plain = bundle.with_suffix("")
    run("crypto", "open", "-i", demo.info["partner"]["identity"], "-o", plain, bundle)
    with zipfile.ZipFile(plain) as archive:
        archive.extractall(bundle.parent)
        (name,) = {Path(each).parts[0] for each in archive.namelist()}
    return bundle.parent / name


def shell(*words, cwd, stdin=None):
    """A stock program; the test fails with what it printed."""
    need(words[0])
    done = subprocess.run(words, cwd=cwd, stdin=stdin, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


# --- The witness


@pytest.mark.parametrize("lang", LANGS)
def test_the_form_answers_in_each_language(witness, lang):
    page = witness.get(f"/{lang}/")
    assert page.status == 200
    assert page.lang.split("-")[0] == lang
    form = page.form("testimony")
    assert (form.method, form.multipart) == ("POST", True)
    wanted = {"w_role", "w_narrative", "w_when", "w_when_calendar", "w_where", "w_knowledge"}
    compound = {"a_cross", "a_cross_other", "b_sex", "b_birth", "b_news", "b_news_knowledge"}
    assert wanted | compound | {"b_name", "k_rescue", "k_stats"} <= form.names()
    assert [c.attrs["name"] for c in form.controls()].count("b_name") == 5
    assert "k_keep" not in form.names()


@pytest.mark.parametrize("asked", ["ko-KR,ko;q=0.9", "zh-CN,zh;q=0.9,en;q=0.5", "en-US", "fr"])
def test_the_front_page_negotiates(witness, asked):
    page = witness.send("GET", "/", headers={"Accept-Language": asked})
    assert page.status == 200
    assert page.form("testimony")
    if asked != "fr":
        assert page.lang.split("-")[0] == asked[:2]


def test_only_the_narrative_is_required(witness, lead):
    before = walk.queue(lead)
    form = witness.get("/").form("testimony")
    required = {c.attrs["name"] for c in form.controls() if "required" in c.attrs}
    assert required <= {"w_narrative"}
    page = witness.post(form, w_narrative="짧은 이야기")
    assert page.status == 200, page.error
    assert walk.narrative(lead, walk.arrive(lead, before)) == "짧은 이야기"


@pytest.mark.parametrize("lang", LANGS)
def test_the_receipt_is_ten_words_that_lead_back(witness, lang):
    page = walk.write(witness, "돌아올 이야기", lang)
    assert page.status == 200
    assert len(page.receipt.split()) == 10
    for there in LANGS:
        back = walk.come_back(witness, page.receipt, there)
        assert back.status == 200
        ((kind, day),) = walk.letters(back)
        assert kind == "testimony"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
        assert "돌아올 이야기" not in back.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("there", ["receipt", "return"])
def test_each_form_of_one_who_comes_back_is_there_and_done(witness, lang, there):
    page = walk.write(witness, "돌아올 이야기", lang, k_stats="yes")
    words = page.receipt
    if there == "return":
        page = walk.come_back(witness, words, lang)
    correct, withdraw = page.form("correct"), page.form("withdraw")
    choices = {
        name: [o.attrs["value"] for o in form.node.one("select", name=name).all("option")]
        for form, name in ((correct, "keep_first"), (withdraw, "when"))
    }
    assert choices == {"keep_first": ["yes", "no"], "when": ["in-7-days", "now"]}
    assert {"k_stats", "k_rescue", "k_un_conf", "k_wait"} <= page.form("consent").names()
    done = [
        witness.post(page.form("add"), w_narrative="더 쓴 글"),
        witness.post(correct, w_narrative="고친 글", keep_first="no"),
        witness.post(page.form("answer"), w_narrative="답"),
        witness.post(page.form("consent"), k_rescue="yes"),
        witness.post(page.form("attach"), attachment=Upload("쪽지.txt", b"1")),
        witness.post(withdraw, receipt=words, when="in-7-days"),
    ]
    assert [(each.status, bool(each.id("done"))) for each in done] == [(200, True)] * 6
    kinds = [kind for kind, _ in walk.letters(walk.come_back(witness, words, lang))]
    later = ["addition", "answer", "attachment", "consent", "correction"]
    assert sorted(kinds) == [*later, "testimony"]


def test_words_are_understood_as_people_type_them(witness):
    korean = walk.write(witness, "하나").receipt
    spread = "  " + unicodedata.normalize("NFC", korean).replace(" ", "\n  ")
    assert walk.come_back(witness, spread).status == 200
    assert walk.come_back(witness, unicodedata.normalize("NFD", korean)).status == 200
    english = walk.write(witness, "two", "en").receipt
    assert walk.come_back(witness, english.upper(), "en").status == 200
    chinese = walk.write(witness, "三", "zh").receipt
    assert walk.come_back(witness, chinese.replace(" ", ""), "zh").status == 200


@pytest.mark.parametrize("words", ["", "가격 " * 10, "not words at all", "나" * 3000])
def test_wrong_words_are_not_found(witness, words):
    page = walk.come_back(witness, words)
    assert page.status == 404
    assert re.search("[가-힣]", page.error)


def test_the_same_form_three_times_is_one_testimony(witness, lead):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    pages = [witness.post(form, w_narrative="세 번 보낸 글", k_stats="yes") for _ in range(3)]
    assert [page.status for page in pages] == [200, 200, 200]
    assert len({page.receipt for page in pages}) == 1
    walk.arrive(lead, before)
    assert [kind for kind, _ in walk.letters(walk.come_back(witness, pages[0].receipt))] == [
        "testimony"
    ]


def test_the_same_form_with_other_text_is_a_correction(witness, lead):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    texts = ["처음 글", "고친 글", "고친 글", "처음 글"]
    pages = [witness.post(form, w_narrative=text) for text in texts]
    assert {page.status for page in pages} == {200}
    assert len({page.receipt for page in pages}) == 1
    kinds = [kind for kind, _ in walk.letters(walk.come_back(witness, pages[0].receipt))]
    assert sorted(kinds) == ["correction", "testimony"]
    assert walk.narrative(lead, walk.arrive(lead, before)) in texts


def test_the_key_is_one_line(witness):
    page = witness.get("/key")
    assert page.status == 200
    assert re.fullmatch(r"age1pq1[02-9ac-hj-np-z]{1000,}\n", page.text)


# --- The desk


def test_the_text_is_shown_as_it_was_typed(lead, journey):
    assert walk.narrative(lead, journey.id) == TEXT


def test_the_fields_are_shown(lead, journey):
    page = lead.get(f"/testimony/{journey.id}")
    shown = {}
    for node in page.root.all():
        if "data-field" in node.attrs:
            shown.setdefault(node.attrs["data-field"], "")
            shown[node.attrs["data-field"]] += node.text
    assert "김진실" in shown["b_name"]
    assert "Kim Jin Sil" in shown["b_name"]
    assert "도문" in shown["w_where"]
    assert "w_role" in shown


def test_a_reviewer_reads_the_queue(reviewer, journey):
    assert journey.id in walk.queue(reviewer)
    assert walk.narrative(reviewer, journey.id) == TEXT


def test_a_tag_stands_on_the_page(lead, journey):
    page = lead.get(f"/testimony/{journey.id}")
    tags = list(page.root.all(cls="tag"))
    assert [each.attrs["data-stage"] for each in tags] == ["forced_repatriation"]
    assert tags[0].attrs["data-person"]


def test_a_tag_without_a_span_is_refused(lead, journey):
    answer = walk.tag(lead, journey.id, ("", ""))
    assert answer.status == 400
    assert answer.error
    answer = walk.tag(lead, journey.id, (7, 7))
    assert answer.status == 400
    answer = walk.tag(lead, journey.id, (0, len(TEXT) + 1))
    assert answer.status == 400


def test_release_without_consent_is_refused(lead, journey, demo):
    answer = walk.release(lead, journey.id, demo.info["partner"]["name"], "k_court")
    assert answer.status == 403
    assert answer.error


def test_a_partner_sees_what_was_released_and_nothing_else(partner, journey, witness, lead):
    before = walk.queue(lead)
    walk.write(witness, "아직 내보내지 않은 글")
    hidden = walk.arrive(lead, before)
    page = partner.get("/released")
    assert page.status == 200
    assert journey.id in page.text
    assert hidden not in page.text
    for path in ("/queue", f"/testimony/{hidden}"):
        assert partner.get(path).status in (403, 404)
    answer = walk.export(partner, [hidden])
    assert 400 <= answer.status < 500
    assert not answer.body.startswith(b"age-")


@pytest.mark.parametrize("path", ["/queue", "/released", "/export", "/testimony/" + "0" * 32])
def test_the_desk_shows_nothing_to_a_stranger(demo, path):
    page = Site(demo.desk).get(path)
    assert page.status in (302, 303, 401, 403)
    assert page.status > 400 or page.header("Location").split("?")[0].endswith("/login")


def test_a_wrong_passphrase_is_refused(demo):
    site = Site(demo.desk)
    form = site.get("/login").forms()[0]
    page = site.post(form, name=demo.info["lead"]["name"], passphrase="wrong " * 7)
    assert 400 <= page.status < 500
    assert page.error
    nobody = site.post(form, name="nobody", passphrase="wrong " * 7)
    assert (nobody.status, nobody.error) == (page.status, page.error)
    assert site.get("/queue").status != 200


def test_log_out_ends_the_session(demo):
    site = walk.log_in(demo.desk, demo.info["reviewer"])
    kept = dict(site.cookies)
    form = site.get("/queue").form(action="/logout")
    assert site.post(form).status == 303
    site.cookies = kept
    assert site.get("/queue").status != 200


# --- The bundle


def test_the_testimony_is_in_the_bag_word_for_word(bag):
    files = [path.read_bytes() for path in (bag / "data").rglob("*") if path.is_file()]
    assert any(TEXT.encode() in data for data in files)
    assert any(b"forced_repatriation" in data for data in files)


def test_our_own_program_verifies_it(bag):
    done = run("crypto", "verify", bag)
    assert done.stdout or done.stderr
    run("crypto", "verify", "--signer", bag / "signatures" / "signer.pub", bag)
    run("crypto", "verify", bag.parent / "b.zip")


def test_stock_programs_verify_it(bag):
    shell("sha256sum", "--quiet", "-c", "manifest-sha256.txt", cwd=bag)
    shell("sha256sum", "--quiet", "-c", "tagmanifest-sha256.txt", cwd=bag)
    words = ["-Y", "verify", "-f", "signatures/allowed_signers", "-I", "naru", "-n", "naru-bundle"]
    words += ["-s", "signatures/tagmanifest-sha256.txt.sig"]
    with (bag / "tagmanifest-sha256.txt").open("rb") as signed:
        shell("ssh-keygen", *words, cwd=bag, stdin=signed)
    words = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(bag)]
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_changed_bag_is_noticed(demo, partner, journey, tmp_path):
    (tmp_path / "b.zip.age").write_bytes(walk.export(partner, [journey.id]).body)
    bag = opened(demo, tmp_path / "b.zip.age")
    changed = max((p for p in (bag / "data").rglob("*") if p.is_file()), key=lambda p: len(p.name))
    changed.write_bytes(changed.read_bytes() + b" ")
    done = run("crypto", "verify", bag, check=False)
    assert done.returncode == 1
    assert len(done.stderr.decode().strip().splitlines()) == 1


def test_the_bundle_opens_for_the_partner_alone(demo, partner, journey, tmp_path):
    (tmp_path / "b.zip.age").write_bytes(walk.export(partner, [journey.id]).body)
    run("crypto", "keygen", "-o", tmp_path / "other")
    words = ("crypto", "open", "-i", tmp_path / "other", "-o", tmp_path / "out")
    done = run(*words, tmp_path / "b.zip.age", check=False)
    assert done.returncode == 1
    assert len(done.stderr.decode().strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_export_from_the_shell(demo, journey, tmp_path):
    member, bundle = demo.info["lead"], tmp_path / "b.zip.age"
    words = ["app", "export", *demo.config(), "--as", member["name"]]
    words += ["--to", demo.info["partner"]["name"], "--submission", journey.id, "--out", bundle]
    run(*words, passphrase=member["passphrase"])
    bag = opened(demo, bundle)
    run("crypto", "verify", bag)
    assert TEXT.encode() in b"".join(p.read_bytes() for p in (bag / "data").rglob("*.*"))


# --- The shell


def test_stages_are_listed():
    listed = json.dumps(json.loads(run("app", "stages", "--json").stdout))
    for stage in ("cn_arrest", "forced_repatriation", "political_prison_camp", "economic_camp"):
        assert f'"{stage}"' in listed
    assert "MSS" not in listed


def test_files_are_sealed_and_opened_in_the_shell(tmp_path):
    run("crypto", "keygen", "-o", tmp_path / "key")
    identity = (tmp_path / "key").read_bytes()
    recipient = run("crypto", "recipient", stdin=identity).stdout.decode().strip()
    assert recipient.startswith("age1pq1")
    sealed = run("crypto", "seal", "-r", recipient, stdin=TEXT.encode()).stdout
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert run("crypto", "open", "-i", tmp_path / "key", stdin=sealed).stdout == TEXT.encode()
    done = run("crypto", "open", "-i", tmp_path / "key", stdin=sealed[:-1], check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("words", [("app", "nonsense"), ("crypto", "nonsense"), ("crypto", "open")])
def test_wrong_use_is_told_apart(words):
    done = run(*words, check=False)
    assert done.returncode == 2
    assert done.stderr

"""Defects seen in Hush Line (D), SecureDrop (S) and GlobaLeaks (G), none of which may be here.

Shown elsewhere: D6 `desk/test_login`; D12 `intake/test_fences`; S1 to S3 and G2 `outside/test_kill`
and `intake/test_send`; G3 `intake/test_large_files`; S6 and G5 `crypto/test_padding`; G6
`outside/test_silence`; G8 `desk/test_redaction`.
Cannot apply: D5 there is no picture puzzle; D9 all look-ups are by primary key or in memory; D10 no
mail is sent; D11 the witness's pages have no script; S4 and S5 the intake sets no cookie; G7 keys
are destroyed, not blocks; G9 roles are keys; G10 nothing is fetched or sent; G12 files are never
rewritten. With their own issues: S7 backups, G4 forms live for two days, G11 removing a member.
"""

import pytest
from outside import walk
from outside.demo import Demo
from outside.site import Site

STORY = "지어낸 이야기입니다. "
PGP = "-----BEGIN PGP MESSAGE-----\n\nnothing sealed at all\n-----END PGP MESSAGE-----"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("peers") / "data") as running:
        yield running


@pytest.fixture
def site(served):
    return Site(served.intake)


def test_d1_d8_a_lost_answer_is_had_again_by_sending_again(site):
    form = site.get("/ko/").form("testimony")
    first = site.post(form, w_narrative=STORY).receipt
    assert Site(site.url).post(form, w_narrative=STORY).receipt == first


def test_d2_no_post_is_taken_without_what_only_our_page_holds(site):
    form = site.get("/ko/").form("testimony")
    page = site.post(form, w_narrative=STORY, ticket=[])
    assert (page.status, page.receipt) == (403, None)


def test_d3_text_that_looks_sealed_is_sealed_all_the_same(served, site):
    site.post(site.get("/ko/").form("testimony"), w_narrative=PGP)
    for path in served.data.rglob("*"):
        assert not path.is_file() or b"nothing sealed at all" not in path.read_bytes()


def test_d4_the_same_post_three_times_is_one_message(served, site):
    lead = walk.log_in(served.desk, served.info["lead"])
    before = len(walk.whole_queue(lead))
    form = site.get("/ko/").form("testimony")
    assert len({site.post(form, w_narrative=STORY * 3).receipt for _ in range(3)}) == 1
    assert len(walk.whole_queue(lead)) == before + 1


def test_d7_sixty_thousand_syllables_are_taken_either_way(site):
    for multipart in (True, False):
        form = site.get("/ko/").form("testimony")
        form.multipart = multipart
        assert site.post(form, w_narrative="가" * 60_000).receipt


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_d13_nobody_is_told_to_switch_script_on(site, lang):
    page = site.get(f"/{lang}/")
    assert "noscript" not in page.text
    assert "JavaScript" not in page.text


def test_g1_ten_malformed_posts_close_nothing_to_anybody(served):
    bad = Site(served.intake)
    for number in range(30):
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        page = bad.send("POST", "/ko/", b"--b\r\nbroken" * number, kind)
        assert 400 <= page.status < 500
    other = Site(served.intake)
    assert other.post(other.get("/ko/").form("testimony"), w_narrative=STORY).receipt

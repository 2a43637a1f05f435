"""Defects seen in Hush Line (D), SecureDrop (S), GlobaLeaks (G) and others (O): none may be here.

Those that a test of another file shows are in `SHOWN`; those that cannot apply, in `NOT_HERE`.
"""

import re
from pathlib import Path

import pytest
from outside import walk
from outside.demo import Demo
from outside.site import Site

TESTS = Path(__file__).parents[1]
SHOWN = {
    "D6": "casebook/test_sessions test_an_unknown_name_costs_what_a_wrong_passphrase_costs",
    "D12": "intake/test_fences test_no_get_writes",
    "S1": "intake/test_send test_the_same_form_at_once_from_many_circuits_is_one_testimony",
    "S3": "outside/test_kill test_what_was_acknowledged_is_there_once_and_whole",
    "S4": "outside/test_silence test_the_intake_sets_no_cookie",
    "S6": "crypto/test_padding test_documents_of_ordinary_length_are_all_as_long",
    "S7": "casebook/test_restore"
    " test_the_parts_hold_nothing_in_the_clear_and_belong_to_this_user_alone",
    "G2": "intake/test_send test_the_same_form_at_once_from_many_circuits_is_one_testimony",
    "G3": "intake/test_serving test_a_file_that_was_acknowledged_outlives_a_kill_at_once",
    "G4": "intake/test_refusals test_an_expired_ticket_is_refused_and_sending_again_works",
    "G5": "crypto/test_padding test_the_longer_of_two_is_never_in_the_smaller_bucket",
    "G6": "intake/test_fences test_a_log_record_says_its_errors_type_and_nothing_else",
    "G8": "desk/test_redaction",
    "G9": "desk/test_roles test_each_member_meets_what_is_theirs_and_no_more",
    "G11": "casebook/test_removal test_what_the_removed_member_held_opens_nothing_made_afterwards",
    "O log holds the submission": "outside/test_canary test_nothing_typed_is_left_lying_anywhere",
    "O id tells the content": "intake/test_send"
    " test_two_forms_are_two_threads_that_no_column_links",
    "O a file's bytes are not authenticated": "crypto/test_stream"
    " test_chunks_that_are_swapped_dropped_doubled_or_added_are_noticed",
    "O the browser keeps the answers": "outside/test_silence test_nothing_is_kept_by_a_browser",
    "O first account discredits": "intake/test_follow_up"
    " test_a_correction_says_whether_the_first_is_kept",
}
NOT_HERE = {
    "D5": "no picture puzzle; the question's one wrong answer uses it up: intake/test_asking",
    "D9": "look-ups are by primary key or in memory",
    "D10": "no mail is sent",
    "D11": "what the page's script prints fails its tests: sealing/test_files",
    "S5": "the intake sets no cookie and knows nothing of the desk",
    "G7": "keys are destroyed, not blocks; what the disk keeps is said in docs/erasure.md",
    "G10": "nothing is fetched or sent",
    "G12": "files are never rewritten",
}
HERE = {"D1", "D2", "D3", "D4", "D7", "D8", "D13", "S2", "G1"}
STORY = "지어낸 이야기입니다. "
PGP = "-----BEGIN PGP MESSAGE-----\n\nnothing sealed at all\n-----END PGP MESSAGE-----"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("peers") / "data") as running:
        yield running


@pytest.fixture
def site(served):
    return Site(served.intake)


def test_every_defect_has_its_test_or_its_reason():
    known = {
        f"{peer}{n}" for peer, last in (("D", 13), ("S", 7), ("G", 12)) for n in range(1, last + 1)
    }
    said = {*SHOWN, *NOT_HERE}
    assert {name for name in said if not name.startswith("O ")} | HERE == known
    assert not {*SHOWN} & {*NOT_HERE}
    assert not said & HERE
    text = Path(__file__).read_text()
    for name in HERE:
        assert re.search(rf"def test_\w*{name.lower()}_", text), name
    for name, where in SHOWN.items():
        file, _, test = where.partition(" ")
        assert f"def {test or 'test_'}" in (TESTS / f"{file}.py").read_text(), name


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


def test_s2_who_is_not_logged_in_ends_nobodys_session(served):
    lead = walk.log_in(served.desk, served.info["lead"])
    for path in ("/logout", "/queue", "/login", "/export"):
        nobody = Site(served.desk)
        nobody.cookies["naru_desk"] = "no session at all"
        assert nobody.send("POST", path, b"", {}).status >= 400
        assert nobody.get("/queue").status != 200
    assert lead.get("/queue").status == 200

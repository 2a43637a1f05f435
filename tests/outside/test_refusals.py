"""What the intake refuses, how it says so, and that nothing is stored in part."""

import re
import socket
import time
from contextlib import suppress

import pytest
from outside import walk
from outside.site import Site, Upload, multipart

PROSE = "그날 밤 우리는 강을 건넜습니다. <i>&amp;"
LIMIT = 200_000


def refused(page, *, text=None, where=None):
    """A refusal in the page's language that keeps what was typed: the form to mend it in."""
    assert 400 <= page.status < 500, page.status
    assert re.search("[가-힣]", page.error)
    assert page.receipt is None
    form = page.form("testimony")
    kept = dict(form.values())
    if text is not None:
        assert kept["w_narrative"] == text
    if where is not None:
        assert kept["w_where"] == where
    return form


def stored(lead, before):
    """The text of the one testimony that is new."""
    return walk.narrative(lead, walk.arrive(lead, before))


def without(form, *names, **values):
    """The pairs of a filled form, these names left out."""
    return [pair for pair in form.filled(**values) if pair[0] not in names]


# --- Another language is not a submission


@pytest.mark.usefixtures("nothing_stored")
def test_another_language_carries_the_text_and_stores_nothing(witness):
    form = witness.get("/ko/").form("testimony")
    assert len(form.detours()) >= 2
    for button in form.detours():
        assert "formnovalidate" in button
        pairs = form.filled(w_narrative=PROSE, w_where="온성", w_role="family", k_rescue="yes")
        if "name" in button:
            pairs.append((button["name"], button.get("value", "")))
        page = witness.post_pairs(form, pairs, to=button["formaction"])
        assert (page.status, page.receipt, page.error) == (200, None, None)
        assert not page.lang.startswith("ko")
        kept = dict(page.form("testimony").values())
        assert (kept["w_narrative"], kept["w_where"]) == (PROSE, "온성")
        assert (kept["w_role"], kept["k_rescue"]) == ("family", "yes")


def test_what_was_carried_can_be_sent(witness, lead):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    elsewhere = form.detours()[0]["formaction"]
    page = witness.post_pairs(form, form.filled(w_narrative=PROSE), elsewhere)
    page = witness.post_pairs(page.form("testimony"), page.form("testimony").values())
    assert page.status == 200
    assert len(page.receipt.split()) == 10
    assert stored(lead, before) == PROSE


# --- Bodies that a form never sends


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("text", ["", "   \n\t "])
def test_no_story(witness, text):
    refused(walk.write(witness, text, w_where="회령"), where="회령")


@pytest.mark.parametrize("damage", ["none", "forged", "empty"])
def test_no_ticket(witness, lead, damage):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    assert form.hidden()
    pairs = without(form, *form.hidden(), w_narrative=PROSE, w_where="회령")
    if damage != "none":
        pairs += [(name, "A" * 70 if damage == "forged" else "") for name in form.hidden()]
    page = witness.post_pairs(form, pairs)
    mended = refused(page, text=PROSE, where="회령")
    assert walk.queue(lead) == before
    assert witness.post_pairs(mended, mended.values()).status == 200
    assert stored(lead, before) == PROSE


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("bad", [b"\xff\xfe", b"\xed\xa0\x80", b"\xea\xb0", b"\xc0\xaf"])
def test_bad_utf8(witness, bad):
    refused(walk.write(witness, "글".encode() + bad, w_where="회령"), where="회령")


@pytest.mark.usefixtures("nothing_stored")
def test_a_zero_byte(witness):
    refused(walk.write(witness, "글\0글", w_where="회령"), where="회령")


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("field", ["w_narrative", "w_where", "k_rescue"])
def test_a_file_in_a_text_field(witness, field):
    values = {"w_narrative": PROSE, field: Upload("a.txt", "글".encode(), "text/plain")}
    form = witness.get("/ko/").form("testimony")
    page = witness.post(form, **values)
    refused(page, text=None if field == "w_narrative" else PROSE)


@pytest.mark.usefixtures("nothing_stored")
def test_a_body_that_is_no_form(witness):
    form = witness.get("/ko/").form("testimony")
    kinds = [
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ]
    for kind in kinds:
        page = witness.send("POST", form.action, b"w_narrative=x", {"Content-Type": kind})
        assert 400 <= page.status < 500
        assert page.error


# --- Long texts


def test_two_hundred_thousand_syllables_are_accepted(witness, lead):
    before = walk.queue(lead)
    text = ("나루터에서 있었던 일을 적습니다.\n" * 12_000)[: LIMIT - 1] + "끝"
    page = walk.write(witness, text)
    assert page.status == 200, page.error
    assert stored(lead, before) == text


@pytest.mark.usefixtures("nothing_stored")
@pytest.mark.parametrize("size", [LIMIT + 1, 1_350_000])
def test_more_is_refused_and_kept(witness, size):
    text = ("가나다라마바사 " * (size // 8 + 1))[: size - 1] + "끝"
    refused(walk.write(witness, text, w_where="회령"), text=text, where="회령")


@pytest.mark.usefixtures("nothing_stored")
def test_five_megabytes_are_too_much(witness):
    page = walk.write(witness, "x" * 5_000_000)
    assert page.status == 413
    assert re.search("[가-힣]", page.error)


@pytest.mark.usefixtures("nothing_stored")
def test_twenty_megabytes_are_too_much(witness):
    with suppress(ConnectionError):  # cut off while still sending is an answer too
        page = walk.write(witness, "x" * 20_000_000)
        assert page.status == 413
        assert page.error


# --- Circuits that break


def send_and_leave(witness, form, text, part=1.0):
    """Send this part of the request's body, and be gone before the answer."""
    kind, body = multipart(form.filled(w_narrative=text))
    head = f"POST {form.action} HTTP/1.1\r\nHost: {witness.host}:{witness.port}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((witness.host, witness.port)) as wire:
        wire.sendall(head.encode() + body[: int(len(body) * part)])
        time.sleep(0.1)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.999])
def test_half_a_body_is_nothing(witness, lead, part):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    send_and_leave(witness, form, PROSE * 2000, part)
    time.sleep(0.5)
    assert walk.queue(lead) == before
    page = witness.post(form, w_narrative=PROSE * 2000)
    assert page.status == 200
    assert stored(lead, before) == PROSE * 2000


def test_an_answer_that_never_arrives_changes_nothing(witness, lead):
    before = walk.queue(lead)
    form = witness.get("/ko/").form("testimony")
    for _ in range(3):
        send_and_leave(witness, form, PROSE)
    time.sleep(0.5)
    assert witness.post(form, w_narrative=PROSE).status == 200
    assert stored(lead, before) == PROSE


# --- Without a token, nothing is done


def token_free(site, pages):
    """Post every form of these pages without its hidden inputs: (action, answer) of each."""
    seen = set()
    for path in pages:
        for form in (form for form in site.get(path).forms() if form.method == "POST"):
            if form.action not in seen:
                seen.add(form.action)
                yield form, site.post_pairs(form, without(form, *form.hidden()))


@pytest.mark.usefixtures("nothing_stored")
def test_every_form_of_the_intake_wants_its_token(witness):
    for form, answer in token_free(witness, ["/", "/ko/", "/ko/return"]):
        assert 400 <= answer.status < 500, form.action
        assert answer.error
    assert witness.send("POST", "/nowhere", b"", {}).status in (404, 405)


def test_every_form_of_the_desk_wants_its_token(lead, witness, demo):
    walk.write(witness, PROSE)
    submission = walk.queue(lead)[0]
    pages = ["/queue", f"/testimony/{submission}", "/export", "/account", "/members", "/keys"]
    tried = 0
    for form, answer in token_free(lead, [p for p in pages if lead.get(p).status == 200]):
        assert form.hidden(), form.action
        assert 400 <= answer.status < 500, form.action
        tried += 1
    assert tried >= 3
    assert lead.get("/queue").status == 200
    token = lead.get(f"/testimony/{submission}").form(action="/tags")
    stranger = Site(demo.desk).post(token, person="new:x")
    assert stranger.status in (302, 303, 400, 401, 403)


def test_log_in_wants_its_token(demo):
    site, member = Site(demo.desk), demo.info["lead"]
    form = next(form for form in site.get("/login").forms() if "passphrase" in form.names())
    said = {"name": member["name"], "passphrase": member["passphrase"]}
    site.cookies = {}
    answer = site.post_pairs(form, without(form, *form.hidden(), **said))
    assert 400 <= answer.status < 500

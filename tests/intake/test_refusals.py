"""What is refused: a status, one sentence, the text kept, nothing stored, and a way on."""

import pytest
from intake.world import BASE, STORY
from outside.site import Upload, multipart
from sqlalchemy import delete

from app.mailbox import tables

MIB = 1024 * 1024


def send_again(visitor, page):
    """Press the button on the refused page and nothing else."""
    return visitor.post(page.form("testimony"))


def kept(page):
    return page.id("w_narrative").text


def refused(world, page, status, lang="en"):
    assert page.status == status
    assert page.error
    assert page.lang.startswith(lang)
    assert world.count() == 0
    return page


def test_an_empty_story_is_refused_and_the_rest_is_kept(world, visitor):
    page = refused(world, visitor.tell("ko", w_narrative=" \n ", w_where="온성"), 400, "ko")
    assert ("w_where", "온성") in page.form("testimony").values()


def test_a_story_that_is_too_long_is_refused_and_kept_whole(world, visitor):
    story = "가" * 200_001
    page = refused(world, visitor.tell(w_narrative=story), 400)
    assert kept(page) == story
    assert visitor.post(page.form("testimony"), w_narrative=story[1:]).receipt


def test_another_answer_that_is_too_long_is_refused(world, visitor):
    refused(world, visitor.tell(w_where="가" * 2_001), 400)


@pytest.mark.parametrize(
    "values",
    [
        {"w_role": "spy"},
        {"w_knowledge": ["saw", "dreamt"]},
        {"k_stats": "maybe"},
        {"w_role": ["family", "other"]},
        {"b_name": list("abcdef")},
    ],
    ids=["role", "knowledge", "consent", "two roles", "six names"],
)
def test_a_value_that_is_not_offered_is_refused(world, visitor, values):
    assert kept(refused(world, visitor.tell(**values), 400)) == STORY


def test_a_missing_ticket_is_refused_and_sending_again_works(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    pairs = [pair for pair in form.filled(w_narrative=STORY) if pair[0] != "ticket"]
    page = refused(world, visitor.post_pairs(form, pairs), 403, "ko")
    assert kept(page) == STORY
    assert send_again(visitor, page).receipt


def test_a_foreign_ticket_is_refused(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    page = refused(world, visitor.post(form, w_narrative=STORY, ticket="A" * 70), 403, "ko")
    assert send_again(visitor, page).receipt


def test_an_expired_ticket_is_refused_and_sending_again_works(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    world.forward(hours=50)
    page = refused(world, visitor.post(form, w_narrative=STORY), 403, "ko")
    assert kept(page) == STORY
    assert send_again(visitor, page).receipt


def test_a_refused_form_keeps_its_ticket_so_that_nothing_is_doubled(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    page = visitor.post(form, w_narrative="")
    again = page.form("testimony")
    assert dict(again.values())["ticket"] == dict(form.values())["ticket"]


def test_the_sign_nul_is_taken_out_and_sending_again_works(world, visitor):
    page = refused(world, visitor.tell(w_narrative=b"first\0second"), 400)
    assert kept(page) == "firstsecond"
    assert send_again(visitor, page).receipt


def test_bad_utf8_is_shown_where_it_is_and_sending_again_works(world, visitor):
    page = refused(world, visitor.tell(w_narrative=b"first \xff\xfe second"), 400)
    assert kept(page) == "first \ufffd\ufffd second"
    assert send_again(visitor, page).receipt


@pytest.mark.parametrize("name", ["w_narrative", "w_where", "w_role"])
def test_a_file_in_a_text_field_is_refused(world, visitor, name):
    form = visitor.get("/ko/").form("testimony")
    pairs = [*form.filled(w_narrative=STORY), (name, Upload("사진.jpg", b"\xff" * 900_000))]
    page = refused(world, visitor.post_pairs(form, pairs), 400, "ko")
    assert kept(page) == STORY


def test_five_megabytes_are_drained_and_refused(world, visitor):
    refused(world, visitor.tell(w_narrative="a" * 5 * MIB), 413)


def test_twenty_megabytes_are_refused_unread(world, visitor):
    refused(world, visitor.tell(w_narrative="a" * 20 * MIB), 413)


def test_half_a_body_is_never_an_empty_form(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    kind, body = multipart(form.filled(w_narrative=STORY))
    page = visitor.send("POST", form.action, body[: len(body) // 2], {"Content-Type": kind})
    refused(world, page, 400, "ko")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=\xff", b"--x"),
        ("application/json", b'{"w_narrative": "x"}'),
        ("text/plain", b"w_narrative=x"),
        ("", b"w_narrative=x"),
    ],
    ids=["no boundary", "odd boundary", "json", "plain", "no type"],
)
def test_what_is_no_form_is_refused(world, visitor, kind, body):
    page = visitor.send("POST", "/en/", body, {"Content-Type": kind} if kind else {})
    refused(world, page, page.status)
    assert page.status in (400, 403)


def test_a_million_tiny_fields_are_refused_cheaply(world, visitor):
    refused(
        world,
        visitor.send(
            "POST",
            "/en/",
            b"a=&" * MIB,
            {"Content-Type": "application/x-www-form-urlencoded"},
        ),
        413,
    )
    kind, body = multipart([("a", "")] * 1000)
    refused(world, visitor.send("POST", "/en/", body, {"Content-Type": kind}), 413)


def test_without_any_recipient_nothing_is_taken_and_the_text_is_kept(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    world.write(delete(tables.recipient))
    world.forward(minutes=1)
    page = refused(world, visitor.post(form, w_narrative=STORY), 503, "ko")
    assert kept(page) == STORY


def test_a_commit_that_fails_is_not_acknowledged_and_the_process_ends(world, visitor, monkeypatch):
    form = visitor.get("/ko/").form("testimony")
    writer = world.app.extensions["naru_intake"].receiver._writer

    def fail():
        raise OSError("the disk is gone")

    monkeypatch.setattr(writer._engine, "begin", fail)
    page = refused(world, visitor.post(form, w_narrative=STORY), 503, "ko")
    assert kept(page) == STORY
    # A server that failed is asked again; a file of our own whose fsync failed never is.
    assert world.ended == ([1] if world.engine.dialect.name == "sqlite" else [])
    world.app = world.start()
    assert send_again(visitor, page).receipt
    assert world.count() == 1


def test_a_dead_database_is_a_refusal_with_the_text(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    world.write(tables.metadata.tables["payload"].delete())
    with world.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE payload")
    page = visitor.post(form, w_narrative=STORY)
    assert page.status == 503
    assert kept(page) == STORY


def test_an_error_nobody_foresaw_keeps_the_text(world, visitor, monkeypatch, capsys):
    form = visitor.get("/ko/").form("testimony")
    monkeypatch.setattr("app.intake.receive.sealing.seal", lambda *_: 1 / 0)
    page = visitor.post(form, w_narrative=STORY)
    assert page.status == 500
    assert kept(page) == STORY
    assert capsys.readouterr().err == "naru: ZeroDivisionError in intake.send\n"


def test_html_in_a_story_comes_back_as_text(world, visitor):
    story = "</textarea><script>alert(1)</script>&lt;"
    page = visitor.tell(w_narrative=story, w_role="spy")
    assert kept(page) == story
    assert not any(node.text for node in page.root.all("script"))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8001", ""])
def test_another_host_is_refused(visitor, host):
    page = visitor.get("/ko/", Host=host)
    assert page.status == 400
    assert page.error


@pytest.mark.parametrize(
    "path", ["/x", "/fr/", "/ko/x", "/ko/attach", "/ko/return/", "/favicon.ico"]
)
def test_what_is_not_there_is_404_with_a_sentence(visitor, path):
    page = visitor.get(path)
    assert page.status == 404
    assert page.error


def test_a_missing_slash_leads_to_the_form(visitor):
    page = visitor.get("/ko")
    assert page.status == 308
    assert page.header("Location").removeprefix(BASE) == "/ko/"

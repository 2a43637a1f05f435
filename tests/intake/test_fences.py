"""Nobody writes without a ticket, a token or ten words; nothing is told to a log."""

import logging
import threading

import pytest
from intake.world import STORY
from outside.site import multipart

from app import web
from app.mailbox import tables

FIELDS = [
    ("w_narrative", STORY),
    ("k_stats", "yes"),
    ("when", "now"),
    ("keep_first", "no"),
    ("about", "0" * 32),
]
STORES_NOTHING = {"intake.switch", "sealed.answered"}


def posting_rules(app):
    return [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]


def test_every_post_without_a_token_is_refused_and_stores_nothing(world, visitor):
    rules = posting_rules(world.app)
    assert len(rules) >= 8
    for rule in rules:
        kind, body = multipart(FIELDS)
        page = visitor.send(
            "POST", rule.rule.replace("<any(en,ko,zh):lang>", "ko"), body, {"Content-Type": kind}
        )
        if rule.endpoint in STORES_NOTHING:
            assert page.status == 200
        else:
            assert 400 <= page.status < 500, rule
            assert page.error
    assert world.count() == 0


def test_no_address_takes_methods_nobody_named(world, visitor):
    for rule in world.app.url_map.iter_rules():
        assert rule.methods <= {"GET", "HEAD", "POST"}
        path = rule.rule.replace("<any(en,ko,zh):lang>", "ko")
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
            assert visitor.send(method, path).status == 405


def test_no_get_writes(world, visitor):
    visitor.tell()
    before = [world.rows(table) for table in tables.metadata.sorted_tables]
    for rule in world.app.url_map.iter_rules():
        if "GET" in rule.methods:
            visitor.get(rule.rule.replace("<any(en,ko,zh):lang>", "ko"))
    assert [world.rows(table) for table in tables.metadata.sorted_tables] == before


def test_address_and_browser_change_nothing(world):
    one = world.visitor(REMOTE_ADDR="fc00:dead:beef::1", HTTP_USER_AGENT="first")
    other = world.visitor(REMOTE_ADDR="10.0.0.9", HTTP_USER_AGENT="second")
    form = one.get("/ko/").form("testimony")
    first, second = one.post(form, w_narrative=STORY), other.post(form, w_narrative=STORY)
    assert first.receipt == second.receipt
    assert world.count() == 1


def test_a_page_outlives_a_changed_circuit_and_keeps_no_cookie(world, visitor):
    page = visitor.tell()
    assert world.visitor().post(page.form("add"), w_narrative="x").id("done")
    assert visitor.cookies == {}


def test_nothing_typed_is_ever_printed(world, visitor, capfd, caplog):
    visitor.tell(w_narrative="CANARY")
    visitor.tell(w_narrative=b"CANARY\xff")
    visitor.come_back("CANARY " * 10)
    visitor.get("/ko/CANARY?CANARY=1")
    out = capfd.readouterr()
    assert "CANARY" not in out.out + out.err + caplog.text


@pytest.fixture
def silent(monkeypatch):
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    hooks = threading.excepthook, web.sys.excepthook, web.sys.unraisablehook
    web.silence()
    yield
    root.handlers[:], root.level, logging.raiseExceptions = before[0], before[1], before[2]
    threading.excepthook, web.sys.excepthook, web.sys.unraisablehook = hooks


def test_a_log_record_says_its_errors_type_and_nothing_else(silent, capsys):
    log = logging.getLogger("sqlalchemy.engine")
    log.warning("CANARY %s", "CANARY")
    log.error("CANARY")
    try:
        int("CANARY")
    except ValueError:
        log.exception("CANARY")
    assert capsys.readouterr().err == "naru: ValueError in sqlalchemy\n"


def test_a_dying_thread_says_its_errors_type_and_nothing_else(silent, capsys):
    def die():
        raise KeyError("CANARY")

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert capsys.readouterr().err == "naru: KeyError in a thread\n"


def test_no_file_is_ever_opened_for_a_body(world, visitor, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    assert visitor.tell(w_narrative="가" * 200_000).receipt

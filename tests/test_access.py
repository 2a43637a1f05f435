"""The table of who may do what, tried whole: both apps' routes and the commands, by every role."""

import datetime as dt
import os
import secrets

import access
import pytest
from access import LOG_IN, NO, NO_KEY, NOT_THERE, ROLES, WORDS_NEEDED, YES
from desk.world import Founded
from desk.world import World as DeskWorld
from intake.world import World as IntakeWorld
from sqlalchemy import func, select

from app.mailbox import tables as mailbox

READERS = ("owner", "colleague", "outsider")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Founded(tmp_path_factory.mktemp("founded"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory, place):
    return access.Desk(DeskWorld(tmp_path_factory.mktemp("desk"), place)).tried()


@pytest.fixture(scope="module")
def shell(tmp_path_factory, place):
    folder = tmp_path_factory.mktemp("shell")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NARU_TESTING", "1")
        return access.Shell(DeskWorld(folder, place), folder / "naru.toml", folder).tried()


@pytest.fixture(scope="module")
def intake(tmp_path_factory):
    """{line: what it asks for}; whatever asks for something refuses who brings nothing."""
    now = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC).timestamp()
    world = IntakeWorld(tmp_path_factory.mktemp("intake"), now, secrets.token_bytes(16))
    visitor, found = world.visitor(), {}
    for rule in world.app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            line = f"{method} {access._plain(rule.rule)}"
            found[line] = WORDS_NEEDED.get(rule.endpoint, access.NOTHING)
            filled = {"lang": "ko", "token": "x" * 40, "leave": "x" * 70}
            path = rule.build(filled, append_unknown=False)[1]
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            body = b"w_narrative=x&receipt=x&slot=x" if method == "POST" else None
            page = visitor.send(method, path, body, headers if body else {})
            refused = 400 <= page.status < 500
            assert refused == (rule.endpoint in WORDS_NEEDED), (line, page.status)
            assert not refused or page.error, line
            assert stored(world) == 0, line
    return found


def stored(world):
    with world.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(mailbox.item)).scalar_one()


def test_the_table_says_what_happens(desk, intake, shell):
    """If not, and it is right so: NARU_WRITE=1 python -m pytest tests/test_access.py."""
    made = access.page(desk, intake, shell)
    if os.environ.get("NARU_WRITE"):
        access.PAGE.write_text(made, "utf-8")
    assert access.PAGE.read_text("utf-8") == made


# What must be so whatever the table says


def test_nobody_gets_past_the_log_in(desk, shell):
    open_to_all = {line for line, cells in desk.items() if cells["nobody"] != LOG_IN}
    assert open_to_all == {
        ("GET", "/login"), ("POST", "/login"), ("GET", "/source"), ("GET", "/notices"),
        ("GET", "/enrol/<link>"), ("POST", "/enrol/<link>"),
    }  # fmt: skip
    assert all(cells["nobody"] == LOG_IN for cells in shell.values() if isinstance(cells, dict))


def test_a_testimony_that_is_not_shared_lets_nobody_but_the_leads_near(desk):
    about = {line: cells for line, cells in desk.items() if "<record_id>" in line[1]}
    assert len(about) > 15
    for line, cells in about.items():
        assert cells["outsider"] in (NO_KEY, NO, NOT_THERE), line
        assert cells["partner"] == NO, line
        assert cells["nobody"] == LOG_IN, line
    reading = [cells for line, cells in about.items() if cells["outsider"] == NO_KEY]
    assert len(reading) >= 8


def test_who_it_is_shared_with_works_on_it_and_decides_nothing(desk):
    record = "/testimony/<record_id>"
    for line in (("GET", record), ("POST", f"{record}/tags"), ("POST", f"{record}/notes")):
        assert desk[line]["colleague"] == YES
    for act in ("release", "release/preview", "hold", "met", "share", "unshare"):
        assert desk["POST", f"{record}/{act}"]["colleague"] == NO, act


def test_what_a_partner_may_is_named(desk, shell):
    its_own = {path for (_, path), cells in desk.items() if cells["partner"] == YES}
    assert its_own == {
        "/", "/login", "/logout", "/source", "/notices", "/enrol/<link>", "/released", "/export",
        "/revocations", "/fingerprints", "/allowed_signers", "/verifier", "/account",
        "/account/identity", "/account/code", "/account/code/on", "/account/code/off",
        "/custody/checkpoint", "/custody/verify",
    }  # fmt: skip
    mine = [w for w, cells in shell.items() if isinstance(cells, dict) and cells["partner"] == YES]
    assert mine == ["export", "revocations"]


def test_keys_are_a_leads(desk, shell):
    for act in ("begin", "end", "rotate"):
        assert [desk["POST", f"/keys/{act}"][role] for role in ROLES[1:4]] == [NO] * 3
    for words in ("members add", "members remove", "members renew", "epochs begin", "epochs end"):
        assert [shell[words][role] for role in ROLES] == [
            shell[words]["owner"], NO, NO, NO, LOG_IN,
        ], words  # fmt: skip

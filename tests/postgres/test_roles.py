"""What each role of deploy/postgresql.sql cannot do, and that both apps live with what they can."""

import dataclasses
import signal

import msgspec
import postgresql
import pytest
from desk.world import STORY, Founded
from desk.world import World as Desk
from intake.conftest import MONDAY
from intake.world import World as Intake
from outside import walk

from app.casebook import tables as casebook
from app.casebook.book import Casebook
from app.db import Writer, open_engine
from app.desk import create_app
from app.mailbox import tables as mailbox


@pytest.fixture(scope="module")
def wanted():
    """These tests are about PostgreSQL, whatever the rest of the run keeps its data in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgresql, "WANTED", True)
        yield postgresql.server()


@pytest.fixture(scope="module")
def founded(wanted, tmp_path_factory):
    return Founded(tmp_path_factory.mktemp("roles"))


@pytest.fixture(scope="module")
def names(founded, wanted):
    wanted.grant(founded.databases)
    return founded.databases


NEVER = [
    ("naru_intake", "casebook", "SELECT 1"),
    ("naru_intake", "mailbox", "SELECT header FROM header"),
    ("naru_intake", "mailbox", "SELECT payload FROM payload"),
    ("naru_intake", "mailbox", "DELETE FROM item"),
    ("naru_intake", "mailbox", "UPDATE item SET day = '2000-01-01'"),
    ("naru_intake", "mailbox", "INSERT INTO recipient VALUES ('x', '', '', '', '')"),
    ("naru_intake", "mailbox", "UPDATE recipient SET statement = ''"),
    ("naru_intake", "mailbox", "DELETE FROM reply"),
    ("naru_intake", "mailbox", "DROP TABLE item"),
    ("naru_intake", "mailbox", "CREATE TABLE mine (x int)"),
    ("naru_intake", "mailbox", "TRUNCATE header"),
    ("naru_desk", "mailbox", "INSERT INTO item VALUES ('', '', '', '', '')"),
    ("naru_desk", "mailbox", "INSERT INTO header VALUES ('', '')"),
    ("naru_desk", "mailbox", "UPDATE payload SET payload = ''"),
    ("naru_desk", "mailbox", "DROP TABLE item"),
    ("naru_desk", "casebook", "UPDATE custody SET leaf = ''"),
    ("naru_desk", "casebook", "DELETE FROM custody"),
    ("naru_desk", "casebook", "DELETE FROM checkpoint"),
    ("naru_desk", "casebook", "TRUNCATE custody"),
    ("naru_desk", "casebook", "CREATE TABLE mine (x int)"),
    ("naru_desk", "casebook", "CREATE ROLE friend"),
    ("naru_owner", "casebook", "CREATE DATABASE other"),
]


@pytest.mark.parametrize(("role", "database", "statement"), NEVER)
def test_a_role_cannot_do_what_its_app_never_does(wanted, names, role, database, statement):
    said = wanted.refused(statement, names[database], role)
    assert "permission denied" in said or "must be owner" in said, said


@pytest.mark.parametrize("table", sorted(mailbox.metadata.tables))
def test_every_table_of_the_mailbox_was_thought_of_for_the_intake(wanted, names, table):
    query = "SELECT count(*) FROM information_schema.column_privileges "
    query += f"WHERE grantee = 'naru_intake' AND table_name = '{table}'"
    assert int(wanted.sql(query, names["mailbox"])) > 0


def test_every_table_of_the_casebook_was_thought_of_for_the_desk(wanted, names):
    for table in casebook.metadata.tables:
        wanted.sql(f"SELECT 1 FROM {table} LIMIT 1", names["casebook"], "naru_desk")  # noqa: S608


def test_running_the_script_again_changes_nothing(wanted, names):
    wanted.grant(names)
    for role, database, statement in NEVER[:4]:
        wanted.refused(statement, names[database], role)


def test_the_desk_takes_in_tags_and_releases_as_its_role(wanted, founded, tmp_path):
    desk = Desk(tmp_path, founded)
    wanted.grant({name: _name(desk, name) for name in ("mailbox", "casebook")})
    one = desk.arrive()
    for name in ("mailbox", "casebook"):
        engine = open_engine(wanted.url(_name(desk, name), "naru_desk"))
        writer = Writer(engine, desk._broken)
        desk.store = dataclasses.replace(desk.store, **{name: engine, f"{name}_writer": writer})
    desk.book = Casebook(desk.store)
    desk.app = create_app(desk.settings, desk.book, clock=lambda: desk.now)
    owner = desk.member("owner")
    assert one in walk.queue(owner)
    assert walk.narrative(owner, one) == STORY
    assert walk.tag(owner, one, (0, 3)).status == 303
    assert list(owner.get(f"/testimony/{one}").root.all(cls="tag"))


def _name(world, which):
    return getattr(world.settings, f"{which}_url").partition("?")[0].rpartition("/")[2]


def test_the_intake_takes_in_changes_and_withdraws_as_its_role(wanted, founded, tmp_path):
    """The whole journey of a witness, each step allowed."""
    world = Intake(tmp_path, MONDAY.timestamp(), bytes.fromhex(founded.site))
    other = wanted.database()
    wanted.grant({"mailbox": _name(world, "mailbox"), "casebook": other})
    url = wanted.url(_name(world, "mailbox"), "naru_intake")
    world.settings = msgspec.structs.replace(world.settings, mailbox_url=url)
    world.app = world.start()
    visitor = world.visitor()
    page = visitor.tell()
    assert page.status == 200, page.error
    words = page.receipt
    for name, fields in (
        ("add", {"w_narrative": "또 있습니다."}),
        ("correct", {"w_narrative": "고칩니다.", "keep_first": "no"}),
        ("consent", {"k_rescue": "yes"}),
    ):
        done = visitor.post(visitor.come_back(words).form(name), **fields)
        assert done.status == 200, (name, done.error)
    form = visitor.come_back(words).form("withdraw")
    assert visitor.post(form, when="now", receipt=words).status == 200
    assert world.count(mailbox.payload) == 0
    assert world.ended == []


def test_the_intake_outlives_its_database(wanted, tmp_path):
    """The server is killed and comes back: 503 in between, nothing lost, nothing twice."""
    world = Intake(tmp_path, MONDAY.timestamp(), bytes(range(16)))
    visitor = world.visitor()
    before = visitor.tell(w_narrative="앞").receipt
    form = visitor.get("/ko/").form("testimony")
    for how in (wanted.kill, lambda: wanted.stop(signal.SIGQUIT)):
        how()
        page = visitor.post(form, w_narrative="그 사이")
        assert page.status == 503
        assert "그 사이" in page.text
        wanted.start()
    words = visitor.post(form, w_narrative="그 사이").receipt
    assert visitor.post(form, w_narrative="그 사이").receipt == words
    assert visitor.come_back(before).status == 200
    assert sorted(d.fields["w_narrative"] for d in world.opened()) == ["그 사이", "앞"]
    assert world.ended == []

"""A deployment moves from SQLite to PostgreSQL and back with one command; the digests are equal."""

import json
import sqlite3
from contextlib import closing

import postgresql
import pytest
from outside import walk
from outside.demo import Demo, run
from outside.site import Site

from app import migrate
from app import move as move_module
from app.db import open_engine
from app.problems import Problem

NAMES = ("mailbox", "casebook")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("move") / "data", sqlite=True) as running:
        for number in range(3):
            assert walk.write(Site(running.intake), f"{number} 지어낸 글").status == 200
        lead = walk.log_in(running.desk, running.info["lead"])
        assert len(walk.whole_queue(lead)) == 3
    return running


def settings(demo, name, urls):
    """The deployment's settings with other databases."""
    text = (demo.data / "naru.toml").read_text()
    lines = [f'{which}_url = "{url}"' for which, url in urls.items()]
    path = demo.data / name
    path.touch(mode=0o600)
    path.write_text(text.replace("[intake]", "\n".join([*lines, "[intake]"])))
    return path


def move(before, after, **how):
    return run("app", "move", "--config", before, "--to", after, "--json", **how)


def test_there_and_back_with_equal_digests(demo):
    server = postgresql.server()
    sqlite = demo.data / "naru.toml"
    there = settings(demo, "pg.toml", {n: server.url(server.database()) for n in NAMES})
    back = settings(demo, "back.toml", {n: f"sqlite:///{demo.data}/{n}-2.sqlite" for n in NAMES})
    out, home = json.loads(move(sqlite, there).stdout), json.loads(move(there, back).stdout)
    assert out == home
    assert all(one["rows"] > 0 for one in out)
    again = settings(demo, "again.toml", {n: server.url(server.database()) for n in NAMES})
    assert json.loads(move(back, again).stdout) == out


def rows(path):
    """Every row of a SQLite file, read without a line of Naru's."""
    with closing(sqlite3.connect(path)) as file:
        names = [n for (n,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            columns = sorted(c[1] for c in file.execute(f"PRAGMA table_info({name})"))
            told = ", ".join(f'"{column}"' for column in columns)
            found[name] = sorted(map(repr, file.execute(f"SELECT {told} FROM {name}")))  # noqa: S608
        return found


def test_what_came_home_is_what_left_to_the_byte(demo):
    """The digests are the command's own; this is not."""
    server = postgresql.server()
    there = settings(demo, "pg3.toml", {n: server.url(server.database()) for n in NAMES})
    home = settings(demo, "home3.toml", {n: f"sqlite:///{demo.data}/{n}-3.sqlite" for n in NAMES})
    move(demo.data / "naru.toml", there)
    move(there, home)
    for name in NAMES:
        before = rows(demo.data / f"{name}.sqlite")
        assert sum(map(len, before.values())) > 3
        assert rows(demo.data / f"{name}-3.sqlite") == before


def test_a_copy_that_differs_is_refused(demo, tmp_path):
    """A new database that changes what is written into it: the digests are compared."""
    source = open_engine(f"sqlite:///{demo.data}/mailbox.sqlite")
    target = open_engine(f"sqlite:///{tmp_path}/mailbox.sqlite")
    migrate.upgrade(target, "mailbox")
    with target.execution_options(naru_writes=True).begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER bends AFTER INSERT ON item BEGIN "
            "UPDATE item SET day = '2000-01-01' WHERE id = new.id; END"
        )
    with pytest.raises(Problem, match="the copy differs"):
        move_module.copy("mailbox", source, target)
    for engine in (source, target):
        engine.dispose()


def test_a_database_that_holds_something_is_not_moved_into(demo):
    server = postgresql.server()
    there = settings(demo, "full.toml", {n: server.url(server.database()) for n in NAMES})
    assert move(demo.data / "naru.toml", there).returncode == 0
    refused = move(demo.data / "naru.toml", there, check=False)
    assert refused.returncode == 1
    assert b"not empty" in refused.stderr
    same = move(there, there, check=False)
    assert b"nothing to move" in same.stderr


def test_a_server_that_is_not_there_is_said_in_one_line(demo):
    none = {n: f"postgresql+psycopg://nobody@/{n}?host=/nonexistent" for n in NAMES}
    refused = move(demo.data / "naru.toml", settings(demo, "none.toml", none), check=False)
    assert refused.returncode == 1
    assert refused.stderr.count(b"\n") == 1

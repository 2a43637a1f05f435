"""A deployment moves from SQLite to PostgreSQL and back with one command; the digests are equal."""

import json

import postgresql
import pytest
from outside import walk
from outside.demo import Demo, run
from outside.site import Site

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

"""`app update` brings both databases forward or leaves both; rollback brings them back."""

import json
import shutil
import sqlite3

import pytest
from deployment import make
from outside.demo import run
from sqlalchemy.exc import OperationalError

from app import migrate, update
from app.__main__ import main
from app.casebook import tables as casebook
from app.db import open_engine
from app.mailbox import tables as mailbox

OLDER = ["--back-to", "mailbox_0001", "--back-to", "casebook_0001"]


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A deployment with nobody in it yet."""
    return make(tmp_path_factory.mktemp("update") / "data")[0].parent


@pytest.fixture
def data(founded, tmp_path):
    """A copy of it to do things to."""
    copied = shutil.copytree(founded, tmp_path / "data")
    toml = copied / "naru.toml"
    toml.write_text(toml.read_text().replace(str(founded), str(copied)))
    return copied


def go(data, *words):
    return main(["update", "--config", str(data / "naru.toml"), *words])


def revisions(data):
    found = []
    for name in ("mailbox", "casebook"):
        with sqlite3.connect(data / f"{name}.sqlite") as connection:
            found += connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found


def test_back_to_an_earlier_revision_and_forward_again(data, capsys):
    kept = open_engine(f"sqlite:///{data}/mailbox.sqlite")
    with kept.connect() as connection:
        before = connection.execute(mailbox.recipient.select()).all()
    assert go(data, *OLDER, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["after"] for one in told] == ["mailbox_0001", "casebook_0001"]
    assert go(data) == 0
    assert revisions(data) == [mailbox.HEAD, casebook.HEAD]
    with kept.connect() as connection:
        assert connection.execute(mailbox.recipient.select()).all() == before
    kept.dispose()


@pytest.mark.parametrize("words", [(), OLDER], ids=["forward", "back"])
def test_when_the_second_fails_the_first_goes_back_too(data, capsys, monkeypatch, words):
    """The desk's migration breaks after the mailbox's was made."""
    if not words:
        assert go(data, *OLDER) == 0
    before = revisions(data)
    done = {name: getattr(migrate, name) for name in ("upgrade", "downgrade")}

    def broken(name):
        def step(engine, branch, revision="head"):
            if branch == "casebook":
                raise OperationalError("the disk", {}, Exception())
            done[name](engine, branch, revision)

        return step

    for name in done:
        monkeypatch.setattr(update.migrate, name, broken(name))
    capsys.readouterr()
    assert go(data, *words) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "nothing was changed" in said.err
    assert revisions(data) == before


def test_a_revision_of_nobody_is_refused_and_changes_nothing(data, capsys):
    before = revisions(data)
    for wrong in ("attic_0001", "casebook_9999"):
        assert go(data, "--back-to", wrong) == 1
        assert capsys.readouterr().err.count("\n") == 1
    assert revisions(data) == before


def test_an_app_is_not_served_between_two_revisions(data):
    assert go(data, *OLDER) == 0
    for which in ("intake", "desk"):
        refused = run("app", "serve", which, "--config", data / "naru.toml", check=False)
        assert refused.returncode == 1
        assert b"app update" in refused.stderr

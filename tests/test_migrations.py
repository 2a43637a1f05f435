"""The migrations and the tables agree, forwards and back, on each branch by itself."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from app import migrate
from app.casebook import tables as casebook
from app.db import WrongRevision, open_engine, refuse_stale
from app.mailbox import tables as mailbox

BRANCHES = pytest.mark.parametrize(
    ("branch", "tables"),
    [("mailbox", mailbox), ("casebook", casebook)],
    ids=["mailbox", "casebook"],
)


@pytest.fixture
def engine(tmp_path):
    made = open_engine(f"sqlite:///{tmp_path / 'some.db'}")
    yield made
    made.dispose()


@BRANCHES
def test_a_new_database_has_the_tables_that_the_code_has(engine, branch, tables):
    migrate.upgrade(engine, branch)
    refuse_stale(engine, tables.HEAD)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


@BRANCHES
def test_a_database_of_yesterday_is_refused_by_name(engine, branch, tables):
    with pytest.raises(WrongRevision, match="init"):
        refuse_stale(engine, tables.HEAD)
    migrate.upgrade(engine, branch, f"{branch}_0001")
    if f"{branch}_0001" != tables.HEAD:
        with pytest.raises(WrongRevision, match="update"):
            refuse_stale(engine, tables.HEAD)


@BRANCHES
def test_every_step_can_be_undone_and_done_again(engine, branch, tables):
    migrate.upgrade(engine, branch)
    migrate.downgrade(engine, branch, "base")
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    migrate.upgrade(engine, branch)
    refuse_stale(engine, tables.HEAD)

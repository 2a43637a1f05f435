"""Every column says what it reveals, and the documentation says the same."""

import pytest
import sqlalchemy as sa

from app import columns, migrate
from app.db import column, open_engine


@pytest.mark.parametrize("name", columns.DATABASES)
def test_every_column_says_what_it_reveals(name):
    assert columns.undeclared(columns.DATABASES[name]) == []


def test_a_column_that_does_not_say_it_is_found():
    metadata = sa.MetaData()
    sa.Table(
        "note",
        metadata,
        column("id", sa.Integer, primary_key=True, reveals="nothing: random"),
        sa.Column("text", sa.Text),
        column("day", sa.Text, reveals=" "),
    )
    assert columns.undeclared(metadata) == ["note.text", "note.day"]


def test_the_documentation_is_made_from_the_declarations():
    """If not: python -m app.columns --write."""
    assert columns.PAGE.read_text("utf-8") == columns.page()


@pytest.mark.parametrize("name", columns.DATABASES)
def test_the_migrated_database_has_these_columns_and_no_others(tmp_path, name):
    engine = open_engine(f"sqlite:///{tmp_path}/db")
    migrate.upgrade(engine, name)
    found = sa.MetaData()
    found.reflect(engine)
    engine.dispose()
    made = {t.name: {c.name for c in t.columns} for t in found.tables.values()}
    del made["alembic_version"]
    declared = columns.DATABASES[name].tables.values()
    assert made == {t.name: {c.name for c in t.columns} for t in declared}

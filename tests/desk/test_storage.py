"""A disk without room for one page more under the desk: it is said, and what was typed is kept."""

import postgresql
import pytest
from outside import walk
from sqlalchemy import event

from app.casebook import tables


@pytest.fixture
def full(world):
    """Let the casebook's file grow no further, from now on."""

    def let(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")  # never less than there are

    def fill():
        world.store.casebook_writer._on_failure = lambda: ended.append(1)  # anew
        event.listen(world.store.casebook, "connect", let)
        world.store.casebook.dispose()

    ended = fill.ended = []
    return fill


@pytest.mark.skipif(postgresql.WANTED, reason="a server's disk is its own affair")
def test_what_could_not_be_kept_is_said_and_stays_in_the_page(world, owner, full):
    one = world.arrive()
    assert one in walk.queue(owner)
    form = owner.get(f"/testimony/{one}").form(action="/notes")
    with world.store.casebook.connect() as connection:
        before = connection.execute(tables.event.select()).all()
    full()
    typed = "아직 아무 데도 없는 말 " * 4000
    page = owner.post(form, note=typed)
    assert page.status == 503
    assert page.error
    assert typed.strip() in page.text
    assert full.ended == [1]
    with world.store.casebook.connect() as connection:
        assert connection.execute(tables.event.select()).all() == before

"""The one writer: what waits together is committed together, and answered only when it is there."""

import threading

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, event, insert, select
from sqlalchemy.exc import DBAPIError

from app.db import NotDurable, Writer, open_engine

METADATA = MetaData()
KEPT = Table("kept", METADATA, Column("id", Integer, primary_key=True), Column("what", LargeBinary))
PAGES = 40  # of 4 KiB: what the file may grow to
SMALL, LARGE = b"s" * 100, b"l" * (4096 * PAGES)


@pytest.fixture
def engine(tmp_path):
    """A database on a disk with little room."""
    made = open_engine(f"sqlite:///{tmp_path}/kept.sqlite")
    event.listen(made, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count = {PAGES}"))
    METADATA.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def ended():
    return []


@pytest.fixture
def writer(engine, ended):
    made = Writer(engine, lambda: ended.append(1))
    yield made
    made.close()


class Sender(threading.Thread):
    """Somebody whose work waits with that of others; `said` is what they were told."""

    def __init__(self, writer, work):
        super().__init__()
        self.writer, self.work, self.said = writer, work, None
        self.start()

    def run(self):
        try:
            self.said = self.writer.run(self.work)
        except Exception as error:  # noqa: BLE001 - that is what they were told
            self.said = error


def put(number, what):
    return lambda connection: (
        connection.execute(insert(KEPT).values(id=number, what=what)) and number
    )


def together(writer, *works):
    """Let these be one group: the first holds the writer until the others wait."""
    waiting = threading.Event()
    senders = [Sender(writer, lambda _: waiting.wait(10))]
    while not writer._waiting.empty():
        pass  # until it was taken up
    senders += [Sender(writer, work) for work in works]
    while writer._waiting.qsize() < len(works):
        pass
    waiting.set()
    for sender in senders:
        sender.join(20)
    return [sender.said for sender in senders[1:]]


def there(engine):
    with engine.connect() as connection:
        return sorted(connection.execute(select(KEPT.c.id)).scalars())


def test_what_is_refused_takes_nobody_else_with_it(engine, writer, ended):
    first, again, last = together(writer, put(1, SMALL), put(1, SMALL), put(2, SMALL))
    assert (first, last) == (1, 2)
    assert isinstance(again, DBAPIError)
    assert there(engine) == [1, 2]
    assert ended == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_disk_that_fills_up_in_a_group_is_told_to_all_of_it(engine, writer, ended, at):
    """SQLite takes back the whole transaction, whatever savepoint the work had of its own."""
    works = [put(1, SMALL), put(2, SMALL)]
    works.insert(at, put(9, LARGE))
    assert [type(said) for said in together(writer, *works)] == [NotDurable] * 3
    assert there(engine) == []
    assert ended == [1]
    with pytest.raises(NotDurable):
        writer.run(put(3, SMALL))

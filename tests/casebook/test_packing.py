"""Where a payload lies in the file must not tell when it arrived."""

import secrets
import struct
from pathlib import Path

import pytest
from sqlalchemy import insert

from app import migrate
from app.casebook.keeping import packing
from app.casebook.keeping.steward import Steward
from app.db import Writer, open_engine, truncate_wal
from app.mailbox import tables as mailbox

ARRIVALS = 150
DAY = "2026-11-23"


@pytest.fixture
def engine(tmp_path):
    found = open_engine(f"sqlite:///{tmp_path}/mailbox.sqlite")
    migrate.upgrade(found, "mailbox")
    yield found
    found.dispose()


@pytest.fixture
def arrived(engine):
    """Arrivals in the order in which they came, each committed by itself, and a writer."""
    writer = Writer(engine, lambda: None)
    ids = [secrets.token_bytes(16) for _ in range(ARRIVALS)]
    for one in ids:
        writer.run(lambda c, one=one: put(c, one))
    truncate_wal(engine)
    return writer, ids


def put(connection, slot):
    connection.execute(insert(mailbox.item).values(id=slot, epoch="2026-W48", day=DAY))
    connection.execute(insert(mailbox.header).values(item_id=slot, header=b"h" * 1700))
    payload = slot + secrets.token_bytes(32800)
    connection.execute(insert(mailbox.payload).values(item_id=slot, payload=payload))


def footprint(engine, ids):
    """For each payload, the page on which its tail lies (it spills over into pages of its own)."""
    data = Path(engine.url.database).read_bytes()
    size = struct.unpack(">H", data[16:18])[0]
    with engine.connect() as connection:
        rows = dict(connection.exec_driver_sql("SELECT item_id, payload FROM payload").all())
    return {one: data.find(rows[one][-200:]) // size for one in ids}


def told(engine, ids):
    """How well place foretells arrival: 1 is perfectly, 0 not at all (rank correlation)."""
    place = footprint(engine, ids)
    assert min(place.values()) > 0
    order = {one: rank for rank, one in enumerate(sorted(ids, key=place.get))}
    n = len(ids)
    d = sum((order[one] - rank) ** 2 for rank, one in enumerate(ids))
    return 1 - 6 * d / (n * (n * n - 1))


BOUND = 0.3  # chance: standard deviation 0.08 at 150 arrivals


def test_unpacked_the_file_tells_the_order_of_arrival(engine, arrived, capsys):
    """If this fails, SQLite changed: then packing may be needless."""
    _, ids = arrived
    found = told(engine, ids)
    with capsys.disabled():
        print(f"\norder of arrival from the pages, unpacked: rank correlation {found:.2f}")  # noqa: T201
    assert found > 0.95


def test_packed_it_tells_nothing(engine, arrived, capsys):
    _, ids = arrived
    assert packing.pack(engine, DAY)
    found = told(engine, ids)
    with capsys.disabled():
        print(f"\norder of arrival from the pages, packed: rank correlation {found:.2f}")  # noqa: T201
    assert abs(found) < BOUND
    assert packing.packed_on(engine) == 20261123


def test_shuffled_by_groups_it_tells_little(engine, arrived, monkeypatch):
    writer, ids = arrived
    monkeypatch.setattr(packing, "GROUP", 40)
    packing.shuffle(engine, writer, DAY)
    assert abs(told(engine, ids)) < BOUND


def test_shuffling_keeps_every_row_of_files_and_texts(engine, arrived, monkeypatch):
    writer, ids = arrived
    monkeypatch.setattr(packing, "GROUP", 40)
    files = [{"item_id": one, "name": one.hex()} for one in ids[::3]]
    writer.run(lambda connection: connection.execute(insert(mailbox.blob), files))
    before = rows(engine)
    packing.shuffle(engine, writer, DAY)
    assert rows(engine) == before


def rows(engine):
    with engine.connect() as connection:
        tables = mailbox.metadata.sorted_tables
        return {
            table.name: sorted(map(tuple, connection.execute(table.select()))) for table in tables
        }


def test_everything_that_refers_to_an_item_is_rewritten_with_it():
    refers = {
        table.name
        for table in mailbox.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is mailbox.item
    }
    assert refers == {"header", "payload", "blob"}


@pytest.mark.parametrize("large", [False, True])
def test_the_steward_packs_once_a_day_and_writes_nothing_else_anew(world, monkeypatch, large):
    """Where a server keeps the rows, never: it may not insert into the mailbox there."""
    done = []
    monkeypatch.setattr(packing, "LARGEST", 0 if large else packing.LARGEST)
    monkeypatch.setattr(packing, "shuffle", lambda *given: done.append(given[2]))
    world.arrive()
    steward = Steward(world.store, world.book.vault.forget)
    for _ in range(3):
        steward.pack()
    files = world.store.mailbox.dialect.name == "sqlite"
    assert len(done) == int(files and large)
    assert [packing.packed_on(e) for e in (world.store.mailbox, world.store.casebook)] == [
        20261123 if files else 0
    ] * 2


def test_a_file_too_large_is_left_to_the_shuffling(engine, arrived, monkeypatch):
    monkeypatch.setattr(packing, "LARGEST", 1000)
    assert not packing.pack(engine, DAY)

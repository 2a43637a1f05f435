"""Where a payload lies in the file must not tell when it arrived."""

import secrets
import struct
from pathlib import Path

import pytest
from sqlalchemy import insert

from app import migrate
from app.casebook.keeping import packing
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


def test_a_file_too_large_is_left_to_the_shuffling(engine, arrived, monkeypatch):
    monkeypatch.setattr(packing, "LARGEST", 1000)
    assert not packing.pack(engine, DAY)

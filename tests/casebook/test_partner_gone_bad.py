"""A partner gone bad: its passphrase, and a copy of both databases. It opens its releases alone."""

import itertools
import json

import pytest
from desk.world import STORY
from sqlalchemy import select

from app.casebook import tables
from app.mailbox import tables as mailbox
from crypto import copies, locking, opening, records
from crypto.errors import CryptoError
from crypto.identities import PQIdentity
from crypto.receipts import Slots

AGE = b"age-encryption.org/v1"


@pytest.fixture
def taken(kit):
    """(all cells of both databases, the partner's identity from its passphrase, what it got)."""
    given, _ = kit.released()
    kit.arrive("무엇도 내보내지 않은 이야기", k_rescue="yes")
    kit.arrive(w_not_read="누군가")
    kit.tag(kit.take_in(), given)
    kit.arrive("아직 들여오지 않은 이야기")
    cells = []
    for engine, metadata in (
        (kit.store.casebook, tables.metadata),
        (kit.store.mailbox, mailbox.metadata),
    ):
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                cells += [(table.name, row._mapping) for row in connection.execute(select(table))]
    rows = [row for name, row in cells if name == "member"]
    identity = next(found for row in rows if (found := unlocked(row, kit.passphrases["partner"])))
    return cells, identity, given


def unlocked(row, passphrase):
    try:
        locked = locking.Locked.parse(row["locked"])
        return PQIdentity(locking.unlock(locked, passphrase, row["id"]))
    except CryptoError:
        return None


def everything_sealed(cells):
    return [
        (name, column, row, value)
        for name, row in cells
        for column, value in row.items()
        if isinstance(value, bytes) and AGE in value
    ]


def opens(identity, value):
    file = value[value.index(AGE) :]
    for way in (opening.unwrap, opening.open_bytes):  # a header that lies alone, a whole file
        try:
            return way(file, [identity])
        except CryptoError:
            continue
    return None


def test_of_all_that_is_sealed_it_opens_its_card_and_its_releases(taken):
    cells, identity, _ = taken
    opened = [
        (name, column)
        for name, column, _, value in everything_sealed(cells)
        if opens(identity, value)
    ]
    assert sorted(opened) == [("member", "card"), ("release", "header")]
    assert len(everything_sealed(cells)) > 15


def test_no_key_it_can_make_from_what_it_opens_opens_a_record(taken):
    cells, identity, given = taken
    (card,) = (
        opening.open_bytes(row["card"], [identity])
        for name, row in cells
        if name == "member" and opens(identity, row["card"])
    )
    said = [bytes.fromhex(v) for v in json.loads(card).values() if len(v) >= 64 and v.isalnum()]
    keys = {identity.seed, *(half for one in said for half in (one[:32], one[-32:]))}
    (release,) = (row for name, row in cells if name == "release")
    shares = {row["share"] for name, row in cells if name == "record_key"}
    half = opening.unwrap(release["header"], [identity])
    record = copies.record_of(half, release["payload"])
    assert record.hex() == given
    keys |= {half.ljust(32, b"\0"), *shares}
    keys |= {copies.file_key(half, record, share).ljust(32, b"\0") for share in shares}
    keys |= {records.desk_seed(key) for key in list(keys)}
    wrapped = [row for name, row in cells if name == "record_key"]
    bodies = [row for name, row in cells if name == "event"]
    assert len(wrapped) == len({row["record_id"] for row in bodies})
    for key, row in itertools.product(keys, wrapped):
        with pytest.raises(CryptoError):
            records.unwrap(key, row["casebook_key_id"], row["record_id"], row["wrapped"])
    for key, row in itertools.product(keys, bodies):
        with pytest.raises(CryptoError):
            records.RecordKey(key).open(row["record_id"], row["sequence"], row["body"])
    for key in keys:
        identity = PQIdentity(key)
        assert not [n for n, c, _, v in everything_sealed(cells) if opens(identity, v)
                    and (n, c) not in {("member", "card"), ("release", "header")}]  # fmt: skip


def test_and_what_was_released_to_it_is_what_it_reads(taken):
    """Else the two above prove nothing."""
    cells, identity, given = taken
    (release,) = (row for name, row in cells if name == "release")
    half = opening.unwrap(release["header"], [identity])
    record = copies.record_of(half, release["payload"])
    share = next(
        row["share"] for name, row in cells if name == "record_key" and row["record_id"] == record
    )
    key = copies.file_key(half, record, share)
    plain = opening.open_payload_bytes(release["payload"][copies.PLACE :], key).decode()
    assert given in plain
    assert STORY.splitlines()[0] in plain
    assert "무엇도 내보내지 않은" not in plain


def test_its_shelf_finds_no_row_of_another_partner(kit, taken):
    from app.casebook.keys import founding  # noqa: PLC0415 - the test's own other partner

    _, _, given = taken
    owner = kit.ring("owner")
    founding.add_member(kit.store, owner, "rival", "partner")
    kit.book.release(owner, given, "rival", "k_rescue")
    mine = Slots(kit.ring("partner").shelf)
    with kit.store.casebook.connect() as connection:
        rows = set(connection.execute(select(tables.release.c.id)).scalars())
    assert len(rows) == 2
    assert len(rows & {mine.slot(n) for n in range(200)}) == 1

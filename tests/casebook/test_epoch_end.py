"""After an epoch's end every key that exists anywhere is tried on what was captured."""

import datetime as dt

import pytest
from desk.world import WEEK
from sqlalchemy import select

from app.casebook import tables
from app.casebook.keys import epochs
from app.mailbox import tables as mailbox
from crypto import opening, records
from crypto.errors import CryptoError, WrongIdentity
from crypto.identities import PQIdentity, parse_identity_file


def every_key(world):
    """All that any member can unlock, each casebook key's desk recipient, every living epoch."""
    found, texts = [], []
    with world.store.casebook.connect() as connection:
        for name in world.passphrases:
            ring = world.book.resume(world.member(name).cookies["naru_desk"], world.now)
            found.append(ring.identity)
            found += [PQIdentity(records.desk_seed(key)) for key in ring.casebook.values()]
            found += [PQIdentity(key) for key in ring.casebook.values()]
    with world.store.casebook.connect() as connection:
        for table in (tables.epoch, tables.retired_epoch):
            sealed = connection.execute(select(table.c.sealed)).scalars().all()
            texts += [one for one in sealed if one is not None]
    for one in texts:
        for identity in list(found):
            try:
                found += parse_identity_file(opening.open_bytes(one, [identity]).decode())
                break
            except CryptoError:
                continue
    return found


def test_none_opens_what_was_captured(world):
    slot = bytes.fromhex(world.arrive())
    with world.store.mailbox.connect() as connection:
        held = select(mailbox.header.c.header).where(mailbox.header.c.item_id == slot)
        header = connection.execute(held).scalar_one()
    assert opening.unwrap(header, every_key(world))  # before the end it opens
    owner = world.member("owner")
    owner.queue()
    world.now += dt.timedelta(weeks=6).total_seconds()
    ring = world.book.resume(world.member("owner").cookies["naru_desk"], world.now)
    epochs.end(world.store, ring, WEEK)
    keys = every_key(world)
    assert len(keys) > 10
    with pytest.raises(WrongIdentity):
        opening.unwrap(header, keys)
    with world.store.casebook.connect() as connection:
        row = connection.execute(select(tables.epoch).where(tables.epoch.c.epoch == WEEK)).one()
    assert row.sealed is None

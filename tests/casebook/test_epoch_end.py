"""After an epoch's end every key that exists anywhere is tried on what was captured."""

import datetime as dt

import pytest
from desk.world import WEEK
from sqlalchemy import select

from app.casebook import tables
from app.casebook.keys import epochs, removal
from app.mailbox import tables as mailbox
from crypto import opening, records
from crypto.errors import CryptoError, WrongIdentity
from crypto.identities import PQIdentity, parse_identity_file

MAGIC = b"age-encryption.org/v1"


def every_key(world, *more):
    """Whatever is an identity or can be read as one: the paper, what each member unlocks, each
    casebook key and its desk recipient, the desk's secret, and what these open on the disk."""
    found = [*more, world.recovery, PQIdentity(world.store.secret.value), *member_keys(world)]
    held = PQIdentity(world.store.secret.host_key), PQIdentity(world.store.secret.login_key())
    found += held
    for sealed in everything_sealed(world):
        for identity in list(found):
            try:
                plain = opening.open_bytes(sealed, [identity])
            except CryptoError:
                continue
            found += identities_in(plain)
            break
    return found


def member_keys(world):
    for name in world.passphrases:
        ring = world.book.resume(world.member(name).cookies["naru_desk"], world.now)
        yield ring.identity
        for key in (*ring.casebook.values(), *ring.assigned.values()):
            yield PQIdentity(key)
            yield PQIdentity(records.desk_seed(key))
        for half in (ring.shelf, ring.bundle[:32], ring.bundle[32:]):
            if len(half) == 32:
                yield PQIdentity(half)


def everything_sealed(world):
    """Every age file in any cell of the casebook."""
    with world.store.casebook.connect() as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield from (c for c in row if isinstance(c, bytes) and c.startswith(MAGIC))


def identities_in(plain):
    """An identity file's identities; else the bytes themselves, where they could be a seed."""
    try:
        return parse_identity_file(plain.decode())
    except (CryptoError, UnicodeDecodeError):
        seeds = [plain[at : at + 32] for at in range(0, len(plain), 32)] if len(plain) < 200 else []
        return [PQIdentity(seed) for seed in seeds if len(seed) == 32]


def test_the_recovery_identity_is_a_key_that_counts(world):
    """Else the one below would pass without having tried it: alone, it opens a living epoch's."""
    slot = bytes.fromhex(world.arrive())
    header = header_of(world, slot)
    opened = [
        identity
        for sealed in everything_sealed(world)
        if (plain := attempt(sealed, world.recovery)) is not None
        for identity in identities_in(plain)
    ]
    assert opening.unwrap(header, opened)
    with pytest.raises(WrongIdentity):
        opening.unwrap(header, [world.recovery])


def attempt(sealed, identity):
    try:
        return opening.open_bytes(sealed, [identity])
    except CryptoError:
        return None


def header_of(world, slot):
    with world.store.mailbox.connect() as connection:
        held = select(mailbox.header.c.header).where(mailbox.header.c.item_id == slot)
        return connection.execute(held).scalar_one()


def test_none_opens_what_was_captured(world):
    slot = bytes.fromhex(world.arrive())
    header = header_of(world, slot)
    assert opening.unwrap(header, every_key(world))  # before the end it opens
    owner = world.member("owner")
    owner.queue()
    world.now += dt.timedelta(weeks=6).total_seconds()
    ring = world.book.resume(world.member("owner").cookies["naru_desk"], world.now)
    epochs.end(world.store, ring, WEEK)
    keys = every_key(world)
    assert world.recovery in keys
    assert len(keys) > 20
    with pytest.raises(WrongIdentity):
        opening.unwrap(header, keys)
    with world.store.casebook.connect() as connection:
        row = connection.execute(select(tables.epoch).where(tables.epoch.c.epoch == WEEK)).one()
    assert row.sealed is None


def test_nor_what_was_captured_before_its_key_was_replaced(world):
    """A removal keeps the week's old key for twelve weeks; the end of its week destroys both."""
    header = header_of(world, bytes.fromhex(world.arrive()))
    colleague = world.book.resume(world.member("colleague").cookies["naru_desk"], world.now)
    ring = world.book.resume(world.member("owner").cookies["naru_desk"], world.now)
    removal.remove(world.store, ring, "colleague")
    del world.passphrases["colleague"]
    assert opening.unwrap(header, every_key(world))  # kept, for who wrote to it
    world.member("owner").queue()
    world.now += dt.timedelta(weeks=6).total_seconds()
    ring = world.book.resume(world.member("owner").cookies["naru_desk"], world.now)
    epochs.end(world.store, ring, WEEK)
    with pytest.raises(WrongIdentity):
        opening.unwrap(header, every_key(world, colleague.identity))

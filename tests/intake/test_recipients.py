"""To whom the intake seals, and whom it does not believe."""

import secrets

import pytest
from intake.world import STORY
from sqlalchemy import delete, update

from app.mailbox import tables
from crypto.signing import Signer

WEEK = tables.recipient.c.epoch == "2026-W48"


def key(visitor):
    return visitor.get("/key")


def test_key_is_the_recipient_of_this_week_and_a_newline(world, visitor):
    page = key(visitor)
    assert page.body == f"{world.identities['2026-W48'].recipient}\n".encode()
    assert page.header("Content-Type").startswith("text/plain")


def test_keys_json_gives_all_that_is_needed_to_check(world, visitor):
    import json  # noqa: PLC0415

    found = json.loads(visitor.get("/keys.json").body)["recipients"]
    assert [one["epoch"] for one in found] == ["2026-W48", "standing"]
    assert {one["fingerprint"] for one in found} == {world.desk.public.fingerprint}
    assert {"statement", "sshsig", "mldsa65", "signer", "from", "until"} <= found[0].keys()


def test_past_the_last_epoch_the_standing_recipient_serves(world, visitor):
    world.forward(days=30)
    assert visitor.tell().receipt
    assert world.one("testimony").epoch == "standing"


def test_a_new_week_is_sealed_to_its_own_recipient(world, visitor):
    key(visitor)
    world.publish("2026-W49", "2026-11-30", "2026-12-06")
    world.forward(days=7)
    assert visitor.tell().receipt
    assert world.one("testimony").epoch == "2026-W49"


def test_a_retired_recipient_is_dropped_within_a_minute(world, visitor):
    key(visitor)
    world.write(delete(tables.recipient).where(WEEK))
    world.forward(minutes=1)
    visitor.tell(w_narrative=STORY)
    assert world.one("testimony").epoch == "standing"


def test_a_recipient_signed_by_another_key_is_not_used(world, visitor):
    stranger = Signer(secrets.token_bytes(32), secrets.token_bytes(32))
    world.write(delete(tables.recipient).where(WEEK))
    world.publish("2026-W48", "2026-11-23", "2026-11-29", signer=stranger)
    assert key(visitor).body == f"{world.identities['standing'].recipient}\n".encode()


@pytest.mark.parametrize("column", ["statement", "sshsig", "mldsa65", "signer"])
def test_an_altered_row_is_not_used(world, visitor, column):
    row = next(row for row in world.rows(tables.recipient) if row.epoch == "2026-W48")
    value = bytearray(getattr(row, column))
    value[len(value) // 2] ^= 1
    world.write(update(tables.recipient).where(WEEK).values({column: bytes(value)}))
    assert key(visitor).body == f"{world.identities['standing'].recipient}\n".encode()


def test_a_statement_filed_under_another_week_is_not_used(world, visitor):
    world.write(delete(tables.recipient).where(WEEK))
    world.publish("2026-W48", "2026-11-23", "2026-11-29", said="2026-W47")
    assert key(visitor).body == f"{world.identities['standing'].recipient}\n".encode()


def test_a_recipient_of_another_site_is_not_used(world, visitor):
    world.write(delete(tables.recipient).where(WEEK))
    here, world.site = world.site, b"y" * 16
    world.publish("2026-W48", "2026-11-23", "2026-11-29")
    world.site = here
    assert key(visitor).body == f"{world.identities['standing'].recipient}\n".encode()


def test_nobody_to_seal_to_is_503_everywhere(world, visitor):
    world.write(delete(tables.recipient))
    assert key(visitor).status == 503

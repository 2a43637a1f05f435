"""An intake on a mailbox of its own, and a desk that signs what it publishes and leaves replies."""

import datetime as dt
import secrets

import pytest
from intake.world import World

MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


@pytest.fixture
def world(tmp_path):
    """A deployment with this week's epoch and the standing recipient."""
    found = World(tmp_path, MONDAY.timestamp(), secrets.token_bytes(16))
    yield found
    found.close()


@pytest.fixture
def visitor(world):
    """Somebody in a browser."""
    return world.visitor()

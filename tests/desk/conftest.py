"""What the tests of the desk share beside a desk and its members."""

import secrets

import pytest
from desk.windows import browsers


@pytest.fixture(scope="module")
def open_at(tmp_path_factory):
    """Open windows in real browsers, which run for as long as one file of tests."""
    with browsers(tmp_path_factory.mktemp("browsers")) as opening:
        yield opening


@pytest.fixture
def sent(world, owner):
    """Send a file along with a testimony; return the address at which the desk shows it."""

    def send(data, name="사진.jpg", declared="image/jpeg", **fields):
        thread = secrets.token_hex(16)
        record = world.arrive(thread=thread, **fields)
        item = world.attach(data, name, declared, thread=thread)
        owner.queue()
        return f"/testimony/{record}/attachments/{item}"

    return send

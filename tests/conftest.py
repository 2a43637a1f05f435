"""What every test may share; each folder keeps the rest to itself."""

import threading

import postgresql
import pytest
from desk.world import Founded, World
from hypothesis import settings
from inside import compile_once
from outside.demo import Demo, free_ports
from werkzeug.serving import WSGIRequestHandler, make_server

# How long an example takes is this machine's affair: speed is measured in bench/, never in a test.
settings.register_profile("naru", deadline=None)
settings.load_profile("naru")
# Each test has an app of its own; to compile its templates anew was most of what it took.
compile_once()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """An empty demonstration that runs for the whole session and must end cleanly."""
    with Demo(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """What every desk of these tests begins with: made once, copied for each."""
    return Founded(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def world(tmp_path, founded):
    """A desk on its first day."""
    found = World(tmp_path, founded)
    yield found
    found.close()


class Silent(WSGIRequestHandler):
    def log(self, *_, **__):
        """Say nothing."""


@pytest.fixture
def open_desk(tmp_path, founded):
    """A desk that a real browser reaches, at an address of its own."""
    (port,) = free_ports(1)
    world = World(tmp_path, founded, f"http://127.0.0.1:{port}")
    server = make_server("127.0.0.1", port, world.app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()


@pytest.fixture
def owner(world):
    """A lead, who takes in and releases."""
    return world.member("owner")


@pytest.fixture
def colleague(world):
    """A reviewer with triage."""
    return world.member("colleague")


@pytest.fixture
def outsider(world):
    """A reviewer who takes nothing in."""
    return world.member("outsider")


@pytest.fixture
def partner(world):
    """A rescue group."""
    return world.member("partner")


@pytest.fixture
def nobody(world):
    """Somebody who never logged in."""
    return world.browser()


@pytest.fixture(autouse=postgresql.WANTED)
def _hung_up():
    """Worlds leave their engines to the garbage; a server counts every connection until then."""
    yield
    postgresql.server().hang_up()

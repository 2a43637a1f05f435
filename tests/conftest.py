"""What every test may share; each folder keeps the rest to itself."""

import pytest
from outside.demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """An empty demonstration that runs for the whole session and must end cleanly."""
    with Demo(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running

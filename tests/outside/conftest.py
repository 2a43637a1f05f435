"""The people of the outside tests: each a browser that has logged in, and a witness with none."""

import pytest
from outside.site import Site
from outside.walk import log_in, queue


@pytest.fixture
def witness(demo):
    return Site(demo.intake)


@pytest.fixture(scope="session")
def lead(demo):
    return log_in(demo.desk, demo.info["lead"])


@pytest.fixture(scope="session")
def reviewer(demo):
    return log_in(demo.desk, demo.info["reviewer"])


@pytest.fixture(scope="session")
def partner(demo):
    return log_in(demo.desk, demo.info["partner"])


@pytest.fixture
def nothing_stored(lead):
    """What the test does must leave no testimony behind, whole or in part."""
    before = queue(lead)
    yield
    assert queue(lead) == before

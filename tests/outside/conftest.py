"""The people of the outside tests: each a browser that has logged in, and a witness with none."""

import pytest
from needs import need
from outside.browser import FLAGS, SIZES, Screen
from outside.site import Site
from outside.walk import log_in, queue
from playwright.sync_api import sync_playwright


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


# --- Those who come with a real browser


@pytest.fixture(scope="module")
def chromium():
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=list(SIZES))
def size(request):
    return request.param


@pytest.fixture
def windows(chromium, size, tmp_path):
    """Open a window at an address; what went wrong in it fails the test."""
    opened = []

    def open_at(address, *, script=False, folder=tmp_path):
        opened.append(Screen(chromium, address, size, script, folder))
        return opened[-1]

    yield open_at
    for each in opened:
        each.close()

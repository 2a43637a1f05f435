"""Real browsers with script, behind a proxy that records."""

import pytest
from needs import need
from outside.browser import FLAGS
from outside.walk import log_in
from playwright.sync_api import sync_playwright
from sealing.browsers import Chromium, FirefoxWithScript
from sealing.recorder import Recorder


@pytest.fixture(scope="session")
def lead(demo):
    return log_in(demo.desk, demo.info["lead"])


@pytest.fixture
def recorder():
    made = Recorder()
    yield made
    made.close()


@pytest.fixture(scope="module")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(params=["chromium", "chromium, JIT off", "firefox", "firefox, JIT off"])
def browser(request, recorder, tmp_path):
    """One of the browsers; `open`, `fill`, `press`, `text`, `wait`, `saved`."""
    jit = "off" not in request.param
    if request.param.startswith("chromium"):
        flags = [*FLAGS, "--proxy-bypass-list=<-loopback>"] + ["--js-flags=--jitless"] * (not jit)
        path = need("chromium")
        started = request.getfixturevalue("playwright").chromium.launch(
            executable_path=path, args=flags, proxy={"server": f"http://127.0.0.1:{recorder.port}"}
        )
        yield Chromium(started, tmp_path)
        started.close()
        return
    pytest.importorskip("marionette_driver")
    with FirefoxWithScript(need("firefox-esr"), tmp_path / "firefox", recorder, jit) as started:
        yield started

"""Who has switched script off fetches none of it, in either browser."""

import pytest
from needs import need
from outside.browser import FLAGS
from sealing.browsers import FirefoxWithScript
from sealing.steps import STORY


class FirefoxWithout(FirefoxWithScript):
    """The same Firefox behind the same proxy, script off as at "Safest"."""

    def _prefs(self, port):
        yield from super()._prefs(port)
        yield "javascript.enabled", "false"


@pytest.fixture(params=["chromium", "firefox"])
def write(request, recorder, demo, tmp_path):
    """From the form to the ten words."""
    address = f"{demo.intake}/ko/"
    if request.param == "firefox":
        pytest.importorskip("marionette_driver")
        with FirefoxWithout(need("firefox-esr"), tmp_path / "f", recorder, jit=True) as firefox:
            firefox.open(address)
            firefox.find("[name=w_narrative]").send_keys(STORY)
            firefox.find("form#testimony button.main").click()
            yield firefox.see("#receipt").text
        return
    started = request.getfixturevalue("playwright").chromium.launch(
        executable_path=need("chromium"),
        args=[*FLAGS, "--proxy-bypass-list=<-loopback>"],
        proxy={"server": f"http://127.0.0.1:{recorder.port}"},
    )
    page = started.new_context(java_script_enabled=False).new_page()
    page.goto(address)
    page.fill("[name=w_narrative]", STORY)
    page.click("form#testimony button.main")
    yield page.inner_text("#receipt")
    started.close()


def test_without_script_two_requests_are_all_there_is(write, recorder):
    assert len(write.split()) == 10
    ours = [(method, path) for method, path, _ in recorder.requests]
    assert ours == [("GET", "/ko/"), ("POST", "/ko/")]

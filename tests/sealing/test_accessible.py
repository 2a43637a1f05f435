"""What only the script draws, and the offline page: nothing axe-core finds, whole on a phone."""

import pytest
from outside import axe
from outside.site import Site
from sealing.browsers import Chromium
from sealing.steps import STORY

LANGS = ["en", "ko", "zh"]
WIDE = "[document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


@pytest.fixture
def phone(browser, tmp_path):
    """A page 320 px wide, whose own policy does not keep axe-core out."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    opened = Chromium(browser, tmp_path)
    opened.page.context.close()
    opened.page = context.new_page()
    yield opened
    context.close()


def look(phone, name):
    page = phone.page
    page.evaluate(axe.OPEN)
    wide, inner = page.evaluate(WIDE)
    assert wide <= inner, (name, wide)
    page.add_script_tag(path=axe.AXE)
    found = page.evaluate(axe.CHECK, axe.RULES)
    assert found == [], name


@pytest.mark.parametrize("lang", LANGS)
def test_what_the_script_draws(phone, demo, tmp_path, lang):
    phone.open(f"{demo.intake}/{lang}/")
    phone.wait("#sealing")
    look(phone, "form")
    phone.page.route("**/deposit/*", lambda route: route.abort())
    phone.fill("[name=w_narrative]", STORY)
    phone.press("button.main")
    phone.wait("#server-seals, #error button")
    look(phone, "not sealed")
    phone.page.unroute("**/deposit/*")
    phone.press("#error button")
    phone.wait("#receipt")
    words = phone.text("#receipt")
    look(phone, "receipt")
    file = tmp_path / "쪽지.txt"
    file.write_text(STORY)
    phone.hand_in("form#attach [name=attachment]", file)
    phone.press("form#attach button")
    phone.wait("form#attach ~ #done")
    look(phone, "a file that was kept")
    phone.open(f"{demo.intake}/{lang}/return")
    phone.wait("#sealing")
    phone.fill("[name=receipt]", words)
    phone.press("button.main")
    phone.wait("ol.letters")
    look(phone, "letters")


@pytest.mark.parametrize("lang", LANGS)
def test_the_offline_page(phone, demo, tmp_path, lang):
    stick = tmp_path / "stick.html"
    stick.write_bytes(Site(demo.intake).get("/offline.html").body)
    phone.open(stick.as_uri())
    phone.press(f"[data-choose={lang}]")
    look(phone, "as it opens")
    part = f'section[data-lang="{lang}"] '
    phone.press(part + "button.main")
    phone.fill(part + "[name=w_narrative]", STORY)
    phone.saved(part + "button.main")
    look(phone, "with its words")

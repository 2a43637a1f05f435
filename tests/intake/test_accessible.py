"""Every page, in every language: no violation found by axe-core, and nothing wider than 320 px."""

from pathlib import Path

import pytest
from needs import give_up, need
from outside.browser import FLAGS
from outside.site import Upload

AXE = Path(__file__).parents[1] / "a11y/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"
CHECK = """async rules => (await axe.run({runOnly: rules})).violations
    .map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])"""


@pytest.fixture(scope="module")
def browser():
    if not AXE.exists():
        give_up("axe-core is missing: cd tests/a11y && npm ci (apt-get install nodejs npm)")
    chromium = need("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be absent

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


def pages(visitor, lang):
    """Every page a witness can meet, by name."""
    yield "form", visitor.get(f"/{lang}/")
    yield "refused form", visitor.tell(lang, w_narrative="", a_cross="other")
    receipt = visitor.tell(lang, k_rescue="yes")
    yield "receipt", receipt
    yield "return", visitor.get(f"/{lang}/return")
    yield "wrong words", visitor.come_back("abandon " * 9, lang)
    yield "letters", visitor.come_back(receipt.receipt, lang)
    yield "done", visitor.post(receipt.form("add"), w_narrative="x")
    yield "sent file", visitor.post(receipt.form("attach"), attachment=Upload("a", b"1"))
    for name in ("add", "correct", "answer"):
        yield f"refused {name}", visitor.post(receipt.form(name), w_narrative="")
    yield "refused withdrawal", visitor.post(receipt.form("withdraw"), receipt="", when="now")
    yield "nothing", visitor.get(f"/{lang}/nothing")


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_axe_finds_no_violation_and_nothing_stands_out_on_a_small_phone(browser, visitor, lang):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    sheet = context.new_page()
    found = {}
    for name, page in pages(visitor, lang):
        sheet.set_content(page.text)
        sheet.evaluate(OPEN)
        wide = sheet.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (name, wide)
        sheet.add_script_tag(path=AXE)
        if told := sheet.evaluate(CHECK, RULES):
            found[name] = told
    context.close()
    assert found == {}

"""Every page, in every language: no violation found by axe-core, and nothing wider than 320 px."""

import pytest
from outside import axe
from outside.site import Upload


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


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
        wide, told = axe.look(sheet, page.text)
        assert wide <= 320, (name, wide)
        if told:
            found[name] = told
    context.close()
    assert found == {}

"""The whole way with the keyboard alone, script off: every stop is seen, none is a trap."""

import pytest
from outside import walk
from outside.site import Site

WHERE = """() => { const e = document.activeElement, s = getComputedStyle(e);
  const b = e.getBoundingClientRect();
  return {tag: e.tagName, name: e.name || "", text: (e.textContent || "").trim().slice(0, 40),
    top: b.top + scrollY, seen: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
    form: e.form ? e.form.id : "", inside: b.bottom > 0 && b.top < innerHeight} }"""
STOPS = """() => [...document.querySelectorAll(
    "a[href],button,input:not([type=hidden]),select,textarea,summary")]
    .filter(e => e.checkVisibility()).length"""
TEXT = "열쇠판으로만 쓴 이야기입니다."


class Keys:
    """A page and nothing but keys."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def here(self):
        return self.page.evaluate(WHERE)

    def to(self, **wanted):
        """Go on until the focus is there."""
        for _ in range(250):
            self.press("Tab")
            here = self.here()
            if all(here[name] == value for name, value in wanted.items()):
                assert here["seen"], ("no focus to be seen", here)
                assert here["inside"], ("the focus is off the screen", here)
                return here
        raise AssertionError(f"the keyboard does not lead to {wanted}")

    def unfold(self, form):
        """Open, one by one, what is folded, until the form's first control is reached."""
        for _ in range(100):
            here = self.to(tag="SUMMARY")
            self.press("Enter")
            self.press("Tab")
            if self.here()["form"] == form:
                return
            self.press("Shift+Tab")
            if self.here()["text"] == here["text"]:
                self.press("Enter")
        raise AssertionError(f"no part holds {form}")

    def send(self, form):
        """Press the button of this form."""
        while True:
            here = self.to(tag="BUTTON")
            if here["form"] == form:
                break
        with self.page.expect_navigation():
            self.press("Enter")


@pytest.fixture
def keys(chromium, demo):
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, base_url=demo.intake
    )
    yield Keys(context.new_page())
    context.close()


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_every_stop_is_seen_in_the_order_of_the_page_and_none_is_a_trap(keys, lang):
    for path in (f"/{lang}/", f"/{lang}/return", f"/{lang}/key", f"/{lang}/sealed"):
        keys.page.goto(path)
        count, last = keys.page.evaluate(STOPS), -1.0
        for _ in range(count):
            keys.press("Tab")
            here = keys.here()
            assert here["tag"] != "BODY", (path, "stops that the keyboard never reaches")
            assert here["seen"], (path, here)
            assert here["top"] >= last - 60, (path, "the order leaps back", here)
            last = here["top"]
        keys.press("Tab")
        assert keys.here()["tag"] in ("BODY", "HTML"), (path, "does not leave the page")


def test_a_witness_writes_adds_and_withdraws_with_the_keyboard_alone(keys, demo):
    page = keys.page
    page.goto("/ko/")
    keys.to(name="w_narrative")
    page.keyboard.type(TEXT)
    keys.to(name="w_role")
    keys.press("ArrowDown", "ArrowDown")
    keys.to(name="k_stats")
    keys.press("Space")
    assert page.locator("[name=k_stats]").is_checked()
    assert page.locator("[name=w_role]").input_value()
    keys.to(tag="BUTTON", text="보내기")
    with page.expect_navigation():
        keys.press("Enter")
    words = page.locator("#receipt").inner_text()
    assert len(words.split()) == 10
    added(keys, words)
    withdrawn(keys, words)
    back = walk.come_back(Site(demo.intake), words)
    assert "withdraw" not in {form.node.attrs.get("id") for form in back.forms()}


def added(keys, words):
    """From the page of the receipt: an addition, which then lies under the words."""
    page = keys.page
    keys.unfold("add")
    page.keyboard.type("더 쓴 글")
    keys.send("add")
    assert page.locator("#done").count()
    page.goto("/ko/return")
    keys.to(name="receipt")
    page.keyboard.type(words)
    keys.send("return")
    kinds = [one.get_attribute("data-kind") for one in page.locator(".letter").all()]
    assert sorted(kinds) == ["addition", "testimony"]


def withdrawn(keys, words):
    """From the page of letters: all of it, now."""
    page = keys.page
    keys.unfold("withdraw")
    assert keys.here()["name"] == "when"
    keys.press("ArrowDown")
    keys.to(name="receipt", form="withdraw")
    page.keyboard.type(words)
    keys.send("withdraw")
    assert page.locator("#done").count()

"""Every field of the form, filled: each way reads the same at the desk, field by field."""

import pytest
from outside import walk
from outside.site import Site
from sealing.steps import left, shown

TWO = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
# Fill every control of a form, and say what a browser would send of it.
FILL = """
const pairs = [];
document.querySelectorAll(CSS + " details").forEach((folded) => (folded.open = true));
const controls = [...document.querySelector(CSS).elements];
controls.filter((one) => one.name && one.type !== "hidden").forEach((one, n) => {
  if (one.type === "checkbox") one.checked = true;
  else if (one.options) one.selectedIndex = one.options.length - 1;
  else one.value = "칸 " + n + " — 카나리아";
  if (one.type === "textarea") one.value += "\\n 둘째 줄 <b>&amp;";
  pairs.push([one.name, one.value]);
});
return pairs;
"""


def fill_all(browser, css):
    return [tuple(pair) for pair in browser.script(FILL.replace("CSS", repr(css)))]


def page_of(lead, before):
    page = lead.get(f"/testimony/{walk.arrive(lead, before)}")
    return page.id("narrative").text, shown(page), consents(page)


def consents(page):
    found = [node.attrs for node in page.root.all("li") if "data-consent" in node.attrs]
    return {attrs["data-consent"]: attrs["data-agreed"] for attrs in found}


@pytest.fixture
def by_server(demo, lead):
    """Send the pairs by the server's way, and give what the desk shows."""

    def sent(pairs):
        before, site = walk.queue(lead), Site(demo.intake)
        form = site.get("/ko/").form("testimony")
        hidden = [(name, value) for name, value in form.filled() if name in form.hidden()]
        assert site.post_pairs(form, hidden + pairs).receipt
        return page_of(lead, before)

    return sent


@TWO
def test_all_that_can_be_answered_reads_the_same_by_browser_and_by_server(
    browser, recorder, demo, lead, by_server
):
    before = walk.queue(lead)
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    pairs = fill_all(browser, "form#testimony")
    assert len({name for name, _ in pairs}) > 40
    browser.press("form#testimony button.main")
    browser.wait("#receipt")
    assert left(recorder, *[value for _, value in pairs if "카나리아" in value][:5]) == set()
    names = {name.encode() for name, _ in pairs}
    assert not any(name in sent for _, _, sent in recorder.requests for name in names)
    mine = page_of(lead, before)
    assert len(mine[1]) > 20
    assert "yes" in mine[2].values()
    assert mine == by_server(pairs)


@TWO
def test_all_that_can_be_answered_reads_the_same_by_the_offline_page(
    browser, demo, lead, by_server, tmp_path
):
    page = tmp_path / "stick.html"
    page.write_bytes(Site(demo.intake).get("/offline.html").body)
    browser.open(page.as_uri())
    browser.press("[data-choose=ko]")
    pairs = fill_all(browser, 'section[data-lang="ko"] form')
    saved = browser.saved('section[data-lang="ko"] button.main')
    before = walk.queue(lead)
    browser.open(f"{demo.intake}/ko/sealed")
    browser.hand_in("[name=envelope]", saved)
    browser.press("button.main")
    browser.wait("#done")
    assert page_of(lead, before) == by_server(pairs)

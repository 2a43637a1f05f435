"""What a screen reader is told: the accessibility tree that Chromium hands to it, page by page.

No reader speaks here (`make reader` lets one); what it speaks from does. Each control has a name in
the page's language, headings lead through the page, a refusal is announced, and nothing is told in
another order than it stands in.
"""

import itertools
import re

import pytest
from intake.faces import pages
from outside import axe

CONTROLS = {"textbox", "combobox", "checkbox", "radio", "button", "link", "DisclosureTriangle"}
WORDS = {"en": r"[A-Za-z]{2}", "ko": r"[가-힣]", "zh": r"[\u4e00-\u9fff]"}
SAME_EVERYWHERE = {"한국어", "中文", "English", "Naru", "AGPL-3.0", "naru.tar.gz"}
SAME_EVERYWHERE |= {"/key", "/keys.json"}


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


def heard(context, sheet, html):
    """Role and name of everything a reader can stop at, in its order, every fold open."""
    sheet.set_content(html)
    sheet.evaluate(axe.OPEN)
    session = context.new_cdp_session(sheet)
    session.send("Accessibility.enable")
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    told = {node["nodeId"]: node for node in nodes}
    order, waiting = [], [(nodes[0]["nodeId"], "")]
    while waiting:
        at, group = waiting.pop()
        if (node := told.get(at)) is None:
            continue
        role, said = node["role"]["value"], node.get("name", {}).get("value", "").strip()
        if role == "group":
            group = said
        waiting += [(child, group) for child in reversed(node.get("childIds", []))]
        if not node.get("ignored"):  # one of several is told as its number, after their question
            order.append((role, f"{group} {said}" if said.isdigit() else said, node))
    return order


def level(node):
    return next(each["value"]["value"] for each in node["properties"] if each["name"] == "level")


@pytest.mark.parametrize("lang", WORDS)
def test_a_screen_reader_is_told_everything_in_the_language_of_the_page(
    browser, world, visitor, lang
):
    context = browser.new_context()
    sheet = context.new_page()
    for name, page in pages(world, visitor, lang):
        order = heard(context, sheet, page.text)
        controls = [(role, said) for role, said, _ in order if role in CONTROLS]
        assert controls, name
        for role, said in controls:
            assert said in SAME_EVERYWHERE or re.search(WORDS[lang], said), (name, role, said)
        levels = [level(node) for role, _, node in order if role == "heading"]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name
        assert bool(page.error) == any(role == "alert" for role, _, _ in order), name
    context.close()


@pytest.mark.parametrize("lang", WORDS)
def test_what_must_be_filled_in_is_said_with_its_question_and_nothing_else_is(
    browser, visitor, lang
):
    context = browser.new_context()
    sheet = context.new_page()
    order = heard(context, sheet, visitor.get(f"/{lang}/").text)
    required = [
        said
        for role, said, node in order
        for each in node.get("properties", ())
        if each["name"] == "required" and each["value"].get("value") and role in CONTROLS
    ]
    assert len(required) == 1
    roles = [role for role, _, _ in order if role in CONTROLS]
    assert roles.index("textbox") < roles.index("combobox") < roles.index("checkbox")
    context.close()


@pytest.mark.parametrize("lang", WORDS)
def test_what_orca_was_heard_to_leave_out_or_to_add_is_mended(world, visitor, lang):
    """Decision 0027: a refusal has the focus, an outcome no role, an empty box nothing wrong."""
    for name, page in pages(world, visitor, lang):
        if (refusal := page.id("error")) is not None:
            assert {"autofocus", "tabindex"} <= refusal.attrs.keys(), name
        assert "role" not in (page.id("done").attrs if page.id("done") else {}), name
        required = [node for node in page.root.all() if "required" in node.attrs]
        assert {node.attrs.get("aria-invalid") for node in required} <= {"false"}, name

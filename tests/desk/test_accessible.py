"""Every page of the desk, in each language: axe-core finds nothing, and none is wider than 360 px.

The pages are those of one desk with something on each, the answers to forms and refusals among
them; script runs, and every detail is open.
"""

import pytest
from desk.faces import Faces
from outside import axe

from app.web import HTML_LANG

SIZE = {"width": 360, "height": 740}
LANGS = (("en", "dark"), ("ko", "light"), ("zh", "light"))


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


@pytest.fixture
def faces(world, owner, colleague):
    return Faces(world, owner, colleague)


def begins_with_the_refusal(page):
    """Tell whether the refusal has the focus, or describes the field that has it."""
    first = next(iter(node.attrs for node in page.root.all() if "autofocus" in node.attrs), {})
    return "error" in (first.get("id"), first.get("aria-describedby"))


def looked_at(browser, scheme, pages):
    """Return by name how wide a page is and what axe-core finds, where that is too much."""
    context = browser.new_context(viewport=SIZE, color_scheme=scheme)
    sheet, found = context.new_page(), {}
    for name, page in pages:
        wide, told = axe.look(sheet, page.text)
        if told or wide > SIZE["width"]:
            found[name] = wide, told
    context.close()
    return found


@pytest.mark.parametrize(("lang", "scheme"), LANGS)
def test_axe_finds_no_violation_and_nothing_stands_out_on_a_phone(browser, faces, lang, scheme):
    asked = (
        (path, visitor.get(path, **{"Accept-Language": lang}))
        for visitor, path in faces.asked_for()
    )
    assert looked_at(browser, scheme, asked) == {}


@pytest.mark.parametrize(("lang", "scheme"), LANGS)
def test_nor_on_what_is_answered_to_a_form(browser, faces, lang, scheme):
    faces.world.accept = lang
    names, pages = set(), []
    for name, page in faces.answered():
        assert page.lang == HTML_LANG[lang], name
        assert page.status < 400 or begins_with_the_refusal(page), name
        pages.append((name, page))
        names.add(name)
    assert looked_at(browser, scheme, pages) == {}
    assert len(names) == len(pages)

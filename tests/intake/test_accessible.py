"""Every page, in every language: valid, without a violation axe-core finds, whole on any screen."""

import json
import subprocess
from pathlib import Path

import pytest
from intake.faces import pages
from needs import give_up, need
from outside import axe

CHECKER = Path(__file__).parents[1] / "a11y/node_modules/html-validate/bin/html-validate.mjs"
# A window of 1280 by 1024 at 400 % is one of 320 by 256.
SCREENS = {"small phone": (320, 640), "400 %": (320, 256), "desk": (1280, 1024)}
WIDE = "[document.documentElement.scrollWidth, innerWidth]"
LARGER = "document.documentElement.style.fontSize = '225%'"  # text alone at twice its size
CLIPPED = """[...document.querySelectorAll('body *')].filter(e =>
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'hidden')
    .map(e => e.outerHTML.slice(0, 80))"""
LANGS = ["en", "ko", "zh"]


@pytest.fixture(scope="module")
def browser():
    with axe.chromium() as running:
        yield running


@pytest.mark.parametrize("lang", LANGS)
def test_axe_finds_no_violation_and_nothing_stands_out(browser, world, visitor, lang):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    sheet = context.new_page()
    found = {}
    for name, page in pages(world, visitor, lang):
        _, told = axe.look(sheet, page.text)
        if told:
            found[name] = told
        for screen, (width, height) in SCREENS.items():
            sheet.set_viewport_size({"width": width, "height": height})
            wide, inner = sheet.evaluate(WIDE)
            assert wide <= inner, (name, screen, wide)
            assert sheet.evaluate(CLIPPED) == [], (name, screen)
        sheet.set_viewport_size({"width": 320, "height": 640})
        sheet.evaluate(LARGER)
        wide, inner = sheet.evaluate(WIDE)
        assert wide <= inner, (name, "text at twice its size", wide)
    context.close()
    assert found == {}


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_is_valid_html(world, visitor, tmp_path, lang):
    node = need("node")
    if not CHECKER.exists():
        give_up("html-validate is missing: cd tests/a11y && npm ci (apt-get install nodejs npm)")
    for name, page in pages(world, visitor, lang):
        (tmp_path / f"{name}.html").write_text(page.text)
    (tmp_path / "rules.json").write_text('{"root": true, "extends": ["html-validate:standard"]}')
    words = [node, CHECKER, "--config", "rules.json", "--formatter", "json", "."]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    found = json.loads(done.stdout)
    told = [(r["filePath"], m["ruleId"], m["message"]) for r in found for m in r["messages"]]
    assert (told, done.returncode) == ([], 0), done.stderr
    (tmp_path / "form.html").write_text("<p><div id=a id=a></p>")
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1, "the checker itself sees nothing"

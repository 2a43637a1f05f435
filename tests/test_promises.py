"""A promise in the documentation names the test that holds it; that test must exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
PAGES = ["docs/threat-model.md", "docs/erasure.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page):
    named = NAMED.findall((ROOT / page).read_text("utf-8"))
    assert named
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not name or name in functions, (path, name)


def test_every_promise_names_a_test():
    text = (ROOT / "docs/threat-model.md").read_text("utf-8")
    promises = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]
    headings = ("| the adversary has", "| promise", "| the way |")
    for line in promises:
        assert line.startswith(headings) or NAMED.search(line), line

"""The style sheets as they are sent: shorter, and saying the same."""

import re
from pathlib import Path

import pytest

from app.web import Sheet

SHEETS = sorted(Path("app").rglob("*.css"))


def words(css):
    """What a sheet says, blanks aside, without the last semicolon of a rule."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s+", "", css).replace(";}", "}")


@pytest.mark.parametrize("path", SHEETS, ids=str)
def test_a_sheet_sent_says_what_its_file_says(path):
    sent = Sheet.load(path).css
    assert words(sent) == words(path.read_text("utf-8"))
    assert len(sent) < path.stat().st_size


@pytest.mark.parametrize("path", SHEETS, ids=str)
def test_no_string_of_a_sheet_holds_what_is_shortened(path):
    for said in re.findall(r'"[^"]*"', path.read_text("utf-8")):
        assert not re.search(r"[{};]", said)


@pytest.mark.parametrize("path", SHEETS, ids=str)
def test_a_blank_between_selectors_is_kept(path):
    """``a :hover`` is not ``a:hover``, and ``.a .b`` is not ``.a.b``."""
    sent = Sheet.load(path).css
    for selectors in re.findall(r"[^{}]+(?={)", path.read_text("utf-8").split("@media")[0]):
        selector = " ".join(re.sub(r"/\*.*?\*/", "", selectors).split())
        assert selector in sent

"""What README and guides tell people to run is there: each word, each target, each file."""

import re

import pytest
from outside.demo import ROOT

from app.__main__ import WORDS, _load

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CRYPTO = {"keygen", "recipient", "seal", "open", "inspect", "verify"}


def told(pattern):
    """Every place where a page says this."""
    return [
        pytest.param(match, id=f"{page.name}-{match}")
        for page in PAGES
        for match in sorted(set(re.findall(pattern, page.read_text())))
    ]


@pytest.mark.parametrize("word", told(r"python -m app (\w+)"))
def test_every_word_a_page_names_is_one_that_is_there(word):
    assert word in WORDS
    assert _load(word) is not None


@pytest.mark.parametrize("word", told(r"python -m crypto (\w+)"))
def test_every_word_of_crypto_is_there(word):
    assert word in CRYPTO


@pytest.mark.parametrize("path", told(r"`(?:python )?(deploy/[\w./-]+)"))
def test_every_file_of_deploy_is_there(path):
    assert (ROOT / path.rstrip(".")).exists()


@pytest.mark.parametrize("target", told(r"^make (\w[\w-]*)|`make (\w[\w-]*)"))
def test_every_target_of_make_is_there(target):
    names = [name for name in target if name]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in names)


def test_every_decision_is_in_their_table():
    folder = ROOT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}
    table = (folder / "README.md").read_text()
    assert set(re.findall(r"^\| \[\d{4}\]\(([\w.-]+)\) \| .+ \|$", table, re.MULTILINE)) == pages

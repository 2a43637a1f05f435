"""Every sentence in every language: none missing, none fuzzy, compiled as it is written."""

import io
import re
import string
from pathlib import Path

import pytest
from babel.messages import extract, pofile
from babel.messages.mofile import read_mo

ROOT = Path(__file__).parents[2]
HOME = ROOT / "config" / "catalogues"
NAMES = (
    "Ctrl+W",
    "Tor Browser",
    "Tor",
    "age",
    "tar",
    "MB",
    "key",
    "Naru",
    "SHA",
)  # the same in every language
LOCALES = ["ko", "zh_Hans"]


def sentences():
    """All that the sources ask a catalogue for."""
    found = set()
    for path in [ROOT / "app" / "web.py", *(ROOT / "app" / "intake").rglob("*")]:
        method = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(path.suffix)
        if method:
            with path.open("rb") as file:
                found |= {message for _, message, *_ in extract.extract(method, file)}
    return found


def catalogue(locale):
    with (HOME / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return pofile.read_po(file, locale=locale)


def told(locale):
    return {m.id: m for m in catalogue(locale) if m.id}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_is_translated_and_none_is_left_over(locale):
    found = told(locale)
    assert found.keys() == sentences()
    assert [m.id for m in found.values() if m.fuzzy or not m.string] == []
    assert not catalogue(locale).obsolete


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_names_the_same_values(locale):
    for message in told(locale).values():
        for name in ("%(limit)s", "%(day)s", "\ufffd"):
            assert (name in message.id) == (name in message.string), message.id


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_left_in_english(locale):
    for message in told(locale).values():
        plain = re.sub(r"%\(\w+\)s", "", message.string)
        for name in NAMES:
            plain = plain.replace(name, "")
        assert not any(c in string.ascii_letters for c in plain), message.string


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_compiled_says_what_is_written(locale):
    with (HOME / locale / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = {m.id: m.string for m in read_mo(io.BytesIO(file.read())) if m.id}
    assert compiled == {m.id: m.string for m in told(locale).values()}

"""Every sentence of the desk, in every language."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
METHODS = [("templates/desk/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
LANGUAGES = ["ko", "zh_Hans"]


def said():
    """Every sentence in the source, plurals as pairs."""
    found = extract_from_dir(ROOT / "app" / "desk", METHODS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def catalogue(language):
    folder = ROOT / "config" / "catalogues" / language / "LC_MESSAGES"
    with (folder / "desk.po").open("rb") as po:
        return folder, read_po(po, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_unsure_or_left_over(language):
    _, words = catalogue(language)
    messages = {message.id: message for message in words if message.id}
    assert messages.keys() == said()
    for message in messages.values():
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert all(strings), message.id
        assert not message.fuzzy
        assert not list(message.check(words)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_one_is_up_to_date(language):
    folder, words = catalogue(language)
    with (folder / "desk.mo").open("rb") as mo:
        compiled = read_mo(mo)
    for message in words:
        if message.id:
            strings = compiled[message.id].string
            assert (strings if isinstance(strings, str) else tuple(strings)) == message.string


@pytest.mark.parametrize(
    ("asked", "lang", "title"),
    [("ko-KR,ko;q=0.9,en;q=0.8", "ko", "대기 목록"), ("zh-CN,zh;q=0.9", "zh-Hans", "待阅列表"),
     ("en", "en", "Queue"), ("fr", "en", "Queue")],
)  # fmt: skip
def test_the_browser_says_which(owner, asked, lang, title):
    page = owner.get("/queue", **{"Accept-Language": asked})
    assert page.lang == lang
    assert page.root.one("h1").text == title


@pytest.mark.parametrize("asked", ["ko", "zh"])
def test_no_english_is_left_on_a_page(world, owner, asked):
    record = world.arrive(w_role="family", k_rescue="yes")
    owner.queue()
    owner.tag(record)
    english = {one for one in said() if isinstance(one, str) and len(one) > 12}
    for path in (f"/testimony/{record}", "/queue", "/map", "/export", "/account", "/custody"):
        page = owner.get(path, **{"Accept-Language": asked})
        left = {n.strip() for node in page.root.all() for n in node.children if isinstance(n, str)}
        assert not left & english, path

"""What every page is: minimal, closed to everything else, in the visitor's language."""

import base64
import hashlib
import re

import pytest
from intake.world import STORY

from config.vocabularies import load_vocabularies

LANGS = {"en": "en", "ko": "ko", "zh": "zh-Hans"}
MOST_BYTES = 30_000


def outside_details(page):
    hidden = {id(node) for details in page.root.all("details") for node in details.all()}
    return [node for node in page.root.all() if id(node) not in hidden]


@pytest.mark.parametrize("lang", LANGS)
def test_with_every_details_closed_the_form_is_minimal(visitor, lang):
    page = visitor.get(f"/{lang}/")
    seen = outside_details(page)
    inputs = [n for n in seen if n.tag == "input" and n.attrs["type"] != "hidden"]
    assert len([n for n in seen if n.tag == "textarea"]) == 1
    assert len([n for n in seen if n.tag == "select"]) == 1
    assert [n.attrs["type"] for n in inputs] == ["checkbox"] * 3
    buttons = [n for n in seen if n.tag == "button"]
    assert len([n for n in buttons if "formaction" not in n.attrs]) == 1
    assert len([n for n in buttons if "formnovalidate" in n.attrs]) == 2
    assert not [n for n in page.root.all("details") if "open" in n.attrs]
    assert [n.attrs["name"] for n in page.root.all("textarea") if "required" in n.attrs] == [
        "w_narrative"
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_form_and_receipt_are_small(world, lang):
    visitor = world.visitor()
    assert visitor.tell(lang).receipt
    assert (visitor.requests, visitor.received <= MOST_BYTES) == (2, True), visitor.received


@pytest.mark.parametrize("lang", LANGS)
def test_every_field_of_the_vocabularies_is_asked_once_with_all_its_answers(visitor, lang):
    """Beyond those seen at once they wait behind a line that says whom they are for."""
    words = load_vocabularies()
    page = visitor.get(f"/{lang}/")
    form = page.form("testimony")
    assert form.names() - {"ticket"} == set(words.fields)
    for field in words.fields.values():
        found = [c for c in form.controls() if c.attrs["name"] == field.id]
        assert getattr(field.label, lang) in page.text.replace("&#39;", "'").replace("&#34;", '"')
        if field.kind == "several":
            assert [c.attrs["value"] for c in found] == list(words.values(field.id))
        elif field.kind == "choice":
            options = [o.attrs.get("value", o.text) for o in found[0].all("option")]
            assert options == ["", *words.values(field.id)]
        else:
            assert len(found) == field.repeat


@pytest.mark.parametrize("name", ["a_how_out", "b_name", "c_cap", "u_minor", "k_court", "w_where"])
def test_what_was_typed_into_a_closed_part_comes_back_open(visitor, name):
    words = load_vocabularies()
    value = next(iter(words.values(name)), "온성")
    page = visitor.tell("ko", w_narrative="", **{name: value})
    (opened,) = [n for n in page.root.all("details") if "open" in n.attrs]
    assert {c.attrs.get("name") for c in opened.all()} & {name}
    assert (name, value) in page.form("testimony").values()


@pytest.mark.parametrize("lang", LANGS)
def test_no_page_inlines_scripts_or_draws_svg(visitor, lang):
    receipt = visitor.tell(lang)
    pages = [
        visitor.get(f"/{lang}/"),
        receipt,
        visitor.get(f"/{lang}/return"),
        visitor.come_back(receipt.receipt, lang),
        visitor.post(receipt.form("add"), w_narrative="x"),
        visitor.get(f"/{lang}/nothing"),
    ]
    for page in pages:
        assert page.lang == LANGS[lang]
        assert page.root.one("title").text == "Naru"
        tags = {node.tag for node in page.root.all()}
        assert not tags & {"svg", "img", "link", "iframe", "object", "video", "audio"}
        for node in page.root.all("script"):  # fetched only where script runs, and never inlined
            assert node.attrs["src"] == "/naru.js"
            assert node.attrs["integrity"].startswith("sha384-")
            assert not node.text
        for name in ("src", "href", "action", "formaction", "srcset", "background", "poster"):
            found = [n.attrs[name] for n in page.root.all() if name in n.attrs]
            assert all(address.startswith("/") for address in found)
        assert "url(" not in page.text
        assert "@import" not in page.text
        assert not [n for n in page.root.all() if any(a.startswith("on") for a in n.attrs)]
        assert not [n for n in page.root.all() if "style" in n.attrs]


def test_every_id_on_a_page_is_there_once_and_every_label_leads_somewhere(visitor):
    receipt = visitor.tell("ko")
    for page in [visitor.get("/ko/"), receipt, visitor.come_back(receipt.receipt, "ko")]:
        ids = [node.attrs["id"] for node in page.root.all() if "id" in node.attrs]
        assert len(ids) == len(set(ids))
        assert {n.attrs["for"] for n in page.root.all("label") if "for" in n.attrs} <= set(ids)
        assert page.root.one("main").attrs["spellcheck"] == "false"  # all in it inherits this
        for form in page.root.all("form"):  # and its controls inherit this
            assert form.attrs.get("autocomplete") == "off" or not form.one("textarea")
            for option in form.all("option"):
                assert option.text.strip() == "–" or option.attrs["value"]
        for control in page.root.all():
            if control.tag in ("textarea", "select") or control.attrs.get("type") == "checkbox":
                around, named = control, False
                while around.parent and not named:
                    around = around.parent
                    named = around.tag in ("label", "fieldset")
                assert named or control.attrs["id"] in {
                    n.attrs.get("for") for n in page.root.all("label")
                }


@pytest.mark.parametrize("path", ["/", "/ko/", "/ko/return", "/key", "/keys.json", "/x", "/ko"])
def test_every_answer_is_fenced_in(visitor, path):
    page = visitor.get(path)
    policy = page.header("Content-Security-Policy")
    for rule in (
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.header("Cache-Control") == "no-store"
    assert page.header("Referrer-Policy") == "no-referrer"
    assert page.header("X-Content-Type-Options") == "nosniff"
    assert page.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert page.header("Cross-Origin-Resource-Policy") == "same-origin"
    for name in ("Set-Cookie", "Server", "ETag", "Last-Modified", "Vary"):
        assert page.header(name) is None


def test_the_policy_lets_in_the_inlined_sheet_and_nothing_else(visitor):
    page = visitor.get("/ko/")
    css = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.header("Content-Security-Policy")


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [
        ("ko-KR,ko;q=0.8", "ko"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hans-CN;q=0.9,en;q=0.1", "zh-Hans"),
        ("fr,de", "en"),
        ("", "en"),
        ("en-US,en;q=0.5", "en"),
    ],
)
def test_the_first_page_speaks_what_the_browser_asks_for(visitor, accepts, lang):
    assert visitor.get("/", **{"Accept-Language": accepts}).lang == lang


def test_each_form_has_a_ticket_of_its_own(visitor):
    found = {dict(visitor.get("/ko/").form("testimony").values())["ticket"] for _ in range(5)}
    assert len(found) == 5


def test_another_language_carries_everything_and_stores_nothing(world, visitor):
    page = visitor.get("/ko/")
    form = page.form("testimony")
    typed = {"w_role": "family", "w_where": "온성", "k_court": "yes", "b_name": ["가", "나"]}
    pairs = form.filled(w_narrative="\n" + STORY, a_cross="other", **typed)
    to = [n.attrs["formaction"] for n in page.root.all("button") if "formaction" in n.attrs]
    assert to == ["/zh/form", "/en/form"]
    other = visitor.post_pairs(form, pairs, to=to[0])
    assert (other.status, other.lang, other.error) == (200, "zh-Hans", None)
    assert world.count() == 0
    again = dict(other.form("testimony").values())
    assert again["w_narrative"] == "\n" + STORY
    assert again["ticket"] == dict(form.values())["ticket"]
    assert visitor.post(other.form("testimony")).receipt
    fields = world.one("testimony").fields
    assert fields["w_narrative"] == "\n" + STORY
    assert fields["a_cross"] == "other"
    assert fields["b_name"] == ("가", "나")
    assert fields["w_where"] == "온성"


def test_another_language_takes_what_could_not_be_sent(world, visitor):
    form = visitor.get("/ko/").form("testimony")
    page = visitor.post_pairs(form, form.filled(w_narrative="a" * 200_001), to="/en/form")
    assert page.status == 200
    assert len(page.id("w_narrative").text) == 200_001
    assert visitor.get("/zh/form").status == 200


def test_the_receipt_is_ten_numbered_words(visitor):
    words = visitor.tell("zh").id("receipt")
    assert words.tag == "ol"
    assert len(list(words.all("li"))) == 10

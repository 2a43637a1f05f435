"""The outside tests' own browser: it must see a page as a real one does, or it proves nothing."""

import io
import re

from outside.site import Page, Upload, multipart, urlencoded
from werkzeug.formparser import parse_form_data

HTML = """<!DOCTYPE html><html lang="ko"><body>
<form id="a" method="post" action="send" enctype="multipart/form-data">
<input type="hidden" name="ticket" value="t&amp;1">
<input name="where" value="도문"><input type="number" name="count"><br>
<textarea name="story">

two lines
&lt;b&gt; kept  </textarea>
<select name="one"><option value="x">X<option value="y" selected>Y</select>
<select name="two"><option>first</option><option>second</option></select>
<input type="checkbox" name="k" value="yes" checked><input type="checkbox" name="m">
<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
<input type="file" name="f"><button name="b" value="v" formaction="/en/">English</button>
</form>
<input form="a" name="far" value="away"><form action="/other"><input name="q"></form>
<pre id="narrative">
<i>one</i> &amp;
</pre><p class="x y">un<p>closed<p class="y">end<img src="a.png">
<style>p{background:url('b.png')}</style>
<a href="https://elsewhere.example/">away</a></body></html>"""


def page():
    return Page("/ko/form", 200, {}, HTML.encode())


def test_a_form_is_read_as_a_browser_reads_it():
    form = page().form("a")
    assert (form.action, form.method, form.multipart) == ("/ko/send", "POST", True)
    assert dict(form.values()) == {
        "ticket": "t&1",
        "where": "도문",
        "count": "",
        "story": "\ntwo lines\n<b> kept  ",
        "one": "y",
        "two": "first",
        "k": "yes",
        "r": "2",
        "far": "away",
    }
    assert form.hidden() == ["ticket"]
    assert form.text_names() == ["where", "story", "far"]
    assert page().form(action="/other").method == "GET"


def test_filling_in_replaces_and_repeats():
    pairs = page().form("a").filled(story="new", k=None, where=["a", "b"])
    assert ("ticket", "t&1") in pairs
    assert [value for name, value in pairs if name in ("story", "where")] == ["new", "a", "b"]
    assert "k" not in dict(pairs)


def test_text_is_read_to_the_letter():
    assert page().id("narrative").text == "one &\n"
    assert [node.tag for node in page().root.all(cls="y")] == ["p", "p"]
    assert page().lang == "ko"


def test_what_is_fetched_is_told_from_what_leads_away():
    assert sorted(page().resources()) == ["a.png", "b.png"]
    assert set(page().targets()) == {"send", "/en/", "/other", "https://elsewhere.example/"}


def test_what_is_sent_arrives():
    pairs = [("a", "한\n글"), ("a", "두"), ("bad", b"\xff"), ("f", Upload("n.txt", b"\r\n-"))]
    kind, body = multipart(pairs)
    environ = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "REQUEST_METHOD": "POST"}
    _, form, files = parse_form_data(environ | {"wsgi.input": io.BytesIO(body)})
    assert form.getlist("a") == ["한\r\n글", "두"]
    with files["f"].stream as uploaded:
        assert (files["f"].filename, uploaded.read()) == ("n.txt", b"\r\n-")
    assert b"\xff" in body
    kind, body = urlencoded(pairs[:3])
    assert kind == "application/x-www-form-urlencoded"
    assert re.fullmatch(rb"a=%ED%95%9C%0D%0A%EA%B8%80&a=%EB%91%90&bad=%FF", body)

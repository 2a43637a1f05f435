"""What every answer of both apps must and must not carry, and what the processes print."""

import re

import pytest
from outside import walk
from outside.site import Site


@pytest.fixture(scope="module")
def witness_pages(demo):
    """One page of each sort that a witness gets."""
    site = Site(demo.intake)
    receipt = walk.write(site, "한 장씩", "ko")
    paths = ["/", "/en/", "/ko/", "/zh/", "/ko/return", "/key", "/nowhere"]
    pages = [receipt, walk.write(site, "", "zh"), walk.come_back(site, receipt.receipt)]
    pages += [walk.come_back(site, "no such words"), *map(site.get, paths)]
    assert site.cookies == {}
    return pages


@pytest.fixture(scope="module")
def desk_pages(demo, lead, partner):
    """One page of each sort that a member gets."""
    walk.write(Site(demo.intake), "책상에서")
    submission = walk.queue(lead)[0]
    paths = ["/login", "/queue", f"/testimony/{submission}", "/nowhere", "/testimony/" + "0" * 32]
    pages = [lead.get(path) for path in paths]
    return [*pages, partner.get("/released"), partner.get("/export"), Site(demo.desk).get("/queue")]


@pytest.fixture(scope="module")
def pages(witness_pages, desk_pages):
    return witness_pages + desk_pages


def test_nothing_may_run_or_be_fetched_unless_named(pages):
    for page in pages:
        policy = {}
        for directive in page.header("Content-Security-Policy").split(";"):
            name, *sources = directive.split()
            policy[name] = sources
        assert policy["default-src"] == ["'none'"], page.path
        assert policy["frame-ancestors"] == ["'none'"], page.path
        assert policy["base-uri"] == ["'none'"], page.path
        assert policy["form-action"] in (["'self'"], ["'none'"]), page.path
        # A picture in the page itself (a QR code, a cleaned photograph) is fetched from nowhere.
        assert "img-src" not in policy, page.path
        said = {source for sources in policy.values() for source in sources}
        assert not said & {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"}


def test_nothing_is_kept_by_a_browser(pages):
    for page in pages:
        assert "no-store" in page.header("Cache-Control"), page.path
        assert page.header("Referrer-Policy") == "no-referrer", page.path
        assert page.header("X-Content-Type-Options") == "nosniff", page.path


def test_the_server_does_not_name_itself(pages):
    for page in pages:
        for name in ("Server", "X-Powered-By", "Via", "ETag", "Last-Modified"):
            assert page.header(name) is None, (page.path, name)


def test_the_intake_sets_no_cookie(witness_pages):
    for page in witness_pages:
        assert page.header("Set-Cookie") is None, page.path


def test_the_desk_sets_one_cookie(demo):
    site, member = Site(demo.desk), demo.info["lead"]
    form = next(form for form in site.get("/login").forms() if "passphrase" in form.names())
    answer = site.post(form, name=member["name"], passphrase=member["passphrase"])
    (line,) = answer.headers.get_all("Set-Cookie")
    name, *flags = (part.strip().lower() for part in line.split(";"))
    assert name.startswith("naru_desk=")
    assert {"httponly", "samesite=strict", "path=/"} <= set(flags)
    assert not any(flag.startswith("domain") for flag in flags)


def test_no_page_calls_on_anybody_else(pages):
    for page in pages:
        if (page.header("Content-Type") or "").startswith("text/html"):
            for address in [*page.resources(), *page.targets()]:
                assert not re.match(r"(?i)([a-z][a-z0-9+.-]*:)?//", address), (page.path, address)


def test_the_words_stand_in_no_address(witness_pages):
    words = witness_pages[0].receipt
    for page in witness_pages:
        assert not set(words.split()) & set(re.findall(r"[\w%-]+", page.header("Location") or ""))
        for node in page.root.all("a"):
            assert not any(word in node.attrs.get("href", "") for word in words.split())


def test_the_processes_print_one_line(demo, pages):
    printed = demo.log.read_text().splitlines()
    assert len([line for line in printed if line.startswith("{")]) == 1
    for line in printed:
        if not line.startswith("{"):
            assert not re.search(r"GET|POST|127\.0\.0\.1|/ko/|/testimony/|/queue", line), line

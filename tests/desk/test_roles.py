"""Who may use which page: every route, every role."""

import re
from urllib.parse import urlencode

import pytest
from desk.world import ROLES

from app.desk.gate import ACCESS, ANYBODY, MEMBERS

ID = "0" * 32


def routes(world):
    """(endpoint, method, path) of everything there is."""
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<hex32:[a-z_]+>|<link>", ID, rule.rule)
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
        assert "<" not in path
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield rule.endpoint, method, path


def test_every_route_is_in_the_table_and_nothing_else(world):
    assert {endpoint for endpoint, _, _ in routes(world)} == set(ACCESS)


def test_only_the_log_in_the_source_the_notices_and_the_one_time_link_are_for_anybody():
    assert [name for name, allowed in ACCESS.items() if allowed is ANYBODY] == [
        "auth.login", "source.source", "notices.notices", "keeping.enrol", "keeping.accept",
    ]  # fmt: skip
    assert all(allowed <= MEMBERS for allowed in ACCESS.values() if allowed is not ANYBODY)


def test_a_partner_has_these_pages_alone():
    partner = {name for name, allowed in ACCESS.items() if "partner" in allowed}
    assert partner == {
        "auth.home", "auth.logout", "pages.account", "pages.identity", "custody.checkpoint",
        "custody.verify", "keeping.start_code", "keeping.code_on", "keeping.code_off",
        "partner.released", "partner.choose", "partner.export",
        "partner.revocations", "partner.verifier", "partner.fingerprints", "partner.allowed",
    }  # fmt: skip


@pytest.mark.parametrize("name", ROLES)
def test_each_member_meets_what_is_theirs_and_no_more(world, name):
    browser = world.member(name)
    token = browser.get("/account").form(action="/logout").values()[0]
    for endpoint, method, path in routes(world):
        if endpoint == "auth.logout" or ACCESS[endpoint] is ANYBODY:
            continue
        page = browser.send(method, path, *_body(method, [token]))
        if ROLES[name] in ACCESS[endpoint]:
            assert page.status != 403, (name, method, path)
        else:
            assert page.status == 403, (name, method, path)
            assert page.error == "This page is not for your role."


def test_nobody_is_shown_the_door(world, nobody):
    for endpoint, method, path in routes(world):
        page = nobody.send(method, path, *_body(method, []))
        if ACCESS[endpoint] is ANYBODY:
            assert page.status in (200, 400, 404)
        elif method == "GET":
            assert (page.status, page.header("Location")) == (303, "/login")
        else:
            assert page.status == 401
            assert page.error


@pytest.mark.parametrize("token", [None, "", "x", "0" * 64, "ü"])
@pytest.mark.parametrize("name", ["owner", "partner"])
def test_no_post_is_taken_without_its_token(world, name, token):
    browser = world.member(name)
    for endpoint, method, path in routes(world):
        if method != "POST" or ROLES[name] not in ACCESS[endpoint] | ACCESS["auth.login"]:
            continue
        pairs = [] if token is None else [("csrf_token", token)]
        page = browser.send(method, path, *_body(method, [*pairs, ("partner", "kept as typed")]))
        assert page.status == 400, path
        assert page.error
        assert "kept as typed" in page.text
    assert browser.get("/account").status == 200


def test_another_members_token_is_no_token(world, owner, colleague):
    stolen = colleague.get("/account").form(action="/logout").values()
    assert owner.send("POST", "/logout", *_body("POST", stolen)).status == 400


def test_what_does_not_exist_is_not_found(owner, nobody):
    for browser in (owner, nobody):
        for path in ("/nothing", "/testimony/xyz", f"/testimony/{ID}/", "/static/x.css"):
            page = browser.get(path)
            assert (page.status, page.error) == (404, "There is nothing at this address.")


def test_pages_link_only_to_what_the_reader_may_use(world):
    for name in ROLES:
        browser = world.member(name)
        page = browser.get(browser.get("/").header("Location"))
        links = [a.attrs["href"] for a in page.root.one("nav", "main").all("a")]
        assert links
        for link in links:
            assert browser.get(link).status == 200, (name, link)


def _body(method, pairs):
    if method == "GET":
        return None, {}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return urlencode(pairs).encode(), headers

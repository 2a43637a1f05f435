"""Coming and going."""

import re

import pytest
from desk.world import World

from app.casebook.shapes import Refused
from app.casebook.throttle import LINE, LONGEST, Throttle, _Lane


def test_it_works(world, nobody):
    page = nobody.get("/login")
    assert page.status == 200
    answer = nobody.log_in("owner", world.passphrases["owner"])
    assert (answer.status, answer.header("Location")) == (303, "/")
    assert nobody.get("/").header("Location") == "/map"
    assert nobody.get("/queue").status == 200


def test_a_partner_comes_home_to_what_was_released(partner):
    assert partner.get("/").header("Location") == "/released"


@pytest.mark.parametrize("name", ["owner", "nobody", "", "오너", "x" * 5000])
def test_a_refusal_never_says_which(nobody, name):
    page = nobody.log_in(name, "wrong words " * 3)
    assert page.status == 403
    assert page.error == "Name, passphrase or code is not right."
    assert page.root.one("input", name="name").attrs["value"] == name
    assert "wrong words" not in page.text
    assert nobody.get("/queue").status == 303


def test_the_cookie_is_only_for_this_site(world, nobody):
    header = nobody.get("/login").header("Set-Cookie")
    assert header.startswith("naru_desk=login.")
    answer = nobody.log_in("owner", world.passphrases["owner"])
    header = answer.header("Set-Cookie")
    assert re.match(r"naru_desk=[^;]+; HttpOnly; Path=/; SameSite=Strict$", header)


def test_under_https_the_cookie_is_bound_to_the_host(tmp_path, founded):
    world = World(tmp_path, founded, "https://desk.example.org")
    header = world.browser().get("/login").header("Set-Cookie")
    assert header.startswith("__Host-naru_desk=login.")
    assert "Secure" in header.split("; ")
    assert world.member("owner").get("/queue").status == 200


def test_a_forged_log_in_is_refused(world, nobody):
    form = nobody.get("/login").form(action="/login")
    said = {"name": "owner", "passphrase": world.passphrases["owner"]}
    victim = world.browser()
    assert victim.post(form, **said).status == 400  # the attacker's token, another browser
    victim.get("/login")
    assert victim.post(form, **said).status == 400  # and with a cookie of its own
    assert victim.get("/queue").status == 303
    assert nobody.post(form, **said).status == 303


def test_a_session_that_was_planted_is_not_the_one_that_logs_in(world, nobody):
    """Fixation: what an attacker put into the browser before is worth nothing afterwards."""
    attacker, said = world.member("partner"), {"name": "owner"}
    said["passphrase"] = world.passphrases["owner"]
    nobody.get("/login")
    waiting, living = nobody.cookies["naru_desk"], attacker.cookies["naru_desk"]
    for planted in (waiting, living):
        victim = world.browser()
        victim.cookies["naru_desk"] = planted
        if planted == waiting:
            answer = victim.post(victim.get("/login").form(action="/login"), **said)
        else:  # as its page has no log-in, the attacker would bring the form along as well
            token = attacker.get("/account").form(action="/logout").values()
            form = nobody.get("/login").form(action="/login")
            answer = victim.post_pairs(form, [*token, *said.items()])
        assert answer.status == 303
        assert victim.get("/queue").status == 200
        assert victim.cookies["naru_desk"] not in (waiting, living)
        thief = world.browser()
        thief.cookies["naru_desk"] = planted
        assert thief.get("/queue").header("Location") == "/login"


def test_two_windows_of_one_browser_can_both_log_in(world, nobody):
    first = nobody.get("/login").form(action="/login")
    second = nobody.get("/login").form(action="/login")
    said = {"name": "owner", "passphrase": world.passphrases["owner"]}
    assert nobody.post(first, **said | {"passphrase": "x"}).status == 403
    assert nobody.post(second, **said).status == 303


def test_who_is_in_is_led_home(owner):
    assert owner.get("/login").header("Location") == "/"


def test_log_out_ends_the_session_for_good(owner):
    kept = dict(owner.cookies)
    answer = owner.post(owner.get("/queue").form(action="/logout"))
    assert (answer.status, answer.header("Location")) == (303, "/login")
    assert owner.cookies["naru_desk"] != kept["naru_desk"]
    assert owner.get("/queue").header("Location") == "/login"  # what is left opens nothing
    owner.cookies = kept
    assert owner.get("/queue").header("Location") == "/login"


def test_a_session_ends_by_itself(world, owner):
    world.now += 30 * 24 * 3600
    assert owner.get("/queue").header("Location") == "/login"


def test_what_was_typed_is_still_there_when_the_session_is_gone(world, owner):
    form = owner.testimony(_taken_in(world, owner)).form(action="/tags")
    owner.cookies.clear()
    page = owner.post(form, quote="도문에서 온성으로", person="new:김진실")
    assert page.status == 401
    assert page.error
    assert "도문에서 온성으로" in page.text
    assert dict(form.values())["csrf_token"] not in page.text


def test_a_session_is_not_made_of_any_text(nobody):
    for text in ("", "x", "login.", "a" * 43, "ü", "../..", '"'):
        nobody.cookies = {"naru_desk": text}
        assert nobody.get("/queue").status == 303


# While somebody hammers at a member's name


@pytest.fixture
def slept(world, monkeypatch):
    """How long each try waited, after strangers tried twenty times."""
    slept = []
    monkeypatch.setattr(world.book.vault, "_door", Throttle(slept.append))
    for _ in range(20):
        with pytest.raises(Refused):
            world.book.log_in("owner", "wrong", "", world.now)
    return slept


def leave(world, browser):
    browser.post(browser.get("/account").form(action="/logout"))


def expire(world, browser):
    world.now += 30 * 24 * 3600
    assert browser.get("/queue").status == 303


@pytest.mark.parametrize("end", [leave, expire])
def test_a_browser_the_member_was_in_before_does_not_wait(world, slept, end):
    browser = world.member("owner")
    assert slept[-1] == LONGEST  # a browser nobody knows waits like everybody
    for _ in range(7):
        with pytest.raises(Refused):
            world.book.log_in("owner", "wrong", "", world.now)
    end(world, browser)
    assert browser.log_in("owner", world.passphrases["owner"]).status == 303
    assert slept[-1] == 0.0
    assert browser.get("/queue").status == 200


def test_it_does_not_wait_at_a_full_door_either(world, monkeypatch):
    browser = world.member("owner")
    leave(world, browser)
    door = world.book.vault._door
    handle = world.store.secret.handle("owner")
    monkeypatch.setitem(door._lanes, (handle, False), _Lane(failures=99, waiting=LINE))
    turned_away = world.browser().log_in("owner", world.passphrases["owner"])
    assert (turned_away.status, turned_away.error) == (
        429,
        "Too many tries at this name at once. Try again in a minute.",
    )
    assert browser.log_in("owner", world.passphrases["owner"]).status == 303


@pytest.mark.parametrize("mark", ["another's", "forged", "none"])
def test_no_other_browser_stands_in_that_line(world, slept, mark):
    browser, whose = world.browser(), world.member("colleague")
    leave(world, whose)
    left = whose.cookies["naru_desk"]
    key = left.partition(".")[0]
    browser.cookies["naru_desk"] = {
        "another's": left, "forged": f"{key}.{'A' * 43}", "none": key,
    }[mark]  # fmt: skip
    for _ in range(7):
        assert browser.log_in("owner", "wrong").status == 403
    assert slept[-1] == LONGEST


def _taken_in(world, browser):
    record = world.arrive()
    browser.queue()
    return record

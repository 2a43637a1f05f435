"""Members, keys, requests, one's own code: on pages."""

import pyotp
from desk import world as desk_world
from sqlalchemy import select

from app.casebook import tables
from app.casebook.keys import recovery, removal
from crypto.identities import PQIdentity
from crypto.recipients import parse_recipient

WEEK = 7 * 24 * 3600


def form(browser, path, action):
    return browser.get(path).form(action=action)


def test_who_is_invited_sees_a_passphrase_once_and_comes_in(world, owner, nobody):
    page = owner.post(
        form(owner, "/members", "/members/invite"), new="새사람", role="reviewer", lang="ko"
    )
    link = page.root.one("p", id="link").text
    path = link.removeprefix(world.base)
    assert nobody.get(path).status == 200
    shown = nobody.post(nobody.get(path).form(action=path))
    passphrase = shown.root.one("p", id="passphrase").text
    assert len(passphrase.split()) == 7
    assert nobody.get(path).status == 404
    assert nobody.log_in("새사람", passphrase).status == 303


def test_a_taken_name_is_not_invited(owner):
    page = owner.post(form(owner, "/members", "/members/invite"), new=" OUTSIDER", role="partner")
    assert page.status == 400


def test_a_member_is_removed_and_told_plainly(world, owner, outsider):
    send = form(owner, "/members", "/members/remove")
    assert owner.post(send, who="outsider").status == 400
    page = owner.post(form(owner, "/members", "/members/remove"), who="outsider", sure="yes")
    assert "every key they held is replaced" in page.text
    assert outsider.get("/queue").status == 303
    assert "outsider" not in owner.get("/members").text


def test_the_last_lead_is_not_removed(owner):
    page = owner.post(form(owner, "/members", "/members/remove"), who="owner", sure="yes")
    assert page.status == 400
    assert "nobody would be left" in page.error


def test_a_member_gets_a_new_key(world, owner):
    page = owner.post(
        form(owner, "/members", "/members/renew"), who="colleague", sure="yes", lang="en"
    )
    passphrase = page.root.one("p", id="passphrase").text
    assert world.browser().log_in("colleague", world.passphrases["colleague"]).status == 403
    assert world.browser().log_in("colleague", passphrase).status == 303


def test_a_lead_is_added_by_two(owner, outsider):
    owner.post(form(owner, "/members", "/members/invite"), new="second", role="lead", lang="en")
    page = owner.get("/requests")
    assert "Do it now" not in page.text
    (confirm,) = [
        f
        for f in outsider.get("/requests").root.all("form")
        if f.attrs["action"].endswith("/confirm")
    ]
    outsider.post(outsider.get("/requests").form(action=confirm.attrs["action"]))
    done = confirm.attrs["action"].replace("/confirm", "/do")
    page = owner.post(owner.get("/requests").form(action=done))
    assert page.root.one("p", id="passphrase")


def test_a_week_s_key_is_ended_by_two(world, owner, colleague):
    assert not list(owner.get("/keys").root.all("input", name="epoch"))
    world.now += 6 * WEEK
    owner, colleague = world.member("owner"), world.member("colleague")
    owner.post(form(owner, "/keys", "/keys/end"))
    (confirm,) = [
        f
        for f in colleague.get("/requests").root.all("form")
        if f.attrs["action"].endswith("/confirm")
    ]
    colleague.post(colleague.get("/requests").form(action=confirm.attrs["action"]))
    owner.post(
        owner.get("/requests").form(action=confirm.attrs["action"].replace("/confirm", "/do"))
    )
    assert "ended" in owner.get("/keys").text


def test_the_keys_of_coming_weeks_and_of_the_casebook(owner):
    assert owner.post(form(owner, "/keys", "/keys/begin")).status == 303
    assert owner.post(form(owner, "/keys", "/keys/rotate")).status == 200


def test_after_a_year_the_page_says_that_the_casebook_keys_are_due(world, owner):
    assert owner.get("/keys").id("since").text == "In use since 2026-11-23."
    world.now += 366 * 86400
    lead = world.member("owner")
    assert "more than a year" in lead.get("/keys").id("since").text
    assert lead.post(lead.get("/keys").form(action="/keys/rotate")).status == 200
    assert lead.get("/keys").id("since").text == "In use since 2027-11-24."


def test_a_code_is_switched_on_asked_for_and_switched_off(world, colleague):
    page = colleague.post(form(colleague, "/account", "/account/code"))
    secret = page.root.one("p", id="secret").text
    assert page.root.one("img").attrs["src"].startswith("data:image/png;base64,")
    assert "img-src data:" in page.header("Content-Security-Policy")
    on = page.form(action="/account/code/on")
    assert colleague.post(on, code="000000").status == 400
    page = colleague.post(on, code=pyotp.TOTP(secret).at(world.now))
    codes = [one.text for one in page.root.one("ul", id="codes").all("li")]
    assert len(codes) == 8
    assert world.browser().log_in("colleague", world.passphrases["colleague"]).status == 403
    world.now += 60
    later = world.browser()
    send = later.get("/login").form(action="/login")
    said = {"name": "colleague", "passphrase": world.passphrases["colleague"]}
    assert later.post(send, **said, code=pyotp.TOTP(secret).at(world.now)).status == 303
    assert "left: 8" in later.get("/account").text
    off = form(later, "/account", "/account/code/off")
    assert later.post(off, code="1").status == 403
    assert later.post(off, code=codes[0]).status == 303
    assert world.browser().log_in("colleague", world.passphrases["colleague"]).status == 303


def test_a_release_that_waits_stands_with_what_waits(world, owner, outsider, partner):
    record = world.arrive(k_rescue="yes", u_minor="yes")
    owner.queue()
    assert owner.release(record).status == 403
    (mine,) = owner.get("/requests").root.all("section", "request")
    assert "another member decides" in mine.text
    (theirs,) = outsider.get("/requests").root.all("section", "request")
    assert theirs.attrs["data-release"] == record
    page = outsider.get(theirs.one("a", "button").attrs["href"].split("#")[0])
    assert outsider.post(page.form(action="/agree")).status == 303
    assert "Nothing waits" in outsider.get("/requests").text
    assert owner.release(record).status == 303


def test_who_may_not_read_it_is_not_told_that_it_waits(world, owner, outsider, colleague):
    record = world.arrive(k_rescue="yes", u_minor="yes", w_not_read="somebody")
    owner.queue()
    owner.release(record)
    assert owner.get("/requests").root.one("section", "request")
    for browser in (outsider, colleague):
        assert "Nothing waits" in browser.get("/requests").text
    owner.post(owner.testimony(record).form(action="/share"), who="outsider")
    assert outsider.get("/requests").root.one("section", "request")


def test_with_one_member_the_paper_agrees_to_a_release_and_custody_says_so(world, owner, partner):
    record = world.arrive(k_rescue="yes", u_minor="yes")
    owner.queue()
    assert owner.release(record).status == 403
    shares = "\n".join(recovery.shares(world.recovery)[:2])
    refused = owner.post(owner.testimony(record).form(action="/agree/paper"), paper=shares)
    assert (refused.status, refused.error) == (
        403,
        "There are other members: one of them confirms.",
    )
    assert shares.splitlines()[0] not in refused.text
    for name in ("colleague", "outsider"):
        removal.remove(world.store, world.book.resume(owner.cookies["naru_desk"], world.now), name)
    wrong = "\n".join(recovery.shares(PQIdentity.generate())[:2])
    form = owner.testimony(record).form(action="/agree/paper")
    assert owner.post(form, paper=wrong).status == 400
    assert owner.release(record).status == 403
    form = owner.testimony(record).form(action="/agree/paper")
    assert owner.post(form, paper=shares).status == 303
    assert owner.release(record).status == 303
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    assert [a.act for a in world.book.custody(ring)].count("confirmed-on-paper") == 1


def test_what_was_sealed_to_a_retired_key_is_marked_on_its_page(world, owner, colleague):
    with world.store.casebook.connect() as connection:
        query = select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == desk_world.WEEK)
        before = parse_recipient(connection.execute(query).scalar_one())
    world.arrive()
    (first,) = owner.queue()
    assert owner.testimony(first).root.one(id="retired") is None
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    removal.remove(world.store, ring, "colleague")
    late = world.arrive(to=before)
    assert late in owner.queue()
    assert "replaced when a member was removed" in owner.testimony(late).root.one(id="retired").text
    assert owner.testimony(first).root.one(id="retired") is None


def test_a_partner_is_invited_as_what_it_is(world, owner):
    said = {"new": "위원회", "role": "partner", "kind": "un", "lang": "en"}
    assert owner.post(form(owner, "/members", "/members/invite"), **said).status == 200
    ring = world.book.resume(owner.cookies["naru_desk"], world.now)
    (made,) = (one for one in world.book.members(ring) if one.name == "위원회")
    assert (made.role, made.kind) == ("partner", "un")
    assert "UN body" in owner.get("/members").text

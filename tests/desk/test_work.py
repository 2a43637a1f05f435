"""The work on the queue: states, assignment, what is unread, undo, a measure for the day."""

import pytest
from sqlalchemy import update

from app.casebook.keys import removal
from app.mailbox import tables as mailbox

DAY = 24 * 3600


@pytest.fixture
def records(world, owner):
    found = [world.arrive(f"지어낸 이야기 {n}.", w_reader="woman" if n else "") for n in range(3)]
    owner.get("/queue")
    return found


def act(browser, records, what):
    form = browser.get("/queue").form(action="/queue/acts")
    return browser.post(form, record=records, act=what)


def shown(browser, query):
    page = browser.get(f"/queue?{query}")
    return {a.attrs["href"][-32:] for a in page.root.all("a", "submission")}


def test_several_are_sorted_at_once_and_it_can_be_undone(owner, records):
    assert act(owner, records[:2], "state:done").status == 303
    assert shown(owner, "state=done") == set(records[:2])
    assert shown(owner, "state=new") == {records[2]}
    form = owner.get("/queue").form(action="/queue/undo")
    assert owner.post(form).status == 303
    assert shown(owner, "state=done") == set()
    assert owner.get("/queue").root.one(id="undo") is None


def test_undo_leaves_what_a_colleague_changed_since(owner, colleague, records):
    act(owner, records[:2], "state:done")
    act(colleague, records[:1], "state:set_aside")
    answer = owner.post(owner.get("/queue").form(action="/queue/undo"))
    assert answer.status == 409
    assert "colleague" in answer.error
    assert shown(owner, "state=set_aside") == {records[0]}
    assert shown(owner, "state=new") == set(records[1:])


def test_a_colleague_sees_the_state_and_whose_it_is(owner, outsider, records):
    page = owner.testimony(records[0])
    options = page.root.one("form", id="assign").all("option")
    me = next(o.attrs["value"][-32:] for o in options if o.text == "owner")
    act(owner, records[:1], f"assign:{me}")
    act(owner, records[:1], "state:in_work")
    assert shown(outsider, f"assignee={me}") == {records[0]}
    assert shown(owner, "assignee=me") == {records[0]}
    assert shown(outsider, "nobody=1") == set(records[1:])
    assert shown(outsider, "state=in_work") == {records[0]}


def test_who_gave_it_to_whom_and_when_stands_on_its_page(world, owner, colleague, records):
    options = owner.testimony(records[0]).root.one("form", id="assign").all("option")
    ids = {one.text: one.attrs["value"][-32:] for one in options}
    act(owner, records[:1], f"assign:{ids['outsider']}")
    act(colleague, records[:1], f"assign:{ids['owner']}")
    act(colleague, records[:1], "state:in_work")
    act(owner, records[:1], "assign:")
    day = world.store.today()
    for _ in range(2):  # as the index has it, and as the records tell it again
        steps = [one.text for one in colleague.testimony(records[0]).id("done").all("li")]
        assert steps == [
            f"{day} owner: given to outsider",
            f"{day} colleague: given to owner",
            f"{day} colleague: in work",
            f"{day} owner: given to nobody",
        ]
        world.book.vault._index, world.book.vault._loaded = None, set()
    removal.remove(
        world.store, world.book.resume(owner.cookies["naru_desk"], world.now), "outsider"
    )
    first = owner.testimony(records[0]).id("done").one("li").text
    assert first == f"{day} owner: given to somebody who is no longer a member"
    assert colleague.testimony(records[1]).id("done") is None


def test_states_survive_a_restart_and_lie_nowhere_in_clear(world, owner, records):
    act(owner, records[:1], "state:set_aside")
    world.book.vault._index = None
    world.book.vault._loaded = set()
    assert shown(owner, "state=set_aside") == {records[0]}
    for path in world.settings.data_dir.rglob("*"):
        if path.is_file():
            assert b"set_aside" not in path.read_bytes(), path


def test_unread_is_each_members_own(owner, outsider, records):
    owner.testimony(records[0])
    assert shown(owner, "unread=1") == set(records[1:])
    assert shown(outsider, "unread=1") == set(records)


def chips(browser, record):
    """What the row of a testimony in the queue is marked with."""
    rows = browser.get("/queue").root.all("li")
    row = next(row for row in rows if any(a.attrs["href"].endswith(record)
               for a in row.all("a", "submission")))  # fmt: skip
    return [chip.text for chip in row.all("span", "chip")]


def test_what_came_since_the_last_visit_is_told_from_what_was_left_unread(world, owner, records):
    left = world.arrive("지어낸 이야기, 오래된.", day="2026-11-20")
    assert "not read" in chips(owner, records[1])  # there was no visit before
    assert shown(owner, "fresh=1") == {*records, left}
    owner.testimony(records[0])
    world.now += 2 * DAY
    late = world.arrive("지어낸 이야기, 나중에.", day="2026-11-25")
    owner = world.member("owner")
    assert "you last read on 2026-11-23" in owner.get("/queue").text
    assert "new since your last visit" in chips(owner, late)
    assert not {"new since your last visit", "not read"} & set(chips(owner, records[0]))
    assert shown(owner, "fresh=1") == {*records[1:], late}, "a visit has a day and no time"
    assert shown(owner, "fresh=1&day=2026-11-25") == {late}
    assert shown(owner, "unread=1") == {*records[1:], late, left}
    outsider = world.member("outsider")
    assert "not read" in chips(outsider, late), "each has their own visits"
    assert shown(outsider, "fresh=1") == {*records, late, left}


def test_it_is_narrowed_by_role_and_day_and_by_several_at_once(world, owner, records):
    family = world.arrive("지어낸 이야기, 가족의.", w_role="family", lang="zh")
    later = world.arrive("지어낸 이야기, 늦은.", w_role="family", day="2026-11-25")
    owner.get("/queue")
    assert shown(owner, "role=family") == {family, later}
    assert shown(owner, "role=survivor") == set()
    assert shown(owner, "day=2026-11-25") == {later}
    assert shown(owner, "day=2026-11-23") == {*records, family}
    assert shown(owner, "role=family&lang=zh&day=2026-11-23&unread=1&state=new") == {family}
    assert shown(owner, "role=family&lang=zh&day=2026-11-25") == set()


def test_somebody_who_has_it_open_is_named_for_a_quarter_of_an_hour(
    world, owner, outsider, records, monkeypatch
):
    owner.testimony(records[0])
    page = outsider.testimony(records[0])
    assert "owner" in page.root.one(id="others").text
    assert owner.testimony(records[1]).root.one(id="others") is None
    assert "open at owner" in chips(outsider, records[0])
    assert not [chip for chip in chips(outsider, records[2]) if chip.startswith("open at")]
    later = world.book.working._now() + 16 * 60
    monkeypatch.setattr(world.book.working, "_now", lambda: later)
    assert outsider.testimony(records[0]).root.one(id="others") is None
    assert not [chip for chip in chips(owner, records[1]) if chip.startswith("open at")]


def test_whom_the_witness_wishes_to_read_it_is_said_first(owner, records):
    assert owner.testimony(records[1]).root.one(id="reader")
    assert owner.testimony(records[0]).root.one(id="reader") is None
    assert shown(owner, "reader=woman") == set(records[1:])


def test_a_wish_to_wait_is_shown(world, owner):
    record = world.arrive(k_wait="2030년까지")
    owner.get("/queue")
    found = owner.testimony(record).root.one("strong", **{"data-field": "k_wait"})
    assert found.text == "2030년까지"


def test_the_same_words_many_times_are_a_flood(world, owner, records):
    many = {world.arrive("같은  글입니다." + " " * n) for n in range(5)}
    owner.get("/queue")
    assert shown(owner, "flood=1") == many


def test_what_the_intake_marked_is_a_flood_and_stays_one_after_a_restart(world, owner, records):
    marked = world.arrive("지어낸 다른 이야기.")
    world.in_mailbox(
        update(mailbox.item).where(mailbox.item.c.id == bytes.fromhex(marked)).values(flood=True)
    )
    owner.get("/queue")
    assert shown(owner, "flood=1") == {marked}
    world.book.vault._index = None
    world.book.vault._loaded = set()
    assert shown(owner, "flood=1") == {marked}
    assert act(owner, [marked], "state:set_aside").status == 303, "handled in bulk"


def test_a_measure_stops_gently_and_lets_go_on(owner, records):
    form = owner.get("/today").form("measure")
    assert owner.post(form, most="1", veil="yes").status == 303
    assert owner.testimony(records[0]).root.one(id="narrative")
    assert owner.testimony(records[0]).root.one(id="narrative")  # the same one again
    page = owner.testimony(records[1])
    assert page.status == 200
    assert page.root.one(id="enough")
    assert page.root.one(id="narrative") is None
    assert owner.get(f"/testimony/{records[1]}?on=1").root.one(id="narrative")


def test_a_measure_is_ones_own_and_each_day_begins_anew(world, owner, outsider, records):
    owner.post(owner.get("/today").form("measure"), most="1", veil="yes")
    for record in records[:2]:
        assert outsider.testimony(record).root.one(id="narrative")
    owner.testimony(records[0])
    assert owner.testimony(records[1]).root.one(id="enough")
    world.now += DAY
    assert world.member("owner").testimony(records[1]).root.one(id="narrative")


def test_texts_are_veiled_until_asked_for(owner, records):
    assert owner.testimony(records[0]).root.one("input", id="unveil")
    form = owner.get("/today").form("measure")
    owner.post(form, most="0", veil=None)
    assert owner.testimony(records[0]).root.one("input", id="unveil") is None


def test_next_and_previous_stay_within_what_was_asked_for(owner, records):
    act(owner, records[:2], "state:in_work")
    owner.get("/queue?state=in_work")
    page = owner.testimony(records[0])
    near = {
        a.attrs["href"][-32:] for a in page.root.all("a") if a.attrs.get("rel") in ("next", "prev")
    }
    assert near == {records[1]}


@pytest.mark.parametrize("what", ["", "state:gone", "assign:" + "0" * 32, "erase"])
def test_what_nobody_can_do_is_refused(owner, records, what):
    assert act(owner, records, what).status == 400


def test_what_is_for_leads_stops_a_reviewers_whole_act(world, owner, outsider, records):
    hidden = world.arrive(w_not_read="검토자들")
    owner.get("/queue")
    assert act(outsider, [records[0], hidden], "state:done").status == 403
    assert shown(owner, "state=done") == set()
    assert outsider.get("/queue").root.one(id="undo") is None


def test_a_record_that_is_not_there_changes_nothing(owner, records):
    assert act(owner, [records[0], "0" * 32], "state:done").status == 404
    assert shown(owner, "state=done") == set()


def test_what_was_typed_comes_back_after_log_in(world, owner, records):
    form = owner.testimony(records[0]).form(action="/tags")
    owner.cookies.clear()
    said = {"person": "new:김진실", "stage": "cn_arrest", "track": "common", "confidence": "sure",
            "start": "0", "end": "3", "date_as_stated": "그해 가을"}  # fmt: skip
    page = owner.post(form, **said)
    assert page.status == 401
    back = owner.post(
        page.form(action="/login"), name="owner", passphrase=world.passphrases["owner"]
    )
    assert back.status == 200
    assert "그해 가을" in back.text
    assert owner.post(back.form("again")).status == 303
    assert owner.testimony(records[0]).root.one(cls="tag").attrs["data-stage"] == "cn_arrest"


def test_what_was_typed_comes_back_in_no_other_browser(world, owner, records):
    form = owner.testimony(records[0]).form(action="/tags")
    owner.cookies.clear()
    sealed = dict(owner.post(form, quote="비밀").form(action="/login").filled())["typed"]
    other = world.browser()
    form = other.get("/login").form(action="/login")
    said = {"name": "owner", "passphrase": world.passphrases["owner"], "typed": sealed}
    page = other.post(form, **said)
    assert page.status == 303
    assert "비밀" not in page.text


def test_the_longest_translation_comes_back_after_log_in(world, owner, records):
    form = owner.testimony(records[0]).form(action="/translation")
    owner.cookies.clear()
    page = owner.post(form, lang="en", text="가" * 200_000)
    assert page.status == 401
    said = {"name": "owner", "passphrase": world.passphrases["owner"]}
    back = owner.post(page.form(action="/login"), **said)
    assert owner.post(back.form("again")).status == 303
    kept = owner.testimony(records[0]).root.one("pre", data_translation="en")
    assert kept.text == "가" * 200_000

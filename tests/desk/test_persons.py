"""A person across testimonies: one in three scripts, two of one family, joined and parted."""

import secrets

import pytest


@pytest.fixture
def three(world, owner):
    """One person, named in three scripts by three testimonies."""
    found = []
    for n, name in enumerate(("김철옥", "Kim Cheol-ok", "金哲玉")):
        record = world.arrive(f"지어낸 이야기 {n}. 2023년에 북송되었습니다.")
        owner.get("/queue")
        owner.tag(record, person=f"new:{name}", start="0", end="5")
        found.append(owner.testimony(record).root.one(cls="tag").attrs["data-person"])
    return found


def alike(page):
    forms = [form.node for form in page.forms_of("/join")]
    return {button.attrs["value"] for form in forms for button in form.all("button", name="other")}


def press(browser, person, what, **said):
    form = browser.get(f"/people/{person}?called=김철옥").form(action=f"/{what}")
    return browser.post(form, **said)


def test_other_scripts_are_proposed_and_never_joined_by_themselves(owner, three):
    page = owner.get(f"/people/{three[0]}")
    assert alike(page) == set(three[1:])
    assert len(list(page.root.all("li", "tag"))) == 1


def test_joined_they_are_one_and_parted_they_are_two(owner, outsider, three):
    assert press(owner, three[0], "join", other=three[1]).status == 303
    page = owner.get(f"/people/{three[0]}")
    assert len(list(page.root.all("li", "tag"))) == 2
    assert "Kim Cheol-ok" in page.root.one(id="names").text
    assert alike(page) == {three[2]}
    assert outsider.get(f"/people/{three[1]}").header("Location") == f"/people/{three[0]}"
    listed = {a.attrs["href"][-32:] for a in owner.get("/people").root.all("a", "item")}
    assert listed == {three[0], three[2]}
    assert press(owner, three[0], "part", other=three[1]).status == 303
    assert len(list(owner.get(f"/people/{three[0]}").root.all("li", "tag"))) == 1
    assert owner.get(f"/people/{three[1]}").status == 200


def test_joining_survives_a_restart(world, owner, three):
    press(owner, three[0], "join", other=three[1])
    world.book.vault._index = None
    world.book.vault._loaded = set()
    assert len(list(owner.get(f"/people/{three[0]}").root.all("li", "tag"))) == 2


def test_nobody_is_joined_to_themselves_or_to_nobody(owner, three):
    assert press(owner, three[0], "join", other=three[0]).status == 400
    assert press(owner, three[0], "join", other="0" * 32).status == 404
    assert press(owner, three[0], "name", name=" ").status == 400


def test_a_family(owner, three):
    assert (
        press(owner, three[0], "kin", other=f"/people/{three[2]}", relation="sibling").status == 303
    )
    for one, other in ((three[0], three[2]), (three[2], three[0])):
        page = owner.get(f"/people/{one}")
        assert [e.attrs["data-kin"] for e in page.root.all("li") if "data-kin" in e.attrs] == [
            other
        ]


def family(browser, person):
    rows = browser.get(f"/people/{person}").root.all("li")
    return {e.attrs["data-kin"]: e.one("small").text for e in rows if "data-kin" in e.attrs}


def test_a_relative_is_chosen_by_name_in_any_script(world, owner, three):
    record = world.arrive("지어낸 이야기. 어머니도 북송되었습니다.")
    owner.queue()
    owner.tag(record, person="new:박금순", start="0", end="5")
    mother = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    for name in ("박금순", "Pak Kum-sun"):
        page = owner.get(f"/people/{three[0]}?called={name}")
        (found,) = [i.attrs["value"] for i in page.id("others").all("input", type="radio")]
        assert found == mother
    form = page.form(action="/kin")
    assert owner.post(form, relation="parent").status == 303
    assert family(owner, three[0]) == {mother: "parent"}
    assert family(owner, mother) == {three[0]: "child"}  # as each of them sees it
    press(owner, three[0], "join", other=three[1])
    assert set(family(owner, three[0])) == {mother}
    page = owner.get(f"/people/{three[0]}?called=아무도")
    assert "아무도" in page.id("others").one("p", role="status").text
    assert owner.post(page.form(action="/name"), name=" ").status == 400


def test_those_of_one_testimony_are_offered_as_family(owner, world):
    record = world.arrive("지어낸 이야기. 언니와 동생이 북송되었습니다.")
    owner.queue()
    for name in ("김철옥", "김은옥"):
        owner.tag(record, person=f"new:{name}", start="0", end="5")
    one, other = (tag.attrs["data-person"] for tag in owner.testimony(record).root.all(cls="tag"))
    offered = owner.get(f"/people/{one}").id("others").all("input", type="radio")
    assert [each.attrs["value"] for each in offered] == [other]


def test_a_family_can_be_undone_from_either_side(world, owner, three):
    for one, other in ((three[0], three[2]), (three[2], three[0])):
        press(owner, three[0], "kin", other=three[2], relation="child")
        assert family(owner, three[2]) == {three[0]: "parent"}
        assert press(owner, one, "unkin", other=other).status == 303
        world.book.vault._index = None
        world.book.vault._loaded = set()
        assert family(owner, three[0]) == family(owner, three[2]) == {}
    assert owner.send("POST", f"/people/{three[0]}/unkin").status == 400


def test_who_does_not_sound_alike_is_made_one_by_choice(owner, three, world):
    record = world.arrive("지어낸 이야기. 언니가 북송되었습니다.")
    owner.queue()
    owner.tag(record, person="new:언니", start="0", end="5")
    sister = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    page = owner.get(f"/people/{three[0]}?called=언니")
    form = page.form(action="/kin")
    answer = owner.post_pairs(form, form.filled(), f"/people/{three[0]}/join")
    assert answer.status == 303
    assert owner.get(f"/people/{sister}").header("Location") == f"/people/{three[0]}"


def test_while_tagging_a_name_leads_to_who_is_known_by_it(world, owner, three):
    record = world.arrive("Invented. Kim Chol Ok was sent back.")
    owner.queue()
    form = owner.testimony(record).form(action="/tags")
    said = form.filled(person="new:", person_name="Kim Chol Ok", quote="was sent back")
    page = owner.post_pairs(form, said, f"/testimony/{record}/tags/people")
    assert page.status == 200
    found = {a.attrs["href"][-32:] for a in page.id("found").all("a")}
    assert found == set(three)
    assert found <= {o.attrs["value"] for o in page.id("person").all("option")}
    assert page.id("quote").text.strip() == "was sent back"  # nothing typed is lost
    assert owner.testimony(record).root.one(cls="tag") is None
    said = form.filled(person="new:", person_name="아무개")
    page = owner.post_pairs(form, said, f"/testimony/{record}/tags/people")
    assert "아무개" in page.id("found").text


def test_another_name_finds_who_sounds_like_it(owner, three):
    press(owner, three[0], "name", name="최향란")
    assert three[0] in {
        a.attrs["href"][-32:] for a in owner.get("/people?q=향란").root.all("a", "item")
    }


def test_sources_are_counted_and_the_clock_is_read(world, owner, three):
    press(owner, three[0], "join", other=three[1])
    page = owner.get(f"/people/{three[0]}")
    assert page.root.one(id="clock")
    assert "2 independent sources" in page.text
    cohorts = owner.get("/clock").root.one(id="cohorts").all("tr")
    rows = {row.attrs.get("data-cohort"): list(row.all("td")) for row in cohorts}
    held = {name: cells[-1].text for name, cells in rows.items() if name}
    assert held.pop("seed_2023_10_09") == "2"  # two of the three are one, and were sent back then
    assert set(held.values()) == {"0"}


def test_the_clock_is_read_as_the_records_are_unlocked(world, owner, monkeypatch):
    record = world.arrive("지어낸 이야기. 지난달에 북송되었습니다.")
    owner.queue()
    owner.tag(record, start="0", end="5", **{"from": "2026-11-02", "to": "2026-11-02"})
    person = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    world.book.vault._index, world.book.vault._loaded = None, set()
    asked, about = [], world.book.peopling._about
    monkeypatch.setattr(
        world.book.peopling, "_about", lambda ring, who: asked.append(who) or about(ring, who)
    )
    owner.get("/queue")
    assert asked == [[person]]
    page = owner.get("/clock")
    assert asked[1:] == [[]]  # nobody is read anew
    assert "김진실" in page.text


def test_a_contradiction_becomes_a_question(world, owner):
    record = world.arrive("지어낸 이야기. 2023년에 북송되고 체포되었습니다.")
    owner.get("/queue")
    owner.tag(record, start="0", end="5")
    person = owner.testimony(record).root.one(cls="tag").attrs["data-person"]
    owner.tag(record, person=person, start="6", end="9", stage="cn_arrest",
              **{"from": "2024-05-01", "to": "2024-05-01"})  # fmt: skip
    page = owner.get(f"/people/{person}")
    assert [e for e in page.root.all("li") if "data-rule" in e.attrs]


def test_a_partner_sees_nobody(partner):
    for path in ("/people", "/clock", "/people/" + "0" * 32):
        assert partner.get(path).status == 403


def test_search_finds_two_syllables_letters_translations_and_notes(world, owner):
    thread = secrets.token_hex(16)
    record = world.arrive("지어낸 이야기. 온성에서 보위부로.", thread=thread)
    world.arrive("나중에 쓴 회령 이야기", kind="addition", thread=thread)
    owner.get("/queue")
    owner.post(owner.testimony(record).form(action="/translation"), lang="en", text="From Onsong.")
    owner.post(owner.testimony(record).form(action="/notes"), note="look at the bridge")
    for words in ("온성", "보위", "회령", "onsong", "bridge"):
        page = owner.get(f"/search?q={words}")
        (found,) = page.root.all("a", "submission")
        assert found.attrs["href"][-32:] == record
        assert page.root.one("mark").text.casefold() == words
    assert owner.get("/search?q=온성&lang=zh").root.one("a", "submission") is None
    assert owner.get("/search?q=%25").root.one("a", "submission") is None


def names_of(page):
    found = page.id("names")
    return found.text if found else ""


def test_another_name_can_be_taken_back(world, owner, outsider, partner, three):
    page = owner.get(f"/people/{three[0]}")
    for name in ("金鐵玉", "철옥이", "김철옥"):
        assert owner.post(page.form(action="/name"), name=name).status == 303
    given = outsider.get(f"/people/{three[0]}").id("given")
    assert "owner" in given.text
    form = outsider.get(f"/people/{three[0]}").form(action="/unname")
    assert "金鐵玉" in names_of(owner.get(f"/people/{three[0]}"))
    assert outsider.post(form, name="金鐵玉").status == 303
    assert outsider.post(form, name="김철옥").status == 303  # which is the first name as well
    for _ in range(2):  # as the index has it, and as the records tell it again
        page = owner.get(f"/people/{three[0]}")
        assert names_of(page) == "철옥이"
        assert "金鐵玉" not in page.id("given").text
        assert set(three[1:]) <= alike(page)  # the first name is still compared
        world.book.vault._index, world.book.vault._loaded = None, set()
    for absent in ("金鐵玉", "", "나"):
        assert outsider.post(form, name=absent).status == 404
    assert partner.send("POST", form.action, b"").status in (400, 403)
    assert owner.post(page.form(action="/name"), name="金鐵玉").status == 303
    assert "金鐵玉" in names_of(owner.get(f"/people/{three[0]}"))


def test_a_name_given_before_two_were_joined_is_taken_back_after(owner, three):
    page = owner.get(f"/people/{three[1]}")
    assert owner.post(page.form(action="/name"), name="Cheoli").status == 303
    press(owner, three[0], "join", other=three[1])
    page = owner.get(f"/people/{three[0]}")
    assert "Cheoli" in names_of(page)
    assert owner.post(page.form(action="/unname"), name="Cheoli").status == 303
    assert "Cheoli" not in names_of(owner.get(f"/people/{three[0]}"))

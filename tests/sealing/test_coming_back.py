"""Coming back with script: letters, replies, consents and withdrawals, as by the server's way."""

import pytest
from outside import walk
from outside.site import Site
from sealing.steps import CANARY, STORY, fill, left, shown, words_left, write

TWO = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
ONE = pytest.mark.parametrize("browser", ["chromium"], indirect=True)


def come_back(browser, demo, words, lang="ko"):
    browser.open(f"{demo.intake}/{lang}/return")
    browser.wait("#sealing")
    browser.fill("[name=receipt]", words)
    browser.press("button.main")
    browser.wait("ol.letters")


def kinds(browser):
    return browser.script(
        "return [...document.querySelectorAll('.letter')].map((one) => one.dataset.kind)"
    )


@TWO
def test_a_question_is_opened_in_the_page_and_its_answer_goes_back_sealed(
    browser, recorder, demo, lead
):
    before = walk.queue(lead)
    words = write(browser, demo)
    record = walk.arrive(lead, before)
    asked = "어느 달이었습니까? 지어낸 물음"
    form = lead.get(f"/testimony/{record}").form(action="/reply")
    assert lead.post(form, kind="question", text=asked).status == 303
    come_back(browser, demo, words)
    assert browser.text(".letter[data-kind=question] .words") == asked
    browser.fill("form#answer [name=w_narrative]", CANARY + " 답")
    browser.press("form#answer button")
    browser.wait("#done")
    assert left(recorder, CANARY, asked) | words_left(recorder, words) == set()
    walk.queue(lead)
    page = lead.get(f"/testimony/{record}")
    letters = page.id("letters").all("article")
    assert [letter.attrs["data-kind"] for letter in letters] == ["answer"]
    assert CANARY + " 답" in page.id("letters").text
    assert browser.said == []


@TWO
def test_what_was_agreed_to_last_counts_also_when_it_was_so_before(browser, demo, lead):
    before = walk.queue(lead)
    words = write(browser, demo)  # k_rescue is ticked
    for times in (1, 2, 3, 3):
        browser.unfold("form#consent")
        browser.script("document.querySelector('#done')?.remove()")
        if times < 3:  # off, on; then twice as it is
            browser.press("form#consent [name=k_rescue]")
        browser.press("form#consent button")
        browser.wait("#done")
    come_back(browser, demo, words, "en")
    assert kinds(browser) == ["testimony", "consent", "consent"]
    assert browser.script("return document.querySelector('#consent [name=k_rescue]').checked")
    assert not browser.has("#unknown")
    by_server = walk.come_back(Site(demo.intake), words, "en")
    assert [kind for kind, _ in walk.letters(by_server)] == kinds(browser)
    browser.unfold("form#consent")
    browser.press("form#consent [name=k_rescue]")
    browser.press("form#consent button")
    browser.wait("#done")
    consents = lead.get(f"/testimony/{walk.arrive(lead, before)}")
    assert consents.status == 200
    come_back(browser, demo, words, "zh")
    assert kinds(browser) == ["testimony"] + ["consent"] * 3


@TWO
def test_what_comes_while_a_withdrawal_waits_is_withdrawn_with_it(browser, demo):
    words = write(browser, demo)
    visitor = Site(demo.intake)
    page = walk.come_back(visitor, words)
    assert visitor.post(page.form("withdraw"), receipt=words, when="in-7-days").status == 200
    browser.fill("form#add [name=w_narrative]", "나중에 온 말")  # the page was open meanwhile
    browser.press("form#add button")
    browser.wait("#done")
    come_back(browser, demo, words)
    assert kinds(browser) == ["testimony", "addition"]
    waiting = browser.text(".care")
    assert "…" not in waiting
    assert browser.has("form#withdraw option[value=not]")
    page = walk.come_back(visitor, words)
    assert page.root.one(cls="care").text == waiting
    visitor.post(page.form("withdraw"), receipt=words, when="now")
    come_back(browser, demo, words)
    assert not browser.has("form")
    assert browser.text(".care") == walk.come_back(visitor, words).root.one(cls="care").text


@ONE
def test_a_page_left_open_over_a_withdrawal_adds_nothing(browser, demo, lead):
    before = walk.queue(lead)
    words = write(browser, demo)
    visitor = Site(demo.intake)
    page = walk.come_back(visitor, words)
    visitor.post(page.form("withdraw"), receipt=words, when="now")
    browser.fill("form#add [name=w_narrative]", CANARY)
    browser.press("form#add button")
    browser.wait("#error")
    assert not browser.has("#done")
    assert walk.queue(lead) == before


@TWO
def test_without_an_answer_it_is_sent_again_and_lies_there_once(browser, recorder, demo, lead):
    before = walk.queue(lead)
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    fill(browser)
    recorder.lost = lambda path: path.startswith(("/ko/deposit/", "/ko/slots"))
    browser.press("form#testimony button.main")
    browser.wait("#error")
    assert not browser.has("#server-seals")  # nobody knows whether it arrived: not to be doubled
    recorder.lost = lambda _: False
    browser.press("#error button")
    browser.wait("#receipt")
    record = walk.arrive(lead, before)
    page = lead.get(f"/testimony/{record}")
    assert page.id("narrative").text == STORY
    assert not page.id("letters")
    assert shown(page)


@ONE
def test_where_nothing_arrived_the_server_is_offered(browser, recorder, demo):
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    fill(browser)
    recorder.refused = lambda path: path.startswith("/ko/deposit/")
    browser.press("form#testimony button.main")
    browser.wait("#server-seals")
    assert left(recorder, CANARY) == set()

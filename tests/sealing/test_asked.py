"""The question that holds machines off, where the page's script seals: asked, answered, carried."""

import time

import pytest
from intake.test_asking import copied
from intake.test_serving import Served
from sealing.steps import CANARY, STORY, left, posted, words_left

TWO = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
ONE = pytest.mark.parametrize("browser", ["chromium"], indirect=True)
WRONG = "가격 가격"
LABEL = "return [...document.querySelectorAll('[name=q_words]')].map(e => e.parentNode.textContent)"


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """An intake as it is served, whose operator wants the question asked."""
    served = Served(tmp_path_factory.mktemp("asking"), 'question = "always"\n')
    yield served.world
    served.process.terminate()
    assert served.process.wait(20) == 0
    served.world.close()


def question(browser):
    """What is asked in the page now; one question at most."""
    found = browser.script(LABEL)
    assert len(found) <= 1
    return found[0] if found else ""


def answer(browser, form):
    words = copied(question(browser))
    browser.fill(f"{form} [name=q_words]", words)
    browser.press(f"{form} button:not([formaction])")
    return words


def kinds(world):
    return sorted(one.kind for one in world.opened())


def wait_for_another(browser, before):
    end = time.monotonic() + 30
    while question(browser) in ("", before):
        assert time.monotonic() < end
        time.sleep(0.1)


@TWO
def test_every_way_of_the_page_asks_and_takes_an_answer(browser, recorder, asking, tmp_path):
    before = kinds(asking)
    words, *answered = written_after_a_wrong_answer(browser, asking)
    browser.fill("form#add [name=w_narrative]", CANARY + " 덧붙임")
    browser.press("form#add button")
    browser.wait("form#add [name=q_words]")
    answered.append(answer(browser, "form#add"))
    browser.wait("#done")
    file = tmp_path / "쪽지.txt"
    file.write_text(CANARY)
    browser.unfold("form#attach")
    browser.hand_in("form#attach [name=attachment]", file)
    browser.press("form#attach button")
    browser.wait("form#attach [name=q_words]")
    answered.append(answer(browser, "form#attach"))
    browser.wait("form#attach ~ #done")
    assert kinds(asking) == sorted([*before, "testimony", "addition", "attachment"])
    asked, looked, one = "/ko/deposit", "/ko/slots", "/ko/deposit/leave"
    told, added, sent = (asked, asked, one), (asked, looked, one), (asked, looked, one + "/file")
    assert posted(recorder) == [*told, *added, *sent]
    assert left(recorder, CANARY) | words_left(recorder, words, answered) == set()
    assert browser.said == []


def written_after_a_wrong_answer(browser, asking):
    """From the form to the ten words, by way of another question: those, and the two answers."""
    before = kinds(asking)
    browser.open(f"{asking.settings.base_url}/ko/")
    browser.wait("#sealing")
    browser.fill("[name=w_narrative]", STORY)
    first = question(browser)
    browser.fill("form#testimony [name=q_words]", WRONG)
    browser.press("form#testimony button.main")
    browser.wait("#error")
    wait_for_another(browser, first)
    assert kinds(asking) == before
    right = answer(browser, "form#testimony")
    browser.wait("#receipt")
    return browser.text("#receipt"), WRONG, right


@TWO
def test_another_language_asks_the_same_and_sends_none_of_what_was_typed(browser, recorder, asking):
    before = kinds(asking)
    browser.open(f"{asking.settings.base_url}/ko/")
    browser.wait("#sealing")
    browser.fill("[name=w_narrative]", STORY)
    browser.choose("[name=k_rescue]")
    browser.fill("form#testimony [name=q_words]", copied(question(browser)))
    korean = question(browser)
    browser.press("button[formaction^='/en/']")
    browser.wait("html[lang=en] #sealing")
    assert browser.script("return document.querySelector('[name=w_narrative]').value") == STORY
    assert browser.script("return document.querySelector('[name=k_rescue]').checked")
    assert question(browser) != korean
    browser.press("form#testimony button.main")  # the words that were copied in Korean
    browser.wait("#receipt")
    assert posted(recorder) == ["/en/form", "/en/deposit", "/en/deposit/leave"]
    assert left(recorder, CANARY) == set()
    assert b"k_rescue" not in b"".join(sent for _, _, sent in recorder.requests)
    assert kinds(asking) == sorted([*before, "testimony"])


@ONE
def test_where_sealing_fails_the_server_asks_its_own_question(browser, recorder, asking):
    before = kinds(asking)
    recorder.refused = lambda path: path.startswith("/ko/deposit/")
    browser.open(f"{asking.settings.base_url}/ko/")
    browser.wait("#sealing")
    browser.fill("[name=w_narrative]", STORY)
    answer(browser, "form#testimony")
    browser.wait("#server-seals")
    browser.press("#server-seals")
    browser.wait("#error:not(:has(#server-seals))")
    assert browser.script("return document.querySelector('[name=w_narrative]').value") == STORY
    assert kinds(asking) == before

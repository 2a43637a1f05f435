"""A reviewer's evening in a real browser, script on and off.

Arrivals are triaged, two of one family are tagged, one person in three scripts is made one, a
planted conflict is found, and the clock is read.
"""

import os
import re
from pathlib import Path

import pytest
from outside import axe
from outside.browser import Screen

HANGUL = (
    "지어낸 이야기입니다. 언니 김철옥은 연길에서 잡혔습니다.\n\n"
    "음력 2023년 8월 25일에 도문에서 온성으로 북송되었습니다. 동생 김은옥도 같이 끌려갔습니다.\n"
)
LATIN = "Invented. Kim Cheol-ok was sent back over the bridge in October 2023.\n"
HAN = "虚构的故事。金哲玉2024年5月在延吉被抓，2023年10月9日被遣返。\n"
SELECTED = """words => {
  const text = document.getElementById("narrative");
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    node.parentElement.scrollIntoView({block: "center"});
    const lines = range.getClientRects(), first = lines[0], last = lines[lines.length - 1];
    const middle = ({top, bottom}) => (top + bottom) / 2;
    return [first.left + 1, middle(first), last.right - 1, middle(last)];
  }
}"""


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def window(request, open_desk, tmp_path):
    """The colleague's window: a reviewer who takes in."""
    folder = Path(os.environ.get("NARU_PICTURES", tmp_path))
    with axe.chromium() as browser:
        screen = Screen(browser, open_desk.base, "desktop", request.param, folder)
        screen.script = request.param
        screen.log_in({"name": "colleague", "passphrase": open_desk.passphrases["colleague"]})
        yield screen
        screen.close()


def triage(window, count):
    """Take in, sort two at once, take that back, and take one for oneself."""
    page = window.page
    page.goto("/queue")
    assert page.locator("a.submission").count() == count
    assert page.locator(".chip.fresh").count() == count
    ticks = page.locator("[name=record]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    window.put(window.form(id="bulk"), "act", "state:in_work")
    window.send(window.form(id="bulk"))
    assert page.locator(".chip.state.in_work").count() == 2
    window.send(window.form(id="undo"))
    assert page.locator(".chip.state.in_work").count() == 0
    page.locator("[name=record]").nth(0).check()
    mine = page.locator("#act option", has_text="colleague").first.get_attribute("value")
    window.put(window.form(id="bulk"), "act", mine)
    window.send(window.form(id="bulk"))
    window.put(window.form(action="/queue"), "assignee", "me")
    window.send(window.form(action="/queue"))
    assert page.locator("a.submission").count() == 1
    window.look("journey-queue")
    page.goto("/queue")


def blurred(window, what="#narrative"):
    words = window.page.locator(what).first
    return words.evaluate("e => getComputedStyle(e).filter") != "none"


def read(window, record):
    """Open a testimony: its words are blurred until they are asked for."""
    window.page.goto(f"/testimony/{record}")
    assert blurred(window)
    if window.page.locator("#suggestions blockquote").count():
        assert blurred(window, "#suggestions blockquote")
    if window.script:
        window.page.keyboard.press("v")
    else:
        window.page.locator("label[for=unveil]").click()
    assert not blurred(window)


def choose(window, words):
    """Drag over words where script runs, quote them where it does not."""
    page = window.page
    if not window.script:
        window.put(window.form(id="place"), "quote", words)
        return
    left, top, right, bottom = page.evaluate(SELECTED, words)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=5)
    page.mouse.up()
    page.wait_for_function("document.getElementById('end').value")
    assert page.inner_text("#chosen") == words


def convert(window, words):
    """Let the form convert a date as it was said."""
    window.put(window.form(id="place"), "date_as_stated", words)
    window.page.get_by_role("button", name="날짜 환산하기").click()
    window.page.locator("#converted").wait_for()
    window.look("journey-converted")


def say(window, words, person, stage, stated="", **dates):
    """Tag words of the text; return the person's id."""
    choose(window, words)
    page, form = window.page, window.form(id="place")
    known = form.locator("[name=person] option", has_text=re.compile(f"^{re.escape(person)}$"))
    new = not known.count()
    window.put(form, "person", "new:" if new else known.get_attribute("value"))
    if new:
        window.put(form, "person_name", person)
    window.put(form, "stage", stage)
    window.put(form, "track", "common")
    if stated:
        convert(window, stated)
    for name, date in dates.items():
        window.put(form, name, date)
    window.send(form)
    assert not page.locator("#error").count(), page.inner_text("#error")
    tag = page.locator(".tag", has_text=words).filter(has_text=person).last
    assert tag.locator("blockquote").text_content() == words
    return tag.get_attribute("data-person")


def join(window, one, others, sister):
    """Say of three that they are one, and of a fourth that she is a sister."""
    page = window.page
    page.goto(f"/people/{one}")
    for other in others:  # proposed by their sound; a person says so
        page.locator(f'#alike button[value="{other}"]').first.click()
        page.wait_for_load_state()
    assert {"Kim Cheol-ok", "金哲玉"} <= set(page.locator("#names bdi").all_text_contents())
    kin = window.form(action="/kin")
    window.put(kin, "other", f"/people/{sister}")
    window.put(kin, "relation", "sibling")
    window.send(kin)
    assert page.locator(f'[data-kin="{sister}"]').count() == 1


def ask(window):
    """Find the planted conflict as a question, read the clock, and search."""
    page = window.page
    question = page.locator("#questions [data-rule]").first
    assert question.get_attribute("data-severity")
    assert question.locator("a").count()  # it leads to the claims that disagree
    assert blurred(window, ".tag blockquote")
    assert "모델은" in page.locator("#clock").first.text_content()
    window.look("journey-person")
    page.goto("/clock")
    assert "2023-10-09" in page.locator("#cohorts").text_content()
    window.look("journey-clock")
    page.goto("/search?q=온성")
    assert blurred(window, "a.submission bdi")
    assert page.locator("a.submission mark").text_content() == "온성"
    window.look("journey-search")


def test_an_evening_at_the_desk(window, open_desk):
    texts = ((HANGUL, "ko"), (LATIN, "en"), (HAN, "zh"))
    records = [open_desk.arrive(text, lang=lang) for text, lang in texts]
    triage(window, len(records))
    page, day = window.page, {"from": "2023-10-09", "to": "2023-10-09"}

    read(window, records[0])
    one = say(window, "연길에서 잡혔습니다", "김철옥", "cn_arrest", **{"from": "2023-09", "to": ""})
    assert one == say(
        window, "온성으로 북송", "김철옥", "forced_repatriation", "음력 2023년 8월 25일"
    )
    told = page.locator('.tag[data-stage="forced_repatriation"]').text_content()
    assert "2023-10-09" in told
    assert "음력" in told
    sister = say(window, "같이 끌려갔습니다", "김은옥", "forced_repatriation", **day)

    read(window, records[1])
    latin = say(window, "sent back", "Kim Cheol-ok", "forced_repatriation", **day)
    read(window, records[2])
    han = say(window, "被遣返", "金哲玉", "forced_repatriation", **day)
    say(window, "在延吉被抓", "金哲玉", "cn_arrest", **{"from": "2024-05-01", "to": "2024-05-01"})
    page.locator("a[rel=next], a[rel=prev]").first.click()
    assert page.locator("#narrative").count()

    join(window, one, (latin, han), sister)
    ask(window)


def test_the_queue_by_keys(window, open_desk):
    """Where script runs the queue needs no mouse; where it does not every key is the browser's."""
    for number in range(3):
        open_desk.arrive(f"지어낸 이야기 {number}")
    page = window.page
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[name=record]:checked").count() == (1 if window.script else 0)
    page.locator("a.submission").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/testimony/*")
    if window.script:
        page.keyboard.press("j")
        page.wait_for_load_state()
        assert page.locator("a[rel=next]").count() == 0  # the last of three
        page.locator("#note").focus()
        page.keyboard.type("uvjk")  # in a field letters are letters
        assert page.input_value("#note") == "uvjk"
        page.locator("h1").click()
        page.keyboard.press("u")
        page.wait_for_url("**/queue")


def test_what_was_typed_outlives_the_session(window, open_desk):
    record, said = open_desk.arrive(HANGUL), "다리 위의 시간을 다시 물어볼 것"
    window.page.goto("/queue")
    window.page.goto(f"/testimony/{record}")
    note = window.form(action="/notes")
    window.put(note, "note", said)
    open_desk.now += 7 * 24 * 3600  # the session is over; the browser does not know
    window.send(note)
    assert window.page.locator("#error").count()
    form = window.page.locator("form:has([name=passphrase])")
    window.put(form, "name", "colleague")
    window.put(form, "passphrase", open_desk.passphrases["colleague"])
    window.send(form)
    assert said in window.page.content()
    window.page.locator("main form button").last.click()
    window.page.wait_for_url("**/testimony/*")
    assert window.page.locator("#notes .said").text_content() == said

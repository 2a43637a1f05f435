"""A reviewer's evening in Chromium and in Firefox ESR, script on and off.

Arrivals are triaged, two of one family are tagged, one person in three scripts is made one, a
planted conflict is found, a recording is heard and quoted, and the clock is read.
"""

import os
import secrets
from pathlib import Path

import pytest
from desk.files import silence

HANGUL = (
    "지어낸 이야기입니다. 언니 김철옥은 연길에서 잡혔습니다.\n\n"
    "음력 2023년 8월 25일에 도문에서 온성으로 북송되었습니다. 동생 김은옥도 같이 끌려갔습니다.\n"
)
LATIN = "Invented. Kim Cheol-ok was sent back over the bridge in October 2023.\n"
HAN = "虚构的故事。金哲玉2024年5月在延吉被抓，2023年10月9日被遣返。\n"
SAID = "0:03 지어낸 말입니다\n[0:21-0:30] 언니는 다리 위에서 넘겨졌다"
EVERYWHERE = [(kind, script) for kind in ("chromium", "firefox") for script in (True, False)]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of marionette_driver's own


@pytest.fixture(params=EVERYWHERE, ids=lambda one: f"{one[0]}-{'script' if one[1] else 'off'}")
def window(request, open_at, open_desk, tmp_path):
    """The colleague's window: a reviewer who takes in."""
    kind, script = request.param
    folder = Path(os.environ.get("NARU_PICTURES", tmp_path))
    opened = open_at(kind, open_desk.base, folder, script=script)
    opened.log_in("colleague", open_desk.passphrases["colleague"])
    yield opened
    opened.close()


def triage(window, count):
    """Take in, sort two at once, take that back, and take one for oneself."""
    window.go("/queue")
    assert window.count("a.submission") == count
    assert window.count(".chip.fresh") == count
    for tick in window.all("[name=record]")[:2]:
        tick.click()
    window.put("#bulk", "act", "state:in_work")
    window.send("#bulk")
    assert window.count(".chip.state.in_work") == 2
    window.send("#undo")
    assert window.count(".chip.state.in_work") == 0
    window.one("[name=record]").click()
    mine = next(one for one in window.all("#act option") if one.text == "colleague")
    window.put("#bulk", "act", mine.get("value"))
    window.send("#bulk")
    window.put(".filters", "assignee", "me")
    window.send(".filters")
    assert window.count("a.submission") == 1
    window.look("journey-queue")
    window.go("/queue")


def blurred(window, what="#narrative"):
    return window.one(what).look_of("filter") != "none"


def unveil(window, what="#narrative"):
    """Words are blurred until they are asked for."""
    assert blurred(window, what)
    if window.script:
        window.key("v")
    else:
        window.press("label[for=unveil]")
    assert not blurred(window, what)


def read(window, record):
    window.go(f"/testimony/{record}")
    if window.count("#suggestions blockquote"):
        assert blurred(window, "#suggestions blockquote")
    unveil(window)


def say(window, words, person, stage, *, text="narrative", **said):
    """Tag words of the text; return the person's id."""
    if window.script:
        window.select(words, text)
    else:
        window.put("#place", "quote", words)
    known = [one for one in window.all("#person option") if one.text.strip() == person]
    window.put("#place", "person", known[0].get("value") if known else "new:")
    if not known:
        window.put("#place", "person_name", person)
    window.put("#place", "stage", stage)
    window.put("#place", "track", "common")
    if "date_as_stated" in said:
        window.put("#place", "date_as_stated", said.pop("date_as_stated"))
        window.press('#place button[formaction*="/tags/dates"]')
        assert "2023-10-09" in window.one("#converted").text
        window.look("journey-converted")
    for name, value in said.items():
        window.put("#place", name, value)
    window.send("#place")
    assert not window.count("#error"), window.texts("#error")
    return placed(window, words, person)


def placed(window, words, person):
    tags = [one for one in window.all(".tag") if words in one.text and person in one.text]
    assert tags, window.texts(".tag")
    return tags[-1].get("data-person")


def join(window, one, others, sister):
    """Say of three that they are one, and of a fourth that she is a sister."""
    window.go(f"/people/{one}")
    for other in others:  # proposed by their sound; a person says so
        window.press(f'#alike button[value="{other}"]')
    assert {"Kim Cheol-ok", "金哲玉"} <= set(window.texts("#names bdi"))
    window.put("#others form.search", "called", "Kim Eun-ok")  # her name is in Hangul there
    window.press("#others form.search button")
    window.put('form[action$="/kin"]', "other", sister)
    window.put('form[action$="/kin"]', "relation", "sibling")
    window.send('form[action$="/kin"]')
    assert window.count(f'[data-kin="{sister}"]') == 1


def ask(window):
    """Find the planted conflict as a question, read the clock, and search."""
    question = window.one("#questions [data-rule]")
    assert question.get("data-severity")
    assert window.count("#questions [data-rule] a")  # it leads to the claims that disagree
    assert blurred(window, ".tag blockquote")
    assert "모델은" in window.one("#clock").text
    window.look("journey-person")
    window.go("/clock")
    assert "2023-10-09" in window.one("#cohorts").text
    window.look("journey-clock")
    window.go("/search?q=온성")
    assert blurred(window, "a.submission bdi")
    assert window.one("a.submission mark").text == "온성"
    window.look("journey-search")


def test_an_evening_at_the_desk(window, open_desk):
    texts = ((HANGUL, "ko"), (LATIN, "en"), (HAN, "zh"))
    records = [open_desk.arrive(text, lang=lang) for text, lang in texts]
    triage(window, len(records))
    day, spring = {"from": "2023-10-09"}, {"from": "2024-05-01"}

    read(window, records[0])
    one = say(window, "연길에서 잡혔습니다", "김철옥", "cn_arrest", **{"from": "2023-09"})
    lunar = {"date_as_stated": "음력 2023년 8월 25일"}
    assert one == say(window, "온성으로 북송", "김철옥", "forced_repatriation", **lunar)
    told = window.one('.tag[data-stage="forced_repatriation"]').text
    assert "2023-10-09" in told
    assert "음력" in told
    sister = say(window, "같이 끌려갔습니다", "김은옥", "forced_repatriation", **day)

    read(window, records[1])
    latin = say(window, "sent back", "Kim Cheol-ok", "forced_repatriation", **day)
    read(window, records[2])
    han = say(window, "被遣返", "金哲玉", "forced_repatriation", **day)
    say(window, "在延吉被抓", "金哲玉", "cn_arrest", **spring)
    window.press("a[rel=next], a[rel=prev]")
    assert window.count("#narrative")

    join(window, one, (latin, han), sister)
    ask(window)


def test_a_recording_is_heard_from_where_it_matters_and_quoted(window, open_desk):
    thread = secrets.token_hex(16)
    record = open_desk.arrive(HANGUL, thread=thread)
    item = open_desk.attach(silence(40), "목소리.wav", "audio/x-wav", thread=thread)
    window.go("/queue")
    window.go(f"/testimony/{record}/attachments/{item}")
    window.put('form[action$="/transcript"]', "text", SAID)
    window.send('form[action$="/transcript"]')
    unveil(window, "#said")
    if window.script:  # the player leaps there, the page stays
        window.all("#said a[href]")[1].click()
        window.until("return document.getElementById('player').currentTime >= 21")
        assert "?t=" not in window.here()
    else:  # the page comes again, and its player begins there
        window.all("#said a[href]")[1].click()
        window.settle()
        assert "0:21" in window.one("#begins").text
        unveil(window, "#said")
    assert window.second() >= 21
    window.look("journey-recording")
    say(window, "다리 위에서 넘겨졌다", "김철옥", "forced_repatriation", text="said")
    assert window.one(".tag [data-heard]").text.strip().endswith("0:21")
    assert window.one("#said mark").text == "다리 위에서 넘겨졌다"
    window.go(f"/testimony/{record}")
    window.press('.tag blockquote a[href*="?t=21,30"]')
    assert window.count("#player")
    assert window.second() >= 21


def test_the_queue_by_keys(window, open_desk):
    """Where script runs the queue needs no mouse; where it does not every key is the browser's."""
    for number in range(3):
        open_desk.arrive(f"지어낸 이야기 {number}")
    window.go("/queue")
    window.key("j", "j", "x")
    assert window.count("[name=record]:checked") == (1 if window.script else 0)
    if not window.script:
        return
    window.leads_on("Enter")
    window.one("#narrative")
    window.leads_on("j")
    window.one("#note").click()
    window.key(*"uvjk")  # in a field letters are letters
    assert window.ask("return document.getElementById('note').value") == "uvjk"
    window.one("h1").click()
    window.leads_on("u")
    assert window.count("#bulk")


def test_words_are_placed_by_keys(window, open_desk):
    """Words under the mouse, then keys until the tag stands; without a script Enter sends too."""
    record = open_desk.arrive(HANGUL)
    window.go("/queue")
    window.go(f"/testimony/{record}")
    if window.script:
        window.key("v")
        window.select("온성으로 북송")
        window.key("t")
        assert window.ask("return document.activeElement.id") == "person"
    else:
        window.put("#place", "quote", "온성으로 북송")
    window.put("#place", "person_name", "김철옥")
    window.put("#place", "stage", "forced_repatriation")
    window.put("#place", "track", "common")
    window.one("#date_as_stated").click()
    window.leads_on("Control+Enter" if window.script else "Enter")
    assert placed(window, "온성으로 북송", "김철옥")


def test_what_was_typed_outlives_the_session(window, open_desk):
    record, said = open_desk.arrive(HANGUL), "다리 위의 시간을 다시 물어볼 것"
    window.go("/queue")
    window.go(f"/testimony/{record}")
    window.put('form[action$="/notes"]', "note", said)
    open_desk.now += 7 * 24 * 3600  # the session is over; the browser does not know
    window.send('form[action$="/notes"]')
    assert window.count("#error")
    assert said in window.one("main").text
    window.put("main form", "name", "colleague")
    window.put("main form", "passphrase", open_desk.passphrases["colleague"])
    window.send("main form")
    assert said in window.one("main").text
    window.all("main form button")[-1].click()
    assert window.one("#notes .said").text == said

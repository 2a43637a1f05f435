"""What a witness does in a real browser, and what to look for in what it sent."""

import re

from outside.canary import dresses, search

LONG = 6
CANARY = "새벽에 온성 다리에서 넘겨진 카나리아 나루터"
STORY = f"{CANARY}\n둘째 줄 <b>&amp; 끝"
TYPED = {"w_where": "온성의 어느 다리"}


def wanted(*texts):
    return [dress for text in texts for dress in dresses(text)]


def left(recorder, *texts):
    """The dresses in which any of these texts left the browser."""
    return _left(recorder, wanted(*texts))


def words_left(recorder, words, answered=()):
    """The dresses in which the ten words, or any one of them, left the browser.

    Of one word only what is too long to stand in random bytes by chance; none that was typed as an
    answer to the question, whose words are of the same list.
    """
    ten = words.split()
    alone = set(ten) - {word for answer in answered for word in answer.split()}
    each = [dress for dress in wanted(*alone) if len(dress.bytes) >= LONG]
    return _left(recorder, each + wanted(" ".join(ten), "".join(ten)))


def _left(recorder, dresses):
    found = set()
    for _, _, sent in recorder.requests:
        found |= search(sent, dresses)
    return found


def posted(recorder):
    """Where something was posted to, in order; one leave is like another."""
    paths = [path for method, path, _ in recorder.requests if method == "POST"]
    return [re.sub(r"(?<=/deposit/)[^/]+", "leave", path) for path in paths]


def shown(page):
    return {
        n.attrs["data-field"]: n.text.strip() for n in page.root.all() if "data-field" in n.attrs
    }


def write(browser, demo):
    browser.open(f"{demo.intake}/ko/")
    browser.wait("#sealing")
    fill(browser)
    browser.press("form#testimony button.main")
    browser.wait("#receipt")
    return browser.text("#receipt")


def fill(browser, within=""):
    browser.fill(within + "[name=w_narrative]", STORY)
    browser.fill(within + "[name=w_where]", TYPED["w_where"])
    browser.choose(within + "[name=k_rescue]")

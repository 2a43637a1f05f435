"""The steps of the journey, in the words of the contract, as a stranger's script says them."""

import re

from outside.site import Site

HREF = re.compile(r"/testimony/([0-9a-f]{32})")


def write(witness, text, lang="ko", **fields):
    """Fill in the form of this language and send it: the answer."""
    form = witness.get(f"/{lang}/").form("testimony")
    return witness.post(form, w_narrative=text, **fields)


def come_back(witness, words, lang="ko"):
    """Type the ten words at /return: the answer."""
    page = witness.get(f"/{lang}/return")
    form = next(form for form in page.forms() if "receipt" in form.names())
    return witness.post(form, receipt=words)


def letters(page):
    """What lies under the words: (kind, day) of each."""
    found = page.root.all(cls="letter")
    return [(letter.attrs["data-kind"], letter.attrs["data-day"]) for letter in found]


def log_in(desk, member):
    """A browser in which this member has logged in."""
    site = Site(desk)
    page = site.get("/login")
    form = next(form for form in page.forms() if "passphrase" in form.names())
    answer = site.post(form, name=member["name"], passphrase=member["passphrase"])
    assert answer.status == 303, (answer.status, answer.error)
    assert "naru_desk" in site.cookies
    return site


def queue(site):
    """The ids of all submissions, over every page of the queue, in its order."""
    found, path = [], "/queue"
    while path:
        page = site.get(path)
        assert page.status == 200, (path, page.status, page.error)
        links = page.root.all("a", "submission")
        found += [HREF.fullmatch(link.attrs["href"])[1] for link in links]
        onward = page.root.one("a", rel="next")
        path = onward and onward.attrs["href"]
    return found


def whole_queue(site):
    """The queue when nothing waits any more: a view takes in so many arrivals, not all."""
    seen = None
    while seen != (found := queue(site)):
        seen = found
    return found


def arrive(site, before):
    """The one submission that is in the queue now and was not before."""
    new = [each for each in queue(site) if each not in set(before)]
    assert len(new) == 1, new
    return new[0]


def narrative(site, submission):
    """The text of a testimony as its page shows it."""
    page = site.get(f"/testimony/{submission}")
    assert page.status == 200, (page.status, page.error)
    return page.root.one("pre", id="narrative").text


def tag(site, submission, span, **fields):
    """Say of a person, on the testimony's own form, what the words from span[0] to span[1] say."""
    form = site.get(f"/testimony/{submission}").form(action="/tags")
    said = {
        "person": "new:김진실",
        "episode": "1",
        "stage": "forced_repatriation",
        "track": "common",
        "from": "2023-10-09",
        "to": "2023-10-09",
        "date_as_stated": "2023년 10월 9일",
        "knowledge": "told_by_relative",
        "start": str(span[0]),
        "end": str(span[1]),
        "confidence": "sure",
    }
    return site.post(form, **(said | fields))


def release(site, submission, partner, purpose):
    """Decide that this partner may have it, for this purpose."""
    form = site.get(f"/testimony/{submission}").form(action="/release")
    return site.post(form, partner=partner, purpose=purpose)


def export(site, submissions):
    """Ask for a bundle of these, on the page of exports."""
    form = site.get("/export").form(action="/export")
    return site.post(form, submission=submissions)

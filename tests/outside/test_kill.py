"""kill -9 of everything, again and again, while people are sending.

Whoever was shown ten words finds the testimony under them; whoever was not sends the same form
again; nobody's testimony is there twice or in part. (A process crash: what a failing disk or a cut
of power does is not shown here.)
"""

import http.client
import os
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import pytest
from outside import walk
from outside.demo import Demo
from outside.site import Site
from outside.table import UNPROTECTED, leaks, suffered

KILLS = int(os.environ.get("NARU_KILLS", "20"))
SENDERS = 4
BROKEN = (OSError, http.client.HTTPException)


@dataclass(eq=False)
class Sent:
    """One filled form, and what its sender saw."""

    form: object
    text: str
    words: str | None = None


class Storm:
    """People who send, until the service breaks under them."""

    def __init__(self):
        self.sent = []
        self.wrong = []

    def blow(self, intake, until):
        threads = [
            threading.Thread(target=self._send, args=(intake, until)) for _ in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _send(self, intake, until):
        site = Site(intake, timeout=10)
        with suppress(*BROKEN):
            while not until.is_set():
                form = site.get("/ko/").form("testimony")
                one = Sent(
                    form, f"{secrets.token_hex(8)} 폭풍 속에서 " + "가" * secrets.randbelow(3000)
                )
                self.sent.append(one)
                self.deliver(site, one)
                time.sleep(0.05)

    def deliver(self, site, one):
        """Send it, and keep what the answer says. Only 503 is an excuse."""
        page = site.post(one.form, w_narrative=one.text, w_role="other")
        if page.status == 200:
            if one.words not in (None, page.receipt):
                self.wrong.append((one.words, page.receipt))
            one.words = page.receipt
        elif page.status != 503:
            self.wrong.append((page.status, page.error))


class Desk:
    """A member who notes things on one testimony; their session outlives every restart."""

    def __init__(self, demo, storm):
        site = Site(demo.intake)
        self.first = Sent(site.get("/ko/").form("testimony"), f"{secrets.token_hex(8)} 첫 글")
        storm.sent.append(self.first)
        storm.deliver(site, self.first)
        self.member, self.noted = walk.log_in(demo.desk, demo.info["reviewer"]), []
        (self.path,) = (f"/testimony/{one}" for one in walk.whole_queue(self.member))

    def work(self, until):
        with suppress(*BROKEN):
            while not until.is_set():
                note, form = secrets.token_hex(8), self.member.get(self.path).form(action="/notes")
                if self.member.post(form, note=note).status == 303:
                    self.noted.append(note)
                time.sleep(0.1)

    def begin(self, until):
        thread = threading.Thread(target=self.work, args=(until,))
        thread.start()
        return thread

    def check(self):
        """Every note that was acknowledged is there, once."""
        text = self.member.get(self.path).text
        assert [text.count(note) for note in self.noted] == [1] * len(self.noted)


def weather(demo, storm, desk):
    """A while of sending, then the end of every process at a moment nobody chose."""
    ended = threading.Event()
    threads = [*storm.blow(demo.intake, ended), desk.begin(ended)]
    time.sleep(0.1 + secrets.randbelow(600) / 1000)
    demo.kill()
    ended.set()
    for thread in threads:
        thread.join()


def check_words(site, some):
    """Every receipt that was shown answers, with one testimony under it."""
    for one in some:
        page = walk.come_back(site, one.words)
        assert page.status == 200, (page.status, page.error)
        assert [kind for kind, _ in walk.letters(page)] == ["testimony"]


def again(site, storm):
    """Those who saw no words send the very same form again; others too, to be sure."""
    unsure = [one for one in storm.sent if one.words is None]
    told = [one for one in storm.sent if one.words is not None][-3:]
    for one in unsure + told:
        storm.deliver(site, one)
        assert one.words is not None, storm.wrong


@pytest.mark.timeout(300 + 30 * KILLS)
def test_what_was_acknowledged_is_there_once_and_whole(tmp_path):
    storm, kept = endure(Demo(tmp_path / "data"), KILLS)
    sent = [one.text for one in storm.sent]
    leaked = leaks(tmp_path.rglob("*"), [text[:16] for text in sent])
    row = suffered("kill -9 of everything", KILLS, sent, kept, leaked)
    row.tell()
    assert row.harmless, row
    assert len(sent) > KILLS


@pytest.mark.skipif(os.environ.get("NARU_PROOF") != "1", reason="by hand: make proof")
@pytest.mark.timeout(300 + 30 * KILLS)
def test_without_the_protection_the_same_storm_is_seen_to_lose(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(UNPROTECTED))
    with pytest.raises(AssertionError, match=r"\(404, "):
        endure(Demo(tmp_path / "data"), 20)


def endure(demo, kills):
    """Kill so many times in the middle of a storm; what was promised holds each time.

    Return who sent, and the texts that the desk shows.
    """
    storm = Storm()
    with demo:
        desk = Desk(demo, storm)
        for _ in range(kills):
            known = len(storm.sent)
            weather(demo, storm, desk)
            demo.start()
            desk.check()
            site = Site(demo.intake)
            check_words(site, [one for one in storm.sent[known:] if one.words])
            again(site, storm)
        assert storm.wrong == []
        assert desk.noted
        check_words(Site(demo.intake), storm.sent)
        return storm, desk_holds(demo, storm)


def desk_holds(demo, storm):
    """Every text at the desk; as many receipts as forms were filled in, and nothing troubled."""
    assert len({one.words for one in storm.sent}) == len(storm.sent)
    lead = walk.log_in(demo.desk, demo.info["lead"])
    kept = [walk.narrative(lead, each) for each in walk.whole_queue(lead)]
    troubled = lead.get("/queue").id("troubled")
    assert troubled is None or not list(troubled.all("a")), troubled.text
    return kept

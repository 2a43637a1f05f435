"""Half an hour of everything at once: nobody meets an error, nothing grows, nothing is lost.

Not collected with the other tests. `NARU_MINUTES=30 python -m pytest -s tests/outside/long.py`:
four witnesses who write, come back, add, correct, attach and withdraw; two members who read and
tag. The table is printed at the end.
"""

import http.client
import os
import secrets
import statistics
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from outside import walk
from outside.demo import Demo
from outside.site import Site, Upload
from outside.table import note

MINUTES = float(os.environ.get("NARU_MINUTES", "30"))
WITNESSES, PAUSE, LOOK = 4, 0.25, 2.0
MARK, WHOLE = 16, 300  # signs by which a text is known; so many are read to their end
GROWTH = 1.10  # of the second quarter's median, in the last: what caches may still take
GONE = (404, 409)  # what its witness withdrew since the queue was looked at
INDEXED = 25  # kB of the index a testimony; the desk grows by that and by nothing else
CHANCE = secrets.SystemRandom()
BROKEN = (OSError, http.client.HTTPException, AssertionError, AttributeError, ValueError)


class Crowd:
    """Everybody who comes; what each was promised, and what went wrong."""

    def __init__(self, demo):
        self.demo, self.over = demo, threading.Event()
        self.kept, self.gone, self.wrong, self.done = {}, set(), [], Counter()
        self.lock = threading.Lock()

    def guarded(self, work):
        def loop():
            while not self.over.is_set():
                try:
                    work()
                except BROKEN as error:
                    self.wrong.append((work.__name__, repr(error)[:300]))
                time.sleep(PAUSE)

        return threading.Thread(target=loop)

    def witness(self):
        """One life of a testimony, of random length."""
        site, text = Site(self.demo.intake, timeout=30), f"{secrets.token_hex(8)} 긴 시간 "
        text += "가" * CHANCE.randrange(3000)
        page = walk.write(site, text)
        assert page.status == 200, (page.status, page.error)
        words, letters = page.receipt, ["testimony"]
        file = Upload("a.bin", secrets.token_bytes(200_000))
        self.done["written"] += 1
        for name, fields, kind in CHANCE.sample(
            [
                ("add", {"w_narrative": "더 있습니다."}, "addition"),
                ("correct", {"w_narrative": text + " 고침", "keep_first": "yes"}, "correction"),
                ("attach", {"attachment": file}, "attachment"),
                ("consent", {"k_stats": "yes"}, "consent"),
            ],
            CHANCE.randrange(3),
        ):
            form = walk.come_back(site, words).form(name)
            answer = site.post(form, **fields)
            assert answer.status == 200, (name, answer.status, answer.error)
            letters.append(kind)
            self.done[name] += 1
        if CHANCE.random() < 0.1:
            form = walk.come_back(site, words).form("withdraw")
            assert site.post(form, when="now", receipt=words).status == 200
            self.done["withdrawn"] += 1
            with self.lock:
                self.gone.add(text)
            return
        with self.lock:
            self.kept[words] = text, sorted(letters)

    def reader(self, who):
        """A member who opens what is on the first page, and tags."""
        desk = walk.log_in(self.demo.desk, self.demo.info[who])

        def read():
            page = desk.get("/queue")
            assert page.status == 200, page.status
            for one in walk.queue(desk)[:3]:
                opened = desk.get(f"/testimony/{one}")
                assert opened.status in (200, *GONE), (opened.status, opened.error)
                self.done["read"] += 1
                if opened.status == 200 and who == "lead":
                    tagged = walk.tag(desk, one, (0, 8)).status
                    assert tagged in (303, *GONE), tagged
                    self.done["tagged"] += 1

        return read


def resident(demo):
    """MB each app holds just now."""
    found = {}
    for pid in demo.family():
        try:
            named = Path(f"/proc/{pid}/cmdline").read_bytes()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        for which in ("intake", "desk"):
            if f"[naru-{which}]".encode() in named:  # not the demonstration that starts them
                size = int(status.partition("VmRSS:")[2].split()[0]) / 1000
                found[which] = max(found.get(which, 0), size)
    return found


@pytest.mark.timeout(MINUTES * 60 + 900)
def test_nobody_meets_an_error_and_nothing_grows_or_is_lost(tmp_path):
    seen = []
    with Demo(tmp_path / "data") as demo:
        crowd = Crowd(demo)
        people = [crowd.guarded(crowd.witness) for _ in range(WITNESSES)]
        people += [crowd.guarded(crowd.reader(who)) for who in ("lead", "reviewer")]
        for each in people:
            each.start()
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            time.sleep(LOOK)
            seen.append({**resident(demo), "written": crowd.done["written"]})
        crowd.over.set()
        for each in people:
            each.join()
        lost, doubled = settle(demo, crowd)
        tail = demo.tail()
    told = {name: growth([one[name] for one in seen]) for name in ("intake", "desk", "written")}
    of_each = 1000 * (told["desk"][1] - told["desk"][0]) / (told["written"][1] - told["written"][0])
    report = [f"{MINUTES:g} minutes: {dict(crowd.done)}"]
    for which in ("intake", "desk"):
        early, late, most = told[which]
        report.append(f"{which}: {early:.0f} MB in the second quarter, {late:.0f} in the last,")
        report[-1] += f" at most {most:.0f}"
    report.append(f"of the desk's index: {of_each:.1f} kB a testimony, in memory while it is open")
    report.append(f"errors {len(crowd.wrong)}, lost {lost}, doubled {doubled}")
    for line in report:
        note(line)
    assert crowd.wrong == [], crowd.wrong[:5]
    assert "naru:" not in tail, tail
    assert (lost, doubled) == (0, 0)
    assert told["intake"][1] <= GROWTH * told["intake"][0], told
    assert of_each <= INDEXED, told


def growth(sizes):
    quarter = max(1, len(sizes) // 4)
    return (
        statistics.median(sizes[quarter : 2 * quarter]),
        statistics.median(sizes[-quarter:]),
        max(sizes),
    )


def settle(demo, crowd):
    """Hold what was promised against what is there: under the words, and at the desk."""
    site, lost = Site(demo.intake), 0
    form = next(f for f in site.get("/ko/return").forms() if "receipt" in f.names())
    for words, (_, letters) in crowd.kept.items():
        page = site.post(form, receipt=words)
        found = sorted(kind for kind, _ in walk.letters(page)) if page.status == 200 else []
        lost += found != letters
    lead = walk.log_in(demo.desk, demo.info["lead"])
    there = listed(lead)
    lost += sum(text[:MARK] not in there for text, _ in crowd.kept.values())
    texts = [text for text, _ in crowd.kept.values() if text[:MARK] in there]
    for text in CHANCE.sample(texts, min(WHOLE, len(texts))):
        lost += walk.narrative(lead, there[text[:MARK]][0]) != text
    return lost, sum(len(ids) > 1 for ids in there.values())


def listed(lead):
    """How each text in the queue begins, and the ids of those that begin so."""
    walk.whole_queue(lead)  # until all is taken in
    there, path = {}, "/queue"
    while path:
        page = lead.get(path)
        for link in page.root.all("a", "submission"):
            one = walk.HREF.fullmatch(link.attrs["href"])[1]
            there.setdefault(link.text.strip()[:MARK], []).append(one)
        onward = page.root.one("a", rel="next")
        path = onward and onward.attrs["href"]
    return there

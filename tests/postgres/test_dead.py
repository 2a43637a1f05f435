"""The database's server is killed, again and again, while people send and a member reads.

Both apps stay: whoever comes in between is told so, and whoever was shown ten words finds the
testimony under them. The server is one that by itself would answer before a commit is on disk, as
some are set up: that Naru does not rely on it is what the last test takes out.
"""

import os
import secrets
import threading
import time

import postgresql
import pytest
from outside import walk
from outside.demo import Demo
from outside.site import Site
from outside.table import UNPROTECTED, leaks, suffered
from outside.test_kill import Sent, Storm

KILLS = int(os.environ.get("NARU_KILLS", "3"))
AWAY = 503
pytestmark = pytest.mark.timeout(300 + 30 * KILLS)


class Weather(Storm):
    """People who send, and who are answered whatever becomes of the server."""

    def _send(self, intake, until):
        site = Site(intake, timeout=30)
        while not until.is_set():
            page = site.get("/ko/")
            if page.status != AWAY:
                text = f"{secrets.token_hex(8)} 폭풍 속에서 " + "가" * secrets.randbelow(3000)
                one = Sent(page.form("testimony"), text)
                self.sent.append(one)
                self.deliver(site, one)
            time.sleep(0.05)

    def read(self, member, until):
        """A member who looks at the queue; the answers' statuses are kept."""
        while not until.is_set():
            page = member.get("/queue")
            if page.status not in (200, AWAY):
                self.wrong.append((page.status, page.error))
            time.sleep(0.1)


@pytest.fixture
def server():
    found = postgresql.Server("-c synchronous_commit=off").start()
    yield found
    found.end()


def strike(demo, server, member, storm):
    """A while of sending, the end of the server at a moment nobody chose, and its return."""
    over = threading.Event()
    threads = storm.blow(demo.intake, over)
    threads.append(threading.Thread(target=storm.read, args=(member, over)))
    threads[-1].start()
    time.sleep(0.2 + secrets.randbelow(500) / 1000)
    server.kill()
    time.sleep(secrets.randbelow(500) / 1000)
    server.start()
    over.set()
    for thread in threads:
        thread.join()


def endure(tmp_path, server, kills):
    """Kill the server so many times; the row of what was lost, doubled, partial or leaked."""
    storm = Weather()
    with Demo(tmp_path / "data", server=server) as demo:
        member = walk.log_in(demo.desk, demo.info["reviewer"])
        for _ in range(kills):
            strike(demo, server, member, storm)
            for one in storm.sent:
                if one.words is None:
                    storm.deliver(Site(demo.intake), one)
        assert storm.wrong == []
        told = [one for one in storm.sent if one.words]
        assert told == storm.sent
        lead = walk.log_in(demo.desk, demo.info["lead"])
        kept = [walk.narrative(lead, each) for each in walk.whole_queue(lead)]
    leaked = leaks([*tmp_path.rglob("*"), *server.base.rglob("*")], [t.text[:16] for t in told])
    return suffered("PostgreSQL killed", kills, [one.text for one in told], kept, leaked)


def test_what_was_acknowledged_outlives_the_server(tmp_path, server):
    row = endure(tmp_path, server, KILLS)
    row.tell()
    assert row.harmless, row


@pytest.mark.skipif(os.environ.get("NARU_PROOF") != "1", reason="by hand: make proof")
def test_without_the_protection_the_same_server_is_seen_to_lose(tmp_path, server, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(UNPROTECTED))
    monkeypatch.setenv("NARU_CARELESS", "lax")
    row = endure(tmp_path, server, 5)
    assert row.lost > 0, row

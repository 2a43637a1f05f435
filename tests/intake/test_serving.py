"""The intake as it runs: a real server on loopback, from settings to SIGTERM."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from intake.world import STORY, World
from outside.demo import ROOT, alive, family, free_ports
from outside.site import Site, Upload, multipart

from app.mailbox.blobs import Blobs, open_blob

MIB = 1024 * 1024


class Served:
    """A deployment that is served."""

    def __init__(self, path, settings="", served=("-m", "app", "serve", "intake", "--config")):
        (port,) = free_ports(1)
        self.world = World(path, time.time(), b"s" * 16, f"http://127.0.0.1:{port}")
        self.url, self.address = self.world.settings.base_url, ("127.0.0.1", port)
        self.world.engine.dispose()
        self.world.toml.write_text(self.world.toml.read_text() + settings)
        self.said = path / "said"
        self.began = time.monotonic()
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *served, self.world.toml],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=said,
                stderr=said,
            )
        self.wait()

    def wait(self):
        while time.monotonic() < self.began + 30:
            with contextlib.suppress(OSError):
                return Site(self.url).get("/key").body
            assert self.process.poll() is None, self.said.read_text()
            time.sleep(0.02)
        raise AssertionError("no answer")

    def worker(self):
        return family(self.process.pid)[1]

    def raw(self, data, *, half=False):
        """Send bytes, close the sending half if asked to, and return all that comes back."""
        with socket.create_connection(self.address, timeout=20) as connection:
            connection.sendall(data)
            if half:
                connection.shutdown(socket.SHUT_WR)
            found = b""
            with contextlib.suppress(ConnectionError):
                while block := connection.recv(65536):
                    found += block
            return found

    def doors(self):
        """Every socket on which one of its processes can be reached."""
        held = set()
        for pid in family(self.process.pid):
            for fd in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    held.add(str(fd.readlink()))
        listens = {"tcp": (3, "0A", 9), "tcp6": (3, "0A", 9), "unix": (5, "01", 6)}
        for kind, (state, listening, inode) in listens.items():
            for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                fields = line.split()
                accepts = kind != "unix" or int(fields[3], 16) & 0x10000
                if accepts and fields[state] == listening and f"socket:[{fields[inode]}]" in held:
                    yield kind, fields[1] if kind != "unix" else fields[-1]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    yield from running(Served(tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """The same, which lets go of who keeps it waiting after a second and a half."""
    program = Path(__file__).with_name("hasty.py")
    yield from running(Served(tmp_path_factory.mktemp("hasty"), served=(program,)))


def running(running):
    yield running
    pids = family(running.process.pid)
    running.process.terminate()
    assert running.process.wait(20) == 0
    assert not [pid for pid in pids if alive(pid)]
    assert running.said.read_text() == ""


def post(served, pairs, cut=None):
    kind, body = multipart(pairs)
    head = (
        f"POST /ko/ HTTP/1.1\r\nHost: {served.url.removeprefix('http://')}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body[:cut]


def test_two_requests_reach_a_receipt(served):
    site = Site(served.url)
    form = site.get("/zh/").form("testimony")
    assert len(site.post(form, w_narrative=STORY).receipt.split()) == 10


def test_no_answer_names_the_server_or_its_clock(served):
    for path in ("/ko/", "/key", "/nothing"):
        headers = Site(served.url).get(path).headers
        assert "Server" not in headers
        assert "Date" not in headers
        assert "gunicorn" not in str(headers).lower()


def test_five_megabytes_get_their_answer(served):
    site = Site(served.url)
    form = site.get("/ko/").form("testimony")
    page = site.post(form, w_narrative="a" * 5 * MIB)
    assert page.status == 413
    assert page.error


def test_half_a_body_stores_nothing(served):
    before = served.world.count()
    form = Site(served.url).get("/ko/").form("testimony")
    pairs = form.filled(w_narrative=STORY * 100)
    answer = served.raw(post(served, pairs, cut=2000), half=True)
    assert b" 200 " not in answer.split(b"\r\n")[0]
    assert served.world.count() == before


def test_a_cut_circuit_stores_nothing_and_the_next_one_is_served(served):
    before = served.world.count()
    form = Site(served.url).get("/ko/").form("testimony")
    with socket.create_connection(served.address) as connection:
        connection.sendall(post(served, form.filled(w_narrative=STORY), cut=400))
    assert Site(served.url).get("/ko/").status == 200
    assert served.world.count() == before


def test_a_broken_request_line_is_answered_without_a_word_of_it(served):
    answer = served.raw(b"CANARY CANARY\r\n\r\n")
    assert b"CANARY" not in answer
    assert b"gunicorn" not in answer.lower()


def test_it_has_one_door(served):
    """No socket of gunicorn's own for its commands, nothing on another port."""
    (door,) = served.doors()
    assert door == ("tcp", f"0100007F:{served.address[1]:04X}")


def held(served, begin, drip):
    """How long a client keeps its connection that begins so and goes on byte by byte; or idles."""
    began = time.monotonic()
    with socket.create_connection(served.address, timeout=0.2) as wire:
        wire.sendall(begin)
        while time.monotonic() < began + 12:
            with contextlib.suppress(TimeoutError):
                try:
                    wire.sendall(drip)
                    if not wire.recv(65536):
                        break
                except ConnectionError:
                    break
    return time.monotonic() - began


def test_who_drips_or_idles_is_let_go_of_and_an_honest_one_is_served(hasty):
    """The head of a request, its body, and a connection that is kept after an answer."""
    host = hasty.url.removeprefix("http://").encode()
    page = Site(hasty.url).get("/ko/").form("testimony")
    body = post(hasty, page.filled(w_narrative=STORY * 200), cut=3000)
    ways = [
        (b"GET /key HTTP/1.1\r\nX-Slow: ", b"x"),
        (body, b"x"),
        (b"GET /key HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", b""),
    ]
    before = hasty.world.count()
    with ThreadPoolExecutor() as clients:
        slow = [clients.submit(held, hasty, *way) for way in ways]
        assert Site(hasty.url).get("/ko/").status == 200
        times = [one.result() for one in slow]
    assert all(1 < took < limit for took, limit in zip(times, (5, 5, 9), strict=True)), times
    assert hasty.world.count() == before


def test_the_worker_writes_no_core_and_nobody_may_look_into_it(served):
    limits = Path(f"/proc/{served.worker()}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def kill(served):
    """Kill the worker where it stands, and wait for the next one."""
    worker = served.worker()
    os.kill(worker, signal.SIGKILL)
    served.began = time.monotonic()
    while alive(worker):
        time.sleep(0.02)
    served.wait()
    assert served.worker() != worker


def test_a_file_that_was_acknowledged_outlives_a_kill_at_once(served):
    site, data = Site(served.url), os.urandom(200_000)
    receipt = site.post(site.get("/ko/").form("testimony"), w_narrative=STORY)
    done = site.post(receipt.form("attach"), attachment=Upload("사진.jpg", data))
    kill(served)
    assert done.id("done"), done.error
    back = Site(served.url)
    page = back.post(back.get("/ko/return").form("return"), receipt=receipt.receipt)
    assert [n.attrs["data-kind"] for n in page.root.all(cls="letter")] == [
        "testimony",
        "attachment",
    ]
    file = served.world.one("attachment").file
    store, row = Blobs(served.world.settings.blob_dir), served.world.one("attachment").id
    with served.world.engine.connect() as connection:
        kept = b"".join(open_blob(store, connection, bytes.fromhex(row), file))
    assert kept == data


def test_a_worker_that_died_is_started_anew(served):
    site = Site(served.url)
    form = site.get("/ko/").form("testimony")
    receipt = site.post(form, w_narrative=STORY).receipt
    before = served.world.count()
    kill(served)
    assert site.post(form, w_narrative=STORY).receipt == receipt
    assert served.world.count() == before


def test_nothing_typed_lies_in_the_data_directory(served):
    site = Site(served.url)
    site.post(site.get("/ko/").form("testimony"), w_narrative="CANARY 카나리아")
    for path in served.world.path.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert b"CANARY" not in data
        assert "카나리아".encode() not in data


def test_settings_that_name_no_mailbox_are_refused_in_one_line(served, tmp_path):
    empty = tmp_path / "data"
    empty.mkdir(mode=0o700)
    secret = empty / "intake.secret"
    secret.touch(mode=0o600)
    secret.write_bytes((served.world.path / "intake.secret").read_bytes())
    toml = tmp_path / "naru.toml"
    text = served.world.toml.read_text().replace(str(served.world.path), str(empty))
    toml.write_text(re.sub("^mailbox_url.*\n", "", text, flags=re.MULTILINE))
    command = [sys.executable, "-m", "app", "serve", "intake", "--config", toml]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "app init" in done.stderr

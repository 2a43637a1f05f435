"""Tor's word of the circuit, as it comes over the socket of the running server."""

import re
import socket
import subprocess
import sys
import time

import pytest
from intake.world import World
from outside.demo import ROOT, alive, family
from outside.site import multipart

from app.intake.budgets import POSTS

HOST = "127.0.0.1:8000"
CIRCUIT = "PROXY TCP6 fc00:dead:beef:4dad::0:{} ::1 71 80\r\n"


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """An intake that listens as in a deployment: on a socket, with tor before it."""
    folder = tmp_path_factory.mktemp("circuits")
    world = World(folder, time.time(), b"s" * 16)
    world.engine.dispose()
    path = folder / "intake.sock"
    world.toml.write_text(world.toml.read_text().replace(f'"{HOST}"', f'"unix:{path}"'))
    said = folder / "said"
    with said.open("wb") as file:
        command = [sys.executable, "-m", "app", "serve", "intake", "--config", world.toml]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
    end = time.monotonic() + 30
    while not path.exists():
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < end
        time.sleep(0.02)
    yield Gate(path, folder)
    pids = family(process.pid)
    process.terminate()
    assert process.wait(20) == 0
    assert not [pid for pid in pids if alive(pid)]
    assert said.read_text() == ""


class Gate:
    """Speaks to the socket as tor does."""

    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def ask(self, circuit, request):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(30)
            wire.connect(str(self.path))
            wire.sendall((CIRCUIT.format(circuit).encode() if circuit else b"") + request)
            found = b""
            while block := wire.recv(1 << 16):
                found += block
        return int(found.split()[1]), found

    def get(self, circuit):
        head = f"GET /en/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        return self.ask(circuit, head.encode())

    def tell(self, circuit):
        """A testimony on this circuit: the status."""
        _, page = self.get(circuit)
        ticket = re.search(rb'name=ticket value="([^"]*)"', page)[1].decode()
        kind, body = multipart([("ticket", ticket), ("w_narrative", "An invented story.")])
        head = f"POST /en/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {kind}\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return self.ask(circuit, head.encode() + body)[0]


def test_a_circuit_that_floods_waits_others_do_not_and_no_circuit_is_written_down(gate):
    assert [gate.tell(4711) for _ in range(POSTS)] == [200] * POSTS
    assert gate.tell(4711) == 429
    assert gate.get(4711)[0] == 200, "reading is never refused"
    assert gate.tell(815) == 200
    assert gate.tell(None) == 200
    for path in gate.folder.rglob("*"):
        if path.is_file():
            assert b"dead:beef" not in path.read_bytes(), path

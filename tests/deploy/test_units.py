"""Both apps run under what their units forbid: the calls of the kernel that the filter refuses."""

import os
import re
import socket
import subprocess
import sys
import time

import pytest
from deploy.test_files import DEPLOY, done
from deployment import make
from needs import need
from outside.demo import ROOT


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A deployment whose apps listen on sockets, as behind tor."""
    folder = tmp_path_factory.mktemp("unit") / "data"
    return make(folder)[0]


def forbidden(app):
    """The calls in the groups that the unit's filter takes away."""
    unit = (DEPLOY / f"naru-{app}.service").read_text()
    todo = re.search(r"^SystemCallFilter=~(.*)$", unit, re.MULTILINE)[1].split()
    calls = set()
    while todo:
        group = todo.pop()
        for line in done("systemd-analyze", "syscall-filter", group).splitlines()[1:]:
            name = line.strip()
            if name.startswith("@"):
                todo.append(name)
            elif name and not name.startswith("#"):
                calls.add(name)
    return calls


def answered(path, host):
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(str(path))
        wire.sendall(f"GET /source HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return wire.recv(64)


@pytest.mark.parametrize(
    ("app", "host"), [("intake", "127.0.0.1:8000"), ("desk", "127.0.0.1:8001")]
)
def test_an_app_starts_and_answers_without_what_its_unit_forbids(founded, tmp_path, app, host):
    need("strace")
    need("systemd-analyze")
    path = tmp_path / "s"
    toml = tmp_path / "naru.toml"
    text = founded.read_text()
    toml.write_text(text.replace(f'listen = "{host}"', f'listen = "unix:{path}"'))
    calls = ",".join(f"?{name}" for name in sorted(forbidden(app)))
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none"]
    command += ["-e", f"trace={calls}", "-e", f"inject={calls}:error=EPERM", "--seccomp-bpf"]
    command += [sys.executable, "-m", "app", "serve", app, "--config", str(toml)]
    told = tmp_path / "told"
    with told.open("wb") as log:
        served = subprocess.Popen(command, cwd=ROOT, stderr=log, start_new_session=True)
    try:
        end, found = time.monotonic() + 30, b""
        while not found:
            assert served.poll() is None, told.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
            try:
                found = answered(path, host)
            except OSError:
                continue
        assert found.startswith(b"HTTP/1.1 200")
    finally:
        if served.poll() is None:
            os.killpg(served.pid, 15)
        served.wait(20)

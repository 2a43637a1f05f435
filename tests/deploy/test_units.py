"""Apps and doctor run under what their units forbid: calls of the kernel, rights of root."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
from deploy.test_files import DEPLOY, done
from deployment import make
from needs import give_up, need
from outside.demo import ROOT


@pytest.fixture(scope="module")
def served(tmp_path_factory):
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


def refusing(app):
    """The command under which these calls fail, as the unit's filter makes them."""
    calls = ",".join(f"?{name}" for name in sorted(forbidden(app)))
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none"]
    return [*command, "-e", f"trace={calls}", "-e", f"inject={calls}:error=EPERM", "--seccomp-bpf"]


def answered(path, host):
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(str(path))
        wire.sendall(f"GET /source HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return wire.recv(64)


@pytest.mark.parametrize(
    ("app", "host"), [("intake", "127.0.0.1:8000"), ("desk", "127.0.0.1:8001")]
)
def test_an_app_starts_and_answers_without_what_its_unit_forbids(served, tmp_path, app, host):
    need("strace")
    need("systemd-analyze")
    path = tmp_path / "s"
    toml = tmp_path / "naru.toml"
    text = served.read_text()
    toml.write_text(text.replace(f'listen = "{host}"', f'listen = "unix:{path}"'))
    command = [*refusing(app), sys.executable, "-m", "app", "serve", app, "--config", str(toml)]
    told = tmp_path / "told"
    with told.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stderr=log, start_new_session=True)
    try:
        end, found = time.monotonic() + 30, b""
        while not found:
            assert process.poll() is None, told.read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
            try:
                found = answered(path, host)
            except OSError:
                continue
        assert found.startswith(b"HTTP/1.1 200")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 15)
        process.wait(20)


def round_of_the_doctor(machine, *under):
    """What the doctor says of this machine, under these fences; None where it could not look."""
    words = [*under, sys.executable, "-m", "app", "doctor", "--json", "--config", machine.config]
    words += ["--root", machine.root, "--backups", machine.backups, "--requirements", machine.pins]
    done = subprocess.run([*map(str, words)], cwd=ROOT, capture_output=True, check=False)
    return json.loads(done.stdout) if done.stdout else None


def test_the_doctor_sees_as_much_from_inside_its_unit(machine):
    """Root with the two rights that its unit leaves it, looking at what belongs to others."""
    need("strace")
    need("systemd-analyze")
    if os.geteuid() != 0:
        give_up("only root may give up rights of root: run as root")
    (machine.root / "proc/17/comm").write_text("bash\n")
    held = [machine.data, *machine.data.iterdir(), machine.root / "var/lib/tor/naru-desk"]
    unit = (DEPLOY / "naru-doctor.service").read_text()
    names = re.search(r"^CapabilityBoundingSet=(.*)$", unit, re.MULTILINE)[1].lower().split()
    keeps = ",".join(["-all", *(name.replace("cap_", "+") for name in names)])
    for path in held:
        shutil.chown(path, "nobody")
    held[-1].chmod(0o700)
    try:
        free = round_of_the_doctor(machine)
        fenced = [*refusing("doctor"), "setpriv", "--bounding-set"]
        assert [one["id"] for one in free["findings"]] == ["tor-down"]
        assert round_of_the_doctor(machine, *fenced, keeps) == free
        assert round_of_the_doctor(machine, *fenced, "-all") != free, "its rights are needed"
        assert {path.owner() for path in machine.data.iterdir()} == {"nobody"}
    finally:
        for path in held:
            shutil.chown(path, "root")

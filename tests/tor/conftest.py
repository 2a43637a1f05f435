"""A deployment behind onions of a private Tor network, made and started once in a session."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from needs import need
from outside.demo import ROOT, run
from outside.table import note
from tor.network import Network, Onion
from tor.visitor import Visitor

TORRC = ROOT / "deploy" / "torrc"


def deployed(name):
    """What deploy/torrc says of this onion, but for where it lies and leads."""
    for part in TORRC.read_text().split("HiddenServiceDir ")[1:]:
        folder, *lines = part.splitlines()
        if folder == f"/var/lib/tor/naru-{name}":
            own = ("#", "HiddenServicePort ", "HiddenServiceVersion ")
            return "".join(f"{line}\n" for line in lines if line and not line.startswith(own))
    raise AssertionError(f"deploy/torrc has no onion {name}")


class House:
    """`app init`, `serve intake` and `serve desk` behind their onions; what they said, kept."""

    def __init__(self, base, cache):
        self.base, self.log = base, base / "apps.log"
        self.intake = Onion("intake", base / "intake.sock", lines=deployed("intake"))
        self.desk = Onion("desk", base / "desk.sock", guarded=True, lines=deployed("desk"))
        self.telling = Onion("telling", base / "telling.sock", lines=deployed("intake"))
        self.forgetful = Onion("forgetful", base / "forgetful.sock")
        self.data, self.served = base / "data", []
        self.net = Network(base / "tor", self.onions(), cache)

    def onions(self):
        """The last only where a proof takes a protection out."""
        found = [self.intake, self.desk, self.telling]
        return [*found, self.forgetful] if os.environ.get("NARU_PROOF") == "1" else found

    def found(self):
        words = ["--data", self.data, "--lead", "lead", "--language", "ko"]
        words += ["--intake-url", f"http://{self.intake.address}"]
        words += ["--desk-url", f"http://{self.desk.address}"]
        words += ["--intake-listen", f"unix:{self.intake.target}"]
        words += ["--desk-listen", f"unix:{self.desk.target}"]
        told = json.loads(run("app", "init", "--json", *words).stdout)
        self.config, self.lead = told["config"], told["lead"]

    def serve(self):
        here = Path(__file__).parent
        module = [sys.executable, "-m", "app", "serve"]
        for onion in self.onions():
            own = here / f"{onion.name}.py"  # beside the two real ones, those of tests
            command = [*module, onion.name, "--config", self.config]
            if own.exists():
                command = [sys.executable, own, self.config, onion.target, onion.address]
            with self.log.open("ab") as log:
                self.served.append(
                    subprocess.Popen(
                        [str(word) for word in command],
                        cwd=ROOT,
                        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                    )
                )
        end = time.monotonic() + 30
        while not all(one.target.exists() for one in self.onions()):
            assert time.monotonic() < end, self.log.read_text()
            assert all(one.poll() is None for one in self.served), self.log.read_text()
            time.sleep(0.05)

    def stop(self):
        for one in self.served:
            one.send_signal(signal.SIGTERM)
        for one in self.served:
            assert one.wait(20) == 0, self.log.read_text()

    def witness(self, who):
        return Visitor(self.net.socks["witness"], self.intake.address, who)


@pytest.fixture(scope="session")
def house(pytestconfig):
    """The house on a network that was started cold; about half a minute."""
    need("tor")
    cache = pytestconfig.cache.mkdir("tor-authorities")
    base = Path(tempfile.mkdtemp(prefix="naru-tor-"))  # pytest's own folders have long names
    try:
        with contextlib.ExitStack() as stack:
            found = House(base, cache)
            found.found()
            stack.callback(found.stop)
            found.serve()
            stack.enter_context(found.net)
            told = ", ".join(f"{what} {after:.0f}" for what, after in found.net.timing.items())
            note(f"private Tor from nothing, seconds until: {told}")
            yield found
    finally:
        shutil.rmtree(base, ignore_errors=True)

"""The demonstration as a stranger starts it: one command, one line of JSON, SIGTERM at the end."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import postgresql

ROOT = Path(__file__).parents[2]


def free_ports(count):
    """Ports nobody listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def run(*words, stdin=None, passphrase=None, check=True, fds=()):
    """`python -m …` from the repository's root; a passphrase goes through a pipe of its own."""
    if passphrase is not None:
        reading, writing = os.pipe()
        os.write(writing, passphrase.encode() + b"\n")
        os.close(writing)
        words, fds = (*words, "--passphrase-fd", str(reading)), (*fds, reading)
    command = [sys.executable, "-m", *map(str, words)]
    done = subprocess.run(
        command, input=stdin, capture_output=True, cwd=ROOT, pass_fds=fds, timeout=120, check=False
    )
    for fd in fds:
        os.close(fd)
    if check:
        assert done.returncode == 0, (words[:2], done.stderr.decode())
    return done


class Demo:
    """A running `app demo`. `info` is its line of JSON; `log` holds all it ever printed."""

    def __init__(
        self, data, *, empty=True, under=(), python=sys.executable, sqlite=False, server=None
    ):
        self.data, self.empty, self.under, self.python = Path(data), empty, under, python
        self.server = server
        self.sqlite = sqlite or not (server or postgresql.WANTED)
        self.ports = free_ports(2)
        self.log = self.data.with_name(self.data.name + ".log")
        self.process = self.info = None
        self.seconds = None

    def start(self, wait=60):
        """Start, or go on with what is in `data`; ready when the line is there."""
        if not (self.sqlite or self.data.exists()):
            self._found_on_postgresql()
        intake, desk = map(str, self.ports)
        words = ["app", "demo", "--data", str(self.data), "--json"]
        words += ["--intake-port", intake, "--desk-port", desk] + ["--empty"] * self.empty
        began, start = time.monotonic(), self._size()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.under, self.python, "-m", *words],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while self.info is None:
            self._look(start)
            self.seconds = time.monotonic() - began
            assert self.seconds < wait, f"no line after {wait} s:\n{self.tail()}"
            time.sleep(0.02)
        return self

    def _found_on_postgresql(self):
        """Found it as anybody would, then move its databases with the command that moves them."""
        with Demo(self.data, empty=self.empty, python=self.python, sqlite=True):
            pass
        config, moved = self.data / "naru.toml", self.data / "moved.toml"
        self.server = self.server or postgresql.server()
        names = {name: self.server.database(kind="demo") for name in ("mailbox", "casebook")}
        self.server.grant(names)
        moved.touch(mode=0o600)
        moved.write_text(on_postgresql(config.read_text(), self.server, names))
        run("app", "move", "--config", config, "--to", moved)
        self.server.grant(names)  # now there are tables to grant on
        moved.rename(config)
        for path in self.data.glob("*.sqlite*"):
            path.unlink()
        self.log.unlink()  # what is looked at is what runs on it

    def _size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def _look(self, start):
        assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.tail()}"
        with self.log.open("rb") as log:
            log.seek(start)
            for line in log.read().splitlines(keepends=True):
                if line.startswith(b"{") and line.endswith(b"\n"):
                    with contextlib.suppress(ValueError):
                        self.info = json.loads(line)

    def tail(self):
        return self.log.read_bytes()[-4000:].decode(errors="replace")

    @property
    def intake(self):
        return self.info["intake"]

    @property
    def desk(self):
        return self.info["desk"]

    def config(self):
        """`--config FILE` for the commands that act on this demonstration."""
        return ["--config", str(self.info.get("config") or next(self.data.glob("*.toml")))]

    def family(self):
        """The ids of its processes: itself and all that descend from it."""
        return family(self.process.pid)

    def stop(self):
        """SIGTERM, and the exit status it must end with: 0, and nobody left behind."""
        pids = self.family()
        os.kill(pids[1 if self.under else 0], signal.SIGTERM)
        status = self.process.wait(20)
        left = [pid for pid in pids if alive(pid)]
        assert not left, f"still running after SIGTERM: {left}"
        self.info = None
        return status

    def kill(self):
        """kill -9 of everything at once, as when the machine loses its patience."""
        pids = self.family()
        os.killpg(self.process.pid, signal.SIGKILL)
        for pid in pids:  # whoever left the group
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)
        self.info = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.process is None or self.process.poll() is not None:
            assert kind or self.process is None, f"ended early:\n{self.tail()}"
        elif kind:
            self.kill()
        else:
            assert self.stop() == 0, self.tail()


def on_postgresql(text, server, names):
    """The settings of a deployment whose apps come in as the roles that were made for them."""
    owner, desk = (server.tables(names, role) for role in ("naru_owner", "naru_desk"))
    intake = server.tables({"mailbox": names["mailbox"]}, "naru_intake")
    text = text.replace("[intake]\n", f"{owner}[intake]\n{intake}", 1)
    return text.replace("[desk]\n", f"[desk]\n{desk}", 1)


def family(pid):
    """A process and all its descendants, eldest first, as /proc tells."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def alive(pid):
    """Whether it runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

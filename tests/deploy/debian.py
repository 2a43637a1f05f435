"""A fresh Debian that boots: debootstrap makes it, systemd-nspawn runs it, on this machine alone.

    with Debian(folder) as debian:
        debian.run("deploy/install.sh", cwd="/srv/naru")

It has a network of its own with nothing in it but loopback, so its firewall is its own too.
Packages come through relay.py: a socket inside that network, served by a process outside. What this
machine's apt and pip are told about mirrors is told inside as well.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from deploy.relay import RELAY
from outside.demo import ROOT

SUITE = "bookworm"
BASE = "systemd,systemd-sysv,dbus,ca-certificates"
PROXY = f"http://{RELAY[0]}:{RELAY[1]}"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
MIRRORS = "/etc/ssl/mirrors.crt"  # not the same place: an upgrade of Debian writes that anew


class Debian:
    """One machine; `run` does something on it, as root."""

    def __init__(self, folder, name="naru", binds=None):
        self.root, self.log = Path(folder) / "debian", Path(folder) / "boot.log"
        self.name, self.binds = name, binds or {}  # folders of this machine, seen inside
        self.process = self.leader = self.relay = None

    def make(self):
        """From nothing to a root that boots; some minutes."""
        if not (self.root / "etc/debian_version").exists():
            words = ["debootstrap", "--variant=minbase", f"--include={BASE}", SUITE, self.root]
            _done(*words)
        self._mirrors()
        return self

    def _mirrors(self):
        """Let it know the sources of packages that this machine knows."""
        for name in ("sources.list", "sources.list.d/debian.sources"):
            if (Path("/etc/apt") / name).exists():
                shutil.copy(Path("/etc/apt") / name, self.root / "etc/apt" / name)
        for place in ("/etc/pip.conf", "~/.config/pip/pip.conf", "~/.pip/pip.conf"):
            if Path(place).expanduser().exists():
                shutil.copy(Path(place).expanduser(), self.root / "etc/pip.conf")
        if Path(CERTIFICATES).exists():
            shutil.copy(CERTIFICATES, self.root / MIRRORS.lstrip("/"))
        (self.root / "etc/apt/apt.conf.d/90relay").write_text(f'Acquire::http::Proxy "{PROXY}";\n')

    def release(self, place="/srv/naru"):
        """Unpack what is in the repository's tree there, as from a release."""
        target = self.root / place.lstrip("/")
        shutil.rmtree(target, ignore_errors=True)
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.split(b"\0")
        for name in filter(None, names):
            source, to = ROOT / os.fsdecode(name), target / os.fsdecode(name)
            if source.is_file():
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, to)
        return target

    def _folders(self):
        """Folders that pip's settings name: they are shown inside, read-only."""
        text = (self.root / "etc/pip.conf").read_text() if self._has("etc/pip.conf") else ""
        text += os.environ.get("PIP_FIND_LINKS", "")
        found = {re.sub(r"/simple$", "", path) for path in re.findall(r"(?<![/\w])/[\w./-]+", text)}
        found |= {re.sub(r"/simple$", "", p) for p in re.findall(r"file://(/[\w./-]+)", text)}
        return sorted(path for path in found if Path(path).is_dir())

    def _has(self, name):
        return (self.root / name).exists()

    def __enter__(self):
        words = ["systemd-nspawn", "--quiet", f"--directory={self.root}", "--boot"]
        words += ["--register=no", "--keep-unit", "--private-network", "--console=pipe"]
        words += [f"--machine={self.name}", "--resolv-conf=off", "--timezone=off"]
        words += [f"--bind-ro={path}" for path in self._folders()]
        words += [f"--bind={here}:{inside}" for here, inside in self.binds.items()]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self._up()
        except BaseException:
            self.stop()
            raise
        return self

    def _up(self):
        end = time.monotonic() + 120
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while not self.leader:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            found = children.read_text().split()
            if found and Path(f"/proc/{found[0]}/comm").read_text().strip() == "systemd":
                self.leader = int(found[0])
            time.sleep(0.1)
        while self.run("systemctl", "is-system-running", check=False).strip() not in (
            "running",
            "degraded",
        ):
            assert time.monotonic() < end, "it does not come up"
            time.sleep(0.3)
        words = [sys.executable, str(Path(__file__).parent / "relay.py"), str(self.leader)]
        self.relay = subprocess.Popen(words, stdin=subprocess.DEVNULL)

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.relay:
            self.relay.terminate()
            self.relay.wait()
        if self.leader:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.leader, 37)  # SIGRTMIN+3: systemd is asked to halt
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.leader = None

    def remove(self):
        """Take it off the disk; what debootstrap mounted in it may still be there."""
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for place in reversed([each for each in mounted if each.startswith(f"{self.root}/")]):
            subprocess.run(["umount", "--lazy", place], check=True)
        subprocess.run(["rm", "-rf", "--one-file-system", self.root.parent], check=True)

    def run(self, *words, cwd="/", check=True, text=None, **environ):
        """Do something inside and return what it printed; `failed` holds its status."""
        command = ["nsenter", "-t", str(self.leader), "-a", "-r", "env", "-i", "-C", cwd]
        command += [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
        ]
        command += [f"{name}={value}" for name, value in environ.items()]
        done = subprocess.run(
            [*command, *map(str, words)], capture_output=True, text=True, input=text, check=False
        )
        self.status, self.said = done.returncode, done.stdout + done.stderr
        assert not check or done.returncode == 0, (words, self.said[-4000:])
        return done.stdout

    def install(self, place="/srv/naru", *words, check=True):
        """`deploy/install.sh` of the release unpacked there, packages coming by the relay."""
        found = {"http_proxy": PROXY, "https_proxy": PROXY, "PIP_CERT": MIRRORS}
        if "PIP_FIND_LINKS" in os.environ:
            found["PIP_FIND_LINKS"] = os.environ["PIP_FIND_LINKS"]
        return self.run("deploy/install.sh", *words, cwd=place, check=check, **found)


def _done(*words):
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])

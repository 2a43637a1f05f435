"""A whole Tor network on 127.0.0.1: real tor, three authorities, three relays, a host, two clients.

    with Network(folder, [Onion("intake", socket), Onion("desk", other, clients=1)]) as net:
        net.clients["witness"].socks

Nothing of it leaves this machine and its keys are worth nothing. Each tor is a child, ended by its
id, and dies with the thread that started it. Keep the folder's path short: that of a Unix socket
has at most 107 bytes.
"""

import base64
import concurrent.futures
import contextlib
import ctypes
import hashlib
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from outside.demo import free_ports

TOR, GENCERT = "/usr/bin/tor", "/usr/bin/tor-gencert"
ALONE = ["--defaults-torrc", "/nonexistent", "--ignore-missing-torrc"]  # not Debian's /etc/tor
AUTHORITIES, RELAYS = ("auth0", "auth1", "auth2"), ("relay0", "relay1", "relay2")
COMMON = """\
TestingTorNetwork 1
DataDirectory {dir}
Nickname {nick}
ControlSocket {dir}/control
Log notice file {dir}/notice.log
ShutdownWaitLength 0
PathsNeededToBuildCircuits 0.67
FetchDirInfoEarly 1
FetchDirInfoExtraEarly 1
"""
RELAY = """\
Address 127.0.0.1
ORPort 127.0.0.1:{orport} IPv4Only
DirPort 127.0.0.1:{dirport}
SocksPort 0
ExitPolicy reject *:*
AssumeReachable 1
"""
AUTHORITY = """\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
V3AuthNIntervalsValid 3
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 20
V3AuthVoteDelay 2
V3AuthDistDelay 2
"""


def base32(raw):
    return base64.b32encode(raw).decode().rstrip("=")


@dataclass
class Onion:
    """A v3 onion service before tor knows it: we make its key, so its address is known at once."""

    name: str
    target: Path
    guarded: bool = False
    lines: str = ""
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    client: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate, repr=False)

    @property
    def address(self):
        """rend-spec-v3, 6: base32 of key, checksum and version."""
        public = self.key.public_key().public_bytes_raw()
        checksum = hashlib.sha3_256(b".onion checksum" + public + b"\x03").digest()[:2]
        return base32(public + checksum + b"\x03").lower() + ".onion"

    def write(self, folder):
        """The files of a HiddenServiceDir."""
        folder.mkdir(mode=0o700)
        expanded = bytearray(hashlib.sha512(self.key.private_bytes_raw()).digest())
        expanded[0] &= 248
        expanded[31] = expanded[31] & 63 | 64
        for kind, raw in (
            ("secret", bytes(expanded)),
            ("public", self.key.public_key().public_bytes_raw()),
        ):
            head = f"== ed25519v1-{kind}: type0 ==".encode().ljust(32, b"\0")
            (folder / f"hs_ed25519_{kind}_key").write_bytes(head + raw)
        if self.guarded:
            (folder / "authorized_clients").mkdir(mode=0o700)
            public = base32(self.client.public_key().public_bytes_raw())
            (folder / "authorized_clients" / "member.auth").write_text(
                f"descriptor:x25519:{public}\n"
            )

    def torrc(self, folder):
        return (
            f"HiddenServiceDir {folder}\nHiddenServiceVersion 3\n"
            f"HiddenServicePort 80 unix:{self.target}\n{self.lines}"
        )


class Network:
    """The network; ready when every onion was reached by who may reach it."""

    def __init__(self, base, onions, key_cache):
        self.base, self.onions, self.cache = Path(base), onions, Path(key_cache)
        self.running, self.control_files, self.socks, self.began = {}, {}, {}, 0.0
        self.timing, self.authority_lines = {}, ""

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.stop)
            self.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def start(self):
        self.began = time.monotonic()
        nodes = AUTHORITIES + RELAYS
        ports = free_ports(2 * len(nodes) + 2)
        port = {node: (ports.pop(), ports.pop()) for node in nodes}
        for nick in (*nodes, "host", "member", "witness"):
            (self.base / nick).mkdir(mode=0o700, parents=True)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            lines = pool.map(lambda nick: self._authority(nick, *port[nick]), AUTHORITIES)
            self.authority_lines = "".join(lines)
        self._mark("keys")
        for nick in nodes:
            torrc = RELAY.format(orport=port[nick][0], dirport=port[nick][1])
            self._launch(nick, torrc + (AUTHORITY if nick in AUTHORITIES else ""))
        # A client that fetches a consensus without some relay is stuck with it for a minute:
        # host and clients start when every authority lists every node.
        self._wait(lambda: all(self._listed(a) == len(nodes) for a in AUTHORITIES), "consensus")
        self._mark("consensus")
        self._start_ends(ports)
        ends = ("host", "member", "witness")
        self._wait(lambda: all(self._bootstrapped(end) for end in ends), "bootstrap")
        self._mark("bootstrap")
        for onion in self.onions:
            self._wait(lambda one=onion: self._reached(one), f"stream to {onion.name}", pause=0.5)
        self._mark("reached")

    def _start_ends(self, ports):
        host = self.base / "host"
        for onion in self.onions:
            onion.write(host / onion.name)
        torrc = "".join(onion.torrc(host / onion.name) for onion in self.onions)
        self._launch("host", "SocksPort 0\n" + torrc)
        keys = self.base / "member" / "auth"
        keys.mkdir(mode=0o700)
        for onion in self.onions:
            if onion.guarded:
                line = f"{onion.address[:56]}:descriptor:x25519:"
                line += base32(onion.client.private_bytes_raw())
                (keys / f"{onion.name}.auth_private").write_text(line + "\n")
        for nick, more in (("member", f"ClientOnionAuthDir {keys}\n"), ("witness", "")):
            self.socks[nick] = ports.pop()
            self._launch(nick, f"SocksPort 127.0.0.1:{self.socks[nick]} ExtendedErrors\n{more}")

    def stop(self):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
        for file in self.control_files.values():
            file.close()

    def _authority(self, nick, orport, dirport):
        """Make an authority's keys, unless kept from an earlier run; return its DirAuthority."""
        folder, cache = self.base / nick, self.cache / nick
        if not (cache / "authority_certificate").exists():
            cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = [("-i", "authority_identity_key"), ("-s", "authority_signing_key")]
            names += [("-c", "authority_certificate")]
            command = [GENCERT, "--create-identity-key", "--passphrase-fd", "0", "-m", "12"]
            command += [word for flag, name in names for word in (flag, str(cache / name))]
            subprocess.run(command, input=b"only a test\n", check=True, capture_output=True)
        shutil.copytree(cache, folder / "keys")
        certificate = (folder / "keys" / "authority_certificate").read_text()
        v3ident = re.search(r"^fingerprint (\w{40})$", certificate, re.MULTILINE)[1]
        command = [TOR, "--quiet", "--list-fingerprint", "-f", "/nonexistent", *ALONE]
        command += ["--nickname", nick, "--orport", "1", "--datadirectory", str(folder)]
        command += ["--dirauthority", f"x 127.0.0.1:1 {'F' * 40}"]
        subprocess.run(command, check=True, capture_output=True)
        relay = (folder / "fingerprint").read_text().split()[1]
        ends = f"orport={orport} no-v2 v3ident={v3ident} 127.0.0.1:{dirport} {relay}"
        return f"DirAuthority {nick} {ends}\n"

    def _launch(self, nick, torrc):
        folder = self.base / nick
        common = COMMON.format(dir=folder, nick=nick)
        (folder / "torrc").write_text(common + self.authority_lines + torrc)
        with (folder / "stdout.log").open("wb") as out:
            self.running[nick] = subprocess.Popen(
                [TOR, "-f", str(folder / "torrc"), *ALONE],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_us,  # noqa: PLW1509 - one call into libc
            )

    def control(self, nick, command):
        """One command to a tor; the lines of its answer."""
        if nick not in self.control_files:
            with socket.socket(socket.AF_UNIX) as wire:  # the file keeps it open
                wire.settimeout(10)
                wire.connect(str(self.base / nick / "control"))
                self.control_files[nick] = wire.makefile("rw", newline="\r\n")
            self.control(nick, "AUTHENTICATE")
        file = self.control_files[nick]
        file.write(command + "\r\n")
        file.flush()
        lines, inside = [], False
        while not lines or inside or lines[-1][3:4] != " ":
            lines.append(file.readline().rstrip("\r\n"))
            inside = lines[-1] != "." if inside else lines[-1][3:4] == "+"
        return lines

    def cut(self, nick):
        """End every circuit of a client to an onion, as when a relay on the way goes down."""
        status = self.control(nick, "GETINFO circuit-status")
        ids = [
            re.sub(r"^250.circuit-status=", "", line).split()[0]
            for line in status
            if "PURPOSE=HS_CLIENT_REND" in line
        ]
        for each in ids:
            self.control(nick, f"CLOSECIRCUIT {each}")
        return len(ids)

    def _listed(self, nick):
        lines = self.control(nick, "GETINFO ns/all")
        return sum(line[:2] == "s " and "Running" in line for line in lines)

    def _bootstrapped(self, nick):
        return "PROGRESS=100" in self.control(nick, "GETINFO status/bootstrap-phase")[0]

    def _reached(self, onion):
        client = "member" if onion.guarded else "witness"
        with connect(self.socks[client], onion.address, "reach"):
            return True

    def _wait(self, ready, what, pause=0.1, seconds=150):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for nick, process in self.running.items():
                if process.poll() is not None:
                    tail = (self.base / nick / "stdout.log").read_text()[-800:]
                    raise AssertionError(f"{nick} ended: {tail}")
            with contextlib.suppress(OSError):
                if ready():
                    return
            time.sleep(pause)
        raise AssertionError(f"no {what} within {seconds} s; see the logs in {self.base}")

    def _mark(self, what):
        self.timing[what] = round(time.monotonic() - self.began, 1)


def _die_with_us():
    ctypes.CDLL("libc.so.6").prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class SocksError(OSError):
    """What tor answered instead of a stream; 0xf4: the onion wants a client's key."""


def connect(port, address, who, timeout=120):
    """A stream to an onion over SOCKS5; another name for `who`, another circuit."""
    wire = socket.create_connection(("127.0.0.1", port), timeout)
    try:
        wire.sendall(b"\x05\x01\x02")
        assert wire.recv(2) == b"\x05\x02"
        user, host = who.encode(), address.encode()
        wire.sendall(b"\x01" + bytes([len(user)]) + user + b"\x01x")
        assert wire.recv(2) == b"\x01\x00"
        wire.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + b"\x00\x50")
        answer = wire.recv(10)
    except BaseException:
        wire.close()
        raise
    if answer[1:2] != b"\x00":
        wire.close()
        code = answer[1] if len(answer) > 1 else -1
        raise SocksError(code, f"tor answers {code:#x}")
    return wire

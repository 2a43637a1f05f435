"""`python relay.py PID`: a proxy whose socket stands in the network of another process, PID's.

Whoever has nothing but loopback there gets packages through it; where the packages come from is
this machine's affair.
"""

import contextlib
import ctypes
import select
import socket
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

RELAY = ("127.0.0.1", 3128)
CLONE_NEWNET = 0x40000000


class Relay:
    """What a proxy does, on a socket that stands in another network than the process behind it."""

    def __init__(self, leader):
        self.listening = self._listen(leader)

    def _listen(self, leader):
        found = []

        def inside():
            with Path(f"/proc/{leader}/ns/net").open() as network:
                assert ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) == 0
            found.append(socket.create_server(RELAY))

        thread = threading.Thread(target=inside)  # a thread of its own: it never comes back
        thread.start()
        thread.join()
        return found[0]

    def serve(self):
        while True:
            client, _ = self.listening.accept()
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        with contextlib.suppress(OSError, ValueError), client:
            head = b""
            while b"\r\n\r\n" not in head:
                part = client.recv(65536)
                if not part:
                    return
                head += part
            verb, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            if verb == "CONNECT":
                host, port = target.rsplit(":", 1)
                with socket.create_connection((host, int(port)), 60) as far:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    _both(client, far)
                return
            parts = urlsplit(target)
            lines = head.decode("latin-1").split("\r\n")
            lines[0] = (
                f"{verb} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"
            )
            kept = [
                line for line in lines if not line.lower().startswith(("proxy-", "connection:"))
            ]
            kept.insert(1, "Connection: close")
            with socket.create_connection((parts.hostname, parts.port or 80), 60) as far:
                far.sendall("\r\n".join(kept).encode("latin-1"))
                _both(client, far)


def _both(one, other):
    while True:
        ready, _, _ = select.select([one, other], [], [], 300)
        if not ready:
            return
        for each in ready:
            part = each.recv(65536)
            if not part:
                return
            (other if each is one else one).sendall(part)


if __name__ == "__main__":
    Relay(int(sys.argv[1])).serve()

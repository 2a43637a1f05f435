"""Somebody who comes over Tor with the standard library: a `Site` whose wire is a circuit."""

import http.client
import urllib.parse

from outside.site import Site, multipart
from tor.network import connect


class _Circuit(http.client.HTTPConnection):
    def __init__(self, port, address, who):
        super().__init__(address, timeout=120)
        self._wire = port, address, who

    def connect(self):
        self.sock = connect(*self._wire)


class Visitor(Site):
    """A browser on a circuit of its own: `who` names it."""

    def __init__(self, port, address, who):
        super().__init__(f"http://{address}")
        self.socks, self.who = port, who

    def send(self, method, path, body=None, headers=None):
        return super().send(method, path, body, {"Host": self.host, **(headers or {})})

    def _connect(self):
        return _Circuit(self.socks, self.host, self.who)

    def begin(self, form, portion, **values):
        """Send a part of the filled form, and hand over the open wire."""
        kind, body = multipart(form.filled(**values))
        path = urllib.parse.urlsplit(form.action).path
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: {kind}\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        wire = connect(self.socks, self.host, self.who)
        wire.sendall(head.encode() + body[: int(len(body) * portion)])
        return wire

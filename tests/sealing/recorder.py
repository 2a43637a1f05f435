"""A proxy that writes down what a browser sends, and can change what it gets."""

import http.client
import http.server
import threading
from urllib.parse import urlsplit


class Recorder:
    """Forwards to loopback alone: what a browser asks elsewhere by itself goes nowhere.

    `requests` are (method, path, head and body); `altered` maps a path to a change of its bytes;
    of what is posted to a path that is `lost` the answer never comes, and to one `refused` nothing.
    """

    def __init__(self):
        self.requests, self.altered, self.down = [], {}, False
        self.lost = self.refused = lambda _: False
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _forward(self):
                recorder._forward(self)

            do_GET = do_POST = _forward  # noqa: N815 - the names http.server asks for

            def log_message(self, *_):
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _forward(self, handler):
        to = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if to.hostname != "127.0.0.1":
            handler.send_error(502)
            return
        self.requests.append((handler.command, to.path, handler.headers.as_bytes() + body))
        if self.down:
            handler.close_connection = True
            return
        if handler.command == "POST" and self.refused(to.path):
            handler.send_error(503)
            return
        connection = http.client.HTTPConnection(to.hostname, to.port, timeout=60)
        path = to.path + ("?" + to.query if to.query else "")
        kept = {k: v for k, v in handler.headers.items() if k.lower() != "proxy-connection"}
        connection.request(handler.command, path, body, kept)
        answer = connection.getresponse()
        data = self.altered.get(to.path, lambda data: data)(answer.read())
        if handler.command == "POST" and self.lost(to.path):
            connection.close()
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        connection.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

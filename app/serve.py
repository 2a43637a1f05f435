"""`serve intake` and `serve desk`: one gunicorn, in this process, that says nothing.

One worker, because SQLite has one writer, which groups what waits into one commit; many threads,
because a slow circuit must not hold up another. A worker that dies is started anew.
"""

import argparse
import importlib
import logging
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.http import unreader, wsgi  # type: ignore[import-untyped]
from typing_extensions import override

from app import watch, web
from app.db import WrongRevision, open_engine, refuse_stale
from app.mailbox.tables import HEAD
from app.problems import Problem
from config.settings import AppSettings, load_settings

# A slow upload holds one; docs/proof.md has what a thousand of them do. Only those needed are made.
THREADS = 1200
FILES = 8192  # connections and files at once, as far as the system lets us
MEMORY = "/dev/shm"  # noqa: S108 - where gunicorn's heartbeat lies: a file without content
OWN_SOCKET = "connection to "  # how gunicorn begins to say that it cannot listen: "... failed: why"
BLOCK = 64 * 1024  # read of a body at once: gunicorn's own MiB is copied anew for each such block
SLOWEST = 60  # seconds a client may say nothing in the middle of a request


class Silence:
    """What gunicorn takes for its log: the types of errors, never an address or a line."""

    def __init__(self, cfg: Any) -> None:  # noqa: ANN401, ARG002 - gunicorn's call
        self.error_log = logging.getLogger("gunicorn")

    def exception(self, *_: object, **__: object) -> None:
        """Name the kind of the error that is being handled."""
        web.report(sys.exc_info()[0], "the server")

    def critical(self, *_: object, **__: object) -> None:
        """Say that the server has trouble of its own."""
        web.report(None, "the server")

    def error(self, message: str, *_: object, **__: object) -> None:
        """Say why our own socket cannot be opened; nothing else is let through."""
        if message.startswith(OWN_SOCKET):
            print(f"naru: {message}", file=sys.stderr, flush=True)  # noqa: T201

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - info, debug, access, reopen_files …
        return lambda *_, **__: None


class Server(BaseApplication):  # type: ignore[misc] # gunicorn says no types
    """gunicorn without its command line, its files and its voice."""

    def __init__(self, which: str, settings: AppSettings) -> None:
        self.which, self.settings = which, settings
        super().__init__()

    @override
    def load_config(self) -> None:
        chosen = {
            "bind": self._address(),
            "worker_class": watch.Worker,
            "workers": 1,
            "threads": THREADS,
            "backlog": 2048,
            "worker_connections": 2000,
            "keepalive": 5,
            "timeout": 60,
            "graceful_timeout": 10,
            "limit_request_line": 2048,
            "limit_request_fields": 40,
            "limit_request_field_size": 4096,
            "accesslog": None,
            "logger_class": Silence,
            "control_socket_disable": True,
            # Behind a socket is tor, which says which circuit: REMOTE_ADDR, kept nowhere.
            "proxy_protocol": "auto" if self._address().startswith("unix:") else "off",
            "forwarded_allow_ips": "",
            "worker_tmp_dir": MEMORY if Path(MEMORY).is_dir() else None,
            "umask": 0o007,
            "proc_name": f"naru-{self.which}",
            "post_fork": _quiet_worker,
            "pre_request": _limit_silence,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Any:
        # By name, and only now: neither app is ever loaded where the other is served.
        return watch.timed(importlib.import_module(f"app.{self.which}").create_app(self.settings))

    def _address(self) -> str:
        return self.settings.listen


def _quiet_worker(_arbiter: object, _worker: object) -> None:
    web.silence()
    web.harden()


def _limit_silence(worker: object, request: Any) -> None:  # noqa: ANN401, ARG001 - gunicorn's call
    connection = getattr(request.unreader, "sock", None)
    if isinstance(connection, socket.socket):
        connection.settimeout(SLOWEST)


def _without_name(response: Any) -> list[str]:  # noqa: ANN401 - gunicorn's Response
    lines: list[str] = _headers(response)
    return [line for line in lines if not line.startswith(("Server:", "Date:"))]


_headers = wsgi.Response.default_headers


def _write_error(connection: socket.socket, status: int, _reason: str, _message: str) -> None:
    """Answer what is no HTTP with a bare status: gunicorn's own page repeats what was sent."""
    lines = f"HTTP/1.1 {status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    util.write_nonblock(connection, lines.encode("ascii"))


def _keep_owner(_path: str, _uid: int, _gid: int) -> None:
    """Leave our socket ours: it always is, and the unit's filter forbids even asking for it."""


def serve(which: str, settings: AppSettings) -> None:
    """Serve ``intake`` or ``desk`` until SIGTERM; does not return."""
    wsgi.Response.default_headers = _without_name
    unreader.SocketUnreader.max_body_chunk = BLOCK
    util.write_error = _write_error
    util.chown = _keep_owner
    web.silence()
    web.harden()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    Server(which, settings).run()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `serve` wants."""
    parser.add_argument("which", choices=("intake", "desk"))


def run(args: argparse.Namespace) -> None:
    """Serve one of the two until SIGTERM."""
    if args.config is None:
        raise Problem("name the deployment's TOML with --config or NARU_CONFIG")
    found = load_settings(args.config, only=args.which)
    settings: AppSettings = found.intake if args.which == "intake" else found.desk
    engine = open_engine(settings.mailbox_url)
    try:
        refuse_stale(engine, HEAD)
    except WrongRevision as error:
        raise Problem(str(error)) from None
    finally:
        engine.dispose()
    serve(args.which, settings)

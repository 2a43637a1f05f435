"""Time limits of our own: no server has one for a body that drips, or for headers that do.

A client may be slow, as every circuit is; it may not hold a thread for nothing. One thread looks at
all connections that wait for bytes and shuts the one that kept us waiting for too long.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]
from typing_extensions import override

HEADERS = 60  # seconds for the head of a request, from its first byte on
BODY = 120  # seconds for each block of a body: half a kilobyte a second
BLOCK = 64 * 1024
LOOK = 1.0


class Watchdog:
    """Shuts connections that are past their time."""

    def __init__(self, look: float = LOOK) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[float, socket.socket]] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def until(self, deadline: float, connection: socket.socket) -> Iterator[None]:
        """Shut ``connection`` if what is done here takes longer than until ``deadline``."""
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = deadline, connection
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._waiting[number]

    def _serve(self) -> None:
        while True:
            time.sleep(self._look)
            now = time.monotonic()
            with self._lock:
                late = [c for deadline, c in self._waiting.values() if deadline < now]
                for connection in late:
                    # Under the lock: no connection is shut that was given back meanwhile.
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)


DOG = Watchdog()


class Timed:
    """A body whose every block of 64 KiB has to arrive in time."""

    def __init__(self, body: IO[bytes], connection: socket.socket, dog: Watchdog = DOG) -> None:
        self._body, self._connection, self._dog = body, connection, dog
        self._deadline, self._left = time.monotonic() + BODY, BLOCK

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes; all that is left if it is negative."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        with self._dog.until(self._deadline, self._connection):
            found = self._body.read(min(size, self._left))
        self._left -= len(found)
        if self._left <= 0:
            self._deadline, self._left = time.monotonic() + BODY, BLOCK
        return found

    def readline(self, size: int = -1) -> bytes:
        """Read a line; nothing here does, but a WSGI body has this too."""
        return self._body.readline(size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)


def timed(application: Any) -> Any:  # noqa: ANN401 - a WSGI application, and one around it
    """Return the application with its bodies timed."""

    def around(environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            environ["wsgi.input"] = Timed(environ["wsgi.input"], connection)
        return application(environ, start_response)

    return around


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn says no types
    """gunicorn's threaded worker, whose threads do not wait for ever for the end of a head."""

    @override
    def handle(self, conn: Any) -> Any:
        if conn.parser is None or not isinstance(conn.parser, _Awaited):
            _await_heads(conn)
        return super().handle(conn)


class _Awaited:
    """A parser whose next request has to arrive in time."""

    def __init__(self, parser: Any, connection: socket.socket) -> None:  # noqa: ANN401
        self._parser, self._connection = parser, connection

    def __next__(self) -> Any:  # noqa: ANN401 - gunicorn's request
        self._connection.settimeout(HEADERS)
        with DOG.until(time.monotonic() + HEADERS, self._connection):
            return next(self._parser)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._parser, name)


def _await_heads(conn: TConn) -> None:
    """Put the limit around the parser as soon as gunicorn has made it."""
    begin = conn.init

    def init() -> None:
        begin()
        if not isinstance(conn.parser, _Awaited):
            conn.parser = _Awaited(conn.parser, conn.sock)

    conn.init = init

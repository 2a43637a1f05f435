"""Who keeps us waiting for too long is let go of; who is merely slow is not."""

import io
import socket
import threading
import time

import pytest

from app import watch
from app.watch import Timed, Watchdog


class Pipe(io.RawIOBase):
    """A body that comes over a socket."""

    def __init__(self, connection):
        super().__init__()
        self.connection = connection

    def read(self, size=-1):
        return self.connection.recv(size)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


@pytest.fixture
def timed(pair, monkeypatch):
    monkeypatch.setattr(watch, "BODY", 0.5)
    monkeypatch.setattr(watch, "BLOCK", 100)
    return Timed(Pipe(pair[0]), pair[0], Watchdog(look=0.05))


def test_silence_is_cut(timed):
    began = time.monotonic()
    assert timed.read(10) == b""
    assert 0.4 < time.monotonic() - began < 5


def test_a_drip_is_cut(timed, pair):
    def drip():
        try:
            for _ in range(100):
                pair[1].sendall(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    began, found = time.monotonic(), b""
    while part := timed.read(50):
        found += part
    assert len(found) < 60
    assert time.monotonic() - began < 5


def test_who_is_slow_but_keeps_the_pace_is_heard_to_the_end(pair, monkeypatch):
    monkeypatch.setattr(watch, "BODY", 1.5)  # less than all of it takes, more than a busy machine
    monkeypatch.setattr(watch, "BLOCK", 100)
    timed = Timed(Pipe(pair[0]), pair[0], Watchdog(look=0.05))

    def send():
        for _ in range(20):
            pair[1].sendall(b"y" * 50)
            time.sleep(0.1)
        pair[1].close()

    threading.Thread(target=send, daemon=True).start()
    assert timed.read() == b"y" * 1000


def test_what_was_answered_in_time_is_never_shut(pair):
    dog = Watchdog(look=0.02)
    with dog.until(time.monotonic() + 0.1, pair[0]):
        pass
    time.sleep(0.3)
    pair[1].sendall(b"still here")
    assert pair[0].recv(10) == b"still here"

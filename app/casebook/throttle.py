"""Slowing down who guesses, without locking out who knows.

No counter ever refuses a right passphrase. After some failures at a name, further tries at it wait,
one after another, a little longer each time, up to a bound; other names notice nothing. Too many
waiting at once are turned away with a sentence, so that guessing never holds all threads. A browser
in which this member logged in before (its cookie says so) stands in a line of its own, which a
stranger cannot fill: that is how a colleague gets in while somebody hammers at their name.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.casebook.shapes import Refusal

FREE = 5  # failures before anybody waits
LONGEST = 4.0  # seconds
LINE = 3  # waiting at one name
EVERYWHERE = 16  # waiting at all names together
NAMES = 4096


class TooMany(Refusal):
    """Too many tries at once; nothing was checked."""


@dataclass
class _Lane:
    failures: int = 0
    waiting: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


class Throttle:
    """The door. Counts in memory only: what is forgotten at a restart is forgotten."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._lanes: dict[tuple[bytes, bool], _Lane] = {}
        self._strangers = 0
        self._lock = threading.Lock()
        self._sleep = sleep

    @contextmanager
    def turn(self, handle: bytes, *, known: bool) -> Iterator[Callable[[], None]]:
        """Wait for a turn at a name; call what is yielded if the try succeeded.

        Raises ``TooMany`` at once, without waiting, when the line is full.
        """
        lane = self._enter(handle, known=known)
        right = False

        def succeeded() -> None:
            nonlocal right
            right = True

        try:
            with lane.turn:
                self._sleep(pause(lane.failures))
                yield succeeded
                lane.failures = 0 if right else lane.failures + 1
        except BaseException:
            lane.failures += 1
            raise
        finally:
            with self._lock:
                lane.waiting -= 1
                self._strangers -= not known

    def _enter(self, handle: bytes, *, known: bool) -> _Lane:
        with self._lock:
            if len(self._lanes) >= NAMES:
                self._lanes = {key: one for key, one in self._lanes.items() if one.waiting}
            lane = self._lanes.setdefault((handle, known), _Lane())
            if lane.waiting >= LINE or (not known and self._strangers >= EVERYWHERE):
                raise TooMany
            lane.waiting += 1
            self._strangers += not known
            return lane


def pause(failures: int) -> float:
    """Return how long the next try waits, in seconds."""
    return 0.0 if failures < FREE else min(LONGEST, 0.25 * 2.0 ** min(failures - FREE, 10))

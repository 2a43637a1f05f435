"""Guessing ten words is slowed for everybody, since nobody knows who guesses.

Only so many look under ten words at once, and who was wrong keeps the place for a while: that is
all the guesses there can be in a second. Others wait for a place a little, a bounded number of
them, so that a flood of guesses never takes the threads that submissions need.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext

from app.web import Refusal

PLACES = 8
WAITING = 24
PATIENCE = 3.0  # seconds somebody waits for a place
WRONG = 0.25  # seconds a wrong guess keeps its place: 32 guesses a second are all there can be


class Guesses:
    """The places for looking under ten words."""

    def __init__(self, wrong: float = WRONG, patience: float = PATIENCE) -> None:
        self._wrong, self._patience = wrong, patience
        self._places = threading.BoundedSemaphore(PLACES)
        self._here = threading.BoundedSemaphore(PLACES + WAITING)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place, and keep it longer when what is done in it ends in a `Refusal`."""
        if not self._here.acquire(blocking=False):
            raise _busy()
        try:
            if not self._places.acquire(timeout=self._patience):
                raise _busy()
            try:
                yield
            except Refusal:
                time.sleep(self._wrong)
                raise
            finally:
                self._places.release()
        finally:
            self._here.release()


def _busy() -> Refusal:
    return Refusal(
        503, gettext("Many are asking just now. Wait a minute, then send your words again.")
    )

"""Budgets: how much may come in a day from everybody, and in an hour on one circuit.

No budget closes the intake. Beyond the day's, text is still taken, and marked, so that the desk can
look at it in bulk; only what is very long is asked for in parts. A circuit that posts like nobody
who writes is told to wait; whoever comes on another one notices nothing of it.
"""

import datetime as dt
import hashlib
import secrets
import threading
from collections.abc import Callable

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import ProgrammingError

from app.mailbox import tables
from crypto.padding import DOCUMENT_FLOOR

CIRCUIT = "fc00:dead:beef:4dad:"  # what tor puts before the number of a circuit
POSTS = 60  # an hour: one a minute, all the hour through
HOUR = 3600
REMEMBERED = 20_000  # of each kind; beyond that the older half is forgotten early
SHORT = 128 * 1024  # bytes of a sealed item that is taken at all times: some 30,000 signs


class TooLong(Exception):
    """The day's bytes are spent, and this is not short."""


class Day:
    """What came today, from everybody together."""

    def __init__(self, engine: Engine, items: int, size: int, today: Callable[[], dt.date]) -> None:
        self._engine, self._items, self._size, self.today = engine, items, size, today
        self._lock = threading.Lock()
        self._day: dt.date | None = None
        self._came = self._bytes = 0

    @property
    def spent(self) -> bool:
        """Whether more came today than the budget says, by number or by bytes."""
        with self._lock:
            self._turn()
            return self._came >= self._items or self._bytes >= self._size

    def mark(self, size: int) -> bool:
        """Tell whether an item of this size is beyond the budget. Raises `TooLong`.

        However many came, a long text is taken until the bytes are spent as well.
        """
        spent = self.spent
        if size > SHORT and self._bytes >= self._size:
            raise TooLong
        return spent

    def count(self, size: int) -> None:
        """Count an item that was stored."""
        with self._lock:
            self._turn()
            self._came += 1
            self._bytes += size

    def _turn(self) -> None:
        """Begin a new day; after a start, with what came today before it."""
        today = self.today()
        if today == self._day:
            return
        self._day, (self._came, self._bytes) = today, self._before(today.isoformat())

    def _before(self, day: str) -> tuple[int, int]:
        """Return how many items came on this day, and their bytes as far as this role may see.

        On PostgreSQL the intake's role may count payloads and read none; each then counts as the
        smallest there is.
        """
        item, payload = tables.item, tables.payload
        counted = select(func.count()).join_from(item, payload).where(item.c.day == day)
        size = select(func.coalesce(func.sum(func.length(payload.c.payload)), 0))
        size = size.join_from(item, payload).where(item.c.day == day)
        with self._engine.connect() as connection:
            came = int(connection.execute(counted).scalar_one())
            try:
                return came, int(connection.execute(size).scalar_one())
            except ProgrammingError:
                return came, came * DOCUMENT_FLOOR


class Recent:
    """How often something was seen of late: for one span at least, for two at most.

    In memory and by a digest under a key of this process, so that nothing of it can be told later.
    """

    def __init__(self, span: float, clock: Callable[[], float], most: int = REMEMBERED) -> None:
        self._span, self._clock, self._most = span, clock, most
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._began = clock()
        self._now: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}

    def seen(self, what: bytes) -> int:
        """Return how often this was seen."""
        name = self._name(what)
        with self._lock:
            self._turn()
            return self._now.get(name, 0) + self._before.get(name, 0)

    def see(self, what: bytes, below: int) -> bool:
        """Count this once more if it was seen less often than ``below``; tell whether it was."""
        name = self._name(what)
        with self._lock:
            self._turn()
            now = self._now.get(name, 0)
            if now + self._before.get(name, 0) >= below:
                return False
            self._now[name] = now + 1
            return True

    def forget(self, what: bytes) -> None:
        """Count this once less."""
        name = self._name(what)
        with self._lock:
            for counted in (self._now, self._before):
                if counted.get(name, 0) > 0:
                    counted[name] -= 1
                    return

    def _name(self, what: bytes) -> bytes:
        return hashlib.blake2b(what, key=self._key, digest_size=16).digest()

    def _turn(self) -> None:
        passed = self._clock() - self._began
        if passed >= self._span or len(self._now) >= self._most:
            self._before = self._now if passed < 2 * self._span else {}
            self._now, self._began = {}, self._clock()


class Circuits:
    """How often each circuit posted in this hour, where tor says which circuit it is."""

    def __init__(self, clock: Callable[[], float], posts: int = POSTS) -> None:
        self._posted, self._posts = Recent(HOUR, clock), posts

    def admit(self, address: str) -> bool:
        """Count a post of this circuit; false if it posts more than anybody who writes."""
        if not address.startswith(CIRCUIT):
            return True
        return self._posted.see(address.encode(), self._posts)

"""What is remembered beside the index of what was opened: names, dates, a copy. It goes with it.

``lru_cache`` outlives every session, so what it holds of a record would lie in memory after the
last log-out and after an erasure. Whatever keeps such a thing says so with ``forgotten``.
"""

from typing import Protocol, TypeVar

from app.reading.claims import days


class _Cache(Protocol):
    def cache_clear(self) -> None: ...


C = TypeVar("C", bound=_Cache)
_CACHES: list[_Cache] = [days]  # of reading, which is a leaf and knows nothing of sessions


def forgotten(cached: C) -> C:
    """Let what this function remembers go at every log-out, and with what is erased."""
    _CACHES.append(cached)
    return cached


def forget() -> None:
    """Forget all of it; what is asked again is read again."""
    for each in _CACHES:
        each.cache_clear()

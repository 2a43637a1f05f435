"""What was read in a text, kept with the index for as long as the text is the same.

index.readings.of(record, text, lang, suggest)   # reads it once; forgotten with the index

A testimony of 200,000 syllables takes seconds to read, and its page is drawn again after each tag.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 64  # texts, the last ones asked for: a day's work at hand, not the casebook


class Readings(Generic[T]):
    """The last readings, each under its record and the digest of what was read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[bytes, list[T]]] = OrderedDict()

    def of(self, record: str, text: str, lang: str, read: Callable[[str, str], list[T]]) -> list[T]:
        """Return what ``read`` finds in this text; another text of the record is read anew."""
        digest = hashlib.sha256(f"{lang}\n{text}".encode()).digest()
        with self._lock:
            known = self._kept.pop(record, None)
            if known is not None and known[0] == digest:
                self._kept[record] = known
                return known[1]
        found = read(text, lang)  # outside the lock: nobody else waits for a long text
        with self._lock:
            self._kept[record] = (digest, found)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found

    def forget(self, record: str) -> None:
        """Drop what a record gave."""
        with self._lock:
            self._kept.pop(record, None)

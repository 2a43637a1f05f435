"""A bundle on its way out: measured, begun in the account, sealed piece by piece, exported.

What has left cannot be fetched back, and what broke off was not taken. So the account says
`export-begun` before the first byte, and `exported`, with the partner's note, before the last:
an age file without its last chunk opens as no whole one.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from app.casebook import account, tables
from app.casebook.evidence import history
from app.casebook.evidence.exporting import Making
from app.casebook.evidence.releases import Copy
from app.casebook.keyring import Keyring
from app.casebook.shapes import CasebookError
from app.casebook.store import Store
from crypto import copies, sealing, stream
from crypto.custody import Entry
from crypto.recipients import PQRecipient

PIECE = 256 * 1024
AT_ONCE = 500


class BrokenOff(CasebookError):
    """What is in the bundle was withdrawn, called back or changed meanwhile: it ends unfinished."""


class Outgoing:
    """One bundle for one partner, which a member takes out."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        to: tuple[PQRecipient, bytes],
        making: Making,
    ) -> None:
        """``to`` is the partner's recipient and shelf."""
        self._store, self._keyring, self._making = store, keyring, making
        self._recipient, self._shelf = to
        self._plain = -1

    @property
    def name(self) -> str:
        """Return the bundle's name."""
        return self._making.name

    def measure(self) -> int:
        """Return how long the sealed file will be.

        Everything is opened for that, and the time authority asked, so that whatever is refused is
        refused before a byte has left. Raises ``Altered``, ``NoStamp``.
        """
        counter = _Counter()
        for _ in self._making.steps(counter, measured=True):
            pass
        self._plain = counter.count
        header = sealing.header_for(sealing.new_file_key(), [self._recipient])
        return len(header) + stream.sealed_size(counter.count)

    def begin(self) -> None:
        """Say in the account that these are about to leave. Before the first byte."""
        self._store.casebook_writer.run(lambda connection: self._note(connection, "export-begun"))

    def pieces(self) -> Iterator[bytes]:
        """Yield the sealed file. Closed or failed before its end, it counts as begun and no more.

        Raises ``BrokenOff`` where a testimony is no longer there, or other than it was measured.
        """
        held, counter = _Held(), _Counter()
        with sealing.SealingWriter(held, [self._recipient]) as sealed:
            counter.beyond = sealed
            for _ in self._making.steps(counter):
                if len(held.data) >= PIECE:
                    yield held.taken()
            if self._plain not in (-1, counter.count):
                raise BrokenOff
            self._store.casebook_writer.run(self._finish)
        yield held.taken()

    def _finish(self, connection: Connection) -> None:
        for some in _some(self._making.copies, AT_ONCE):
            if not _stand(connection, some):
                raise BrokenOff
        self._note(connection, "exported")
        day, name = self._store.today(), self.name
        history.note(connection, self._shelf, self._recipient, day, name, self._making.copies)

    def _note(self, connection: Connection, act: str) -> None:
        who, day = self._keyring.member.id, self._store.today()
        entries = [Entry(act, who, day, record=one.record) for one in self._making.copies]
        account.append(connection, self._keyring, entries)


def _stand(connection: Connection, some: Sequence[Copy]) -> bool:
    """Tell whether none of these copies was erased with its testimony, or called back."""
    lying, key = tables.release.c, tables.record_key.c
    full = select(func.count()).where(
        lying.id.in_([one.slot for one in some]), func.length(lying.payload) > copies.PLACE
    )
    records = {bytes.fromhex(one.record) for one in some}
    there = select(func.count()).where(key.record_id.in_(records))
    found = connection.execute(full).scalar_one(), connection.execute(there).scalar_one()
    return found == (len(some), len(records))


def _some(taken: Sequence[Copy], size: int) -> Iterator[Sequence[Copy]]:
    """Yield them so many at a time: a database takes no list of any length."""
    return (taken[at : at + size] for at in range(0, len(taken), size))


class _Counter:
    """Counts what is written, and hands it on where somebody takes it."""

    def __init__(self) -> None:
        self.count = 0
        self.beyond: sealing.SealingWriter | None = None

    def write(self, data: bytes, /) -> int:
        self.count += len(data)
        return len(data) if self.beyond is None else self.beyond.write(data)


class _Held:
    """Keeps what was sealed until it is taken."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: memoryview, /) -> int:
        self.data += data
        return len(data)

    def taken(self) -> bytes:
        out = bytes(self.data)
        self.data.clear()
        return out

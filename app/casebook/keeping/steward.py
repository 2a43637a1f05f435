"""The steward: what must happen on its day, although no member is logged in. It holds no key.

A thread of the desk, and `python -m app steward` for cron: every act may be done twice.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete

from app import web
from app.casebook import tables
from app.casebook.keeping import erasure, packing, tombstones
from app.casebook.store import Store

EVERY = 30  # seconds


@dataclass
class Steward:
    """Looks after one desk. ``forget`` is told which records are gone, to drop them."""

    store: Store
    forget: Callable[[list[str]], None]
    folder: Path | None = None  # where the list of tombstones is kept for copying

    def round(self) -> list[bytes]:
        """Do what is due; return the ids of the records erased."""
        erased = erasure.withdrawals(self.store)
        self.forget([record_id.hex() for record_id, _ in erasure.tombstones(self.store)])
        self.store.casebook_writer.run(self._end_sessions)
        if self.folder is not None:
            tombstones.keep(self.store, self.folder)
        self.pack()
        return erased

    def pack(self) -> None:
        """Once a day, write the files anew in the order of their random keys (see ``packing``).

        A mailbox too large for that has the day before written anew in groups of chance.
        """
        today, store = self.store.today(), self.store
        for engine in (store.casebook, store.mailbox):
            if engine.dialect.name != "sqlite":
                continue  # a server's files are its own (docs/threat-model.md)
            if packing.packed_on(engine) == int(today.replace("-", "")):
                continue
            if not packing.pack(engine, today) and engine is store.mailbox:
                packing.shuffle(engine, store.mailbox_writer, self._yesterday())

    def _end_sessions(self, connection: Connection) -> None:
        """Delete sessions from before yesterday: all have ended, whatever they say."""
        connection.execute(delete(tables.session).where(tables.session.c.day < self._yesterday()))

    def _yesterday(self) -> str:
        return (dt.date.fromisoformat(self.store.today()) - dt.timedelta(days=1)).isoformat()

    def start(self, every: float = EVERY) -> threading.Event:
        """Work in a thread of its own until the event returned is set."""
        stop = threading.Event()

        def work() -> None:
            while not stop.wait(every):
                try:
                    self.round()
                except Exception as error:  # noqa: BLE001 - the next round tries again
                    web.report(type(error), "the steward")

        threading.Thread(target=work, name="steward", daemon=True).start()
        return stop

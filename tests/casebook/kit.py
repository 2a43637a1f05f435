"""What the tests of the casebook ask of it, in their words."""

import io
import zipfile

from desk.world import World
from sqlalchemy import func, select

from app.casebook import tables
from app.casebook.book import Casebook
from app.casebook.shapes import TagInput
from app.casebook.throttle import Throttle
from app.mailbox import tables as mailbox
from crypto import opening


class Kit(World):
    """A desk's world, used below its pages."""

    def __init__(self, path, founded):
        super().__init__(path, founded)
        self.book.vault._door = Throttle(lambda _: None)  # its pauses have tests of their own

    def ring(self, name, book=None, code=""):
        """The keyring of a member who has just logged in."""
        book = book or self.book
        return book.resume(self.cookie(name, book, code), self.now)

    def cookie(self, name, book=None, code=""):
        return (book or self.book).log_in(name, self.passphrases[name], code, self.now)

    def another(self):
        """A second process on the same databases: nothing in memory is shared."""
        return Casebook(self.store)

    def take_in(self, name="owner", book=None):
        book = book or self.book
        ring = self.ring(name, book)
        book.collect(ring)
        return ring

    def ids(self, ring, book=None, **filters):
        return [row.id for row in (book or self.book).queue(ring, **filters).rows]

    def tag(self, ring, record, **said):
        fields = {"person": "new:김진실", "stage": "forced_repatriation", "track": "common"}
        span = {"start": 13, "end": 26, "confidence": "sure"}
        return self.book.tagging.add(ring, record, TagInput(**(fields | span | said)))

    def released(self, record=None, purpose="k_rescue", **fields):
        """A testimony that was taken in and released."""
        record = record or self.arrive(**{purpose: "yes", **fields})
        owner = self.take_in()
        self.book.release(owner, record, "partner", purpose)
        return record, owner

    def in_casebook(self, statement):
        """Change the casebook behind the desk's back."""
        with self.store.casebook.execution_options(naru_writes=True).begin() as connection:
            connection.execute(statement)

    def rows(self, statement):
        with self.store.casebook.connect() as connection:
            return connection.execute(statement).all()

    def letters(self, statement):
        with self.store.mailbox.connect() as connection:
            return connection.execute(statement).all()

    def acts(self, name="owner"):
        return [act.act for act in self.book.custody(self.ring(name))]

    def headers(self):
        return self.letters(select(func.count()).select_from(mailbox.header))[0][0]

    def event(self, record, sequence=0):
        """One sealed event as it lies on the disk."""
        table = tables.event
        (row,) = self.rows(
            select(table).where(
                table.c.record_id == bytes.fromhex(record), table.c.sequence == sequence
            )
        )
        return row.body

    def bundle(self, ring, ids, identity, partner=""):
        """What an export holds once its age file is opened."""
        sink = io.BytesIO()
        name = self.book.handing.export(ring, ids, sink, partner)
        bag = zipfile.ZipFile(io.BytesIO(opening.open_bytes(sink.getvalue(), [identity])))
        return name, {one: bag.read(one) for one in bag.namelist()}

"""Any order of what a witness does and a desk takes in: the desk sees what the model says."""

import secrets

import pytest
from desk.world import World as Desk
from hypothesis import HealthCheck, settings
from hypothesis.stateful import precondition, rule
from intake.test_any_order import Witness, said
from intake.world import BASE, Visitor, stop
from sqlalchemy import select

from app.intake import create_app
from app.mailbox import tables
from config.settings import load_settings
from crypto.signing import PublicSigner

INTAKE = """
[intake]
base_url = "{base}"
listen = "127.0.0.1:8000"
signer_fingerprint = "{fingerprint}"
"""


class House:
    """A desk and an intake on one mailbox."""

    def __init__(self, path, founded):
        self.desk = Desk(path, founded)
        self.engine = self.desk.store.mailbox
        with self.engine.connect() as connection:
            signer = connection.execute(select(tables.recipient.c.signer)).scalars().first()
        secret = self.desk.settings.data_dir / "intake.secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
        toml = path / "naru.toml"
        fingerprint = PublicSigner.parse(signer).fingerprint
        toml.write_text(toml.read_text() + INTAKE.format(base=BASE, fingerprint=fingerprint))
        self.settings = load_settings(toml, only="intake", environ={"NARU_TESTING": "1"}).intake
        self.started = []
        self.app = self.start()

    def start(self):
        app = create_app(self.settings, clock=lambda: self.desk.now, on_failure=self._broken)
        self.started.append(app)
        return app

    def close(self):
        for app in self.started:
            stop(app)
        self.desk.close()

    def _broken(self):
        raise AssertionError("a commit failed")

    def visitor(self):
        return Visitor(self, {})


class Both(Witness):
    """The same witness, and a desk that takes in whenever it likes."""

    desk_of_all = None

    def founded(self, path):
        return House(path, self.desk_of_all)

    def the_mailbox_holds_what_the_model_says(self):
        """Not here: what was taken in can be opened at the desk alone."""

    @precondition(lambda self: self.page)
    @rule()
    def take_in(self):
        book = self.world.desk.book
        ring = book.resume(
            book.log_in("owner", *self.owner(), self.world.desk.now), self.world.desk.now
        )
        book.collect(ring)
        queue = [row.id for row in book.queue(ring).rows]
        if self.gone:
            assert queue == []
            return
        (record,) = queue
        seen = book.testimony(ring, record)
        found = [said("testimony", {"w_narrative": seen.narrative})]
        found += [said(one.kind, one.answers) for one in seen.letters]
        wanted = [item if item[0] != "attachment" else (item[0], None) for item in self.kept]
        assert sorted(found, key=repr) == sorted(wanted, key=repr)
        assert seen.consents == (self.consents() or [set()])[-1]

    def owner(self):
        return self.world.desk.passphrases["owner"], ""

    def teardown(self):
        if self.page:
            self.take_in()
        super().teardown()


@pytest.fixture(scope="module", autouse=True)
def one_first_day(founded):
    Both.desk_of_all = founded
    yield
    Both.desk_of_all = None


Both.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=15,
    suppress_health_check=list(HealthCheck),
)
test_any_order_with_a_desk = Both.TestCase

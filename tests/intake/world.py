"""What the tests of the intake stand on: a mailbox, a clock one can turn, a desk, a visitor."""

import datetime as dt
import io
import secrets

import postgresql
from inside import Answer
from outside.site import Page, Site, multipart
from sqlalchemy import func, insert, select

from app import migrate
from app.db import open_engine
from app.intake import create_app
from app.intake.parts import NAME
from app.mailbox import tables
from config.settings import load_settings
from crypto.canonical import canonical
from crypto.documents import Document
from crypto.identities import PQIdentity
from crypto.opening import open_envelope
from crypto.signing import EPOCH, Signer

BASE = "http://127.0.0.1:8000"
TOML = """
[site]
site_id = "{site}"
language = "en"
[storage]
data_dir = "{data}"
{databases}[intake]
base_url = "{base}"
listen = "{listen}"
signer_fingerprint = "{fingerprint}"
"""
SEEDS = secrets.token_bytes(32), secrets.token_bytes(32)
STORY = "지어낸 이야기입니다.\n둘째 줄 <b>&amp; 끝"


class World:
    """One deployment of the intake."""

    def __init__(self, path, now, site, base=BASE):
        self.now, self.site, self.ended, self.started = now, site, [], []
        self.desk = Signer(*SEEDS)
        self.path = path / "data"
        self.path.mkdir(mode=0o700)
        secret = self.path / "intake.secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
        self.toml = path / "naru.toml"
        self.toml.write_text(
            TOML.format(
                site=site.hex(),
                data=self.path,
                base=base,
                databases=postgresql.lines("mailbox")[0],
                listen=base.removeprefix("http://"),
                fingerprint=self.desk.public.fingerprint,
            )
        )
        self.settings = load_settings(self.toml, only="intake").intake
        self.engine = open_engine(self.settings.mailbox_url)
        migrate.upgrade(self.engine, "mailbox")
        self.identities = {}
        self.publish("2026-W48", "2026-11-23", "2026-11-29")
        self.publish("standing", "0001-01-01", "9999-12-31")
        self.app = self.start()

    def start(self):
        """The app, as after a restart."""
        app = create_app(
            self.settings, clock=lambda: self.now, on_failure=lambda: self.ended.append(1)
        )
        self.started.append(app)
        return app

    def close(self):
        """Leave no thread and no open file to the tests that follow."""
        for app in self.started:
            stop(app)
        self.engine.dispose()

    def publish(self, epoch, first, last, signer=None, said=None):
        """What the desk does when an epoch begins."""
        signer = signer or self.desk
        identity = self.identities[epoch] = PQIdentity.generate()
        body = canonical(
            {
                "epoch": said or epoch,
                "from": first,
                "naru": 1,
                "recipient": str(identity.recipient),
                "site": self.site.hex(),
                "until": last,
            }
        )
        signed = signer.sign(EPOCH, body)
        with self.engine.execution_options(naru_writes=True).begin() as connection:
            connection.execute(
                insert(tables.recipient).values(
                    epoch=epoch,
                    statement=body,
                    sshsig=signed.sshsig,
                    mldsa65=signed.mldsa65,
                    signer=bytes(signer.public),
                )
            )

    def write(self, statement):
        """Change the mailbox behind the intake's back."""
        with self.engine.execution_options(naru_writes=True).begin() as connection:
            connection.execute(statement)

    def rows(self, table=tables.item):
        with self.engine.connect() as connection:
            return connection.execute(select(table)).all()

    def count(self, table=tables.item):
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def opened(self):
        """Every item as the desk would read it."""
        query = select(tables.item, tables.header.c.header, tables.payload.c.payload)
        query = query.join(tables.header).join(
            tables.payload, tables.payload.c.item_id == tables.item.c.id
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            plain = open_envelope(row.header, row.payload, [self.identities[row.epoch]])
            document = Document.from_bytes(plain)
            assert (document.id, document.epoch) == (row.id.hex(), row.epoch)
            found.append(document)
        return found

    def one(self, kind):
        """The one document of a kind."""
        (found,) = [document for document in self.opened() if document.kind == kind]
        return found

    def forward(self, **time):
        self.now += dt.timedelta(**time).total_seconds()

    def visitor(self, **environ):
        return Visitor(self, environ)


class _Unread(io.BytesIO):
    def read(self, _size=-1):
        raise AssertionError("the body was read")


def post_unread(world, path, upload):
    """Post a large file to an address that must refuse it by its name alone: the answer."""
    kind, body = multipart([("file", upload)])
    return world.app.test_client().post(
        path,
        input_stream=_Unread(body),
        content_type=kind,
        content_length=len(body),
        headers={"Host": "127.0.0.1:8000"},
    )


def stop(app):
    """End an intake that was made in this process."""
    parts = app.extensions[NAME]
    parts.writer.close()
    parts.engine.dispose()


class Visitor(Site):
    """A browser that reaches the app without a network."""

    def __init__(self, world, environ):
        super().__init__(BASE)
        self.world, self.environ = world, environ

    def _exchange(self, method, path, body, headers):
        client = self.world.app.test_client(use_cookies=False)
        answer = client.open(
            path, method=method, data=body, headers=headers, environ_overrides=self.environ
        )
        return Answer(answer), answer.data

    def tell(self, lang="en", **values):
        """From the first page to the receipt."""
        page = self.get(f"/{lang}/")
        return self.post(page.form("testimony"), **{"w_narrative": STORY, **values})

    def come_back(self, words, lang="en"):
        page = self.get(f"/{lang}/return")
        return self.post(page.form("return"), receipt=words)


__all__ = ["BASE", "STORY", "Page", "Visitor", "World", "post_unread"]

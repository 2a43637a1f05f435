"""What the tests of the desk stand on: a desk with its members, arrivals, a browser for each."""

import dataclasses
import datetime as dt
import secrets
import shutil

import postgresql
from inside import Answer
from outside.site import Site
from sqlalchemy import insert, select

from app import migrate
from app.casebook import tables
from app.casebook.book import Casebook
from app.casebook.building import open_store
from app.casebook.keyring import Keyring
from app.casebook.keys import founding
from app.db import Writer, open_engine, truncate_wal
from app.desk import create_app
from app.mailbox import tables as mailbox
from app.mailbox.blobs import Blobs
from config.settings import load_settings
from crypto import sealing
from crypto.documents import Document
from crypto.parts import File
from crypto.recipients import parse_recipient

BASE = "http://127.0.0.1:8001"
MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC).timestamp()
WEEK = "2026-W48"
TOML = """
[site]
site_id = "{site}"
language = "en"
[storage]
data_dir = "{data}"
{databases}[desk]
base_url = "{base}"
listen = "127.0.0.1:8001"
kdf = "CHEAPEST_FOR_TESTS"
"""
STORY = "지어낸 이야기입니다.\n\n2023년 10월 9일 도문에서 온성으로 넘겨졌습니다.\n보위부에서 열흘."
ROLES = {"owner": "lead", "colleague": "reviewer", "outsider": "reviewer", "partner": "partner"}


class Founded:
    """A desk's first day, lived once: folder, names and passphrases."""

    def __init__(self, path):
        self.data, self.site, self.passphrases = path / "data", secrets.token_hex(16), {}
        self.data.mkdir(mode=0o700)
        secret = self.data / "desk.secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
        databases, self.databases = postgresql.lines("mailbox", "casebook")
        settings = settings_of(path, self.data, self.site, BASE, databases)
        for branch in ("mailbox", "casebook"):
            migrate.upgrade(open_engine(getattr(settings, f"{branch}_url")), branch)
        store = self.store = open_store(settings, clock=lambda: MONDAY)
        first_day = founding.found(store, "owner")
        lead, self.recovery = first_day.lead, first_day.recovery
        self.passphrases["owner"] = lead.passphrase
        ring = Keyring(lead.member, lead.identity, "")
        with store.casebook.connect() as connection:
            ring.load(connection)
        for name in ("colleague", "outsider", "partner"):
            triage = name == "colleague"
            enrolled = founding.add_member(store, ring, name, ROLES[name], triage=triage)
            self.passphrases[name] = enrolled.passphrase
        for engine in (store.mailbox, store.casebook):
            truncate_wal(engine)
            engine.dispose()


def settings_of(path, data, site, base, databases=""):
    """Settings read from a file, as a deployment's are."""
    toml = path / "naru.toml"
    toml.write_text(TOML.format(site=site, data=data, base=base, databases=databases))
    return load_settings(toml, only="desk", environ={"NARU_TESTING": "1"}).desk


class World:
    """One desk. ``owner`` is a lead; ``colleague`` has triage, ``outsider`` has not."""

    def __init__(self, path, founded, base=BASE):
        self.now, self.base, self.passphrases = MONDAY, base, dict(founded.passphrases)
        self.accept = ""  # the language that every browser asks for
        self.recovery = founded.recovery
        data = shutil.copytree(founded.data, path / "data")
        databases, _ = postgresql.lines("mailbox", "casebook", templates=founded.databases)
        self.settings = settings_of(path, data, founded.site, base, databases)
        casebook = open_engine(self.settings.casebook_url)
        letters = open_engine(self.settings.mailbox_url)
        self.store = dataclasses.replace(  # reading the model anew takes longer than all the rest
            founded.store,
            casebook=casebook,
            casebook_writer=Writer(casebook, self._broken),
            mailbox=letters,
            mailbox_writer=Writer(letters, self._broken),
            blobs=Blobs(self.settings.blob_dir),
            handed=Blobs(self.settings.handed_dir),
            clock=lambda: self.now,
        )
        self.book = Casebook(self.store)
        self.app = create_app(self.settings, self.book, clock=lambda: self.now)

    def _broken(self):
        raise AssertionError("a commit failed")

    def close(self):
        """Leave no thread and no open file to the tests that follow."""
        self.store.casebook_writer.close()
        self.store.mailbox_writer.close()
        self.store.casebook.dispose()
        self.store.mailbox.dispose()

    def arrive(  # noqa: PLR0913 - what a witness may send
        self,
        text=STORY,
        *,
        lang="ko",
        kind="testimony",
        thread=None,
        to=None,
        number=None,
        reply=None,
        file=None,
        day="2026-11-23",
        **fields,
    ):
        """What the intake leaves in the mailbox; the id under which the desk will show it."""
        slot, thread = secrets.token_bytes(16), thread or secrets.token_hex(16)
        document = Document(
            kind=kind,
            id=slot.hex(),
            thread=thread,
            epoch=WEEK,
            way="server",
            lang=lang,
            fields={"w_narrative": text, **fields} if file is None else {},
            number=number,
            reply=reply,
            file=file,
        )
        with self.store.casebook.connect() as connection:
            query = select(tables.epoch.c.recipient).where(tables.epoch.c.epoch == WEEK)
            recipient = parse_recipient(connection.execute(query).scalar_one())
        header, payload = sealing.seal(document.to_bytes(), [to or recipient])
        self.put(slot, header, payload, day)
        return slot.hex()

    def attach(self, data, name="사진.jpg", declared="image/jpeg", **more):
        """What the intake leaves of a file: sealed bytes, and a document that holds their key."""
        upload = self.store.blobs.begin(len(data) + 1, dt.date(2026, 11, 23))
        upload.write(data)
        kept = upload.keep()
        file = File(name, declared, kept.size, kept.sha256, kept.key)
        item = self.arrive(kind="attachment", file=file, **more)
        row = {"item_id": bytes.fromhex(item), "name": kept.name}
        with self.store.mailbox.execution_options(naru_writes=True).begin() as connection:
            connection.execute(insert(mailbox.blob).values(row))
        return item

    def put(self, slot, header, payload, day="2026-11-23"):
        with self.store.mailbox.execution_options(naru_writes=True).begin() as connection:
            connection.execute(insert(mailbox.item).values(id=slot, epoch=WEEK, day=day))
            connection.execute(insert(mailbox.header).values(item_id=slot, header=header))
            connection.execute(insert(mailbox.payload).values(item_id=slot, payload=payload))

    def in_mailbox(self, statement):
        """Change the mailbox behind the desk's back."""
        with self.store.mailbox.execution_options(naru_writes=True).begin() as connection:
            connection.execute(statement)

    def browser(self):
        return Browser(self)

    def member(self, name):
        """A browser in which this member has logged in."""
        browser = self.browser()
        answer = browser.log_in(name, self.passphrases[name])
        assert answer.status == 303, answer.error
        return browser


class Browser(Site):
    """A browser that reaches the desk without a network."""

    def __init__(self, world):
        super().__init__(world.base)
        self.world = world

    def _exchange(self, method, path, body, headers):
        client = self.world.app.test_client(use_cookies=False)
        if self.world.accept:
            headers = {"Accept-Language": self.world.accept, **headers}
        answer = client.open(
            path, method=method, data=body, headers={**headers, "Host": self._host()}
        )
        data = answer.data
        answer.close()
        return Answer(answer), data

    def _host(self):
        return self.world.base.partition("//")[2]

    def log_in(self, name, passphrase):
        return self.post(self.get("/login").form(action="/login"), name=name, passphrase=passphrase)

    def testimony(self, record):
        return self.get(f"/testimony/{record}")

    def tag(self, record, **said):
        """Say of a person, on the form of the page, what some words mean."""
        fields = {
            "person": "new:김진실",
            "stage": "forced_repatriation",
            "track": "common",
            "from": "2023-10-09",
            "to": "2023-10-09",
            "confidence": "sure",
            "start": "13",
            "end": "26",
        }
        return self.post(self.testimony(record).form(action="/tags"), **(fields | said))

    def release(self, record, partner="partner", purpose="k_rescue"):
        form = self.testimony(record).form(action="/release")
        return self.post(form, partner=partner, purpose=purpose)

    def queue_page(self):
        """The first page of the queue."""
        return self.get("/queue")

    def queue(self):
        """The ids in the queue, over all its pages."""
        found, path = [], "/queue"
        while path:
            page = self.get(path)
            assert page.status == 200
            found += [a.attrs["href"][-32:] for a in page.root.all("a", "submission")]
            onward = page.root.one("a", rel="next")
            path = onward and onward.attrs["href"]
        return found

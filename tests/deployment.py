"""A real deployment, as `app init` makes it, with both apps in this process and a clock to turn."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

from desk.world import Browser
from intake.world import Visitor

from app.casebook import building
from app.casebook.book import Casebook
from app.casebook.building import open_store
from app.casebook.keeping.steward import Steward
from app.casebook.keys import founding
from app.desk import create_app as desk_app
from app.desk import founding_day
from app.intake import create_app as intake_app
from config.settings import load_settings
from crypto.locking import CHEAPEST_FOR_TESTS

ROOT = Path(__file__).parents[1]
INTAKE, DESK = "http://127.0.0.1:8000", "http://127.0.0.1:8001"
PASSPHRASE = "one two three four five six seven"  # noqa: S105
DAY = 86400


def _cheaply():
    """Passphrases that cost nothing: what they cost a member is shown where locks are tested."""
    return mock.patch.dict(building.PROFILES, member=CHEAPEST_FOR_TESTS)


@_cheaply()
def make(folder, lead="lead"):
    """What `app init` does: (settings' path, what is written on paper)."""
    return founding_day.make(
        founding_day.Answers(
            data_dir=folder,
            lead=lead,
            intake_url=INTAKE,
            desk_url=DESK,
            intake_listen="127.0.0.1:8000",
            desk_listen="127.0.0.1:8001",
            language="en",
        ),
        PASSPHRASE,
    )


class _Side:
    """One of the two apps, as the browsers of the other tests know a world."""

    def __init__(self, app, base):
        self.app, self.base, self.accept = app, base, ""


class Deployment:
    """Both apps over one folder."""

    def __init__(self, toml, now=None):
        self.toml = Path(toml)
        both = load_settings(self.toml)
        self.settings = both.desk
        self.now = now or time.time()
        with _cheaply():
            self.store = open_store(both.desk, clock=lambda: self.now)
        self.book = Casebook(self.store)
        self.desk = _Side(desk_app(both.desk, self.book, clock=lambda: self.now), DESK)
        self.intake = _Side(
            intake_app(both.intake, clock=lambda: self.now, on_failure=lambda: None), INTAKE
        )
        self.steward = Steward(self.store, self.book.vault.forget, both.desk.data_dir)

    def witness(self):
        return Visitor(self.intake, {})

    def tell(self, text, lang="ko", **fields):
        """From the first page to the receipt's words."""
        page = self.witness().tell(lang, w_narrative=text, **fields)
        assert page.status == 200, page.error
        return page.receipt

    def withdraw(self, words, when="now"):
        visitor = self.witness()
        page = visitor.come_back(words)
        return visitor.post(page.form("withdraw"), receipt=words, when=when)

    def member(self, name="lead", passphrase=PASSPHRASE):
        browser = Browser(self.desk)
        answer = browser.log_in(name, passphrase)
        assert answer.status == 303, answer.error
        return browser

    def keyring(self, browser):
        return self.book.resume(browser.cookies["naru_desk"], self.now)

    def add(self, lead, name, role, *, triage=False):
        return founding.add_member(
            self.store, self.keyring(lead), name, role, triage=triage, passphrase=PASSPHRASE
        )

    def close(self):
        self.store.casebook.dispose()
        self.store.mailbox.dispose()


def shell(*words, check=True, **descriptors):
    """`python -m app …`; `identity=TEXT` is handed over as `--identity-fd N`."""
    fds, more = [], []
    for name, text in descriptors.items():
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        fds.append(reading)
        more += [f"--{name}-fd", str(reading)]
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, words), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        pass_fds=fds,
        timeout=120,
        check=False,
    )
    for fd in fds:
        os.close(fd)
    if check:
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout
    return done

"""Build the casebook from settings: engines, writers, secrets, model. Once per process."""

import os
import signal
import time
from collections.abc import Callable

from app.casebook import tables
from app.casebook.book import Casebook
from app.casebook.evidence import stamping
from app.casebook.store import DeskSecret, Store
from app.db import Writer, open_engine, refuse_stale
from app.mailbox import tables as mailbox
from app.mailbox.blobs import Blobs
from config.model import load_model
from config.settings import DeskSettings
from crypto import locking

PROFILES = {"member": locking.MEMBER, "CHEAPEST_FOR_TESTS": locking.CHEAPEST_FOR_TESTS}


def start_anew() -> None:
    """End this process after a failed commit; who started it starts it anew (DESIGN rule 3)."""
    os.kill(os.getpid(), signal.SIGTERM)


def open_store(settings: DeskSettings, clock: Callable[[], float] = time.time) -> Store:
    """Return the store of a deployment. Raises ``WrongRevision`` for a database not made."""
    casebook, letters = open_engine(settings.casebook_url), open_engine(settings.mailbox_url)
    refuse_stale(casebook, tables.HEAD)
    refuse_stale(letters, mailbox.HEAD)
    return Store(
        casebook=casebook,
        casebook_writer=Writer(casebook, start_anew),
        mailbox=letters,
        mailbox_writer=Writer(letters, start_anew),
        model=load_model(),
        secret=DeskSecret(settings.secret()),
        site_id=bytes.fromhex(settings.site_id),
        profile=PROFILES[settings.kdf],
        clock=clock,
        blobs=Blobs(settings.blob_dir),
        handed=Blobs(settings.handed_dir),
        stamp=stamping.stamper(settings.tsa_url),
        organisation=settings.organisation,
        contact=settings.contact,
    )


def open_book(settings: DeskSettings, clock: Callable[[], float] = time.time) -> Casebook:
    """Return the casebook of a deployment."""
    return Casebook(open_store(settings, clock))

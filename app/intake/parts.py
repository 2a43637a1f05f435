"""The parts of the intake, built once when it starts and handed to the views."""

import datetime as dt
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import Engine

from app.db import Writer, open_engine, refuse_stale
from app.intake.asking import Question
from app.intake.attaching import Attachments
from app.intake.budgets import Circuits, Day
from app.intake.forms import Reader
from app.intake.guessing import Guesses
from app.intake.leaves import Leaves
from app.intake.receive import Receiver
from app.intake.recipients import Recipients
from app.mailbox.blobs import Blobs
from app.mailbox.tables import HEAD
from config.settings import IntakeSettings
from config.vocabularies import Vocabularies, load_vocabularies
from crypto.derivation import hkdf

NAME = "naru_intake"
HOUR = 3600
CACHE = 256  # KiB: the intake finds single rows by their key, and reads none of them twice


@dataclass(frozen=True)
class Parts:
    """Everything a view may ask."""

    words: Vocabularies
    reader: Reader
    engine: Engine
    writer: Writer
    recipients: Recipients
    receiver: Receiver
    attachments: Attachments
    guesses: Guesses
    day: Day
    circuits: Circuits
    question: Question
    leaves: Leaves
    site_id: bytes
    ticket_key: bytes = field(repr=False)
    token_key: bytes = field(repr=False)
    clock: Callable[[], float]

    def hours(self) -> float:
        """Return the hours since 1970, as tickets and tokens count."""
        return self.clock() / HOUR

    def today(self) -> dt.date:
        """Return the day in UTC."""
        return dt.datetime.fromtimestamp(self.clock(), dt.UTC).date()


def end_this_process() -> None:
    """Begin anew after a commit that failed: what the disk holds now, only a fresh start knows."""
    os.kill(os.getpid(), signal.SIGTERM)


def build(
    settings: IntakeSettings, clock: Callable[[], float], on_failure: Callable[[], None]
) -> Parts:
    """Open the mailbox and make the parts. Raises `WrongRevision` for a mailbox not made for us."""
    engine = open_engine(settings.mailbox_url, CACHE)
    refuse_stale(engine, HEAD)
    words, site_id, secret = load_vocabularies(), bytes.fromhex(settings.site_id), settings.secret()
    recipients = Recipients(engine, settings.signer_fingerprint, site_id, clock)

    def today() -> dt.date:
        return dt.datetime.fromtimestamp(clock(), dt.UTC).date()

    blobs = Blobs(settings.blob_dir, settings.disk_reserve)
    writer = Writer(engine, on_failure)
    day = Day(engine, settings.items_a_day, settings.bytes_a_day, today)
    receiver = Receiver(engine, writer, recipients, blobs, site_id, day)
    question = Question(
        hkdf(secret, b"", b"naru/v1/intake/question-key", 32), settings.question, day, clock
    )
    return Parts(
        words=words,
        reader=Reader(words),
        engine=engine,
        writer=writer,
        recipients=recipients,
        receiver=receiver,
        attachments=Attachments(engine, blobs, receiver, settings.attachment_max, today),
        guesses=Guesses(),
        day=day,
        circuits=Circuits(clock),
        question=question,
        leaves=Leaves(
            hkdf(secret, b"", b"naru/v1/intake/deposit-key", 32),
            hkdf(secret, b"", b"naru/v1/intake/answered-key", 32),
            question,
            clock,
        ),
        site_id=site_id,
        ticket_key=hkdf(secret, b"", b"naru/v1/intake/ticket-key", 32),
        token_key=hkdf(secret, b"", b"naru/v1/intake/token-key", 32),
        clock=clock,
    )


def parts() -> Parts:
    """Return the parts of the app that answers this request."""
    found: Parts = current_app.extensions[NAME]
    return found

"""The parts every piece of the casebook works with, built once by ``book.open_book``."""

import datetime as dt
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from app.db import Writer
from app.mailbox.blobs import Blobs
from config.model import Model
from crypto.encoding import encode_url
from crypto.locking import Profile

CUSTODY_ID = b"naru/v1/custody."  # 16 bytes, where a body is bound to the account, not to a record


@dataclass(frozen=True)
class DeskSecret:
    """What only the desk host knows, from its secret file: enough to find, never to open."""

    value: bytes

    def handle(self, name: str) -> bytes:
        """Return the 32-byte handle of a member's name; spelling and case do not matter."""
        plain = unicodedata.normalize("NFKC", name).strip().casefold()
        return hmac.digest(self.value, b"naru/v1/handle" + plain.encode(), hashlib.sha256)

    @property
    def host_key(self) -> bytes:
        """Return the half of the lock on the bundle key that a partner never holds."""
        return hmac.digest(self.value, b"naru/v1/host", hashlib.sha256)

    def mark(self, key: str, name: str) -> str:
        """Return what says, to this desk alone, that a member was in the browser that brings it."""
        said = b"naru/v1/known" + key.encode() + self.handle(name)
        return encode_url(hmac.digest(self.value, said, hashlib.sha256))

    def login_key(self) -> bytes:
        """Return the key of the tokens in the log-in form."""
        return hmac.digest(self.value, b"naru/v1/login", hashlib.sha256)


@dataclass(frozen=True)
class Store:
    """Databases, their writers, the model, and what the desk was told."""

    casebook: Engine
    casebook_writer: Writer
    mailbox: Engine
    mailbox_writer: Writer
    model: Model
    secret: DeskSecret
    site_id: bytes
    profile: Profile
    clock: Callable[[], float]
    blobs: Blobs | None = None
    handed: Blobs | None = None  # cleaned copies of attachments, each for one partner
    stamp: Callable[[bytes], bytes] | None = None  # an RFC 3161 token over some bytes
    organisation: str = ""  # whose desk this is, and how to reach the group: bundles say so
    contact: str = ""

    def today(self) -> str:
        """Return the day (UTC) as YYYY-MM-DD: the finest time the casebook keeps."""
        return dt.datetime.fromtimestamp(self.clock(), dt.UTC).date().isoformat()

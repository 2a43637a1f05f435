"""The list of what must never come back: kept by the desk, copied outside, replayed by a restore.

Ids are random, days are months: the list tells a thief no more than the databases do. A MAC under
the desk's secret keeps it from being edited; that it only ever grows keeps it from being exchanged
for an older one.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from app.casebook import account, tables
from app.casebook.keeping import erasure
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto.canonical import canonical

NAME = "tombstones.json"
_LABEL = b"naru/v1/tombstones"


class WrongTombstones(Exception):
    """The list is of another site, was edited, or is older than the backup."""


@dataclass(frozen=True)
class Tombstones:
    """What was erased, what is being withdrawn (and when), which epochs ended, who is a member.

    ``acts`` is the length of the account when it was made: of two lists of one day it tells which
    knows better who is a member.
    """

    site: str
    day: str
    erased: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    withdrawing: Mapping[str, str] = field(default_factory=dict)
    acts: int = 0

    def written(self, secret: bytes) -> bytes:
        """Return the list as it lies on the disk."""
        body = {
            "acts": self.acts,
            "day": self.day,
            "ended": sorted(self.ended),
            "erased": sorted(self.erased),
            "members": sorted(self.members),
            "naru": 1,
            "site": self.site,
            "withdrawing": dict(self.withdrawing),
        }
        return canonical({**body, "mac": _mac(secret, canonical(body))}) + b"\n"

    @classmethod
    def read(cls, data: bytes, secret: bytes, site: str) -> "Tombstones":
        """Read a list. Raises ``WrongTombstones``."""
        try:
            body = json.loads(data)
            mac = str(body.pop("mac"))
            if not hmac.compare_digest(mac, _mac(secret, canonical(body))):
                raise WrongTombstones("the list of tombstones was edited, or is another desk's")
            if body["naru"] != 1 or body["site"] != site:
                raise WrongTombstones("the list of tombstones is another site's")
            return cls(
                body["site"],
                str(dt.date.fromisoformat(body["day"])),
                frozenset(body["erased"]),
                frozenset(body["ended"]),
                frozenset(body["members"]),
                dict(body["withdrawing"]),
                int(body.get("acts", 0)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WrongTombstones("this is not a list of tombstones") from error

    def beside(self, known: "Tombstones") -> "Tombstones":
        """Return this list, to be replayed on a backup whose own is ``known``.

        It may be older than the backup by hours, and lack only who became a member in these.
        Raises ``WrongTombstones`` unless it has all that the other has.
        """
        whole = self.erased >= known.erased and self.ended >= known.ended
        if self.day < known.day or not whole:
            raise WrongTombstones(
                f"the list of tombstones is older (of {self.day}) than the backup (of {known.day})"
            )
        return self if self.acts >= known.acts else replace(self, members=known.members)


def gather(store: Store) -> Tombstones:
    """Return the list as it stands now."""
    with store.mailbox.connect() as connection:
        item = mailbox.item
        query = select(item.c.id, item.c.withdraw_on).where(item.c.withdraw_on > store.today())
        withdrawing = {row.id.hex(): row.withdraw_on for row in connection.execute(query)}
    with store.casebook.connect() as connection:
        epoch, member = tables.epoch, tables.member
        ended = connection.execute(
            select(epoch.c.epoch).where(epoch.c.ended_on.is_not(None))
        ).scalars()
        members = connection.execute(select(member.c.id)).scalars()
        return Tombstones(
            site=store.site_id.hex(),
            day=store.today(),
            erased=frozenset(one.hex() for one, _ in erasure.tombstones(store)),
            ended=frozenset(ended),
            members=frozenset(one.hex() for one in members),
            withdrawing=withdrawing,
            acts=account.size(connection),
        )


def keep(store: Store, folder: Path) -> None:
    """Write the list where the operator copies it from, if more changed than the day's acts."""
    path, found = folder / NAME, gather(store)
    if path.exists() and _is_there(path.read_bytes(), found, store):
        return
    data = found.written(store.secret.value)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as held:
        held.write(data)
        held.flush()
        day = dt.datetime.fromisoformat(found.day).replace(tzinfo=dt.UTC).timestamp()
        os.utime(held.fileno(), (day, day))  # when somebody withdrew is nobody's business
        os.fsync(held.fileno())
    new.rename(path)


def _is_there(written: bytes, found: Tombstones, store: Store) -> bool:
    try:
        known = Tombstones.read(written, store.secret.value, found.site)
    except WrongTombstones:
        return False
    return replace(known, acts=found.acts) == found


def _mac(secret: bytes, body: bytes) -> str:
    return hmac.digest(secret, _LABEL + body, hashlib.sha256).hex()

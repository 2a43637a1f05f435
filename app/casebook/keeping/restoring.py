"""Bringing a backup back onto an empty machine; what was destroyed since stays destroyed.

Everything is made in a folder beside the one asked for and moved there last: a restore that fails
leaves nothing that could be served. Before that the tombstones are replayed.
"""

import dataclasses
import io
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from app import migrate
from app.casebook import account, building, tables
from app.casebook.keeping import backups, erasure
from app.casebook.keeping.tombstones import Tombstones, WrongTombstones
from app.casebook.store import Store
from app.db import open_engine, truncate_wal
from app.mailbox import tables as mailbox
from config import settings as config
from config.settings_files import mark_demonstration
from crypto import locking, opening
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.identities import Identity, parse_identity_file

AT_ONCE = 100
FOLDERS = ("blobs", "handed")
READERS_ALONE = 1


class WrongBackup(Exception):
    """The two parts do not belong together, do not open, or are cut."""


class NeedsSecondPerson(Exception):
    """The backup has several members: one of them must stand beside who holds the recovery key."""


def identities_of(text: str) -> list[Identity]:
    """Read the recovery identity as it stands on paper. Raises ``WrongBackup``."""
    try:
        return list(parse_identity_file(text))
    except CryptoError as error:
        raise WrongBackup("this is not a recovery identity") from error


@dataclass(frozen=True)
class Second:
    """A member who is there too: name and passphrase, held against the backup's own rows."""

    name: str
    passphrase: str


@dataclass(frozen=True)
class Restored:
    """What came back."""

    toml: Path
    day: str
    rows: int
    erased: int
    ended: int


def restore(
    parts: tuple[Path, Path],
    identities: Sequence[Identity],
    target: Path,
    newer: bytes | None,
    second: Second | None,
) -> Restored:
    """Make the deployment of a backup (FILE and FILE.keys) in ``target``, which must not exist.

    ``newer`` is the list of tombstones kept outside, or None where there is none. Raises
    ``WrongBackup``, ``WrongTombstones``, ``NeedsSecondPerson``.
    """
    if target.exists() and any(target.iterdir()):
        raise WrongBackup(f"{target} is not empty")
    making = target.with_name(target.name + ".restoring")
    shutil.rmtree(making, ignore_errors=True)
    try:
        done = _make(parts, identities, making, newer, second)
        _point_at(making / "naru.toml", making, target)
        if target.exists():
            target.rmdir()
        making.rename(target)
    except CryptoError as error:
        raise WrongBackup("the recovery identity does not open this, or it was altered") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return dataclasses.replace(done, toml=target / "naru.toml")


def _make(
    parts: tuple[Path, Path],
    identities: Sequence[Identity],
    making: Path,
    newer: bytes | None,
    second: Second | None,
) -> Restored:
    store_part, keys_part = parts
    about = next(_frames(keys_part, identities))
    other = next(_frames(store_part, identities))
    if (about.get("part"), other.get("part")) != ("keys", "store") or any(
        about[name] != other[name] for name in ("naru-backup", "backup", "site")
    ):
        raise WrongBackup("these two files are not the parts of one backup")
    replayed = _tombstones(about, newer)
    store = _found(making, about)
    try:
        _refuse_alone(keys_part, identities, store, second)
        rows = _fill(store, _frames(store_part, identities), making)
        rows += _fill(store, _frames(keys_part, identities), making)
        for engine, branch in ((store.mailbox, "mailbox"), (store.casebook, "casebook")):
            migrate.upgrade(engine, branch)
        erased, ended = _replay(store, replayed, str(about["day"]))
    finally:
        for engine in (store.mailbox, store.casebook):
            truncate_wal(engine)
            engine.dispose()
    return Restored(making / "naru.toml", str(about["day"]), rows, erased, ended)


def _tombstones(about: Mapping[str, Any], newer: bytes | None) -> Tombstones:
    secret = bytes.fromhex(about["secrets"]["desk.secret"].decode().strip())
    own = Tombstones.read(about["tombstones"], secret, about["site"])
    if newer is None:
        return own
    found = Tombstones.read(newer, secret, about["site"])
    found.refuse_older(own)
    return found


def _found(making: Path, about: Mapping[str, Any]) -> Store:
    """Make folder, secrets, settings and empty databases as they were on the day of the backup."""
    making.mkdir(mode=0o700, parents=True)
    for name, data in about["secrets"].items():
        _private(making / Path(name).name, data)
    toml = making / "naru.toml"
    _private(toml, about["toml"].encode())
    before = config.load_settings(toml, look_at_files=False)
    if before.desk.demonstration:
        mark_demonstration(making)
    _point_at(toml, before.desk.data_dir, making)
    settings = config.load_settings(toml, only="desk").keeper
    for branch, url in (("mailbox", settings.mailbox_url), ("casebook", settings.casebook_url)):
        engine = open_engine(url)
        migrate.upgrade(engine, branch, about["heads"][branch])
        engine.dispose()
    return building.open_store(settings)


def _private(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as held:
        held.write(data)


def _point_at(toml: Path, before: Path, after: Path) -> None:
    """Let settings name another folder: their data and what lies in it."""
    _private(toml, toml.read_bytes().replace(os.fsencode(before), os.fsencode(after)))


def _frames(path: Path, identities: Sequence[Identity]) -> Iterator[Any]:
    """Yield the frames of a part; the last says how many rows there were. ``WrongBackup``."""
    try:
        with path.open("rb") as source:
            count, ended = 0, False
            for frame in backups.frames(opening.open_file(source, identities)):
                if isinstance(frame, dict) and "end" in frame:
                    ended = frame["end"] == count
                    continue
                count += isinstance(frame, list)
                yield frame
            if not ended:
                raise WrongBackup(f"{path.name} is cut")
    except (OSError, ValueError) as error:
        raise WrongBackup(f"{path.name} cannot be read") from error


def _refuse_alone(
    keys_part: Path, identities: Sequence[Identity], store: Store, second: Second | None
) -> None:
    """Ask for a member beside the recovery key, where there is more than one."""
    held = list(_members(_frames(keys_part, identities)))
    if len(held) <= READERS_ALONE:
        return
    if second is None:
        raise NeedsSecondPerson("name a member who is there too: --as NAME")
    handle = store.secret.handle(second.name)
    for row in held:
        if row["handle"] == handle and _unlocks(row, second.passphrase):
            return
    raise NeedsSecondPerson("the name or the passphrase is wrong")


def _members(frames: Iterator[Any]) -> Iterator[dict[str, Any]]:
    columns = None
    for frame in frames:
        if isinstance(frame, dict):
            columns = frame["columns"] if frame.get("table") == "member" else None
        elif columns:
            yield dict(zip(columns, frame, strict=True))


def _unlocks(row: Mapping[str, Any], passphrase: str) -> bool:
    try:
        locking.unlock(locking.Locked.parse(row["locked"]), passphrase, row["id"])
    except CryptoError:
        return False
    return True


def _fill(store: Store, frames: Iterator[Any], making: Path) -> int:
    """Write the rows and blobs of one part. Returns the number of rows."""
    engines = {"mailbox": store.mailbox, "casebook": store.casebook}
    count, into, batch, blob = 0, None, list[dict[str, Any]](), None
    for frame in frames:
        if isinstance(frame, list) and into is not None:
            batch.append(dict(zip(into[2], frame, strict=True)))
            count += 1
            if len(batch) >= AT_ONCE:
                _insert(engines, into, batch)
            continue
        _insert(engines, into, batch)
        if "table" in frame:
            into = (frame["database"], frame["table"], frame["columns"])
        elif "blob" in frame:
            blob = _begin_blob(making, frame)
        elif "chunk" in frame and blob is not None:
            blob.write(frame["chunk"])
    _insert(engines, into, batch)
    if blob is not None:
        blob.close()
    return count


def _insert(
    engines: Mapping[str, Engine], into: tuple[str, str, list[str]] | None, batch: list[Any]
) -> None:
    if into is None or not batch:
        return
    # By the names of that day: the tables of this code may be newer until the migrations ran.
    table = sa.table(into[1], *(sa.column(name) for name in into[2]))
    with engines[into[0]].execution_options(naru_writes=True).begin() as connection:
        connection.execute(sa.insert(table), batch)
    batch.clear()


def _begin_blob(making: Path, frame: Mapping[str, str]) -> BinaryIO:
    kind = frame.get("in", FOLDERS[0])
    folder = making / kind
    path = (folder / frame["blob"]).resolve()
    if kind not in FOLDERS or not path.is_relative_to(folder.resolve()):
        raise WrongBackup("a blob's name leads out of its folder")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return io.BufferedWriter(io.FileIO(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb"))


def _replay(store: Store, stones: Tombstones, day: str) -> tuple[int, int]:
    """Destroy again what was destroyed since; only then may anything be served."""

    def withdrawing(connection: Connection) -> None:
        for record, on in stones.withdrawing.items():
            item = mailbox.item
            connection.execute(
                sa.update(item).where(item.c.id == bytes.fromhex(record)).values(withdraw_on=on)
            )

        recipient = mailbox.recipient  # else the intake would seal to what nobody opens
        connection.execute(sa.delete(recipient).where(recipient.c.epoch.in_(sorted(stones.ended))))

    def ending(connection: Connection) -> int:
        epoch, member = tables.epoch, tables.member
        known = connection.execute(sa.select(member.c.id)).scalars().all()
        left = [one for one in known if one.hex() not in stones.members]
        connection.execute(sa.delete(member).where(member.c.id.in_(left)))
        ended = connection.execute(
            sa.update(epoch)
            .where(epoch.c.epoch.in_(sorted(stones.ended)), epoch.c.ended_on.is_(None))
            .values(ended_on=stones.day, sealed=None)
        )
        retired = tables.retired_epoch
        connection.execute(sa.delete(retired).where(retired.c.epoch.in_(sorted(stones.ended))))
        more = {"backup": day, "tombstones": stones.day}
        account.append(
            connection, None, [Entry("restored", erasure.STEWARD, store.today(), more=more)]
        )
        return ended.rowcount

    store.mailbox_writer.run(withdrawing)
    ids = [bytes.fromhex(one) for one in sorted(stones.erased)]
    buried = {one for one, _ in erasure.tombstones(store)}
    again = [one for one in ids if one not in buried]
    for start in range(0, len(again), erasure.AT_ONCE):
        erasure.erase(store, again[start : start + erasure.AT_ONCE], "withdrawn")
    erased = len(again) + len(erasure.withdrawals(store))
    return erased, store.casebook_writer.run(ending)


__all__ = ["NeedsSecondPerson", "Restored", "Second", "WrongBackup", "WrongTombstones", "restore"]

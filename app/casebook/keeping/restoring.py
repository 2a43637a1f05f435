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
from app.casebook import account, building, members, tables
from app.casebook.keeping import backups, erasure
from app.casebook.keeping.tombstones import Tombstones, WrongTombstones
from app.casebook.keyring import REVIEWERS
from app.casebook.keys import recovery
from app.casebook.shapes import Member, NotYours
from app.casebook.store import Store
from app.db import open_engine, truncate_wal
from app.mailbox import tables as mailbox
from config import settings as config
from config.settings_files import mark_demonstration
from crypto import locking, opening
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.identities import Identity

AT_ONCE = 100
FOLDERS = ("blobs", "handed")
READERS_ALONE = 1


class WrongBackup(Exception):
    """The two parts do not belong together, do not open, or are cut."""


class NeedsSecondPerson(Exception):
    """The desk had several leads or reviewers: one must stand beside who holds the recovery key."""


def identities_of(text: str) -> list[Identity]:
    """Read the recovery identity as it stands on paper, whole or as two shares. ``WrongBackup``."""
    try:
        return [recovery.read(text)]
    except recovery.NotTheRecovery as error:
        raise WrongBackup("this is neither a recovery identity nor two shares of one") from error
    except recovery.NoSharing as error:
        raise WrongBackup("install shamir-mnemonic, or give the whole identity") from error


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
    except (CryptoError, NotYours) as error:
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
        held = _held(_frames(keys_part, identities), identities, replayed)
        beside = _refuse_alone(held, store, second)
        rows = _fill(store, _frames(store_part, identities), making)
        rows += _fill(store, _frames(keys_part, identities), making)
        for engine, branch in ((store.mailbox, "mailbox"), (store.casebook, "casebook")):
            migrate.upgrade(engine, branch)
        more = {"backup": str(about["day"]), "tombstones": replayed.day}
        acts = [Entry("restored", recovery.ACTOR, store.today(), more=more)]
        who = ("confirmed", beside) if beside else ("confirmed-on-paper", recovery.ACTOR)
        acts.append(Entry(*who, store.today(), more={"kind": "restore"}))
        erased, ended = _replay(store, replayed, acts)
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
    return Tombstones.read(newer, secret, about["site"]).beside(own)


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


@dataclass(frozen=True)
class _Held:
    """A member as the backup has them, who is still one."""

    row: Mapping[str, Any]
    member: Member


def _held(frames: Iterator[Any], identities: Sequence[Identity], stones: Tombstones) -> list[_Held]:
    """Return who was a member on the day of the backup, and was not removed since."""
    found = _tables(frames, ("casebook_key", "member"))
    keys = {
        row["id"]: b"".join(opening.open_file(io.BytesIO(row["sealed"]), identities))
        for row in found["casebook_key"]
        if row["ring"] == REVIEWERS
    }
    return [
        _Held(row, members.listed(row["id"], row["entry"], keys))
        for row in found["member"]
        if row["id"].hex() in stones.members
    ]


def _refuse_alone(held: Sequence[_Held], store: Store, second: Second | None) -> str:
    """Ask for a lead or a reviewer beside the recovery key, where there is more than one.

    Returns who it was, by id; empty where the paper stands alone.
    """
    if second is None:
        if sum(one.member.role in members.READERS for one in held) > READERS_ALONE:
            raise NeedsSecondPerson("name a lead or a reviewer who is there too: --as NAME")
        return ""
    handle = store.secret.handle(second.name)
    for one in held:
        if one.row["handle"] == handle and _unlocks(one.row, second.passphrase):
            if one.member.role not in members.READERS:
                raise NeedsSecondPerson("a partner is no second person: name a lead or a reviewer")
            return one.member.id
    raise NeedsSecondPerson("the name or the passphrase is wrong")


def _tables(frames: Iterator[Any], names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of these tables, as they stand in a part."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    into: list[dict[str, Any]] | None = None
    columns: list[str] = []
    for frame in frames:
        if isinstance(frame, dict):
            into, columns = found.get(frame.get("table", "")), frame.get("columns", [])
        elif into is not None:
            into.append(dict(zip(columns, frame, strict=True)))
    return found


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


def _replay(store: Store, stones: Tombstones, acts: Sequence[Entry]) -> tuple[int, int]:
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
        account.append(connection, None, acts)
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

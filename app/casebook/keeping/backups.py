"""A backup of a running desk: FILE and FILE.keys, both age files to the recovery recipient.

FILE holds what is large and opens nothing: payloads, events, custody. FILE.keys holds what opens
it: headers, record keys, sealed identities, secrets. Both are destroyed after 30 days, by the next
backup, so that an erased record is gone from every backup by then and the last one stays. Each
database is read in one transaction, the mailbox first: what is taken in meanwhile still has its
header there.
"""

import os
import secrets
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import Connection, Engine, MetaData, Table, select

from app.casebook import members, tables
from app.casebook.keeping import tombstones
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto import sealing
from crypto.recipients import PQRecipient

VERSION = 1
KEPT_DAYS = 30
CHUNK = 1 << 20
# What opens nothing. Whatever is not named here goes with the keys, new tables too.
LARGE = {
    "mailbox": ("item", "payload", "recipient", "blob"),
    "casebook": ("record", "event", "custody", "checkpoint"),
}
NEVER = ("session", "alembic_version")
METADATA: dict[str, MetaData] = {"mailbox": mailbox.metadata, "casebook": tables.metadata}
HEADS = {"mailbox": mailbox.HEAD, "casebook": tables.HEAD}


@dataclass(frozen=True)
class Deployment:
    """What a desk is beside its databases: its settings' text, its secrets, its blobs."""

    toml: str
    secrets: Mapping[str, bytes]
    blobs: Path
    handed: Path


@dataclass(frozen=True)
class Written:
    """What a backup holds, by count, and which old parts were destroyed."""

    rows: int
    blobs: int
    destroyed: tuple[str, ...]


def keys_of(target: Path) -> Path:
    """Return the path of the keys part of a backup."""
    return target.with_name(target.name + ".keys")


def write(store: Store, deployment: Deployment, target: Path) -> Written:
    """Write both parts, each whole or not at all, and destroy those older than 30 days."""
    with snapshot(store.mailbox) as letters, snapshot(store.casebook) as casebook:
        connections = {"mailbox": letters, "casebook": casebook}
        recovery = members.standing(casebook)
        about = {
            "naru-backup": VERSION,
            "backup": secrets.token_hex(16),
            "day": store.today(),
            "site": store.site_id.hex(),
            "heads": HEADS,
        }
        opening = {
            "toml": deployment.toml,
            "secrets": dict(deployment.secrets),
            "tombstones": tombstones.gather(store).written(store.secret.value),
        }
        rows = _write_part(
            keys_of(target),
            recovery,
            {**about, "part": "keys", **opening},
            _rows(connections, large=False),
        )
        blobs = [*_blobs(deployment.blobs, "blobs"), *_blobs(deployment.handed, "handed")]
        rows += _write_part(
            target,
            recovery,
            {**about, "part": "store"},
            _rows(connections, large=True),
            _chunks(blobs),
        )
    return Written(rows, len(blobs), tuple(destroy_old(target.parent)))


class snapshot:  # noqa: N801 - used as a function
    """A connection that sees one moment of a database, whatever is written meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        if self._engine.dialect.name != "sqlite":
            self._connection = self._connection.execution_options(isolation_level="REPEATABLE READ")
        self._connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def destroy_old(folder: Path, days: int = KEPT_DAYS) -> Iterator[str]:
    """Delete every backup in a folder whose keys part is older than ``days``; name what went.

    Its other part opens nothing without it, and only takes room.
    """
    oldest = time.time() - days * 86400
    for keys in sorted(folder.glob("*.keys")):
        for path in (keys, keys.with_suffix("")) if _ours_from_before(keys, oldest) else ():
            if _ours_from_before(path, oldest):
                path.unlink()
                yield path.name


def _ours_from_before(path: Path, oldest: float) -> bool:
    if not path.is_file() or path.stat().st_mtime >= oldest:
        return False
    with path.open("rb") as held:
        return held.read(22) == b"age-encryption.org/v1\n"


def _write_part(
    path: Path, recovery: PQRecipient, about: Mapping[str, object], *parts: Iterable[object]
) -> int:
    part = path.with_name(path.name + ".part")
    count = 0
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as held:
            with sealing.SealingWriter(held, [recovery]) as sealed:
                _frame(sealed, about)
                for frames in parts:
                    for frame in frames:
                        _frame(sealed, frame)
                        count += isinstance(frame, list)
                _frame(sealed, {"end": count})
            held.flush()
            os.fsync(held.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return count


def _frame(sink: sealing.SealingWriter, frame: object) -> None:
    data = msgspec.msgpack.encode(frame)
    sink.write(struct.pack(">I", len(data)) + data)


def frames(source: Iterable[bytes]) -> Iterator[Any]:
    """Yield what `_frame` wrote. Raises ``ValueError`` where it ends before its end."""
    held = bytearray()
    for part in source:
        held += part
        while len(held) >= 4 and len(held) >= 4 + (size := struct.unpack(">I", held[:4])[0]):  # noqa: PLR2004 - the length
            yield msgspec.msgpack.decode(bytes(held[4 : 4 + size]))
            del held[: 4 + size]
    if held:
        raise ValueError("the backup ends in the middle")


def _rows(connections: Mapping[str, Connection], *, large: bool) -> Iterator[object]:
    for database, connection in connections.items():
        for table in METADATA[database].sorted_tables:
            if table.name not in NEVER and (table.name in LARGE[database]) == large:
                yield from _table(database, connection, table)


def _table(database: str, connection: Connection, table: Table) -> Iterator[object]:
    names = [str(column.name) for column in table.columns]
    yield {"table": str(table.name), "database": database, "columns": names}
    query = select(table).execution_options(yield_per=200)
    for row in connection.execute(query):
        yield list(row)


def _blobs(folder: Path, kind: str) -> Iterator[tuple[str, str, Path]]:
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(folder)), kind, path


def _chunks(blobs: Iterable[tuple[str, str, Path]]) -> Iterator[object]:
    for name, kind, path in blobs:
        try:
            held: BinaryIO = path.open("rb")
        except FileNotFoundError:  # withdrawn since the names were read
            continue
        with held:
            yield {"blob": name, "in": kind}
            while part := held.read(CHUNK):
                yield {"chunk": part}

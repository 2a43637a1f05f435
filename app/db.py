"""Engines, the declaration of what a column reveals, and the one durable writer.

SQLite runs as WAL with ``synchronous=FULL``; PostgreSQL with ``synchronous_commit=on``. All writes
of a process go through one :class:`Writer`, which groups what waits into one commit, each piece of
work in a SAVEPOINT of its own, and answers only when the commit is on disk (DESIGN rule 3).
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Engine, LargeBinary, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

T = TypeVar("T")
_Work = tuple[Callable[[Connection], Any], Future[Any]]
GROUP = 64
CACHE = 1024
BUSY_MS = 10_000


class NotDurable(Exception):
    """The commit failed: nothing of the group is stored, and this process must start anew."""


def column(
    name: str,
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    *args: SchemaItem,
    reveals: str,
    **kw: bool,
) -> Column[Any]:
    """Make a column that declares what it tells a thief of the disk (DESIGN rule 7)."""
    return Column(name, kind, *args, info={"reveals": reveals}, **kw)  # type: ignore[arg-type]


Bytes = LargeBinary


def open_engine(url: str, cache: int = CACHE) -> Engine:
    """Return an engine for ``url`` with the durability and erasure settings Naru promises.

    ``cache`` is what each SQLite connection may keep, in KiB: the system caches the file already.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    wait = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=wait, hide_parameters=True)
    event.listen(engine, "connect", partial(_prepare_sqlite, cache))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI object
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    connection.commit()


def _prepare_sqlite(cache: int, connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI object
    # The driver must not open transactions by itself: SAVEPOINT would not nest in them.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{cache}",
        f"busy_timeout={BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("naru_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def truncate_wal(engine: Engine) -> None:
    """Write the WAL back and cut it to nothing, so that what was destroyed is not left in it."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


class WrongRevision(Exception):
    """The database is missing or not at the revision this code was written for."""


class Unreachable(WrongRevision):
    """Whether it is, nobody can say: its server does not answer, or not to this role."""

    def __init__(self) -> None:
        said = "the database does not answer: start its server, see whether this user may reach it"
        super().__init__(said)


def refuse_stale(engine: Engine, head: str) -> None:
    """Raise :class:`WrongRevision` unless the database stands at ``head``, without alembic."""
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError as error:
        # What SQLite calls an operational error is a missing table; a server's is its absence.
        if isinstance(error, OperationalError) and engine.dialect.name != "sqlite":
            raise Unreachable from error
        raise WrongRevision("the database was never made: run 'python -m app init'") from error
    if found != head:
        raise WrongRevision(f"the database is at {found}, not {head}: run 'python -m app update'")


class Writer:
    """One thread that commits everything this process writes to one database.

    ``run`` blocks until the work is durable and returns what the work returned, or raises what it
    raised (its savepoint is rolled back; the others of the group are kept). When the commit itself
    fails, all of the group get :class:`NotDurable`; with SQLite ``on_failure`` is then called once:
    a failed fsync is never retried.
    """

    def __init__(self, engine: Engine, on_failure: Callable[[], None]) -> None:
        self._engine = engine.execution_options(naru_writes=True)
        self._on_failure = on_failure
        self._failed = False
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` in the next commit and return its result once that commit is on disk."""
        if self._failed:
            raise NotDurable
        done: Future[T] = Future()
        self._waiting.put((work, done))
        return done.result()

    def close(self) -> None:
        """Commit what waits, then write nothing any more. No ``run`` may follow."""
        self._waiting.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            group: list[_Work] = [first]
            while len(group) < GROUP and not self._waiting.empty():
                if (another := self._waiting.get()) is None:
                    self._waiting.put(None)
                    break
                group.append(another)
            self._commit(group)

    def _commit(self, group: list[_Work]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.begin() as connection:
                for work, done in group:
                    answers.append((done, *_attempt(connection, work)))
                    _refuse_rolled_back(connection)
        except Exception:  # noqa: BLE001 - whatever it was, nothing of this group is on disk
            # A failed fsync of our own file is never retried: this process is done. A PostgreSQL
            # that is gone has lost nothing it acknowledged, and may be back for the next group.
            self._failed = self._engine.dialect.name == "sqlite"
            for _, done in group:
                done.set_exception(NotDurable())
            if self._failed:
                self._on_failure()
            return
        for done, result, error in answers:
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)


def _attempt(
    connection: Connection, work: Callable[[Connection], Any]
) -> tuple[Any, BaseException | None]:
    try:
        with connection.begin_nested():
            return work(connection), None
    except DBAPIError as error:
        if error.connection_invalidated or _is_disk(error):
            raise
        return None, error
    except Exception as error:  # noqa: BLE001 - handed to the caller who asked for this work
        return None, error


def _refuse_rolled_back(connection: Connection) -> None:
    """Raise `NotDurable` where SQLite took back the whole transaction, savepoints and all.

    It does so by itself when the disk is full or fails: what others of the group were to be told
    is there no longer, and going back to the savepoint fails with an error that names no disk.
    """
    if connection.dialect.name != "sqlite":
        return
    if not getattr(connection.connection.dbapi_connection, "in_transaction", False):
        raise NotDurable


def _is_disk(error: DBAPIError) -> bool:
    """Tell a failing disk (full, I/O error) from work that the database refused."""
    name = getattr(error.orig, "sqlite_errorname", "")
    return name.startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CORRUPT", "SQLITE_READONLY"))

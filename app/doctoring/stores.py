"""The deployment: who may read it, what it holds ready, when it was last saved and rehearsed."""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.db import Unreachable, WrongRevision, open_engine, refuse_stale
from app.doctoring import UNWISE, WRONG, Finding, Patient
from app.mailbox import counting, tables
from config.settings_files import DEMONSTRATION_MARK

WEEKS_AHEAD = 3
BACKUP_DAYS, KEYS_DAYS, REHEARSAL_DAYS = 8, 30, 190
REHEARSED = "recovery-rehearsed"
# What no page of the app needs, as deploy/postgresql.sql has it.
NEVER = {
    "intake": {
        "header": "SELECT",
        "payload": "SELECT",
        "item": "DELETE",
        "recipient": "INSERT, UPDATE, DELETE",
        "reply": "INSERT, UPDATE, DELETE",
    },
    "desk": {
        "item": "INSERT",
        "header": "INSERT, UPDATE",
        "custody": "UPDATE, DELETE, TRUNCATE",
        "checkpoint": "UPDATE, DELETE, TRUNCATE",
    },
}
WIDE = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR EXISTS (
  SELECT 1 FROM pg_class JOIN unnest(%(tables)s::text[], %(rights)s::text[]) AS never (name, may)
    ON relname = name WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND (pg_has_role(r.oid, relowner, 'USAGE') OR has_table_privilege(r.oid, pg_class.oid, may)))
FROM pg_roles r WHERE rolname = current_user
"""
OTHERS, ALL_BUT_OWNER, WRITERS = 0o007, 0o077, 0o022


def permissions(patient: Patient) -> Iterator[Finding]:
    """Find what others than the user Naru runs as may read or change."""
    data = patient.one.data_dir
    loose = [] if not data.exists() or not data.stat().st_mode & ALL_BUT_OWNER else [data]
    for path in sorted(data.iterdir()) if data.is_dir() and os.access(data, os.R_OK) else ():
        secret = path.suffix == ".secret"
        if path.is_file() and path.stat().st_mode & (ALL_BUT_OWNER if secret else OTHERS):
            loose.append(path)
    if loose:
        names = " ".join(str(path) for path in loose)
        yield Finding(
            "permissions", WRONG, f"others on this machine may read {names}", f"chmod go= {names}"
        )
    if patient.settings.path.stat().st_mode & WRITERS:
        path = patient.settings.path
        yield Finding("settings-writable", WRONG, f"others may change {path}", f"chmod go-w {path}")


def demonstration(patient: Patient) -> Iterator[Finding]:
    """Find invented data: it must never meet real people."""
    marked = (patient.one.data_dir / DEMONSTRATION_MARK).exists()
    if marked or patient.one.demonstration:
        yield Finding(
            "demonstration",
            WRONG,
            f"{patient.one.data_dir} holds demonstration data",
            "make a deployment of its own with `python -m app init`, in an empty folder",
        )


def space(patient: Patient) -> Iterator[Finding]:
    """Find a disk so full that files, or even text, no longer get in."""
    intake = patient.settings.intake_table
    if intake is None or not intake.data_dir.exists():
        return
    free = shutil.disk_usage(intake.data_dir).free
    if free < 2 * intake.disk_reserve:
        yield Finding(
            "disk",
            WRONG if free < intake.disk_reserve else UNWISE,
            f"{free >> 20} MiB are free; files are refused below {intake.disk_reserve >> 20} MiB",
            "make room on the disk of data_dir, or move it to a larger one (docs/operator.md)",
        )


def mailbox(patient: Patient) -> Iterator[Finding]:
    """Look into the mailbox: its revision, the epochs it holds ready, the days it has seen."""
    engine = open_engine(patient.one.mailbox_url)
    try:
        refuse_stale(engine, tables.HEAD)
        with engine.connect() as connection:
            yield from _epochs(connection, patient.today)
            yield from _days(connection, patient.today)
    except Unreachable as error:
        yield Finding("database", WRONG, "the mailbox does not answer", str(error))
    except WrongRevision as error:
        yield Finding("revision", WRONG, str(error), "run `python -m app update`")
    except SQLAlchemyError as error:
        yield Finding(
            "database",
            WRONG,
            f"the mailbox does not answer ({type(error).__name__})",
            "start its server; see whether this user may reach it",
        )
    finally:
        engine.dispose()


def _epochs(connection: Connection, today: dt.date) -> Iterator[Finding]:
    published = counting.published(connection)
    ahead = counting.weeks_ahead(connection, today)
    if ahead < WEEKS_AHEAD:
        yield Finding(
            "epochs",
            WRONG if ahead == 0 else UNWISE,
            f"{ahead} weeks have keys, this one included; then all is sealed to the paper key",
            "a lead runs `python -m app epochs begin`, or opens /keys at the desk",
        )
    if "standing" not in published:
        yield Finding(
            "standing",
            WRONG,
            "no standing recipient is published: past the last epoch nobody could write",
            "a lead runs `python -m app epochs begin`",
        )


def _days(connection: Connection, today: dt.date) -> Iterator[Finding]:
    last = connection.execute(select(func.max(tables.item.c.day))).scalar()
    if last is not None and last > today.isoformat():
        yield Finding(
            "clock-behind",
            WRONG,
            f"something arrived on {last}, which this clock calls the future",
            "set the clock (`timedatectl`), then look at it again",
        )


def roles(patient: Patient) -> Iterator[Finding]:
    """Find an app whose role may do what its pages never do: it undoes what roles are for."""
    urls = [(name, one.mailbox_url) for name, one in patient.apps]
    if patient.settings.desk_table is not None:
        urls.append(("desk", patient.settings.desk_table.casebook_url))
    wide = sorted({name for name, url in urls if url.startswith("postgresql") and _wide(name, url)})
    if wide:
        yield Finding(
            "roles",
            WRONG,
            f"what {' and '.join(wide)} come in as may do more there than their pages need",
            "run deploy/postgresql.sql, name naru_intake in [intake] and naru_desk in [desk]",
        )


def _wide(app: str, url: str) -> bool:
    """Tell whether a role may do too much for an app; of a server that is gone nothing is known."""
    never = {"tables": list(NEVER[app]), "rights": list(NEVER[app].values())}
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return bool(connection.exec_driver_sql(WIDE, never).scalar())
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def backups(patient: Patient) -> Iterator[Finding]:
    """Find a backup that is too old to be one, and keys kept after what was withdrawn.

    A host of the intake alone has nothing to save: the desk's host saves both databases.
    """
    if patient.settings.desk_table is None:
        return
    ages = [_age(patient.today, path) for path in patient.backups.glob("*.keys")]
    if not ages or min(ages) > BACKUP_DAYS:
        told = f"the last backup is {min(ages)} days old" if ages else "there is no backup"
        yield Finding(
            "backup-old",
            WRONG,
            f"{told} in {patient.backups}",
            f"run `python -m app backup {patient.backups}/{patient.today}`, daily by its timer",
        )
    if ages and max(ages) > KEYS_DAYS:
        yield Finding(
            "backup-keys",
            WRONG,
            f"keys of a backup are kept for {max(ages)} days: what was withdrawn could be opened",
            f"run `find {patient.backups} -name '*.keys' -mtime +{KEYS_DAYS - 1} -delete`",
        )


def _age(today: dt.date, path: Path) -> int:
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    return (today - written).days


def rehearsal(patient: Patient) -> Iterator[Finding]:
    """Find a paper key that nobody tried: it may be a key to nothing."""
    if patient.settings.desk_table is None:
        return
    path = patient.one.data_dir / REHEARSED
    text = path.read_text("ascii").strip() if path.exists() else ""
    age = (patient.today - dt.date.fromisoformat(text)).days if text else None
    if age is None or age > REHEARSAL_DAYS:
        yield Finding(
            "recovery",
            UNWISE,
            f"recovery was last rehearsed {age} days ago" if text else "recovery: never rehearsed",
            "take the paper out and run `python -m app rehearse`",
        )


CHECKS = (permissions, demonstration, space, mailbox, roles, backups, rehearsal)

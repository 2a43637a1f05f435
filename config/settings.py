"""Settings: one TOML, read once, frozen, and refused when it is weak.

    settings = load_settings(Path("/etc/naru/naru.toml"))
    settings.intake.signer_fingerprint
    settings.desk.secret()

A refusal names the file, the line, the setting and what to do. What is checked of a setting by
itself is in `settings_checks`, what is checked on the disk in `settings_files`.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypedDict

import msgspec

from config import settings_checks as checks
from config import settings_files as files
from config.settings_checks import Fault, SettingsError
from config.toml_lines import line_of

__all__ = [
    "AppSettings",
    "DeskSettings",
    "IntakeSettings",
    "Settings",
    "SettingsError",
    "load_settings",
]

Which = Literal["intake", "desk"]
Language = Literal["ko", "zh", "en"]
Kdf = Literal["member", "CHEAPEST_FOR_TESTS"]
Asked = Literal["off", "flood", "always"]
MIB = 1 << 20
GIB = 1 << 30


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the TOML as it is written."""


class _Site(_Table, frozen=True, kw_only=True):
    site_id: str
    language: Language = "ko"
    demonstration: bool = False


class _Storage(_Table, frozen=True, kw_only=True):
    data_dir: str
    mailbox_url: str | None = None
    casebook_url: str | None = None


class _Intake(_Table, frozen=True, kw_only=True):
    base_url: str
    listen: str
    signer_fingerprint: str
    secret_file: str | None = None
    max_body: int | str = 4 * MIB
    drain_body: int | str = 16 * MIB
    attachment_max: int | str = 2 * GIB
    disk_reserve: int | str = GIB
    items_a_day: int = 5000
    bytes_a_day: int | str = GIB
    question: Asked = "off"
    mailbox_url: str | None = None


class _Desk(_Table, frozen=True, kw_only=True):
    base_url: str
    listen: str
    secret_file: str | None = None
    kdf: Kdf = "member"
    tsa_url: str = ""
    organisation: str = ""
    contact: str = ""
    mailbox_url: str | None = None
    casebook_url: str | None = None


class _File(_Table, frozen=True, kw_only=True):
    site: _Site
    storage: _Storage
    intake: _Intake | None = None
    desk: _Desk | None = None


class _Shared(TypedDict):
    site_id: str
    language: Language
    demonstration: bool
    data_dir: Path
    mailbox_url: str


class _Own(_Shared):
    base_url: str
    listen: str
    secret_file: Path


class AppSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What both apps are told. `listen` is written as gunicorn binds it."""

    site_id: str
    language: Language
    demonstration: bool
    data_dir: Path
    mailbox_url: str
    base_url: str
    listen: str
    secret_file: Path

    @property
    def https(self) -> bool:
        """Whether cookies are `Secure` and `__Host-`: never for .onion and loopback over http."""
        return self.base_url.startswith("https://")

    @property
    def blob_dir(self) -> Path:
        """Where sealed attachments and payloads lie."""
        return self.data_dir / "blobs"

    def secret(self) -> bytes:
        """Read the secret anew; it is never kept in settings, so no print of them shows it."""
        return files.read_secret(self.secret_file)


class IntakeSettings(AppSettings, frozen=True, kw_only=True):
    """What the intake is told; nothing in it leads to the casebook."""

    signer_fingerprint: str
    max_body: int
    drain_body: int
    attachment_max: int
    disk_reserve: int
    items_a_day: int
    bytes_a_day: int
    question: Asked


class DeskSettings(AppSettings, frozen=True, kw_only=True):
    """What the desk is told."""

    casebook_url: str
    kdf: Kdf
    tsa_url: str = ""
    organisation: str = ""
    contact: str = ""

    @property
    def handed_dir(self) -> Path:
        """Where cleaned copies of attachments lie, each sealed for one partner."""
        return self.data_dir / "handed"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One file; a host that runs one app needs only that app's table."""

    path: Path
    intake_table: IntakeSettings | None
    desk_table: DeskSettings | None
    mailbox_url: str
    casebook_url: str

    @property
    def intake(self) -> IntakeSettings:
        """The intake's settings; refused when the file has no [intake]."""
        if self.intake_table is None:
            raise SettingsError(f"{self.path.name}: [intake] is missing: add the table")
        return self.intake_table

    @property
    def desk(self) -> DeskSettings:
        """The desk's settings; refused when the file has no [desk]."""
        if self.desk_table is None:
            raise SettingsError(f"{self.path.name}: [desk] is missing: add the table")
        return self.desk_table

    @property
    def keeper(self) -> DeskSettings:
        """The desk's, with the databases as who owns them comes in: to migrate, save and move."""
        urls = {"mailbox_url": self.mailbox_url, "casebook_url": self.casebook_url}
        return msgspec.structs.replace(self.desk, **urls)


def load_settings(
    path: Path,
    *,
    only: Which | None = None,
    look_at_files: bool = True,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Read the settings, and refuse to go on when anything in them or on the disk is weak.

    `only`: the app that starts, whose files are looked at (the other's need not be readable here).
    `look_at_files=False` is for `init`, which makes the directory and the secrets.
    """
    text = _text(path)
    try:
        return _checked(_decoded(text), path, only if look_at_files else "nothing", environ)
    except Fault as fault:
        raise SettingsError(_message(path, text, fault)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path.name}: is not UTF-8") from None


def _message(path: Path, text: str, fault: Fault) -> str:
    if not fault.key:
        return f"{path.name}: {fault.said}"
    line = line_of(text, fault.key)
    where = path.name if line is None else f"{path.name} line {line}"
    return f"{where}: {fault.key}: {fault.said}"


def _decoded(text: str) -> _File:
    try:
        return msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise Fault("", str(error)) from None
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$")
        key = at.strip(".`")
        if found := re.search("(unknown|required) field `(.*)`", said):
            key = f"{key}.{found[2]}".lstrip(".")
            said = "unknown: take it out" if found[1] == "unknown" else "missing: add it"
        raise Fault(key, said[0].lower() + said[1:]) from None


def _checked(
    read: _File, path: Path, only: Which | Literal["nothing"] | None, environ: Mapping[str, str]
) -> Settings:
    site, storage = read.site, read.storage
    checks.site_id(site.site_id, real=not site.demonstration)
    data_dir = checks.data_dir(storage.data_dir)
    mailbox = checks.database("storage.mailbox_url", data_dir, storage.mailbox_url)
    casebook = checks.database("storage.casebook_url", data_dir, storage.casebook_url)
    checks.differ("storage.casebook_url", casebook, mailbox)
    shared = _Shared(
        site_id=site.site_id,
        language=site.language,
        demonstration=site.demonstration,
        data_dir=data_dir,
        mailbox_url=mailbox,
    )
    settings = Settings(
        path=path,
        intake_table=None if read.intake is None else _intake(read.intake, shared),
        desk_table=None if read.desk is None else _desk(read.desk, shared, casebook, environ),
        mailbox_url=mailbox,
        casebook_url=casebook,
    )
    _apart(settings)
    _look(settings, site, data_dir, only)
    return settings


def _own(name: Which, table: _Intake | _Desk, shared: _Shared) -> _Own:
    url = checks.as_role(f"{name}.mailbox_url", table.mailbox_url, shared["mailbox_url"])
    return _Own(
        **(shared | {"mailbox_url": url}),
        base_url=checks.base_url(f"{name}.base_url", table.base_url),
        listen=checks.listen(f"{name}.listen", table.listen),
        secret_file=checks.secret_file(name, table.secret_file, shared["data_dir"]),
    )


def _intake(table: _Intake, shared: _Shared) -> IntakeSettings:
    checks.fingerprint(table.signer_fingerprint)
    settings = IntakeSettings(
        **_own("intake", table, shared),
        signer_fingerprint=table.signer_fingerprint,
        max_body=checks.size("intake.max_body", table.max_body),
        drain_body=checks.size("intake.drain_body", table.drain_body),
        attachment_max=checks.size("intake.attachment_max", table.attachment_max),
        disk_reserve=checks.size("intake.disk_reserve", table.disk_reserve),
        items_a_day=checks.count("intake.items_a_day", table.items_a_day),
        bytes_a_day=checks.size("intake.bytes_a_day", table.bytes_a_day),
        question=table.question,
    )
    checks.limits(settings.max_body, settings.drain_body, settings.disk_reserve)
    return settings


def _desk(table: _Desk, shared: _Shared, casebook: str, environ: Mapping[str, str]) -> DeskSettings:
    checks.kdf(table.kdf, environ)
    checks.authority(table.tsa_url)
    return DeskSettings(
        **_own("desk", table, shared),
        casebook_url=checks.as_role("desk.casebook_url", table.casebook_url, casebook),
        kdf=table.kdf,
        tsa_url=table.tsa_url,
        organisation=checks.line("desk.organisation", table.organisation),
        contact=checks.line("desk.contact", table.contact),
    )


def _apart(settings: Settings) -> None:
    """Refuse two apps behind one door."""
    intake, desk = settings.intake_table, settings.desk_table
    if intake is not None and desk is not None:
        checks.differ("desk.listen", desk.listen, intake.listen)
        checks.differ("desk.base_url", desk.base_url, intake.base_url)
        checks.differ("desk.secret_file", str(desk.secret_file), str(intake.secret_file))


def _look(settings: Settings, site: _Site, data_dir: Path, only: str | None) -> None:
    """Look at the disk, for the app that starts or for both."""
    if only == "nothing":
        return
    files.private_directory(data_dir)
    files.mark_agrees(data_dir, demonstration=site.demonstration)
    for name, one in (("intake", settings.intake_table), ("desk", settings.desk_table)):
        if one is not None and only in (None, name):
            files.check_secret(f"{name}.secret_file", one.secret_file)

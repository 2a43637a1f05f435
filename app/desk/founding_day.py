"""Make a deployment: its folder, its secrets, its TOML, its databases, and the desk's first day."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from app import migrate
from app.casebook.building import open_store
from app.casebook.keys import founding
from app.db import open_engine
from config import settings as config
from config.settings_files import mark_demonstration, new_secret

TEMPLATE = """# Naru. What each line means, and what else can be set: config/naru.example.toml
[site]
site_id = "{site_id}"
language = "{language}"
demonstration = {demonstration}

[storage]
data_dir = "{data_dir}"

[intake]
base_url = "{intake_url}"
listen = "{intake_listen}"
signer_fingerprint = "{fingerprint}"

[desk]
base_url = "{desk_url}"
listen = "{desk_listen}"
"""


@dataclass(frozen=True)
class Answers:
    """What a deployment is told when it is made."""

    data_dir: Path
    lead: str
    intake_url: str
    desk_url: str
    intake_listen: str
    desk_listen: str
    language: str = "ko"
    demonstration: bool = False


def make(answers: Answers, passphrase: str = "") -> tuple[Path, founding.Founded]:
    """Make everything and return the TOML's path and what must be kept on paper.

    The TOML is written last: a folder without it is no deployment and may be deleted.
    """
    os.umask(0o077)  # databases and their logs are made by engines that ask for 0666
    data_dir = answers.data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    data_dir.chmod(0o700)
    path, new, site_id = data_dir / "naru.toml", data_dir / "naru.toml.new", secrets.token_hex(16)
    _write(new, _toml(answers, data_dir, site_id, secrets.token_hex(32)))
    try:
        config.load_settings(new, look_at_files=False)
    except config.SettingsError:
        new.unlink()  # a wrong answer leaves the folder as it was
        raise
    if answers.demonstration:
        mark_demonstration(data_dir)
    for name in ("intake.secret", "desk.secret"):
        new_secret(data_dir / name)
    told = config.load_settings(new)
    for branch, url in (("mailbox", told.desk.mailbox_url), ("casebook", told.desk.casebook_url)):
        migrate.upgrade(open_engine(url), branch)
    founded = founding.found(open_store(told.desk), answers.lead, answers.language, passphrase)
    _write(new, _toml(answers, data_dir, site_id, founded.fingerprint))
    new.rename(path)
    return path, founded


def _toml(answers: Answers, data_dir: Path, site_id: str, fingerprint: str) -> str:
    return TEMPLATE.format(
        site_id=site_id,
        language=answers.language,
        demonstration=str(answers.demonstration).lower(),
        data_dir=data_dir,
        intake_url=answers.intake_url,
        desk_url=answers.desk_url,
        intake_listen=answers.intake_listen,
        desk_listen=answers.desk_listen,
        fingerprint=fingerprint,
    )


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")

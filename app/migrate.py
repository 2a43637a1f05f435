"""Bring a database to a revision of its branch. Serving needs only ``db.refuse_stale``."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

HERE = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(engine: Engine, branch: str, revision: str = "head") -> None:
    """Run the migrations of ``branch`` (``mailbox`` or ``casebook``) up to ``revision``."""
    with engine.execution_options(naru_writes=True).begin() as connection:
        command.upgrade(_config(connection, branch), f"{branch}@{revision}")


def downgrade(engine: Engine, branch: str, revision: str) -> None:
    """Undo the migrations of ``branch`` down to ``revision``."""
    with engine.execution_options(naru_writes=True).begin() as connection:
        command.downgrade(_config(connection, branch), f"{branch}@{revision}")


def _config(connection: Connection, branch: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", f"{HERE / 'mailbox'};{HERE / 'casebook'}")
    config.set_main_option("path_separator", ";")
    config.attributes.update(connection=connection, branch=branch)
    return config

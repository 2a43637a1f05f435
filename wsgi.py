"""The two applications, for any WSGI server: ``wsgi:intake()`` and ``wsgi:desk()``.

Each imports only its own app. ``python -m app serve`` needs none of this.
"""

import os
from pathlib import Path
from typing import Any

from app import web
from config.settings import load_settings


def intake() -> Any:  # noqa: ANN401 - a WSGI application
    """Return the intake of the deployment named by NARU_CONFIG."""
    from app.intake import create_app

    _prepare()
    return create_app(load_settings(Path(os.environ["NARU_CONFIG"]), only="intake").intake)


def desk() -> Any:  # noqa: ANN401 - a WSGI application
    """Return the desk of the deployment named by NARU_CONFIG."""
    from app.desk import create_app

    _prepare()
    return create_app(load_settings(Path(os.environ["NARU_CONFIG"]), only="desk").desk)


def _prepare() -> None:
    web.silence()
    web.harden()

"""What a page of the desk may use: the casebook, words, a clock. Built once by create_app."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import current_app, g

from app.casebook.book import Casebook
from app.casebook.keyring import Keyring
from app.casebook.shapes import Member
from config.model import Model
from config.vocabularies import Vocabularies

EXTENSION = "naru_desk"


@dataclass(frozen=True)
class Desk:
    """The parts of the desk. ``login_key`` authenticates the token of the log-in form."""

    book: Casebook
    model: Model
    vocabularies: Vocabularies
    clock: Callable[[], float]
    login_key: bytes
    https: bool
    data_dir: Path
    demonstration: bool

    @property
    def cookie(self) -> str:
        """The name of the one cookie."""
        return "__Host-naru_desk" if self.https else "naru_desk"


def desk() -> Desk:
    """Return the desk this request is at."""
    return cast("Desk", current_app.extensions[EXTENSION])


def book() -> Casebook:
    """Return the casebook."""
    return desk().book


def keyring() -> Keyring:
    """Return the keys of the member who asks; the gate has put them here."""
    return cast("Keyring", g.keyring)


def member() -> Member | None:
    """Return who asks, or None before log-in."""
    found = g.get("keyring")
    return found.member if found else None

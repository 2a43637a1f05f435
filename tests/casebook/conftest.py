"""The casebook on real SQLite, with the members of the desk's tests; no pages in between."""

import pytest
from casebook.kit import Kit
from desk.world import Founded


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A desk's first day, lived once and copied for each test."""
    return Founded(tmp_path_factory.mktemp("casebook"))


@pytest.fixture
def kit(tmp_path, founded):
    """A casebook with an owner (lead), colleague (triage), outsider (reviewer), partner."""
    return Kit(tmp_path, founded)

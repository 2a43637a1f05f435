"""The casebook on real SQLite, with the members of the desk's tests; no pages in between."""

import pytest
from casebook.kit import Kit


@pytest.fixture
def kit(tmp_path, founded):
    """A casebook with an owner (lead), colleague (triage), outsider (reviewer), partner."""
    found = Kit(tmp_path, founded)
    yield found
    found.close()

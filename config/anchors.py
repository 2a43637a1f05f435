"""Events people date their lives by: "after the Asian Games" is a date, if one knows when."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from config import strict_yaml
from config.model_types import Frozen, Text

PATH = Path(__file__).with_name("anchors.yaml")


class Anchor(Frozen, frozen=True, kw_only=True):
    """An event with its first and last day, and how it is called."""

    id: Text
    first: Text
    last: Text
    words: dict[str, str]

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return date.fromisoformat(self.first), date.fromisoformat(self.last)


@cache
def load_anchors() -> Mapping[str, Anchor]:
    """Read the events; a DataError names every place that is wrong."""
    read = strict_yaml.load(PATH)
    return {
        key: strict_yaml.convert({"id": key, **value}, Anchor, key) for key, value in read.items()
    }

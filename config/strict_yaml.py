"""YAML read strictly: every key once, `yes` and dates are words, and an error says where it is."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

# libyaml is some eight times faster; it is not in every build of PyYAML.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_T = TypeVar("_T")


class DataError(ValueError):
    """A data file that ships with Naru, or replaces one, cannot be used; `problems` says where."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _means(tag: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return f"tag:yaml.org,2002:{tag}", re.compile(pattern)


_NUMBERS = [
    _means("int", r"^-?(?:0|[1-9][0-9]*)$"),
    _means("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$"),
]


class _Loader(_Base):  # type: ignore[misc]  # one of two loaders, known only when run
    # Only what JSON knows. YAML 1.1 would read the answer `no` as False and a day as a date.
    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way
        "t": [_means("bool", "^true$")],
        "f": [_means("bool", "^false$")],
        "n": [_means("null", "^null$")],
        **dict.fromkeys("-0123456789", _NUMBERS),
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                raise DataError(f"line {line}: a key must be text")
            if key.value in seen:
                raise DataError(f"line {line}: {key.value} stands twice")
            seen.add(key.value)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


def load(path: Path) -> dict[str, Any]:
    """Read one mapping from `path`; a duplicate key, a tag or broken syntax is a DataError."""
    try:
        read = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  # derives from the safe one
    except yaml.YAMLError as error:
        raise DataError(f"{path.name}: {' '.join(str(error).split())}") from None
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from None
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    if not isinstance(read, dict):
        raise DataError(f"{path.name}: not a mapping")
    return read


def convert(value: object, to: type[_T], where: str) -> _T:
    """Turn plain data into a Struct; what does not fit is named by its place in the file."""
    try:
        return msgspec.convert(value, to)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at `$")
        raise DataError(f"{where}{at.rstrip('`')}: {said}") from None

"""Where in a TOML a setting stands: tomllib does not say, and a refusal has to."""

import re

_HEADER = re.compile(r"^\s*\[\s*([A-Za-z0-9_.\s-]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")


def line_of(text: str, key: str) -> int | None:
    """Give the line of `table.key`, else that of its `[table]`, else None.

    Our settings are tables of single-line values; a line inside a text of several lines could be
    taken for a key, which would only misplace the number in a message.
    """
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _plain(header[1])
            lines.setdefault(table, number)
        elif found := _KEY.match(line):
            lines.setdefault(f"{table}.{_plain(found[1])}".lstrip("."), number)
    return lines.get(key, lines.get(key.rpartition(".")[0]))


def _plain(dotted: str) -> str:
    return ".".join(part.strip() for part in dotted.split("."))

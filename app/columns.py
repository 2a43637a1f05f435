"""`python -m app.columns`: what each column tells a thief of the disks, as the table of the docs.

`--write` brings `docs/columns.md` up to date; without it the page is printed. A test holds both
equal.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, MetaData

from app.casebook import tables as casebook
from app.mailbox import tables as mailbox

PAGE = Path(__file__).resolve().parent.parent / "docs" / "columns.md"
DATABASES = {"mailbox": mailbox.metadata, "casebook": casebook.metadata}
HEAD = """# What each column reveals

To somebody who has all disks, powered off, and no key. Made by `python -m app.columns --write` from
the declarations in `app/mailbox/tables.py` and `app/casebook/tables.py`; do not edit it here.
"""


def undeclared(metadata: MetaData) -> list[str]:
    """Return the columns that do not say what they reveal, as ``table.column``."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not str(column.info.get("reveals", "")).strip()
    ]


def page() -> str:
    """Return the whole page. Raises ``KeyError`` for a column without a declaration."""
    return HEAD + "".join(_section(name, found) for name, found in DATABASES.items())


def _section(name: str, metadata: MetaData) -> str:
    lines = [f"\n## {name}\n\n| column | reveals |\n|---|---|\n"]
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        lines += _rows(table.name, iter(table.columns))
    return "".join(lines)


def _rows(table: str, columns: Iterator[Column[object]]) -> list[str]:
    return [f"| `{table}.{one.name}` | {one.info['reveals']} |\n" for one in columns]


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")  # noqa: T201

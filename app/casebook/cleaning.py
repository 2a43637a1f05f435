"""Cleaning attachments: a new file of the same pixels, without anything that is hidden in it.

Made by a process that has nothing else (``jailed_cleaning.py``), as pictures for looking are.
Recordings and writings of an office program are not cleaned: they stay.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.casebook.viewing import DRAWN, SHOWN, Attached, NotShown, Viewing

JAIL = Path(__file__).with_name("jailed_cleaning.py")
PATIENCE = 150  # seconds, for a long PDF
STARTS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "application/pdf": b"%PDF-"}
MOST_PAGES, MOST_NAMES, LONGEST_NAME = 100, 100, 60

Box = tuple[int, int, int, int, int]
"""What is painted black: the page; left, top, width and height in hundredths of a per cent."""


@dataclass(frozen=True)
class Clean:
    """A file made anew: its type, its bytes, what was hidden in the original by its name."""

    type: str
    data: bytes = field(repr=False)
    pages: int
    hidden: tuple[str, ...]
    shown: tuple[bytes, ...] = field(repr=False)  # the first pages, small, as JPEG


def cleanable(viewing: Viewing, one: Attached) -> bool:
    """Tell whether a copy without hidden data can be made of it."""
    return one.size <= SHOWN and viewing.type_of(one) in DRAWN


def clean(viewing: Viewing, one: Attached, boxes: Iterable[Box] = ()) -> Clean:
    """Make the file anew, boxes painted black. Raises ``NotShown``."""
    kind = DRAWN.get(viewing.type_of(one))
    if kind is None or one.size > SHOWN:
        raise NotShown
    told = json.dumps([list(box) for box in boxes])
    return _read(viewing.jailed([kind, told], viewing.bytes_of(one), JAIL, PATIENCE))


def _read(answer: bytes) -> Clean:
    """Read what the process wrote: a hostile file may speak through it. Raises ``NotShown``."""
    head, _, made = answer.partition(b"\n")
    try:
        said = json.loads(head)
        pages, kind = int(said["pages"]), str(said["type"])
        hidden = [str(name)[:LONGEST_NAME] for name in said["hidden"]]
        sizes = [int(size) for size in said["shown"]]
    except (ValueError, KeyError, TypeError) as error:
        raise NotShown from error
    shown = []
    for size in sizes:
        shown.append(made[:size])
        made = made[size:]
    if not 0 < pages <= MOST_PAGES or kind not in STARTS or not made.startswith(STARTS[kind]):
        raise NotShown
    return Clean(kind, made, pages, tuple(dict.fromkeys(hidden))[:MOST_NAMES], tuple(shown))

"""What a form's fields hold, in the one way documents keep it and tags are taken over it.

FORMAT.md section 2, `fields`. An empty box is no answer; line ends are LF; nothing else changes.
"""

import re
from collections.abc import Mapping
from typing import Any

from crypto.errors import MalformedDocument

MOST_FIELDS = 256
MOST_ANSWERS = 256

Answers = Mapping[str, str | tuple[str, ...]]

_NAME = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def answered(untrusted_fields: Mapping[Any, object]) -> dict[str, str | tuple[str, ...]]:
    """Return the fields that hold an answer: strings, or tuples of strings, none of them empty.

    Takes strings and lists or tuples of strings. Raises `MalformedDocument` for anything else.
    """
    if len(untrusted_fields) > MOST_FIELDS:
        raise MalformedDocument("There are more fields than any form has.")
    found = {_name(name): _answer(value) for name, value in untrusted_fields.items()}
    return {name: value for name, value in found.items() if value}


def text_of(untrusted: object) -> str:
    """Return a string with LF as its only line end. Raises `MalformedDocument`.

    A lone surrogate is no character: UTF-8 cannot say it, and no page ever sends one.
    """
    if not isinstance(untrusted, str):
        raise MalformedDocument("A text is of another type.")
    if not untrusted.isascii() and _SURROGATE.search(untrusted):
        raise MalformedDocument("A text holds half a character.")
    return untrusted.replace("\r\n", "\n").replace("\r", "\n")


def _name(untrusted: object) -> str:
    if not isinstance(untrusted, str) or not _NAME.fullmatch(untrusted):
        raise MalformedDocument("This is no name of a field.")
    return untrusted


def _answer(untrusted: object) -> str | tuple[str, ...]:
    if not isinstance(untrusted, list | tuple):
        return text_of(untrusted)
    if len(untrusted) > MOST_ANSWERS:
        raise MalformedDocument("A field has more answers than any form offers.")
    return tuple(text for item in untrusted if (text := text_of(item)))

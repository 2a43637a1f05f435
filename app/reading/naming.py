"""Agencies and places in a few words as a witness named them."""

from app.reading.context import agencies
from app.reading.context import says as _says
from app.reading.text import sentences


def kinds(named: str) -> set[str]:
    """Return the kinds of agency named: statesec, socialsec, china; and each with its level."""
    found = [each for sentence in sentences(named) for each in agencies(sentence)]
    levels = {f"{each.kind}_{each.level}" for each in found if each.level}
    return {each.kind for each in found} | levels


def says(cue: str, named: str) -> bool:
    """Whether the words hold a cue of the lexicon, such as ``central``."""
    return any(_says(sentence, cue) for sentence in sentences(named))


def border(named: str) -> bool:
    """Whether the words name a place at the border."""
    return says("border", named)

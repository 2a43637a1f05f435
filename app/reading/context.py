"""What stands around an event: agencies near it, words that settle its stage, where it is told."""

from dataclasses import dataclass
from functools import cache

from app.reading.text import Sentence
from config.model import Model, load_model
from config.reading import Reading, load_reading

_BESIDE = 3  # letters after an event within which an agency belongs to it: "to my town's bowibu"


@dataclass(frozen=True)
class Agency:
    """An agency as named: where in the text, whose, and its level where the words say it."""

    kind: str  # statesec, socialsec, china, police
    level: str | None
    start: int
    end: int


@cache
def model() -> Model:
    """Return the process model, read once."""
    return load_model()


@cache
def reading() -> Reading:
    """Return the patterns, read once."""
    return load_reading(model())


def says(sentence: Sentence, cue: str, start: int = 0, end: int | None = None) -> bool:
    """Whether words of a cue stand in the sentence (or in a part of it)."""
    if start <= 0 and end is None:
        return sentence.once(f"says {cue}", lambda: _said(sentence, cue, 0, len(sentence.form)))
    return _said(sentence, cue, max(start, 0), len(sentence.form) if end is None else end)


def _said(sentence: Sentence, cue: str, start: int, end: int) -> bool:
    known = reading()
    return any(
        known.compiled(one.lang, one.pattern).search(sentence.form, start, end)
        for one in known.cues
        if one.cue == cue and one.lang == sentence.lang
    )


def agencies(sentence: Sentence) -> list[Agency]:
    """Return the agencies a sentence names, in order; what names one is not read twice."""
    return sentence.once("agencies", lambda: _named(sentence))


def _named(sentence: Sentence) -> list[Agency]:
    known = reading()
    taken: list[tuple[int, int]] = []
    found: list[Agency] = []
    for one in known.agencies:
        if one.lang != sentence.lang:
            continue
        for match in known.compiled(one.lang, one.pattern).finditer(sentence.form):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found.append(Agency(one.kind, one.level, *match.span()))
    return sorted(found, key=lambda each: each.start)


@dataclass
class Told:
    """What the text has told so far; the sentences are read in order."""

    back: bool = False  # sent back, and not out again
    last: str | None = None  # the last stage offered
    coming: Agency | None = None  # the first agency of the sentence after this one
    agency: Agency | None = None  # the last one of North Korea named
    official: bool = False  # any agency, arrest or return so far
    frame: str | None = None  # the guard of a general account that is still going on
    classified: bool = False
    classified_in: Sentence | None = None  # the last sentence that tells of it

    def whose(self, agency: Agency | None) -> str | None:
        """Return statesec, socialsec or china; "police" is of the country the person is in."""
        if agency is None:
            return None
        if agency.kind == "police":
            return "socialsec" if self.back else "china"
        return agency.kind

    def nearest(self, sentence: Sentence, start: int, end: int) -> Agency | None:
        """Return the agency of an event: in it, before it, after it, or the last one named."""
        named = agencies(sentence)
        close = end if sentence.lang == "ko" else end + _BESIDE
        inside = [each for each in named if each.end > start and each.start < close]
        before = [each for each in named if each.end <= start]
        after = [each for each in named if each.start >= end]
        home = [each for each in inside if self.whose(each) != "china"]
        later = after[:1] if sentence.lang == "en" or self.agency is None else []
        for choice in (home[-1:], inside[-1:], before[-1:], later):
            if choice:
                return choice[0]
        return self.agency or self.coming

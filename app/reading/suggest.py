"""Stages that a testimony may speak of: suggestions with their words and their reason.

suggest("보위부에서 열흘 조사를 받았습니다")[0].stage == "classification_pretrial"

Clause by clause: an event of ``config/events/`` is found, and dropped again where the
clause denies, plans, fears, asks, generalises or passes on what is said of strangers. What is left
is offered to a reviewer; nothing here tags (DESIGN rule 8), and nothing here weighs a witness.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.reading import resolve
from app.reading.context import Told, agencies, model, reading, says
from app.reading.text import Sentence, sentences
from config.reading import Event, Guard, letters

_CROWDED = 2  # stages a sentence: who tells of it without saying "I" says less in each
WHOLE_PROCESS = 5  # a text that names so many stages and no person is about the process
_EN_CLAUSE = re.compile(
    r"[,;:\u2014\u2013]|\b(?:but|however)\b"
    r"|\band (?=(?:then )?(?:I|she|he|they|we|my|the|her|his|it|our|was|were|got|had)\b)"
    r"|\bthen (?=(?:I|she|he|they|we)\b)|\bbefore (?=I |she |he |we |they )",
    re.IGNORECASE,
)
_ZH_CLAUSE = re.compile(r"[\uff0c\uff1b\uff1a,;:]")
_KO_CLAUSE = re.compile(letters("(?:는데|지만|으나)[,\\s]"))  # what is set against what went before
_QUOTED = re.compile(  # Korean: what somebody said ends here, and that they said it begins
    letters(
        "(다)[\"\u201d\u300d\u2019']?(?:고(?![^.!?]{0,40}말하는 (?:것|걸|소리))|며|면서)"
        "|(자|냐|라)[\"\u201d\u300d\u2019']?고\\s*(?:하|해|말|소리|생각|믿|여기)"
    )
)
_LINKED = re.compile(
    letters("(?:고|서|며|자|니|데|다가)[\\s,]")
)  # a verb of its own stands between
_VERB = 8  # letters at the end of an event in which its own verb stands
_FRAMES = ("people", "generic_tail", "habit", "press", "law", "mass")  # guards that last
_CLAUSES = {"ko": _KO_CLAUSE, "en": _EN_CLAUSE, "zh": _ZH_CLAUSE}
_HALF = re.compile(
    r"[;\uff1b]|\bbut\b|, and (?:then )?|, (?:so|then) (?=(?:I|she|he|they|we|my|the|her|his)\b)"
    r"|但|可是|不过|结果|后来|最后|终于|没想到|果然|幸好|还是被",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Suggestion:
    """A stage that words may speak of; ``start`` and ``end`` are code points of the text."""

    stage: str
    track: str
    start: int
    end: int
    text: str
    rule: str


@dataclass(frozen=True)
class Dropped:
    """An event that was found and not offered, and the rule that said so."""

    stage: str | None
    start: int
    end: int
    text: str
    rule: str
    guard: str


def suggest(text: str, lang: str | None = None) -> list[Suggestion]:
    """Return what the text may say, in its order; ``lang`` helps where the script tells nothing."""
    return [each for each in read(text, lang) if isinstance(each, Suggestion)]


def read(text: str, lang: str | None = None) -> list[Suggestion | Dropped]:
    """Return what is suggested and what was dropped and why: for tests and for the curious."""
    told, found, by_sentence = Told(), [], []
    about = personal = press = False  # somebody named anywhere; beside an event; press named
    told_in = list(sentences(text, lang))
    for at, sentence in enumerate(told_in):
        told.coming = next(
            (who for each in told_in[at + 1 : at + 2] for who in agencies(each)), None
        )
        here = list(_sentence(sentence, told, text))
        if _apart(sentence, told):
            here = [_drop(each, told.frame or "") for each in here]
        told.frame = _frame(sentence, here, told)
        found += here
        by_sentence.append(here)
        press = press or says(sentence, "press")
        about = about or says(sentence, "person")
        personal = personal or (bool(here) and says(sentence, "person"))
    named = {each.stage for each in found if each.stage}
    named -= {model().stage(stage).refines for stage in named}
    tell = sum(bool(each) for each in by_sentence)
    if len(named) >= WHOLE_PROCESS and len(named) > _CROWDED * tell and not about:
        return [_drop(each, "process_described") for each in found]
    if press and not personal:
        return [_drop(each, "press_summary") for each in found]
    return found


def explain(rule: str, lang: str = "en") -> str:
    """Return the sentence that says why a rule suggests; ``rule`` is a Suggestion's."""
    event = next(each for each in reading().events if each.id == rule)
    said: str = getattr(event.why, lang)
    return said


def _drop(each: Suggestion | Dropped, guard: str) -> Dropped:
    if isinstance(each, Dropped):
        return each
    return Dropped(each.stage, each.start, each.end, each.text, each.rule, guard)


def _frame(sentence: Sentence, here: list[Suggestion | Dropped], told: Told) -> str | None:
    """Return the guard under which what follows stands too: what is said of people in general."""
    guards = [each.guard for each in here if isinstance(each, Dropped)]
    if len(guards) < len(here):
        return None
    general = [each for each in guards if each.partition("_")[2] in _FRAMES]
    return general[-1] if general else (told.frame if _apart(sentence, told) else None)


def _apart(sentence: Sentence, told: Told) -> bool:
    """Whether a sentence goes on about people in general: of no person, and of nothing past."""
    return told.frame is not None and not (says(sentence, "person") or says(sentence, "past"))


def _sentence(sentence: Sentence, told: Told, text: str) -> Iterator[Suggestion | Dropped]:
    """Read one sentence; of several events that give one stage, the first is kept."""
    known = reading()
    offered: set[str] = set()
    matches = sorted(
        (
            (match.start(), match.end(), event)
            for event in known.events
            if event.lang == sentence.lang
            for match in known.compiled(event.lang, event.pattern).finditer(sentence.form)
        ),
        key=lambda each: (each[0], -each[1]),
    )
    for start, end, event in matches:
        stage = _stage(event, sentence, start, end, told)
        if stage is None or stage in offered:
            continue
        first, last = sentence.words(start, end)
        words = text[first:last]
        guard = _guarded(sentence, start, end)
        if guard is not None:
            yield Dropped(stage, first, last, words, event.id, guard.id)
            continue
        _remember(told, stage, sentence)
        for each in _closely_and_coarsely(stage):
            if each not in offered:
                track = _track(each, sentence, start, end, told)
                yield Suggestion(each, track, first, last, words, event.id)
        offered.update(_closely_and_coarsely(stage))
    _hear(sentence, told)


def _closely_and_coarsely(stage: str) -> tuple[str, ...]:
    """Return a stage and the one it refines: who was in a kyohwaso is offered both (model, A11)."""
    coarse = model().stage(stage).refines
    return (stage, coarse) if coarse else (stage,)


def _hear(sentence: Sentence, told: Told) -> None:
    for agency in agencies(sentence):
        told.official = True
        if told.whose(agency) in ("statesec", "socialsec"):
            told.agency = agency


def _remember(told: Told, stage: str, sentence: Sentence) -> None:
    told.last = stage
    if stage in ("forced_repatriation", "x_border_handover"):
        told.back = told.official = True
    elif stage in ("x_departure_from_dprk", "cn_arrest"):
        told.back = False
    if stage == "classification_pretrial":
        told.classified, told.classified_in = True, sentence


def _stage(event: Event, sentence: Sentence, start: int, end: int, told: Told) -> str | None:
    known = reading()
    if event.unless and known.compiled(event.lang, event.unless).search(
        sentence.form, max(0, start - 40), end + 40
    ):
        return None
    if not _fits(event, sentence, told):
        return None
    if event.resolve is None:
        return event.stage
    return resolve.stage(event.resolve, sentence, start, end, told)


def _fits(event: Event, sentence: Sentence, told: Told) -> bool:
    """Whether the event is told of the country it can happen in."""
    if event.context == "china":
        return not told.back or says(sentence, "china")
    if event.context == "taken":
        return told.official or told.coming is not None or bool(agencies(sentence))
    if event.context == "dprk" and not told.back and not says(sentence, "home"):
        kinds = {each.kind for each in agencies(sentence)}
        return not kinds or kinds != {"china"}
    return True


def _track(stage: str, sentence: Sentence, start: int, end: int, told: Told) -> str:
    """Return the stage's track; where it has several, that of the nearest agency."""
    tracks = model().stage(stage).tracks
    if len(tracks) == 1:
        return tracks[0]
    whose = told.whose(told.nearest(sentence, start, end))
    return "social_security" if whose == "socialsec" else "state_security"


def _guarded(sentence: Sentence, start: int, end: int) -> Guard | None:
    """Return the first guard that speaks against the event."""
    known = reading()
    for guard in known.guards:
        if guard.lang != sentence.lang:
            continue
        seen = _scope(guard, sentence.form, start, end)
        pattern = known.compiled(guard.lang, guard.pattern)
        hit = pattern.match(seen, end) if guard.scope == "tail" else pattern.search(seen)
        if hit and not (guard.unless and known.compiled(guard.lang, guard.unless).search(seen)):
            return guard
    return None


def _scope(guard: Guard, form: str, start: int, end: int) -> str:
    """Return the part of the sentence a guard looks at."""
    if guard.scope == "verb":
        cut = form.rfind(" ", start, end)
        return form[max(0, start - 6) : cut + 1] if cut >= 0 else form[max(0, start - 6) : start]
    if guard.scope == "match":
        return form[start:end]
    if guard.scope in ("tail", "sentence", "ask"):
        return form
    if guard.scope == "statement":
        return form[start : _stated(form, start, end)]
    if guard.scope == "around":
        after = _CLAUSES[guard.lang].search(form, end)
        return form[_from(guard, form, start) : after.start() if after else len(form)]
    return form[_from(guard, form, start) : end]


def _stated(form: str, start: int, end: int) -> int:
    """Return where the statement of an event ends: where "they said that" begins, or with it.

    That somebody said it in the past does not make it past: "they said that I go to a camp".
    """
    for quoted in _QUOTED.finditer(form, max(start, end - _VERB)):
        if quoted[1] or not _LINKED.search(form, end, quoted.start()):
            return quoted.end(quoted.lastindex or 0)
    return len(form)


def _from(guard: Guard, form: str, start: int) -> int:
    """Return where the clause (or half sentence) of an event begins."""
    bounds = _HALF if guard.scope == "half" else _CLAUSES[guard.lang]
    return max((each.end() for each in bounds.finditer(form, 0, start)), default=0)

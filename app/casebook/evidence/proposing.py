"""Which words a person should look at before something leaves: names first, then what reaches them.

A proposal is never a decision: but what may be published without names starts with all of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.casebook.evidence import cutting, spelling
from app.casebook.evidence.attaching import Wanted
from app.casebook.evidence.cutting import Cut
from app.casebook.shapes import CasebookError, Person, Testimony

# Every repetition that something must follow has a bound: a text is whatever a stranger sent.
CONTACT = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,255}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<![\d-])\+?\d[\d ()-]{7,16}\d(?![\d-])"
    r"|(?:위챗|微信|wechat|텔레그램|telegram|카톡)\s{0,3}(?:id|号|:)?\s{0,3}[\w@-]{5,}",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}")
_HANGUL = re.compile("[\uac00-\ud7a3]{3}")


@dataclass(frozen=True)
class Proposal:
    """Words to look at. ``key`` names it in a form; ``found`` is how often they stand there."""

    key: str
    cut: Cut
    found: int
    sure: bool = True  # a whole name; a given name alone may be an ordinary word


@dataclass(frozen=True)
class Choice:
    """What a lead decided of the words: keys of proposals, quotations, paragraphs withheld."""

    keys: frozenset[str] = frozenset()
    quotes: tuple[tuple[str, str], ...] = ()  # words, reason
    withhold: frozenset[int] = frozenset()
    files: tuple[Wanted, ...] = ()
    transcripts: frozenset[str] = frozenset()  # recordings of which leaves what was written down
    decided: bool = False


def proposals(
    opened: Testimony, people: Iterable[Person], beside: Iterable[str] = ()
) -> list[Proposal]:
    """Return what is proposed for one testimony, of what stands in it or ``beside`` it."""
    texts = [*_texts(opened), *beside]
    groups = _groups(opened, people, texts)
    found = [_proposal(f"name:{who}", "NAME", who, words, texts) for who, words in groups.items()]
    for who, words in groups.items():
        given = tuple(dict.fromkeys(filter(None, map(_given, words))))
        if given:
            found.append(_proposal(f"given:{who}", "NAME", who, given, texts, sure=False))
    contacts = dict.fromkeys(
        one for text in texts for one in CONTACT.findall(text) if not _DATE.fullmatch(one.strip())
    )
    for number, words in enumerate(contacts):
        who = f"{opened.id}:contact-{number}"
        found.append(_proposal(f"contact:{number}", "CONTACT", who, (words,), texts))
    return [one for one in found if one.found]


def _proposal(
    key: str,
    reason: str,
    who: str,
    words: tuple[str, ...],
    texts: Sequence[str],
    *,
    sure: bool = True,
) -> Proposal:
    return Proposal(key, Cut(reason, who, words), _count(texts, words), sure)


def _texts(opened: Testimony) -> list[str]:
    answers = [opened.answers, *(letter.answers for letter in opened.letters)]
    said = [value for one in answers for value in one.values()]
    flat = [text for value in said for text in ([value] if isinstance(value, str) else value)]
    tags = [text for tag in opened.tags for text in (tag.date_as_stated, tag.person_name)]
    return [opened.narrative, *flat, *tags]


def _groups(
    opened: Testimony, people: Iterable[Person], texts: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the names of every person, tagged here or known from elsewhere and named here."""
    groups = {tag.person: [tag.person_name] for tag in opened.tags if tag.person_name}
    told = opened.answers.get("b_name", ())
    names = [told] if isinstance(told, str) else list(told)
    if names:
        same = next((who for who, known in groups.items() if _same(known[0], names)), None)
        groups.setdefault(same or f"{opened.id}:b_name", []).extend(names)
    everything = "\n".join(spelling.fold(text).text for text in texts)
    for person in people:
        plain = spelling.fold(person.name).text
        if person.id not in groups and len(plain) > 1 and plain in everything:
            groups[person.id] = [person.name]
    return {who: tuple(dict.fromkeys(words)) for who, words in groups.items()}


def _same(name: str, names: Sequence[str]) -> bool:
    return any(any(spelling.spans(one, spelling.fold(one), name)) for one in names) or any(
        any(spelling.spans(name, spelling.fold(name), one)) for one in names
    )


def _given(name: str) -> str:
    composed = "".join(unicodedata.normalize("NFC", name).split())
    return composed[1:] if _HANGUL.fullmatch(composed) else ""


def _count(texts: Sequence[str], words: Iterable[str]) -> int:
    return sum(
        len({*spelling.spans(text, spelling.fold(text), word)}) for text in texts for word in words
    )


class NothingCut(CasebookError):
    """Words to cut, or a paragraph's number, that stand nowhere: a slip would let them leave."""


def require_there(
    opened: Testimony, beside: Iterable[str], offered: Sequence[Proposal], choice: Choice
) -> None:
    """Raise ``NothingCut`` for what was chosen to be cut and cuts nothing of what could leave."""
    texts = [*_texts(opened), *beside]
    paragraphs = len(cutting.paragraphs(opened.narrative))
    if not choice.keys <= {one.key for one in offered}:  # a page from before somebody worked on it
        raise NothingCut
    if any(not 0 < one <= paragraphs for one in choice.withhold) or any(
        not _count(texts, (words,)) for words, _ in choice.quotes
    ):
        raise NothingCut


def cuts(opened: Testimony, offered: Sequence[Proposal], choice: Choice, purpose: str) -> list[Cut]:
    """Return the cuts of a decision; what nobody decided of leaves whole, or without names."""
    if not choice.decided:
        return [one.cut for one in offered if one.sure] if purpose == "k_pub_anon" else []
    made = [one.cut for one in offered if one.key in choice.keys]
    for number, (words, reason) in enumerate(choice.quotes):
        made.append(Cut(reason, f"{opened.id}:quote-{number}", (words,)))
    made += [
        Cut("WITHHELD", f"{opened.id}:{paragraph}", (), paragraph)
        for paragraph in sorted(choice.withhold)
    ]
    return made

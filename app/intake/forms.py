"""Reading what a witness typed: from untrusted pairs to something frozen, or a clear sentence.

Which fields there are, and which values they take, is data (``config/vocabularies.yaml``): every
known field is accepted and kept, whether a page shows it now or not. What is not known is left out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.bodies import Request
from app.web import Refusal
from config.vocabularies import Field, Vocabularies

NARRATIVE = "w_narrative"
NARRATIVE_LIMIT = 200_000  # code points, as in the contract
TEXT_LIMIT = 20_000
LINE_LIMIT = 2_000
CHOSEN = ("choice", "several", "tick")
KEEP_FIRST = ("yes", "no")
WHEN = ("now", "in-7-days", "not")

Fields = Mapping[str, str | tuple[str, ...]]


class Shown(NamedTuple):
    """A field as a page shows it, in one language."""

    id: str
    kind: str
    label: str
    options: tuple[tuple[str, str], ...]
    repeat: int


@dataclass(frozen=True)
class Submission:
    """What was typed, whole and checked."""

    fields: Fields


class Typed(MultiDict[str, str]):
    """What was typed, as it goes back into a page that refuses it."""

    @classmethod
    def of(cls, request: Request) -> "Typed":
        """Take what a request holds, if it could be parsed; signs HTML cannot hold fall out."""
        if not request.parsed:
            return cls()
        pairs = request.form.items(multi=True)
        return cls([(name, value.replace("\0", "")) for name, value in pairs])


class Reader:
    """Reads forms by the vocabularies."""

    def __init__(self, words: Vocabularies) -> None:
        self._fields = words.fields
        self._values = {name: frozenset(words.values(name)) for name in words.fields}
        self._consents = [one.id for one in words.fields_of("consent")]
        self.ticks = [one.id for one in words.fields_of("consent") if one.kind == "tick"]

    def testimony(self, request: Request) -> Submission:
        """Read the whole form. Raises `Refusal` with the first thing that is wrong."""
        return Submission(self._read(request, self._fields))

    def text(self, request: Request) -> Submission:
        """Read a form that holds a text and nothing else."""
        return Submission(self._read(request, [NARRATIVE]))

    def correction(self, request: Request) -> Submission:
        """Read a corrected text, and whether the first is kept."""
        fields = self._read(request, [NARRATIVE])
        return Submission({**fields, "keep_first": one_of(request, "keep_first", KEEP_FIRST)})

    def consents(self, request: Request) -> Submission:
        """Read the consents: what is not ticked is absent, and that is a no."""
        return Submission(self._read(request, self._consents))

    def _read(self, request: Request, names: Collection[str]) -> Fields:
        form = request.form
        refuse_damage(request, [*names, *form])
        found: dict[str, str | tuple[str, ...]] = {}
        for name in names:
            answers = [clean(value) for value in form.getlist(name)]
            given = tuple(answer for answer in answers if answer.strip())
            if given:
                found[name] = self._checked(self._fields[name], given)
        if NARRATIVE in names and NARRATIVE not in found:
            raise Refusal(400, gettext("Only the story is needed, but it is empty."))
        return found

    def _checked(self, field: Field, given: tuple[str, ...]) -> str | tuple[str, ...]:
        if field.kind in CHOSEN:
            given = tuple(dict.fromkeys(given))
            if not self._values[field.id].issuperset(given):
                raise Refusal(400, gettext("One of the choices is not on the list."))
        elif max(map(len, given)) > _limit(field):
            raise Refusal(400, _too_long(field))
        if len(given) > (len(self._values[field.id]) if field.kind == "several" else field.repeat):
            raise Refusal(400, gettext("One of the questions was answered too many times."))
        return given if field.many else given[0]


def _limit(field: Field) -> int:
    if field.id == NARRATIVE:
        return NARRATIVE_LIMIT
    return TEXT_LIMIT if field.kind == "text" else LINE_LIMIT


def _too_long(field: Field) -> str:
    limit = _limit(field)
    if field.id == NARRATIVE:
        return str(
            gettext(
                "The story is longer than %(limit)s signs. Send the first part now and add the "
                "rest afterwards.",
                limit=f"{limit:,}",
            )
        )
    return str(gettext("One answer is longer than %(limit)s signs.", limit=f"{limit:,}"))


def clean(value: str) -> str:
    """Return the text with LF for line ends, and otherwise as it was typed."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def refuse_damage(request: Request, names: Iterable[str]) -> None:
    """Refuse bytes that are no text, the sign NUL, and files where words are wanted."""
    names = set(names)
    if any(name in request.files for name in names):
        raise Refusal(400, gettext("A file was sent where words are wanted. It was not stored."))
    if names & request.damaged:
        raise Refusal(
            400, gettext("Some letters did not arrive whole. Look at the marked places (\ufffd).")
        )
    if any("\0" in value for name in names for value in request.form.getlist(name)):
        raise Refusal(
            400, gettext("An invisible sign that cannot be kept was taken out. Send it again.")
        )


def one_of(request: Request, name: str, values: Collection[str]) -> str:
    """Return the one answer that was chosen. Raises `Refusal`."""
    given = request.form.getlist(name)
    if len(given) != 1 or given[0] not in values:
        raise Refusal(400, gettext("One of the choices is not on the list."))
    return given[0]


def shown(words: Vocabularies, lang: str, names: Iterable[str]) -> list[Shown]:
    """Return fields as a page in this language shows them."""
    fields = (words.fields[name] for name in names)
    return [
        Shown(
            one.id,
            one.kind,
            getattr(one.label, lang),
            tuple((value, getattr(label, lang)) for value, label in words.values(one.id).items()),
            one.repeat,
        )
        for one in fields
    ]

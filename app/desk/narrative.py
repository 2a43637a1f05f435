"""A testimony's text as it stands on the page: verbatim, with paragraphs counted and words marked.

Offsets are code points of the text. Numbers come from the style sheet, so that the text content
of the element is the text itself and nothing else.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup, escape

from app.casebook.shapes import BadTag, Found, Tag

MOST_QUOTED = 20_000
NO_LINKS: Mapping[tuple[int, int], str] = MappingProxyType({})
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TRACK = re.compile(r"[^a-z_]")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return start and end of every line that is not blank: what a reader counts."""
    return [found.span() for found in _LINE.finditer(text) if found[0].strip()]


def locate(text: str, quote: str, paragraph: int | None = None) -> tuple[int, int]:
    """Find the quoted words; white space may differ. Raises BadTag if not there exactly once."""
    words = quote.split()
    if not words or len(quote) > MOST_QUOTED:
        raise BadTag("span")
    counted = paragraphs(text)
    if paragraph is not None and not 1 <= paragraph <= len(counted):
        raise BadTag("paragraph")
    first, last = counted[paragraph - 1] if paragraph else (0, len(text))
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    found = [each.span() for each in pattern.finditer(text, first, last)]
    if len(found) != 1:
        raise BadTag("quote-again" if found else "quote")
    return found[0]


def place_of(tag: Tag) -> str:
    """Return where the words of a tag stand: in the testimony, or under a recording."""
    place = f"/testimony/{tag.record}"
    if tag.edition:
        place += f"/attachments/{tag.item}?t={tag.heard}"
    return f"{place}#words-{tag.id}"


def found_at(found: Found) -> str:
    """Return where the words of a search stand: in the testimony, or at a recording's moment."""
    place, at = f"/testimony/{found.row.id}", found.moment
    if at:
        place += f"/attachments/{at.item}?t={at.heard}&edition={at.edition}"
        place += f"#at-{at.edition}-{at.stamp}"
    return place


def marked(
    text: str,
    tags: Sequence[Tag] = (),
    links: Mapping[tuple[int, int], str] = NO_LINKS,
    edition: int = 0,
) -> Markup:
    """Return the text as HTML: one block a line, the words of tags marked by their track.

    ``links`` are spans of the text that lead somewhere: the times of an edition of a transcript,
    each of which can be led to in turn.
    """
    spans = itertools.chain(((tag.start, tag.end) for tag in tags), links)
    cuts = sorted(set(itertools.chain.from_iterable(spans)))
    led = sorted(links)

    def leads(start: int, end: int) -> str:
        at = bisect_right(led, (start, len(text))) - 1
        return links[led[at]] if at >= 0 and end <= led[at][1] else ""

    def pieces(start: int, end: int) -> Iterator[Markup]:
        inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
        for a, b in itertools.pairwise([start, *inside, end]):
            name = f"at-{edition}-{a}" if (place := leads(a, b)) else ""
            yield from _piece(text, a, b, tags, (name, place))

    return Markup("").join(
        Markup('<span class="{}">{}</span>').format(
            "line" if found[0].strip() else "blank", Markup("").join(pieces(*found.span()))
        )
        for found in _LINE.finditer(text)
    )


def _piece(
    text: str, start: int, end: int, tags: Sequence[Tag], link: tuple[str, str]
) -> Iterator[Markup]:
    for tag in tags:
        if tag.start == start:
            yield Markup('<a class="at" id="words-{}"></a>').format(tag.id)
    over = [tag for tag in tags if tag.start <= start and end <= tag.end]
    piece = verbatim(text[start:end])
    if link[1]:
        piece = Markup('<a class="num" id="{}" href="{}">{}</a>').format(*link, piece)
    if over:
        tracks = " ".join(sorted({_TRACK.sub("", tag.track) for tag in over}))
        piece = Markup('<mark class="{}">{}</mark>').format(tracks, piece)
    yield piece


def verbatim(text: str) -> Markup:
    """Escape a text so that a browser gives back every code point, carriage returns too."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped just here

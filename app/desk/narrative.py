"""A testimony's text as it stands on the page: verbatim, with paragraphs counted and words marked.

Offsets are code points of the text. Numbers come from the style sheet, so that the text content
of the element is the text itself and nothing else.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from app.casebook.shapes import BadTag, Tag

MOST_QUOTED = 20_000
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


def marked(text: str, tags: Sequence[Tag] = ()) -> Markup:
    """Return the text as HTML: one block a line, the words of tags marked by their track."""
    cuts = {edge for tag in tags for edge in (tag.start, tag.end)}
    return Markup("").join(
        Markup('<span class="{}">{}</span>').format(
            "line" if found[0].strip() else "blank",
            Markup("").join(_pieces(text, *found.span(), cuts, tags)),
        )
        for found in _LINE.finditer(text)
    )


def _pieces(
    text: str, start: int, end: int, cuts: set[int], tags: Sequence[Tag]
) -> Iterator[Markup]:
    edges = [start, *sorted(cut for cut in cuts if start < cut < end), end]
    for a, b in itertools.pairwise(edges):
        for tag in tags:
            if tag.start == a:
                yield Markup('<a class="at" id="words-{}"></a>').format(tag.id)
        over = [tag for tag in tags if tag.start <= a and b <= tag.end]
        piece = verbatim(text[a:b])
        if over:
            tracks = " ".join(sorted({_TRACK.sub("", tag.track) for tag in over}))
            yield Markup('<mark class="{}">{}</mark>').format(tracks, piece)
        else:
            yield piece


def verbatim(text: str) -> Markup:
    """Escape a text so that a browser gives back every code point, carriage returns too."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))  # noqa: S704 - escaped just here

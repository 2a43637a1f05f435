"""The map of stages as a picture: where each station, line and word of the drawing stands.

Everything comes from the model: the trunk both tracks share, the fork where it splits, the border
where day 0 is, and beside the line what other sources add. A station is as heavy as the number of
testimonies that speak of it. Coordinates are those of the drawing's own box; nothing here is HTML.
"""

import itertools
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.model import Model
from config.model_path import Stage

WIDTH = 1200
TRUNK, STATE, SOCIAL = 600, 330, 870
MAIN, SIDE, TOP = 84, 58, 60
_FORK, _ENDS, _FOOT = 120, 96, 104
_SMALL, _HEAVY, _SMALL_SIDE, _HEAVY_SIDE = 11, 30, 6, 17
_LETTER, _LETTER_SIDE = 16, 13

Counts = Mapping[tuple[str, str], int]
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Visit:
    """What a person's path says at a station: its words, and where they come from."""

    text: str
    href: str
    episode: int = 1


@dataclass(frozen=True)
class Station:
    """One stage on one track, where it is drawn."""

    stage: str
    track: str
    side: bool
    end: bool
    fork: bool
    x: float
    y: float
    radius: float
    count: int
    anchor: str  # start or end, as SVG says it
    words_x: float
    lines: tuple[str, ...]
    letter: int
    stay: str = ""  # how long the model has people here
    visits: tuple[Visit, ...] = ()

    @property
    def first_line(self) -> float:
        """Where the first line of words stands, so that all of them are centred on the station."""
        extra = min(len(self.visits), MOST_VISITS) + bool(self.stay)
        above = 14 if self.fork else 0  # both ways out of a fork leave below its words
        middle = self.y - above
        return middle - (len(self.lines) + extra - 1) * self.letter * 0.625 + self.letter * 0.35


@dataclass(frozen=True)
class Line:
    """A piece of the way, from station to station; heavier where more is told."""

    track: str
    path: str
    weight: float
    side: bool = False


@dataclass
class Drawing:
    """The whole picture."""

    stations: list[Station] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    walks: list[tuple[int, str]] = field(default_factory=list)  # episode, way
    titles: list[tuple[str, float, float]] = field(default_factory=list)  # track, x, y
    anywhere: float = 0
    border: float = 0
    height: float = 0
    width: int = WIDTH


MOST_VISITS = 3  # dates beside one station; the table has them all


def draw(
    model: Model,
    counts: Counts,
    lang: str,
    visits: Mapping[tuple[str, str], Sequence[Visit]] | None = None,
    stays: Mapping[str, str] | None = None,
) -> Drawing:
    """Lay the model out. ``visits`` turns it into one person's path, in the order given.

    ``stays`` says below a stage's name how long the model has people there.
    """
    pen = _Pen(model, counts, lang, visits or {}, stays or {})
    pen.trunk()
    pen.branches()
    pen.feet()
    picture = pen.picture
    if visits:
        at = {(s.stage, s.track): (s.x, s.y) for s in picture.stations}
        for episode in sorted({visit.episode for here in visits.values() for visit in here}):
            told = [place for place, here in visits.items() if place in at and _on(here, episode)]
            picture.walks.append((episode, _smooth([at[place] for place in told])))
    return picture


def _on(visits: Sequence[Visit], episode: int) -> bool:
    return any(visit.episode == episode for visit in visits)


class _Pen:
    def __init__(
        self,
        model: Model,
        counts: Counts,
        lang: str,
        visits: Mapping[tuple[str, str], Sequence[Visit]],
        stays: Mapping[str, str],
    ) -> None:
        self.model, self.counts, self.lang, self.visits = model, counts, lang, visits
        self.stays = stays
        self.most = max(counts.values(), default=0) or 1
        self.picture = Drawing()

    def trunk(self) -> None:
        """Draw the part both tracks share, down to where they part."""
        stages = [s for s in self._of("common") if not s.any_prev]
        placed = dict(_down(stages, TOP))
        for stage in stages:
            self._station(stage, "common", TRUNK, placed[stage.id], -1)
        self._line("common", [s for s in stages if not s.is_extension], TRUNK, placed)
        day0 = self.model.clock.day0.stage
        self.picture.border, self.picture.height = placed[day0], max(placed.values())

    def branches(self) -> None:
        """Draw both tracks from the fork down, each on its side."""
        top = self.picture.height
        deepest = top
        for track, x, outward in (("state_security", STATE, -1), ("social_security", SOCIAL, 1)):
            stages = self._of(track)
            placed = dict(_down(stages, top + _FORK))
            main = [s for s in stages if not s.is_extension]
            first = placed[main[0].id]
            self._curve(track, (TRUNK, top), (x, first), main[0])
            for stage in stages:
                self._station(stage, track, x, placed[stage.id], -outward)
            self._line(track, main, x, placed)
            self.picture.titles.append((track, x + outward * 120, top + 46))
            deepest = max(deepest, *placed.values())
        self.picture.height = deepest

    def feet(self) -> None:
        """Draw, below, what may follow any stage: the ways out, which end no line."""
        stages = [s for s in self.model.all_stages if s.any_prev]
        y = self.picture.height + _ENDS + 20
        self.picture.anywhere = y - 44
        room = WIDTH / max(len(stages), 1)
        for place, stage in enumerate(stages):
            self._add(stage, "common", place * room + 40, y, "start", room - 80)
        self.picture.height = y + _FOOT / 2

    def _of(self, track: str) -> tuple[Stage, ...]:
        return self.model.stages_of_track(track, extensions=True)

    def _station(self, stage: Stage, track: str, x: float, y: float, inward: int) -> None:
        """Put a stage on its line: the words of the article outward, the others' inward."""
        if stage.is_extension:
            here = x + inward * 62
            self.picture.lines.append(Line(track, f"M{x} {y - 14}Q{x} {y} {here} {y}", 1.5, True))  # noqa: FBT003
            self._add(stage, track, here, y, "start" if inward > 0 else "end", 190)
        else:
            self._add(stage, track, x, y, "end" if inward > 0 else "start", 270)

    def _add(self, stage: Stage, track: str, x: float, y: float, anchor: str, room: float) -> None:
        side = stage.is_extension
        count = self.counts.get((stage.id, track), 0)
        small, heavy = (_SMALL_SIDE, _HEAVY_SIDE) if side else (_SMALL, _HEAVY)
        radius = small + (heavy - small) * math.sqrt(count / self.most)
        letter = _LETTER_SIDE if side else _LETTER
        away = radius + 10
        self.picture.stations.append(
            Station(
                stage=stage.id,
                track=track,
                side=side,
                end=not side and not stage.next,
                fork=not side and len(stage.next) > 1,
                x=x,
                y=y,
                radius=round(radius, 1),
                count=count,
                anchor=anchor,
                words_x=round(x + (away if anchor == "start" else -away), 1),
                lines=tuple(wrap(stage.label.in_(self.lang), room / letter)),
                letter=letter,
                stay="" if side else self.stays.get(stage.id, ""),
                visits=tuple(self.visits.get((stage.id, track), ())),
            )
        )

    def _line(
        self, track: str, stages: Sequence[Stage], x: float, placed: Mapping[str, float]
    ) -> None:
        ends = placed[stages[0].id], placed[stages[-1].id]
        for first, last in ((min(placed.values()), ends[0]), (ends[1], max(placed.values()))):
            if first < last:  # what others add before and after the article's stages
                path = f"M{x} {first - 14 if last == ends[0] else first}V{last - 14}"
                self.picture.lines.append(Line(track, path, 1.5, side=True))
        for before, after in itertools.pairwise(stages):
            path = f"M{x} {placed[before.id]}V{placed[after.id]}"
            self.picture.lines.append(Line(track, path, self._weight(after, track)))

    def _curve(
        self, track: str, start: tuple[float, float], end: tuple[float, float], first: Stage
    ) -> None:
        (x, y), (to_x, to_y) = start, end
        bend = y + 70
        path = f"M{x} {y}C{x} {bend} {to_x} {y + 10} {to_x} {y + 110}V{to_y}"
        self.picture.lines.append(Line(track, path, self._weight(first, track)))

    def _weight(self, stage: Stage, track: str) -> float:
        count = self.counts.get((stage.id, track), 0)
        return round(3 + 9 * math.sqrt(count / self.most), 1)


def _down(stages: Sequence[Stage], top: float) -> Iterator[tuple[str, float]]:
    """Yield where each stage stands: the article's evenly, the others spread between two."""
    y, waiting, begun = top, [], False
    for stage in stages:
        if stage.is_extension:
            waiting.append(stage.id)
            continue
        room = max(MAIN if begun else 0, SIDE * (len(waiting) + begun))
        yield from _between(waiting, y, room, begun=begun)
        y, waiting, begun = y + room, [], True
        yield stage.id, y
    for place, one in enumerate(waiting, start=1):
        yield one, y + SIDE * place


def _between(
    waiting: Sequence[str], y: float, room: float, *, begun: bool
) -> Iterator[tuple[str, float]]:
    for place, one in enumerate(waiting, start=1):
        share = place / (len(waiting) + 1) if begun else (place - 1) / len(waiting)
        yield one, y + room * share


def _smooth(points: Points) -> str:
    """Return a way through all points, bent where it changes the line it follows."""
    if len(points) < 2:  # noqa: PLR2004 - a way has two ends
        return ""
    (x, y), *rest = points
    said = [f"M{x} {y}"]
    for to_x, to_y in rest:
        middle = (y + to_y) / 2
        said.append(f"C{x} {middle} {to_x} {middle} {to_x} {to_y}" if x != to_x else f"V{to_y}")
        x, y = to_x, to_y
    return "".join(said)


def wrap(text: str, room: float) -> Iterator[str]:
    """Break a label into lines of ``room`` letters' width; Chinese may break anywhere."""
    line, used = "", 0.0
    for piece in _pieces(text):
        wide = sum(map(_width, piece))
        if line and used + wide > room:
            yield line.strip()
            line, used = "", 0.0
        line, used = line + piece, used + wide
    if line.strip():
        yield line.strip()


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for letter in text:
        han = "\u4e00" <= letter <= "\u9fff"
        if piece and (letter == " " or han or letter in "(\uff08"):
            yield piece
            piece = ""
        piece += letter
    yield piece


def _width(letter: str) -> float:
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56

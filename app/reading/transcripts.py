r"""What a person wrote down of a recording: lines, each with the time at which it is heard.

    parse("0:12 그날 아침\n1:02:03-1:02:40 다리 위에서")[0] == Line(12, None, "그날 아침", (0, 4))

A line that begins with no time goes on with the one before. Times do not run backwards.
"""

import re
from dataclasses import dataclass, replace

_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})"
_LINE = re.compile(rf"(\[?{_TIME}(?:\s*[-~–—]\s*{_TIME})?\]?)\s+(.*)", re.ASCII)  # noqa: RUF001 - dashes as typed
SIXTY = 60


class NoTimes(ValueError):
    """A line has no time before it, or its time cannot be; ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True)
class Line:
    """Words, and the seconds from which (and until which) they are heard.

    ``stamp`` is where the time stands in the transcript: code points of it.
    """

    start: int
    end: int | None
    words: str
    stamp: tuple[int, int] = (0, 0)

    @property
    def fragment(self) -> str:
        """The part of a recording, as an address says it after ``t=`` (Media Fragments)."""
        return str(self.start) + (f",{self.end}" if self.end is not None else "")


def clock(seconds: int) -> str:
    """Write 72 as 1:12 and 3723 as 1:02:03."""
    hours, rest = divmod(seconds, SIXTY * SIXTY)
    minutes, left = divmod(rest, SIXTY)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def parse(text: str) -> list[Line]:
    """Read a transcript. Raises ``NoTimes`` with the line that is wrong."""
    found: list[Line] = []
    at = 0
    for number, line in enumerate(text.split("\n"), 1):
        said, begins = line.strip(), at + len(line) - len(line.lstrip())
        at += len(line) + 1
        match = _LINE.fullmatch(said)
        if match is not None:
            found.append(_timed(match, begins, number, found[-1].start if found else 0))
        elif said and not found:
            raise NoTimes(number)
        elif said:
            found[-1] = replace(found[-1], words=f"{found[-1].words}\n{said}")
    if not found:
        raise NoTimes(1)
    return found


def _timed(match: re.Match[str], begins: int, number: int, last: int) -> Line:
    """Return a line that begins with its time, not before the one before. Raises ``NoTimes``."""
    start, end = _seconds(*match.group(2, 3, 4)), _seconds(*match.group(5, 6, 7))
    if start is None or start < last or (end is not None and end <= start):
        raise NoTimes(number)
    if match[7] and end is None:
        raise NoTimes(number)
    return Line(start, end, match[8], (begins, begins + match.end(1)))


def heard(text: str, offset: int) -> Line | None:
    """Return the line in whose words an offset of a transcript lies."""
    return next((one for one in reversed(parse(text)) if one.stamp[0] <= offset), None)


def _seconds(hours: str | None, minutes: str | None, seconds: str | None) -> int | None:
    if seconds is None or minutes is None or int(seconds) >= SIXTY:
        return None
    if hours and int(minutes) >= SIXTY:
        return None
    return (int(hours or 0) * SIXTY + int(minutes)) * SIXTY + int(seconds)

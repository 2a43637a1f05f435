"""No pattern of events takes for ever on what somebody may type: a witness's page must open.

A group that repeats inside a repetition tries every way to divide forty digits. The bound is of
processor time, and a pattern that is not of that kind needs a ten-thousandth of it.
"""

import contextlib
import signal

import pytest

from app.reading.context import reading
from app.reading.dates import find_dates
from app.reading.durations import find_durations

SECONDS = 5
PROBES = ["9" * 300, "a" * 300, "가" * 300, "x " * 200, "年" * 300, "1일 " * 100, "한 두 " * 100]
PROBES += [
    "교화소에서 " + "9" * 60,
    "교화 " + "일" * 60,
    "단련대 " + "한 " * 60,
    "教化所" + "三" * 100,
]
PROBES += ["she was in a " * 40, "in the camp at " * 40, "우리 " * 100, "被" * 200]


class _TooLongError(Exception):
    pass


@contextlib.contextmanager
def limited(seconds):
    """Raise within a block that takes more processor time than this."""

    def stop(*_):
        raise _TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe[:4].strip())
def test_every_pattern_ends(probe):
    known, endless = reading(), []
    for event in known.events:
        try:
            with limited(SECONDS):
                for pattern in filter(None, (event.pattern, event.unless)):
                    list(known.compiled(event.lang, pattern).finditer(probe))
        except _TooLongError:
            endless.append(event.id)
    assert endless == []


@pytest.mark.parametrize("sign", ["一", "九", "한", "9", "년", "a"])
def test_lengths_and_dates_are_looked_for_once_in_a_run_of_signs(sign):
    with limited(4 * SECONDS):
        find_durations(sign * 60_000)
        find_dates(sign * 60_000)

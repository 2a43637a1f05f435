"""Leave to deposit: what a witness's own page must have before anything sealed is read from it.

It comes with the terms, and nothing follows from its name. While a question is asked it comes for
an answer alone, once, and serves one slot: nobody here can tell a testimony from what belongs to
one, so each of them takes an answer. That it was given and used is in memory alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext

from app.intake.asking import Question
from app.intake.budgets import HOUR, Recent
from app.web import Refusal
from crypto import tickets
from crypto.errors import CryptoError
from crypto.tickets import HOURS


@dataclass(frozen=True)
class Leave:
    """Leave that was found good: ``seed`` names it."""

    seed: bytes
    answered: bool


class Leaves:
    """Gives leave, and holds it to what it was given for."""

    def __init__(
        self, key: bytes, answered_key: bytes, question: Question, clock: Callable[[], float]
    ) -> None:
        self._key, self._answered_key, self._question = key, answered_key, question
        self._given, self._served = (Recent(HOURS * HOUR, clock) for _ in range(2))

    def give(self, hours: float) -> str:
        """Return leave for nothing; none while a question is asked."""
        return "" if self._question.asked else tickets.issue(self._key, hours)

    def give_for(self, seed: bytes, answer: str, hours: float) -> str:
        """Return leave for the right answer to the question of a ticket. Raises `Refusal`."""
        self._question.check(seed, answer)
        if not self._given.see(seed, 1):
            self._question.use_up(seed)
        return tickets.issue(self._answered_key, hours)

    def accept(self, untrusted: str, hours: float) -> Leave:
        """Return the leave a request came with. Raises `Refusal` when it is not good now."""
        for key, answered in ((self._answered_key, True), (self._key, False)):
            try:
                found = Leave(tickets.accept(key, untrusted, hours), answered)
            except CryptoError:
                continue
            if answered or not self._question.asked:
                return found
        raise _refused()

    @contextmanager
    def use(self, leave: Leave, slot: bytes) -> Iterator[None]:
        """Keep what comes with leave for an answer to one slot, sent again and again if need be.

        What was refused in it used nothing up. Raises `Refusal`.
        """
        again = leave.answered and self._served.seen(leave.seed + slot) > 0
        if leave.answered and not again and not self._served.see(leave.seed, 1):
            raise _refused()
        try:
            yield
        except Exception:
            if leave.answered and not again:
                self._served.forget(leave.seed)
            raise
        self._served.see(leave.seed + slot, 1)


def _refused() -> Refusal:
    return Refusal(
        403,
        gettext("This page was open too long. Come back with your ten words, then send it."),
    )

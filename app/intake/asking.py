"""A question before sending, which the operator may switch on against machines that fill in forms.

Six words stand there, and two of them are to be copied: no picture, no sum, no script. The words
come from the form's own ticket, so the question is signed, nothing is stored for it, and one answer
sends one testimony, again and again if need be. A wrong answer uses the ticket up: no trying on.
A machine that was made for this page can copy two words; one that was made for all pages cannot.
"""

import unicodedata
from collections.abc import Callable
from typing import NoReturn

from flask_babel import gettext

from app.intake.budgets import Day, Recent
from app.web import Refusal
from config.settings import Asked
from crypto.derivation import hkdf
from crypto.errors import CryptoError
from crypto.receipts import Receipt
from crypto.tickets import HOURS
from crypto.words import read_words

FIELD = "q_words"
SHOWN, COPIED = 6, 2
HOUR = 3600


class Question:
    """Asks, when the operator wants it asked."""

    def __init__(self, key: bytes, when: Asked, day: Day, clock: Callable[[], float]) -> None:
        self._key, self._when, self._day = key, when, day
        self._used_up = Recent(HOURS * HOUR, clock)

    @property
    def asked(self) -> bool:
        """Whether it is asked just now."""
        return self._when == "always" or (self._when == "flood" and self._day.spent)

    def used_up(self, seed: bytes) -> bool:
        """Tell whether a wrong answer was given to the question of this ticket."""
        return self._used_up.seen(seed) > 0

    def sentence(self, seed: bytes, lang: str) -> str:
        """Return the question that belongs to a ticket."""
        words, places = self._of(seed)
        shown = words.words(lang)[:SHOWN]
        return str(
            gettext(
                "Against machines: copy words %(first)s and %(second)s of these: %(words)s",
                first=places[0] + 1,
                second=places[1] + 1,
                words=" ".join(
                    f"{number + 1}\N{NO-BREAK SPACE}{word}" for number, word in enumerate(shown)
                ),
            )
        )

    def check(self, seed: bytes, answer: str) -> None:
        """Hold the answer against the question. Raises `Refusal`."""
        if not answer.strip():
            raise Refusal(403, gettext("Answer the question above “Send”, then send it."))
        words, places = self._of(seed)
        wanted = [_index(words, place) for place in places]
        try:
            right = read_words(unicodedata.normalize("NFC", answer), COPIED) == wanted
        except CryptoError:
            right = False
        if not right or self.used_up(seed):
            self.use_up(seed)

    def use_up(self, seed: bytes) -> NoReturn:
        """Let this question be answered no more. Raises `Refusal`."""
        self._used_up.see(seed, 1)
        raise Refusal(403, gettext("These were not the two words. Here are others: copy them."))

    def _of(self, seed: bytes) -> tuple[Receipt, tuple[int, int]]:
        drawn = hkdf(self._key, seed, b"naru/v1/question", 34)
        first = drawn[32] % SHOWN
        second = (first + 1 + drawn[33] % (SHOWN - 1)) % SHOWN
        return Receipt.from_seed(drawn[:32]), (first, second)


def _index(words: Receipt, place: int) -> int:
    """Return the number of a word in its list, which is the same in every language."""
    (index,) = read_words(words.words("en")[place], 1)
    return index

"""What stands between a post and the parts: tickets, tokens, the ten words, and what can go wrong.

Each either returns what a view needs or raises the `Refusal` that the witness reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import flask
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from app.bodies import Request
from app.db import NotDurable
from app.intake import asking, drawing, returning
from app.intake.budgets import TooLong
from app.intake.parts import parts
from app.intake.receive import Withdrawn
from app.intake.recipients import NoRecipient
from app.intake.returning import Found
from app.web import Refusal, language, report
from crypto import tickets, tokens
from crypto.errors import CryptoError, ExpiredTicket, NotAWord, WrongWordCount
from crypto.receipts import Receipt, Root
from crypto.tokens import Capability


def request() -> Request:
    """Return this request, which is one of ours."""
    return cast(Request, flask.request)


def admit() -> None:
    """Let a post in unless its circuit posts like nobody who writes. Raises `Refusal`."""
    if not parts().circuits.admit(request().environ.get("REMOTE_ADDR", "")):
        raise Refusal(
            429,
            gettext(
                "More came this way in an hour than one person writes. Nothing of this was stored. "
                "Wait a while, then send it again."
            ),
        )


@contextmanager
def kept() -> Iterator[None]:
    """Turn what can go wrong while storing or reading into the sentence for it."""
    try:
        yield
    except NoRecipient:
        raise Refusal(
            503, gettext("Just now nothing can be sealed here, so nothing was stored.")
        ) from None
    except (NotDurable, SQLAlchemyError) as error:
        report(type(error), flask.request.endpoint)
        raise Refusal(
            503,
            gettext("It could not be kept safely just now. Wait a minute, then send it again."),
        ) from None
    except TooLong:
        raise Refusal(
            503,
            gettext(
                "Very much arrives today, so long texts have to wait. Send the first %(limit)s "
                "signs now and add the rest with your ten words.",
                limit="10,000",
            ),
        ) from None
    except Withdrawn:
        raise Refusal(
            409, gettext("This was withdrawn. To send it anew, send this form once more.")
        ) from None


def capability(kind: str) -> Capability:
    """Return what this form may write: by its token, or by the ten words when that expired."""
    token = request().form.get("token", "")
    try:
        return tokens.open_token(parts().token_key, kind, token, parts().hours())
    except CryptoError:
        if not request().form.get("receipt", "").strip():
            raise Refusal(
                403, gettext("This page was open too long. Type your ten words and send it again.")
            ) from None
    return Capability.of(look()[0], kind)


def tokens_of(root: Root) -> dict[str, str]:
    """Return what the follow-up forms carry, by what each may write."""
    return {
        purpose: tokens.seal_token(
            parts().token_key, purpose, Capability.of(root, purpose), parts().hours()
        )
        for purpose in drawing.PURPOSES
    }


def look() -> tuple[Root, Found]:
    """Return what lies under the ten words that were typed. Who guesses waits, whoever it is."""
    with parts().guesses.place():
        root = _root()
        with kept():
            found = returning.look(parts().engine, root, parts().reader.ticks)
        if found is None:
            raise Refusal(
                404, gettext("Nothing lies under these words. Look at each and its place.")
            )
    return root, found


def _root() -> Root:
    try:
        receipt = Receipt.parse_words(request().form.get("receipt", "")[:2000])
    except NotAWord as error:
        raise Refusal(404, _another(error)) from None
    except WrongWordCount as error:
        sentence = gettext("There are %(found)s words here, not ten.", found=error.found)
        raise Refusal(404, sentence) from None
    return receipt.root(parts().site_id)


def _another(error: NotAWord) -> str:
    """Point at a word that is not on the list, and offer those that are like it."""
    said = {"number": error.position, "word": error.word}
    if not error.near:
        return str(gettext("Word %(number)s, “%(word)s”, is not on the list.", **said))
    near = " · ".join(error.near)
    return str(
        gettext(
            "Word %(number)s, “%(word)s”, is not on the list. Perhaps: %(near)s", near=near, **said
        )
    )


def new_ticket() -> str:
    """Return a ticket for a form nobody has sent yet."""
    return tickets.issue(parts().ticket_key, parts().hours())


def seed() -> bytes:
    """Return the seed of the posted ticket. Raises `Refusal` when it is not good any more."""
    posted = request().form.get("ticket", "")
    try:
        return tickets.accept(parts().ticket_key, posted, parts().hours())
    except ExpiredTicket:
        sentence = gettext("This form was open for two days. Nothing is lost: send it once more.")
        raise Refusal(403, sentence) from None
    except CryptoError:
        sentence = gettext("This form did not come from here. Read it, then send it once more.")
        raise Refusal(403, sentence) from None


def ticket() -> str:
    """Return the ticket that was posted while it is good, so that nothing is doubled; else new."""
    posted = request().form.get("ticket", "") if request().parsed else ""
    try:
        ours = tickets.accept(parts().ticket_key, posted, parts().hours())
    except CryptoError:
        return new_ticket()
    return new_ticket() if parts().question.used_up(ours) else posted


def check_answer(ours: bytes) -> None:
    """Hold the answer that came with a ticket against its question, if one is asked now.

    Raises `Refusal`.
    """
    if parts().question.asked:
        parts().question.check(ours, request().form.get(asking.FIELD, ""))


def question(carried: str) -> str:
    """Return what is asked with this ticket of ours; nothing while nothing is asked."""
    if not parts().question.asked:
        return ""
    ours = tickets.accept(parts().ticket_key, carried, parts().hours())
    return parts().question.sentence(ours, language())

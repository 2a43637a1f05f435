"""The witness's pages. Views are thin: read the form, ask a part, draw the page.

GET  /  and  /<lang>/     the form, with a ticket
POST /<lang>/             send it: the receipt
POST /<lang>/form         the same form in that language with what was typed; stores nothing.
An address of its own, so that no button's name decides about storing
GET, POST /<lang>/return  what lies under ten words
POST /<lang>/add, correct, answer, consent, withdraw
POST /<lang>/attach/<token>  one file; the token is checked before the body is read
GET  /key, /keys.json     to whom is sealed
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import flask
from flask import Blueprint, Response, jsonify
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

from app.bodies import Request
from app.db import NotDurable
from app.intake import drawing, forms, returning
from app.intake.forms import Submission, Typed
from app.intake.parts import parts
from app.intake.receive import Content, Withdrawn
from app.intake.recipients import NoRecipient
from app.intake.returning import Found
from app.web import Refusal, language, report, size_of
from crypto import tickets, tokens
from crypto.errors import CryptoError, ExpiredTicket, NotAWord, WrongWordCount
from crypto.receipts import Receipt, Root
from crypto.tokens import Capability

pages = Blueprint("intake", __name__)
LANG = "/<any(en,ko,zh):lang>"
SLOT = re.compile(r"[0-9a-f]{32}", re.ASCII)
FOLLOW_UPS = {
    "add": "addition",
    "correct": "correction",
    "answer": "answer",
    "consent": "consent",
    "withdraw": "withdraw",
}


def request() -> Request:
    """Return this request, which is one of ours."""
    return cast(Request, flask.request)


@pages.get("/")
@pages.get(f"{LANG}/")
@pages.get(f"{LANG}/form", endpoint="form_again")
def form(lang: str = "") -> bytes:  # noqa: ARG001 - the address decides, in `language`
    """Show the empty form."""
    return drawing.empty_form(_new_ticket())


@pages.post(f"{LANG}/form")
def switch(lang: str) -> str:  # noqa: ARG001
    """Show the form in this language with what was typed. Stores nothing."""
    _ = request().form
    return drawing.form(ticket(), Typed.of(request()), "")


@pages.post(f"{LANG}/")
def send(lang: str) -> str:
    """Take the form in and show the receipt, once it is on the disk."""
    receipt = Receipt.from_seed(seed())
    submission = parts().reader.testimony(request())
    with kept():
        parts().receiver.testimony(receipt, submission.fields, lang)
    return drawing.receipt(
        {code: receipt.words(code) for code, _ in drawing.NAMES},
        tokens_of(receipt.root(parts().site_id)),
        Typed.of(request()),
    )


@pages.get(f"{LANG}/return")
def ask_words(lang: str) -> str:  # noqa: ARG001
    """Ask for the ten words."""
    return drawing.draw("return.html", here="return", receipt="")


@pages.post(f"{LANG}/return")
def come_back(lang: str) -> str:  # noqa: ARG001
    """Show what lies under the ten words, and what can be done."""
    forms.refuse_damage(request(), ["receipt"])
    root, found = _found()
    parts().attachments.sweep()
    question = found.question
    return drawing.draw(
        "letters.html",
        letters=found.letters,
        names=drawing.kinds(),
        withdrawn=found.withdraw_on,
        gone=found.withdraw_on is not None and found.withdraw_on <= parts().today().isoformat(),
        tokens=tokens_of(root),
        typed=Typed([(name, "yes") for name in found.consents or ()]),
        known=found.consents is not None,
        about=question.id if question else "",
        asked=question is not None,
    )


@pages.post(f"{LANG}/add")
def add(lang: str) -> str:
    """Keep an addition."""
    return _follow_up("addition", parts().reader.text, lang)


@pages.post(f"{LANG}/correct")
def correct(lang: str) -> str:
    """Keep a corrected text, and what shall become of the first."""
    return _follow_up("correction", parts().reader.correction, lang)


@pages.post(f"{LANG}/answer")
def answer(lang: str) -> str:
    """Keep an answer to a question of the desk."""
    return _follow_up("answer", parts().reader.text, lang)


@pages.post(f"{LANG}/consent")
def consent(lang: str) -> str:
    """Keep what is agreed to from now on."""
    return _follow_up("consent", parts().reader.consents, lang)


@pages.post(f"{LANG}/attach/<token>")
def attach(lang: str, token: str) -> str:
    """Keep one file. Who has no good token is not even read from."""
    try:
        allowed = tokens.open_token(parts().token_key, "attachment", token, parts().hours())
    except CryptoError:
        raise Refusal(
            403,
            gettext("This page was open too long. Come back with your ten words, then send it."),
        ) from None
    with kept():
        file = parts().attachments.take(request(), allowed, lang)
    size = size_of(file.size)
    return drawing.draw(
        "done.html",
        done=gettext(
            "The file arrived whole and is kept: %(name)s, %(size)s", name=file.name, size=size
        ),
        token=token,
    )


@pages.post(f"{LANG}/withdraw")
def withdraw(lang: str) -> str:  # noqa: ARG001
    """Withdraw everything; only the ten words can."""
    forms.refuse_damage(request(), ["receipt", "when"])
    root, _ = _found()
    when = forms.one_of(request(), "when", forms.WHEN)
    with kept():
        if when == "not":
            if not parts().receiver.stay(root):
                raise Withdrawn
        else:
            parts().receiver.withdraw(root, now=when == "now")
    return _done(
        {
            "now": gettext(
                "Withdrawn. What was here is destroyed; reviewers destroy what they took in."
            ),
            "in-7-days": gettext(
                "It will be withdrawn and destroyed in seven days. Until then you can take it back."
            ),
            "not": gettext("It stays. Nothing will be destroyed."),
        }[when]
    )


@pages.get("/key")
def key() -> Response:
    """Say to whom is sealed today, as age reads it."""
    with kept():
        current = parts().recipients.current(parts().today().isoformat())
    return Response(f"{current.recipient}\n", mimetype="text/plain")


@pages.get("/keys.json")
def keys() -> Response:
    """Say to whom is sealed, when, and who vouches for it."""
    with kept():
        usable = parts().recipients.usable()
    return jsonify(naru=1, recipients=[one.published() for one in usable])


# --- What the views share ------------------------------------------------------------------------


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
    except Withdrawn:
        raise Refusal(
            409, gettext("This was withdrawn. To send it anew, send this form once more.")
        ) from None


def _follow_up(kind: str, read: Callable[[Request], Submission], lang: str) -> str:
    allowed = _capability(kind)
    fields = read(request()).fields
    about = request().form.get("about", "")
    content = Content(kind, lang, fields, about=about if SLOT.fullmatch(about) else None)
    with kept():
        parts().receiver.follow_up(allowed, content)
    return _done(
        {
            "addition": gettext("Your addition arrived and is kept."),
            "correction": gettext("Your correction arrived and is kept."),
            "answer": gettext("Your answer arrived and is kept."),
            "consent": gettext("What you agree to is kept and counts from now on."),
        }[kind]
    )


def _done(sentence: str) -> str:
    return drawing.draw("done.html", done=sentence)


def _capability(kind: str) -> Capability:
    """Return what this form may write: by its token, or by the ten words when that expired."""
    token = request().form.get("token", "")
    try:
        return tokens.open_token(parts().token_key, kind, token, parts().hours())
    except CryptoError:
        if not request().form.get("receipt", "").strip():
            raise Refusal(
                403, gettext("This page was open too long. Type your ten words and send it again.")
            ) from None
    return Capability.of(_found()[0], kind)


def tokens_of(root: Root) -> dict[str, str]:
    """Return what the follow-up forms carry, by what each may write."""
    return {
        purpose: tokens.seal_token(
            parts().token_key, purpose, Capability.of(root, purpose), parts().hours()
        )
        for purpose in drawing.PURPOSES
    }


def _found() -> tuple[Root, Found]:
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


def _new_ticket() -> str:
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
        tickets.accept(parts().ticket_key, posted, parts().hours())
    except CryptoError:
        return _new_ticket()
    return posted


def show(status: int, sentence: str) -> str:
    """Draw a refusal: the page it belongs to, with what was typed."""
    endpoint = (flask.request.endpoint or "").removeprefix("intake.")
    typed = Typed.of(request())
    if endpoint in ("send", "switch"):
        withdrawn = status == 409  # noqa: PLR2004 - the same ticket would meet the same row
        return drawing.form(_new_ticket() if withdrawn else ticket(), typed, sentence)
    if endpoint == "come_back":
        return drawing.draw(
            "return.html", here="return", receipt=typed.get("receipt", ""), sentence=sentence
        )
    about = typed.get("about", "")
    return drawing.draw(
        "refused.html",
        sentence=sentence,
        kind=endpoint if endpoint in FOLLOW_UPS else "",
        typed=typed,
        about=about if SLOT.fullmatch(about) else "",
        lang_now=language(),
    )

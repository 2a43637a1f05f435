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
from collections.abc import Callable

import flask
from flask import Blueprint, Response, jsonify
from flask_babel import gettext

from app.bodies import Request
from app.intake import drawing, forms
from app.intake.forms import Submission, Typed
from app.intake.gates import (
    admit,
    capability,
    check_answer,
    kept,
    look,
    new_ticket,
    question,
    request,
    seed,
    ticket,
    tokens_of,
)
from app.intake.parts import parts
from app.intake.receive import Content, Withdrawn
from app.web import Refusal, language, size_of
from crypto import tokens
from crypto.errors import CryptoError
from crypto.receipts import Receipt

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


@pages.get("/")
@pages.get(f"{LANG}/")
@pages.get(f"{LANG}/form", endpoint="form_again")
def form(lang: str = "") -> bytes:  # noqa: ARG001 - the address decides, in `language`
    """Show the empty form."""
    fresh = new_ticket()
    return drawing.empty_form(fresh, question(fresh))


@pages.post(f"{LANG}/form")
def switch(lang: str) -> str:  # noqa: ARG001
    """Show the form in this language with what was typed. Stores nothing."""
    _ = request().form
    return _form(ticket(), "")


@pages.post(f"{LANG}/")
def send(lang: str) -> str:
    """Take the form in and show the receipt, once it is on the disk."""
    ours = seed()
    receipt = Receipt.from_seed(ours)
    submission = parts().reader.testimony(request())
    check_answer(ours)
    admit()
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
    root, found = look()
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
    admit()
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
    root, _ = look()
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


def _follow_up(kind: str, read: Callable[[Request], Submission], lang: str) -> str:
    allowed = capability(kind)
    fields = read(request()).fields
    about = request().form.get("about", "")
    content = Content(kind, lang, fields, about=about if SLOT.fullmatch(about) else None)
    admit()
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


def _form(carried: str, sentence: str) -> str:
    """Draw the form with what was typed, around this ticket."""
    return drawing.form(carried, Typed.of(request()), sentence, question(carried))


def show(status: int, sentence: str) -> str:
    """Draw a refusal: the page it belongs to, with what was typed."""
    endpoint = (flask.request.endpoint or "").removeprefix("intake.")
    typed = Typed.of(request())
    if endpoint in ("send", "switch"):
        withdrawn = status == 409  # noqa: PLR2004 - the same ticket would meet the same row
        return _form(new_ticket() if withdrawn else ticket(), sentence)
    if endpoint == "come_back":
        return drawing.draw(
            "return.html", here="return", receipt=typed.get("receipt", ""), sentence=sentence
        )
    about = typed.get("about", "")
    return drawing.draw(
        "refused.html",
        sentence=sentence,
        posted=flask.request.method == "POST",
        kind=endpoint if endpoint in FOLLOW_UPS else "",
        typed=typed,
        about=about if SLOT.fullmatch(about) else "",
        lang_now=language(),
    )

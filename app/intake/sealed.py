"""What arrives already sealed, and what leaves so.

GET, POST /<lang>/sealed   an age file, or a tar of several, that somebody made with stock tools or
                           with the offline page (field ``envelope``)
GET  /<lang>/deposit       the terms: to whom a witness's own page seals now, and leave to deposit;
                           while a question is asked (`asking`), the question in place of leave
POST /<lang>/deposit       the terms for an answer: ticket, q_words
POST /<lang>/deposit/<leave>  one envelope of a witness's own page: slot, same, epoch, envelope
POST /<lang>/deposit/<leave>/file  the same for a file, with its payload, sealed and padded. The
                           leave is checked before a body is read
POST /<lang>/slots         what lies in slots, by number; opened where it was asked for
GET  /<lang>/own, own/…    the pages after sealing and coming back, empty: the script fills them

Deposits and slots answer our script in JSON, and refuse like every other page.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, current_app, jsonify
from flask_babel import gettext

from app.intake import asking, deposits, drawing, envelopes
from app.intake.deposits import Deposit, Depositor
from app.intake.envelopes import Carried
from app.intake.forms import Typed
from app.intake.gates import (
    admit,
    check_answer,
    kept,
    question,
    request,
    seed,
    ticket,
    tokens_of,
)
from app.intake.leaves import Leave
from app.intake.pages import LANG
from app.intake.parts import Parts, parts
from app.intake.receive import Withdrawn
from app.intake.returning import Letter
from app.web import App, Refusal, Request, language
from crypto.receipts import Receipt

sealed = Blueprint("sealed", __name__)
NAME = "naru_depositor"
MOST_SLOTS = 64
OPEN_DAY = "…"
SAID = {"question": OPEN_DAY, "reply": OPEN_DAY}  # the kinds of letters whose words are shown


def install(app: App, built: Parts) -> None:
    """Give an app these pages."""
    app.extensions[NAME] = Depositor(built.engine, built.writer, built.recipients, built.day)
    app.register_blueprint(sealed)


def _depositor() -> Depositor:
    found: Depositor = current_app.extensions[NAME]
    return found


@sealed.get(f"{LANG}/sealed")
def ask(lang: str) -> str:  # noqa: ARG001
    """Ask for a sealed file."""
    return _ask("")


@sealed.post(f"{LANG}/sealed")
def take(lang: str) -> str | tuple[str, int]:
    """Keep sealed files, sealed once more; the receipt is for what had none of its own."""
    try:
        files = _files()
        ours = seed()
        receipt = Receipt.from_seed(ours)
        check_answer(ours)
        admit()
        with kept(), _told():
            placed = [(one, one.place) for one in files if one.place]
            for one, place in placed:
                _depositor().carried(one, place, lang)
            if len(placed) < len(files):
                fields = {"envelope": tuple(one.text for one in files if not one.place)}
                parts().receiver.testimony(receipt, fields, lang, way="stock")
    except Refusal as refusal:
        return _ask(refusal.sentence), refusal.status
    return _stored(receipt if len(placed) < len(files) else None, known=bool(placed))


@sealed.get(f"{LANG}/deposit")
def terms(lang: str) -> Response:  # noqa: ARG001
    """Say to whom a witness's own page seals now."""
    return _terms(parts().leaves.give(parts().hours()))


@sealed.post(f"{LANG}/deposit")
def answered(lang: str) -> Response:  # noqa: ARG001
    """Say it to who answers the question, with leave; who does not is asked again."""
    answer = request().form.get(asking.FIELD, "")
    try:
        return _terms(parts().leaves.give_for(seed(), answer, parts().hours()))
    except Refusal as refusal:
        return _terms(parts().leaves.give(parts().hours()), refusal.sentence)


def _terms(leave: str, said: str = "") -> Response:
    carried = "" if leave else ticket()
    with kept():
        current = parts().recipients.current(parts().today().isoformat())
    return jsonify(
        epoch=current.epoch,
        recipient=str(current.recipient),
        site=parts().site_id.hex(),
        day=parts().today().isoformat(),
        most=parts().attachments.most,
        leave=leave,
        ticket=carried,
        question=question(carried) if carried else "",
        said=said if carried else "",
    )


@sealed.post(f"{LANG}/deposit/<leave>")
def deposit(lang: str, leave: str) -> Response:  # noqa: ARG001
    """Keep one envelope a witness's own page sealed; 409 if its slot is taken, then it tries on.

    Who has no good leave is not even read from.
    """
    allowed = parts().leaves.accept(leave, parts().hours())
    envelope = _upload()
    admit()
    with kept(), _told():
        _keep(allowed, deposits.read(request().form, envelope))
    return jsonify(stored=True)


@sealed.post(f"{LANG}/deposit/<leave>/file")
def deposit_file(lang: str, leave: str) -> Response:  # noqa: ARG001
    """Keep one file a witness's own page sealed, likewise."""
    allowed = parts().leaves.accept(leave, parts().hours())

    def keep(asked: Request, envelope: bytes, name: str) -> bool:
        return _keep(allowed, deposits.read(asked.form, envelope), name)

    admit()
    with kept(), _told():
        parts().attachments.take_sealed(request(), keep)
    return jsonify(stored=True)


@sealed.post(f"{LANG}/slots")
def slots(lang: str) -> Response:  # noqa: ARG001
    """Say what lies in slots, by number."""
    asked = request().form.getlist("slot")
    if not 1 <= len(asked) <= MOST_SLOTS or not all(map(deposits.ID.fullmatch, asked)):
        raise Refusal(400, gettext("This could not be understood."))
    with kept():
        return jsonify(deposits.left(parts().engine, [bytes.fromhex(one) for one in asked]))


@sealed.get(f"{LANG}/own")
def own(lang: str) -> str:  # noqa: ARG001
    """Show the receipt's page without words and without tokens, for the script to fill in."""
    words = {code: [""] * 10 for code, _ in drawing.NAMES}
    return drawing.draw("receipt.html", words=words, tokens={}, typed=Typed(), own=True)


@sealed.get(f"{LANG}/own/letters", defaults={"state": "letters"})
@sealed.get(f"{LANG}/own/waiting", defaults={"state": "waiting"})
@sealed.get(f"{LANG}/own/gone", defaults={"state": "gone"})
def own_letters(lang: str, state: str) -> str:  # noqa: ARG001
    """Show the page of who came back with one letter of each kind, for the script to fill in.

    ``waiting`` and ``gone`` are what it looks like after a withdrawal; the day is left open.
    """
    return drawing.draw(
        "letters.html",
        letters=[Letter(kind, OPEN_DAY, text=SAID.get(kind, "")) for kind in drawing.kinds()],
        names=drawing.kinds(),
        withdrawn="" if state == "letters" else OPEN_DAY,
        gone=state == "gone",
        tokens={},
        typed=Typed(),
        known=False,
        about="",
        asked=False,
    )


def _keep(allowed: Leave, one: Deposit, blob: str | None = None) -> bool:
    with parts().leaves.use(allowed, one.slot):
        return _depositor().keep(one, blob)


def _upload() -> bytes:
    """Return the file of field ``envelope``, read into memory. Raises `Refusal`."""
    asked = request()
    asked.sink = lambda _name: io.BytesIO()
    found = asked.files.get("envelope")
    data = found.stream.read() if found else b""
    if not data:
        raise Refusal(400, gettext("Choose the sealed file first. Nothing was stored."))
    return data


def _files() -> tuple[Carried, ...]:
    try:
        return envelopes.read(_upload())
    except envelopes.TooMany:
        raise Refusal(
            413, gettext("These are too many files at once. Nothing of it was stored.")
        ) from None
    except envelopes.NotSealed:
        raise Refusal(
            400,
            gettext(
                "This is no file that was sealed with age, nor a tar of such files. Nothing was "
                "stored. Do not send anything here that is not sealed."
            ),
        ) from None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except deposits.Malformed:
        raise Refusal(
            400, gettext("What arrived is not sealed as it should be. Nothing was stored.")
        ) from None
    except deposits.Stale:
        raise Refusal(
            410,
            gettext(
                "This was sealed too long ago: the key for it no longer exists. It was not stored. "
                "Seal it again with a fresh page."
            ),
        ) from None
    except deposits.Taken:
        raise Refusal(
            409, gettext("Something else was already handed in in its place. It was not stored.")
        ) from None
    except Withdrawn:
        raise Refusal(410, gettext("This was withdrawn. Nothing more is kept under it.")) from None


def _ask(sentence: str) -> str:
    carried = ticket()
    asked = question(carried)
    return drawing.draw(
        "sealed.html", here="sealed", ticket=carried, sentence=sentence, question=asked
    )


def _stored(receipt: Receipt | None, *, known: bool) -> str:
    done = gettext("Stored; only the desk can tell whether it opens.")
    if known:
        done += drawing.GAPS[language()]
        done += gettext("It lies under the ten words that the page showed which sealed it.")
    if receipt is None:
        return drawing.draw("done.html", done=done)
    words = {code: receipt.words(code) for code, _ in drawing.NAMES}
    tokens = tokens_of(receipt.root(parts().site_id))
    return drawing.draw("receipt.html", words=words, tokens=tokens, typed=Typed(), done=done)

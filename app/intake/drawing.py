"""Drawing the witness's pages. What is the same for everybody is drawn once for each language."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template
from flask_babel import gettext
from markupsafe import Markup, escape

from app.intake.forms import NARRATIVE, Shown, Typed, shown
from app.web import HTML_LANG, LANGUAGES, Sheet, language
from config.vocabularies import BLOCKS, Vocabularies
from crypto.receipts import WORDS

HERE = Path(__file__).resolve().parent
NAMES = (("ko", "한국어"), ("zh", "中文"), ("en", "English"))
PURPOSES = ("addition", "correction", "answer", "consent", "attachment")
GAPS = {"en": " ", "ko": " ", "zh": ""}  # between two sentences
HOLE, QUESTION_HOLE = "@ticket@", "@question@"  # no ticket and no sentence holds this sign
FRAMES = 32  # receipts drawn ahead: one for each choice of consents that was met
DRAWN = "naru_drawn"

ROLE = "w_role"
FIRST_CONSENTS = ("k_stats", "k_rescue", "k_un_conf")
# The blocks of the form that wait in closed <details>, in the order of the page.
SECTIONS = ("more", "survivor", "family", "filing", "other", "common")
UNREAD_BEFORE = ("s4", "s5", "s6", "s7", "s10")


def sheet() -> Sheet:
    """Return the style sheet of the intake."""
    return Sheet.load(HERE / "templates" / "intake.css")


class Wording:
    """The vocabularies in one language, as the templates want them."""

    def __init__(self, words: Vocabularies, lang: str) -> None:
        blocks: dict[str, list[str]] = {
            block: [one.id for one in words.fields_of(block)] for block in BLOCKS
        }
        consents = blocks["consent"]
        blocks["common"] = [name for name in blocks["common"] if name not in (NARRATIVE, ROLE)]
        blocks["more"] = [name for name in consents if name not in FIRST_CONSENTS]
        (self.narrative, self.role) = shown(words, lang, [NARRATIVE, ROLE])
        self.first_consents = shown(words, lang, FIRST_CONSENTS)
        self.sections = {name: shown(words, lang, blocks[name]) for name in SECTIONS}
        self.texts = {name: getattr(label, lang) for name, label in words.texts.items()}

    @property
    def consents(self) -> list[Shown]:
        """All consents, in order."""
        return self.first_consents + self.sections["more"]


def prepare(app: Flask, words: Vocabularies, css: str) -> None:
    """Put into an app what its pages share, and draw the empty form in each language."""
    app.jinja_env.globals.update(
        css=Markup(css),  # noqa: S704 - our own file, inlined under its hash
        languages=NAMES,
        html_langs=HTML_LANG,
        unread_before=UNREAD_BEFORE,
    )
    wordings = {lang: Wording(words, lang) for lang in LANGUAGES}
    app.extensions[DRAWN] = {"wordings": wordings, "forms": {}, "frames": {}}
    for lang in LANGUAGES:
        with app.test_request_context(f"/{lang}/"):
            for question in ("", QUESTION_HOLE):
                head, _, tail = form(HOLE, Typed(), "", question).partition(HOLE)
                app.extensions[DRAWN]["forms"][lang, bool(question)] = head.encode(), tail.encode()


def wording(lang: str) -> Wording:
    """Return the vocabularies in one language."""
    found: Wording = current_app.extensions[DRAWN]["wordings"][lang]
    return found


def draw(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """Draw a template in the language of this request."""
    lang = language()
    wording: Wording = current_app.extensions[DRAWN]["wordings"][lang]
    return render_template(
        template,
        lang=lang,
        html_lang=HTML_LANG[lang],
        gap=GAPS[lang],
        wording=wording,
        texts=wording.texts,
        **values,
    )


def empty_form(ticket: str, question: str) -> bytes:
    """Return the form nobody has typed into yet, around its ticket and what is asked with it."""
    head, tail = current_app.extensions[DRAWN]["forms"][language(), bool(question)]
    tail = tail.replace(QUESTION_HOLE.encode(), str(escape(question)).encode())
    return bytes(head + ticket.encode() + tail)


def receipt(words: Mapping[str, Sequence[str]], tokens: Mapping[str, str], typed: Typed) -> str:
    """Return the page with the ten words, and the forms for what comes next."""
    lang = language()
    wording: Wording = current_app.extensions[DRAWN]["wordings"][lang]
    asked = [one.id for one in wording.consents]
    if any(typed.get(name, "yes") != "yes" for name in asked):  # words, such as a date
        return draw("receipt.html", words=words, tokens=tokens, typed=typed)
    ticked = tuple(name for name in asked if typed.get(name))
    frames: dict[tuple[str, ...], str] = current_app.extensions[DRAWN]["frames"]
    page = frames.get((lang, *ticked)) or _frame(ticked)
    if len(frames) < FRAMES:
        frames.setdefault((lang, *ticked), page)
    for purpose, token in tokens.items():
        page = page.replace(f"@token {purpose}@", token)
    for code, ten in words.items():
        for number, word in enumerate(ten):
            page = page.replace(f"@word {code} {number}@", word)
    return page


def _frame(ticked: Iterable[str]) -> str:
    """Return a receipt with holes for words and tokens, with these consents ticked."""
    return draw(
        "receipt.html",
        words={code: [f"@word {code} {n}@" for n in range(WORDS)] for code, _ in NAMES},
        tokens={purpose: f"@token {purpose}@" for purpose in PURPOSES},
        typed=Typed([(name, "yes") for name in ticked]),
    )


def form(ticket: str, typed: Typed, sentence: str, question: str = "") -> str:
    """Return the form with what was typed, a sentence if it was refused, a question if asked."""
    wording: Wording = current_app.extensions[DRAWN]["wordings"][language()]
    opened = {
        name for name, fields in wording.sections.items() if any(typed.get(f.id) for f in fields)
    }
    return draw(
        "form.html",
        ticket=ticket,
        typed=typed,
        sentence=sentence,
        question=question,
        opened=opened,
        sections=sections(),
    )


def sections() -> Mapping[str, str]:
    """Return what each closed part of the form is called."""
    return {
        "more": gettext("Other uses, if you wish"),
        "survivor": gettext("If it happened to you"),
        "family": gettext("If you write about a person you miss"),
        "filing": gettext("If the UN shall look for this person"),
        "other": gettext("If you saw it, heard of it or helped"),
        "common": gettext("More, if you wish: when, where, how you know, who may read it"),
    }


def kinds() -> Mapping[str, str]:
    """Return what each kind of letter is called."""
    return {
        "testimony": gettext("Your testimony"),
        "addition": gettext("Your addition"),
        "correction": gettext("Your correction"),
        "answer": gettext("Your answer"),
        "consent": gettext("What you agreed to"),
        "attachment": gettext("Your file"),
        "question": gettext("A question to you"),
        "reply": gettext("A reply to you"),
    }

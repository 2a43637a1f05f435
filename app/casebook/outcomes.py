"""The standard letter that tells who handed in a sealed file whether the desk could open it.

It is kept in the record in the same commit that makes it, and left in the witness's first slot
before the arrival's header is forgotten: after a crash the next round leaves it, and never twice.
"""

from sqlalchemy import select

from app.casebook import mailing, wrapped
from app.casebook.store import Store
from app.mailbox import tables as mailbox
from crypto.documents import Document
from crypto.receipts import Slots

KIND = "reply"
ALL, SOME, NONE = "all", "some", "none"
LETTERS = {
    ALL: {
        "en": "What you handed in sealed was opened here and can be read.",
        "ko": "봉인하여 맡기신 것을 이곳에서 열었고, 읽을 수 있습니다.",
        "zh": "您交来的封好的文件已在这里打开，可以阅读。",  # noqa: RUF001
    },
    SOME: {
        "en": "Some of the sealed files you handed in were opened here; others did not open or "
        "hold no text. Seal those again with the key of this week and hand them in once more.",
        "ko": "봉인하여 맡기신 파일 가운데 일부만 열렸고, 나머지는 열리지 않거나 글이 "
        "아니었습니다. 그것은 이번 주의 열쇠로 다시 봉인하여 한 번 더 맡겨 주십시오.",
        "zh": "您交来的封好的文件，有些已打开，其余的打不开或不是文字。"  # noqa: RUF001
        "请用本周的密钥把那些重新封好，再交来一次。",  # noqa: RUF001
    },
    NONE: {
        "en": "What you handed in sealed did not open here, or holds no text. Seal it again with "
        "the key of this week and hand it in once more.",
        "ko": "봉인하여 맡기신 것이 이곳에서 열리지 않거나 글이 아니었습니다. 이번 주의 열쇠로 "
        "다시 봉인하여 한 번 더 맡겨 주십시오.",
        "zh": "您交来的封好的文件在这里打不开，或者不是文字。请用本周的密钥重新封好，再交来一次。",  # noqa: RUF001
    },
}


def letter(document: Document) -> str:
    """Return the letter for a document as `wrapped.read` gave it, in its language."""
    states = document.fields.get(wrapped.STATE, ())
    outcome = ALL if not states else SOME if wrapped.OPENED in states else NONE
    return LETTERS[outcome][document.lang]


def event(document: Document, by: str, day: str) -> dict[str, str]:
    """Return what the record keeps of the letter."""
    return {"e": "written", "kind": KIND, "text": letter(document), "by": by, "day": day}


def leave(store: Store, document: Document) -> None:
    """Leave the letter, unless something lies in the witness's first slot already."""
    if document.reply is None or not mailing.reaches(document.reply):
        return
    slot = Slots(document.reply.slots).slot(0)
    with store.mailbox.connect() as connection:
        query = select(mailbox.reply.c.id).where(mailbox.reply.c.id == slot)
        if connection.execute(query).first():
            return
    mailing.leave(store, document, document.reply, KIND, letter(document))

"""The twelve invented testimonies: sent through the real intake, some of them reviewed."""

import html.parser
import secrets
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from app.casebook import entering
from app.casebook.book import Casebook
from app.casebook.building import open_book
from app.casebook.keyring import Keyring
from app.casebook.shapes import TagInput
from config.settings import DeskSettings

REVIEWED = 9  # of twelve: the queue shows work that is done and work that waits
PURPOSE = "k_rescue"


def _read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    return found


class _Form(html.parser.HTMLParser):
    """Finds ``form#testimony``: its action and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.hidden, self._inside = "", {}, False  # type: ignore[var-annotated]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = said.get("id") == "testimony"
            if self._inside:
                self.action = said["action"]
        elif tag == "input" and self._inside and said.get("type") == "hidden":
            self.hidden[said["name"]] = said.get("value", "")


def send(intake: str, path: Path) -> None:
    """Send every sample as a witness would: get the form, post it."""
    for sample in _read(path):
        with urllib.request.urlopen(f"{intake}/{sample['lang']}/", timeout=30) as page:  # noqa: S310
            form = _Form()
            form.feed(page.read().decode())
        body, kind = _multipart({**form.hidden, **sample["fields"]})
        request = urllib.request.Request(  # noqa: S310 - our own loopback
            intake + form.action, body, {"Content-Type": kind}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310
            pass


def _multipart(fields: dict[str, Any]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return (
        "".join(parts) + f"--{boundary}--\r\n"
    ).encode(), f"multipart/form-data; boundary={boundary}"


def review(settings: DeskSettings, told: dict[str, Any], path: Path) -> None:
    """Take the samples in, tag most of them, release what may be released."""
    book = open_book(settings)
    lead, reviewer = (_enter(book, told[role]) for role in ("lead", "reviewer"))
    book.collect(lead)
    texts = {row.id: book.testimony(lead, row.id) for row in book.queue(lead).rows}
    known: dict[str, str] = {}
    for sample in _read(path)[:REVIEWED]:
        narrative = sample["fields"]["w_narrative"].rstrip("\n")
        record = next(i for i, t in texts.items() if t.narrative.rstrip("\n") == narrative)
        who = lead if texts[record].leads_only else reviewer
        for gold in sample["gold"]:
            _tag(book, who, record, gold, texts[record].narrative, known)
        if sample["fields"].get(PURPOSE) == "yes" and sample["gold"]:
            book.release(lead, record, told["partner"]["name"], PURPOSE)


def _enter(book: Casebook, member: dict[str, str]) -> Keyring:
    cookie, keyring = entering.log_in(
        book.store, member["name"], member["passphrase"], "", book.store.clock()
    )
    book.log_out(cookie)  # the keyring serves this process alone; no session stays behind
    return keyring


def _tag(
    book: Casebook,
    keyring: Keyring,
    record: str,
    gold: dict[str, Any],
    narrative: str,
    known: dict[str, str],
) -> None:
    start = narrative.index(gold["quote"])
    name = gold["person"]
    tag = TagInput(
        person=known.get(name, f"new:{name}"),
        stage=gold["stage"],
        track=gold["track"],
        start=start,
        end=start + len(gold["quote"]),
        confidence=gold["confidence"],
        episode=gold["episode"],
        date_from=gold.get("from") or "",
        date_to=gold.get("to") or "",
        date_as_stated=gold.get("date_as_stated") or "",
        knowledge=gold["knowledge"],
    )
    book.tagging.add(keyring, record, tag)
    known.setdefault(name, next(p.id for p in book.people(keyring) if p.name == name))

"""Who may do what: every route of both apps and every command, tried by every role.

The table in `docs/access.md` is what these trials said when it was last written, and
`test_access.py` tries all of it again: what is new, or answers otherwise, fails until somebody has
looked at the table and written it anew (`NARU_WRITE=1 python -m pytest tests/test_access.py`).
"""

import argparse
import contextlib
import importlib
import io
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlencode

from desk.world import WEEK

from app.__main__ import WORDS, main
from app.casebook.keys import assigning, enrolling, founding, requests
from app.casebook.shapes import TagInput

PAGE = Path(__file__).parents[1] / "docs/access.md"
ROLES = ("owner", "colleague", "outsider", "partner", "nobody")
HEADS = (
    "lead",
    "reviewer it is shared with",
    "reviewer it is not shared with",
    "partner",
    "nobody",
)
YES, NO, NO_KEY, NOT_THERE, LOG_IN = "yes", "no", "no key", "not there", "log in"
CELLS = {
    "This page is not for your role.": NO,
    "You have no key for this.": NO_KEY,
    "This was not sealed for you.": NO_KEY,
    "There is nothing at this address.": NOT_THERE,
    "Nobody is their own second person.": "not one's own",
    "No second person has confirmed this.": "after a second person",
    "There are other members: one of them confirms.": "where there is no other",
}
SHELL = {
    "this member may not do that": NO,
    "the name or the passphrase is wrong": LOG_IN,
    "there is no such member, testimony or release": NOT_THERE,
}
INTRO = """# Who may do what

Made by `tests/test_access.py`, which tries every line again, on a testimony that is for leads
only and that a lead shared with one of two reviewers.

*yes*: it is done, or refused for another reason than who asks. *no*: not in this role. *no key*:
the role would do, but the key of this testimony is not sealed to them. *not there*: they are not
told that it exists. *log in*: nobody is asked for a passphrase first. A line of a partner is of a
partner gone bad as well: what it is refused here it cannot open from the disks either
(`tests/casebook/test_partner_gone_bad.py`).
"""
WORDS_NEEDED = {  # what a route of the intake asks of whoever comes
    "intake.send": "a ticket: the form as it was handed out",
    "intake.come_back": "the ten words",
    "intake.withdraw": "the ten words",
    "intake.add": "a token for it, from the receipt or the ten words",
    "intake.correct": "a token for it, from the receipt or the ten words",
    "intake.answer": "a token for it, from the receipt or the ten words",
    "intake.consent": "a token for it, from the receipt or the ten words",
    "intake.attach": "a token for it, in the address",
    "sealed.take": "a ticket: the form as it was handed out",
    "sealed.deposit": "leave in the address, which comes with the terms, or for an answer; an"
    " envelope sealed for this week, and a slot that only the ten words give",
    "sealed.deposit_file": "the same",
    "sealed.slots": "slots that only the ten words give",
}
NOTHING, LAST = "nothing", "auth.logout"
RECORDING = b"OggS\0\x02" + bytes(99)


def fill(record, other, digest):
    """What is sent with a route: {endpoint: fields}."""
    tagging = {
        "person": "new:x", "stage": "forced_repatriation", "track": "common",
        "start": "0", "end": "5", "confidence": "sure",
    }  # fmt: skip
    leaving = {"partner": "partner", "purpose": "k_rescue"}
    return {
        "queue.act": {"record": record, "act": "state:done"},
        "testimony.add_tag": tagging,
        "testimony.edit_tag": {**tagging, "seen": "1"},
        "testimony.add_note": {"note": "x"},
        "testimony.translate": {"lang": "en", "text": "x"},
        "suggesting.weigh": {"key": "x"},
        "attachments.save": {"reason": "x"},
        "attachments.transcribe": {"text": "0:01 x"},
        "replying.send": {"kind": "reply", "text": "x"},
        "release.decide": leaving,
        "release.preview": leaving,
        "release.hold": {"why": "x"},
        "release.recall": {"partner": "partner"},
        "release.agree": {"digest": digest},
        "sharing.share": {"who": "colleague"},
        "sharing.take_back": {"who": "colleague"},
        "people.name": {"name": "x"},
        "people.join": {"other": other},
        "people.part": {"other": other},
        "people.unname": {"name": "x"},
        "people.kin": {"other": other, "relation": "sibling"},
        "retention.hold": {"held": "yes"},
        "keeping.end": {"epoch": WEEK},
        "keeping.invite": {"new": "somebody new", "role": "reviewer"},
    }


class Desk:
    """The desk's routes, tried on one testimony."""

    def __init__(self, world):
        self.world = world
        owner = world.member("owner")
        said = {"w_not_read": "somebody", "k_rescue": "yes"}
        thread = secrets.token_hex(16)
        record = world.arrive(**said, u_minor="yes", thread=thread)
        waiting = world.arrive(**said, k_wait="later")
        item = world.attach(RECORDING, "소리.ogg", "audio/ogg", thread=thread)
        owner.queue()
        self.ring = world.book.resume(owner.cookies["naru_desk"], world.now)
        self.ids = {"record_id": record, "item_id": item}
        self.persons = [self._tag(f"new:{name}") for name in ("one", "two")]
        assert owner.release(record).error  # a minor's: it asks for a second person
        (asked,) = world.book.testimony(self.ring, record).asked
        for one in (record, waiting):
            assigning.assign(world.store, self.ring, bytes.fromhex(one), "colleague")
        self.ids["person_id"] = self.persons[0].person
        self.special = {"release.met": {"record_id": waiting}}
        self.bodies = fill(record, self.persons[1].person, asked.digest)

    def _tag(self, person):
        """A fresh tag on the testimony, by the lead."""
        record = self.ids["record_id"]
        place = {"stage": "forced_repatriation", "track": "common", "start": 0, "end": 5}
        said = TagInput(person=person, confidence="sure", **place)
        tag = self.world.book.tagging.add(self.ring, record, said)
        found = self.world.book.testimony(self.ring, record).tags
        return next(one for one in found if one.id == tag)

    def rows(self):
        """(method, address, endpoint) of every route there is."""
        for rule in self.world.app.url_map.iter_rules():
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule

    def tried(self):
        """{(method, address): what each role met}; who has least comes first."""
        found = {}
        for role in reversed(ROLES):
            browser = self.world.browser() if role == "nobody" else self.world.member(role)
            self._token = _token(browser, "/login" if role == "nobody" else "/account")
            for method, rule in sorted(self.rows(), key=lambda row: row[1].endpoint == LAST):
                cell = self._try(browser, method, rule)
                found.setdefault((method, _plain(rule.rule)), {})[role] = cell
        return found

    def _try(self, browser, method, rule):
        path = rule.build(self._ids(rule), append_unknown=False)[1]
        if method == "GET":
            return _cell(browser.get(path), asked="GET")
        fields = [("csrf_token", self._token), *self.bodies.get(rule.endpoint, {}).items()]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _cell(browser.send("POST", path, urlencode(fields).encode(), headers))

    def _ids(self, rule):
        made = {**self.ids, **self.special.get(rule.endpoint, {})}
        if "tag_id" in rule.arguments:
            made["tag_id"] = self._tag(self.ids["person_id"]).id
        if rule.endpoint == "testimony.restore_tag":
            self.world.book.tagging.retract(self.ring, made["record_id"], made["tag_id"])
        if "request_id" in rule.arguments:  # spent by use: each try gets a fresh one
            what = {"name": "another lead", "lang": "en"}
            made["request_id"] = requests.ask(self.world.store, self.ring, "add-lead", what)
        if "link" in rule.arguments:
            name = f"guest {len(self.world.book.members(self.ring))}"
            made["link"] = enrolling.invite(self.world.store, self.ring, name, "reviewer")
        return {name: made[name] for name in rule.arguments}


def _token(browser, path):
    form = next(iter(browser.get(path).forms()))
    return dict(form.values())["csrf_token"]


def _plain(rule):
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"<\1>", rule)


def _cell(page, asked="POST"):
    assert page.status < 500, (page.path, page.status)
    if page.status == 401 or (asked == "GET" and page.header("Location") == "/login"):
        return LOG_IN
    return CELLS.get(page.error, YES) if page.status >= 400 else YES


# The shell


def commands():
    """Every word of `python -m app` with each of its acts: (words, parser)."""
    for word, (module, _) in WORDS.items():
        parser = argparse.ArgumentParser(prog=word)
        importlib.import_module(module).arguments(parser)
        acts = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        for act, sub in acts[0].choices.items() if acts else [("", parser)]:
            yield f"{word} {act}".strip(), sub


def options(parser):
    return {name for action in parser._actions for name in action.option_strings}


class Shell:
    """The commands that take a member's key, tried by each."""

    def __init__(self, world, config, folder):
        self.world, self.config, self.folder = world, config, folder
        owner = world.member("owner")
        record = world.arrive(k_rescue="yes")
        owner.queue()
        assert owner.release(record).status == 303
        ring = world.book.resume(owner.cookies["naru_desk"], world.now)
        for name in ("spare", "another"):
            founding.add_member(world.store, ring, name, "reviewer")
        self.more = {
            "members add": ["--role", "reviewer", "somebody new"],
            "members remove": ["spare"],
            "members renew": ["another"],
            "epochs end": [WEEK],
            "export": ["--to", "partner", "--submission", record, "--out", str(folder / "x.age")],
            "revocations": ["--to", "partner", "--out", str(folder / "x.zip")],
        }

    def tried(self):
        """{words: what each role met, or what else the command asks for}."""
        found = {}
        for words, parser in commands():
            given = options(parser)
            if "--passphrase-fd" in given and words != "restore":
                self.more.setdefault(words, self._required(parser))
                found[words] = {role: self._try(words, role) for role in ROLES}
            elif given & {"--identity-fd", "--shares-fd"}:
                found[words] = "the shell, and the recovery identity on paper"
            else:
                found[words] = "the shell"
        found["restore"] += "; with several leads or reviewers, one of them beside it"
        return found

    def _required(self, parser):
        """What a command nobody spoke of here needs to be tried at all: a file for each."""
        wanted = [one for one in parser._actions if one.required and one.dest != "name"]
        made = str(self.folder / "made")
        return [part for one in wanted for part in (*one.option_strings[:1], made)]

    def _try(self, words, role):
        passphrase = self.world.passphrases.get(role, "wrong words")
        name = "owner" if role == "nobody" else role
        reading, writing = os.pipe()
        os.write(writing, passphrase.encode())
        os.close(writing)
        line = [*words.split(), "--as", name, "--passphrase-fd", str(reading)]
        first, rest = line[0], [*line[1:], *self.more.get(words, [])]
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                code = main([first, "--config", str(self.config), *rest])
        finally:
            os.close(reading)
        told = said.getvalue().strip().removeprefix("naru: ")
        assert code in (0, 1), told
        return SHELL.get(told, YES) if code else YES


# The page


def page(desk, intake, shell):
    """Return the page that says it all."""
    head = "| " + " | ".join(["", *HEADS]) + " |\n|---" * 1 + "|---" * len(HEADS) + "|"
    lines = [INTRO, "## The desk\n", head]
    lines += [_row(f"{method} {path}", cells) for (method, path), cells in desk.items()]
    lines += ["\n## The shell of the desk's host\n", head]
    lines += [_row(w, cells) for w, cells in shell.items() if isinstance(cells, dict)]
    lines += ["\nThese take no member's key:\n", "| | asks for |\n|---|---|"]
    lines += [f"| `{w}` | {said} |" for w, said in shell.items() if isinstance(said, str)]
    lines += ["\n## The intake\n", "Being a member of the desk counts for nothing here.\n"]
    lines += ["| | asks for |\n|---|---|"]
    lines += [f"| `{line}` | {said} |" for line, said in intake.items()]
    return "\n".join(lines) + "\n"


def _row(what, cells):
    return "| " + " | ".join([f"`{what}`", *(cells[role] for role in ROLES)]) + " |"

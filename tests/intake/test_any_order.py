"""Any order of what witnesses do leaves the mailbox as a simple model says."""

import datetime as dt
import secrets
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from intake.conftest import MONDAY
from intake.world import World
from outside.site import Upload, multipart

TEXTS = st.sampled_from(["하나", "둘", "셋"])
KINDS = {"add": "addition", "answer": "answer"}
POSTS = ["add", "answer", "consent", "correct", "withdraw"]


class Witness(RuleBasedStateMachine):
    """One witness, one intake; the model is a list of what is kept."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.world = self.founded(Path(self.folder.name))
        self.visitor = self.world.visitor()
        self.form = self.visitor.get("/ko/").form("testimony")
        self.page, self.kept, self.gone, self.waits = None, [], False, None

    def founded(self, path):
        return World(path, MONDAY.timestamp(), secrets.token_bytes(16))

    def teardown(self):
        self.world.close()
        self.folder.cleanup()

    def keep(self, *item):
        if item not in self.kept:
            self.kept.append(item)

    @rule(text=TEXTS)
    def send(self, text):
        """The same form, again and again: other text is a correction of the first."""
        page = self.visitor.post(self.form, w_narrative=text)
        first = self.page is None
        if first:
            self.page = page
            self.first = text
            self.keep("testimony", text)
        elif self.gone:
            assert page.status in (200, 409)
        elif text != self.first:
            self.keep("correction", text, "yes")
        if page.status == 200:
            assert page.receipt == self.page.receipt

    @rule(text=TEXTS, name=st.sampled_from(["testimony", *POSTS]))
    def cut(self, text, name):
        """A circuit that breaks in the middle of a form: nothing of it is there."""
        form = self.form
        if name != "testimony":
            if self.page is None:
                return
            form = self.page.form(name)
        kind, body = multipart([*form.filled(w_narrative=text, receipt="x"), ("k_stats", "yes")])
        page = self.visitor.send(
            "POST", form.action, body[: len(body) // 2], {"Content-Type": kind}
        )
        assert 400 <= page.status < 500

    @precondition(lambda self: self.page)
    @rule(name=st.sampled_from(sorted(KINDS)), text=TEXTS)
    def follow(self, name, text):
        page = self.visitor.post(self.page.form(name), w_narrative=text)
        assert page.status == (409 if self.gone else 200)
        if not self.gone:
            self.keep(KINDS[name], text)

    @precondition(lambda self: self.page)
    @rule(text=TEXTS, first=st.sampled_from(["yes", "no"]))
    def correct(self, text, first):
        page = self.visitor.post(self.page.form("correct"), w_narrative=text, keep_first=first)
        assert page.status == (409 if self.gone else 200)
        if not self.gone:
            self.keep("correction", text, first)

    @precondition(lambda self: self.page)
    @rule(ticked=st.sets(st.sampled_from(["k_stats", "k_rescue"])))
    def consent(self, ticked):
        """Each counts from now on, unless it says what the last one said."""
        said = {name: "yes" if name in ticked else [] for name in ("k_stats", "k_rescue")}
        page = self.visitor.post(self.page.form("consent"), **said)
        assert page.status == (409 if self.gone else 200)
        if not self.gone and self.consents()[-1:] != [ticked]:
            self.kept.append(("consent", ticked))

    def consents(self):
        return [item[1] for item in self.kept if item[0] == "consent"]

    @precondition(lambda self: self.page)
    @rule(data=st.sampled_from([b"1", b"22"]), cut=st.booleans())
    def attach(self, data, cut):
        kind, body = multipart([("attachment", Upload("파일.jpg", data))])
        body = body[:-5] if cut else body
        action = self.page.form("attach").action
        page = self.visitor.send("POST", action, body, {"Content-Type": kind})
        assert page.status == (400 if cut else 409 if self.gone else 200)
        if not cut and not self.gone:
            self.keep("attachment", str(len(data)))

    @precondition(lambda self: self.page)
    @rule(when=st.sampled_from(["now", "in-7-days", "not"]))
    def withdraw(self, when):
        form = self.page.form("withdraw")
        page = self.visitor.post(form, receipt=self.page.receipt, when=when)
        assert page.status == (409 if self.gone and when == "not" else 200)
        if when == "now":
            self.gone, self.kept, self.waits = True, [], None
        elif not self.gone:
            day = (MONDAY + dt.timedelta(days=7)).date().isoformat()
            self.waits = day if when == "in-7-days" else None

    @rule()
    def restart(self):
        self.world.app = self.world.start()

    @invariant()
    def the_mailbox_holds_what_the_model_says(self):
        found = [said(one.kind, one.fields, one.file) for one in self.world.opened()]
        assert sorted(found, key=repr) == sorted(self.kept, key=repr)
        files = self.world.settings.blob_dir
        lying = len(list(files.iterdir())) if files.exists() else 0
        assert lying == sum(item[0] == "attachment" for item in self.kept)
        if self.kept:
            assert {row.withdraw_on for row in self.world.rows()} == {self.waits}


def said(kind, fields, file=None):
    """An item as the model keeps it."""
    if kind == "consent":
        return kind, {name for name, value in fields.items() if value == "yes"}
    if kind == "attachment":
        return kind, str(file.size) if file else None
    first = (fields["keep_first"],) if kind == "correction" else ()
    return kind, fields["w_narrative"], *first


Witness.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    suppress_health_check=list(HealthCheck),
)
test_any_order = Witness.TestCase

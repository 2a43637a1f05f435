"""The machine is lost: what an operator does then, by the commands alone, both apps served."""

import contextlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deployment import ROOT, shell
from outside import walk
from outside.demo import free_ports
from outside.site import Site

from app.casebook.keeping import tombstones

CHEAP = 'kdf = "CHEAPEST_FOR_TESTS"'
ENGLISH = {"Accept-Language": "en"}
STORY = "지어낸 이야기입니다.\n\n2023년 10월 9일 도문에서 온성으로 넘겨졌습니다."


@contextlib.contextmanager
def served(config, *urls):
    """`serve intake` and `serve desk`, as systemd starts them, until the block ends."""
    words = [sys.executable, "-m", "app", "serve"]
    started = [
        subprocess.Popen([*words, app, "--config", str(config)], cwd=ROOT)
        for app in ("intake", "desk")
    ]
    try:
        for process, url, path in zip(started, urls, ("/key", "/login"), strict=True):
            _wait(process, url, path)
        yield
    finally:
        for process in started:
            process.terminate()
        assert [process.wait(20) for process in started] == [0, 0]


def _wait(process, url, path):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            assert Site(url).get(path).status == 200
            return
        assert process.poll() is None, "it ended before it answered"
        time.sleep(0.05)
    raise AssertionError("no answer")


class Story:
    """What happened before the machine was lost, and what there is after it."""

    def __init__(self, folder):
        self.folder = folder
        self.intake, self.desk = (f"http://127.0.0.1:{port}" for port in free_ports(2))
        listen = [url.removeprefix("http://") for url in (self.intake, self.desk)]
        self.told = shell(
            "init", "--json", "--data", folder / "naru", "--lead", "lead", "--language", "ko",
            "--intake-url", self.intake, "--desk-url", self.desk,
            "--intake-listen", listen[0], "--desk-listen", listen[1],
        )  # fmt: skip
        self.config = ("--json", "--config", self.told["config"])
        toml = Path(self.told["config"])  # a second of Argon2 for each log-in proves nothing here
        toml.write_text(toml.read_text().replace("[desk]\n", f"[desk]\n{CHEAP}\n"))
        self.second = shell(
            "members", *self.config, "add", "--as", "lead", "second", "--role", "reviewer",
            passphrase=self.told["lead"]["passphrase"],
        )  # fmt: skip

    def served(self):
        return served(self.config[-1], self.intake, self.desk)

    def a_working_day(self):
        """Two witnesses, a tag, a backup; and a withdrawal after it."""
        self.kept, self.gone = (walk.write(Site(self.intake), f"{STORY} {n}").receipt for n in "01")
        lead = walk.log_in(self.desk, self.told["lead"])
        ids = {walk.narrative(lead, one): one for one in walk.whole_queue(lead)}
        self.record, self.withdrawn = (ids[f"{STORY} {n}"] for n in "01")
        assert walk.tag(lead, self.record, (12, 25)).status == 303
        (self.folder / "checkpoint").write_text(shell("custody", *self.config[1:], "checkpoint"))
        shell("backup", self.folder / "backup", *self.config)
        witness = Site(self.intake)
        page = walk.come_back(witness, self.gone)
        assert witness.post(page.form("withdraw"), receipt=self.gone, when="now").id("done")
        shell("steward", *self.config)

    def lost(self):
        """All that is left: the backup, the list that was copied outside, the papers."""
        stones = shutil.copy(self.folder / "naru" / tombstones.NAME, self.folder / "stones")
        shutil.rmtree(self.folder / "naru")
        one, _, three = self.told["shares"]
        self.restored = shell(
            "restore", self.folder / "backup", "--json", "--data", self.folder / "new",
            "--tombstones", stones, "--as", "second",
            identity=f"{one}\n{three}", passphrase=self.second["passphrase"],
        )  # fmt: skip
        self.config = ("--json", "--config", self.restored["config"])


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NARU_TESTING", "1")
        made = Story(tmp_path_factory.mktemp("lost"))
        with made.served():
            made.a_working_day()
        made.lost()
        one, two, three = made.told["shares"]
        made.opened = shell("rehearse", *made.config, shares=f"{two}\n{one}")
        # The lead's passphrase was lost with the machine.
        (made.lead,) = shell("recover", *made.config, "--lead", "lead", shares=f"{three}\n{two}")
        with made.served():
            yield made


def test_the_papers_open_every_key_of_the_restored_desk(story):
    names = {row["key"] for row in story.opened}
    keys = {"casebook key for leads", "casebook key for reviewers", "signing key desk"}
    assert keys <= names
    assert sum(name.startswith("epoch ") for name in names) >= 9
    note = story.folder / "new" / "recovery-rehearsed"
    assert note.read_text().strip() == story.restored["day"]


def test_the_lead_comes_in_with_the_new_passphrase_alone(story):
    browser = Site(story.desk)
    form = browser.get("/login").form(action="/login")
    assert browser.post(form, **story.told["lead"]).status == 403
    walk.log_in(story.desk, story.lead)
    walk.log_in(story.desk, story.second)


def test_what_was_kept_is_read_with_its_tags_and_the_witness_returns(story):
    lead = walk.log_in(story.desk, story.lead)
    assert walk.narrative(lead, story.record) == f"{STORY} 0"
    tags = lead.get(f"/testimony/{story.record}").root.all(cls="tag")
    assert "forced_repatriation" in {tag.attrs.get("data-stage") for tag in tags}
    assert walk.come_back(Site(story.intake), story.kept).status == 200


def test_what_was_withdrawn_after_the_backup_is_gone(story):
    assert story.restored["erased"] >= 1
    lead = walk.log_in(story.desk, story.lead)
    assert story.withdrawn not in walk.whole_queue(lead)
    page = lead.get(f"/testimony/{story.withdrawn}", **ENGLISH)
    assert page.error.startswith("This was erased.")


def test_witnesses_write_again_and_are_read(story):
    lead = walk.log_in(story.desk, story.lead)
    before = walk.whole_queue(lead)
    assert walk.write(Site(story.intake), f"{STORY} after").receipt
    assert walk.narrative(lead, walk.arrive(lead, before)) == f"{STORY} after"


def test_the_account_goes_on_and_says_who_brought_it_back(story):
    held = ["--checkpoint", story.folder / "checkpoint", "--signer", story.told["fingerprint"]]
    shell("custody", *story.config, "verify", *held)
    page = walk.log_in(story.desk, story.lead).get("/custody", **ENGLISH)
    acts = page.root.one("tbody").text
    for said in ("the recovery key on paper", "restored from a backup", "as the second person"):
        assert said in acts


def test_a_lost_laptop_s_key_opens_nothing_any_more(story):
    third = shell(
        "members", *story.config, "add", "--as", "lead", "third", "--role", "reviewer",
        passphrase=story.lead["passphrase"],
    )  # fmt: skip
    there = walk.log_in(story.desk, third)
    assert walk.narrative(there, story.record) == f"{STORY} 0"
    renewed = shell(
        "members", *story.config, "renew", "--as", "lead", "third",
        passphrase=story.lead["passphrase"],
    )  # fmt: skip
    assert there.get(f"/testimony/{story.record}").status == 303  # to the log-in
    old = shell(
        "members", *story.config, "list", "--as", "third",
        check=False, passphrase=third["passphrase"],
    )  # fmt: skip
    assert (old.returncode, "passphrase is wrong" in old.stderr) == (1, True)
    assert walk.narrative(walk.log_in(story.desk, renewed), story.record) == f"{STORY} 0"

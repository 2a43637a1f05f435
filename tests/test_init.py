"""`app init` asks five questions, and shows once what must be written on paper."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress

from outside.demo import ROOT

from app.desk.commands.init import QUESTIONS
from config.settings import load_settings

ANSWERS = {
    "lead": "진아",
    "intake_url": "http://" + "a" * 56 + ".onion",
    "desk_url": "http://" + "b" * 56 + ".onion",
    "language": "zh",
}


def founding(folder, *words, **answers):
    """Answer at a terminal whatever is asked: (status, what the terminal showed)."""
    told = {"data": str(folder), **ANSWERS, **answers}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "app", "init", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown, waiting = b"", dict(QUESTIONS)
    with suppress(OSError):  # a terminal whose program has ended
        while part := os.read(ours, 65536):
            shown += part
            for name, question in list(waiting.items()):
                if question.encode() in shown:
                    os.write(ours, told[name].encode() + b"\n")
                    del waiting[name]
    os.close(ours)
    return process.wait(60), shown.decode().replace("\r\n", "\n")


def asked(shown):
    return [question for question in QUESTIONS.values() if question in shown]


def test_five_questions_make_a_deployment_and_three_things_are_shown_once(tmp_path):
    status, shown = founding(tmp_path / "data")
    assert status == 0, shown
    assert len(asked(shown)) == 5
    settings = load_settings(tmp_path / "data" / "naru.toml")
    assert (settings.intake.base_url, settings.desk.base_url) == (
        ANSWERS["intake_url"],
        ANSWERS["desk_url"],
    )
    assert settings.intake.language == "zh"
    assert settings.intake.listen == f"unix:{tmp_path}/data/intake.sock"
    assert settings.intake.signer_fingerprint in shown
    secrets = [*re.findall(r"passphrase of 진아:\n +(.+)", shown), *_long(shown)]
    assert len(secrets) == 5
    for path in (tmp_path / "data").rglob("*"):
        assert not any(one.encode() in path.read_bytes() for one in secrets if path.is_file()), path


def _long(shown):
    shares = re.findall(r"share \d: (.+)", shown)
    assert len(shares) == 3
    return [re.search(r"AGE-SECRET-KEY-PQ-1\w+", shown)[0], *shares]


def test_what_is_given_is_not_asked_for(tmp_path):
    status, shown = founding(tmp_path / "data", "--lead", "lead", "--language", "ko")
    assert status == 0, shown
    assert len(asked(shown)) == 3


WRONG = [
    {"intake_url": "http://example.org"},
    {"desk_url": ANSWERS["intake_url"]},
    {"language": "fr"},
]


def test_a_wrong_answer_is_said_in_one_line_and_the_folder_is_not_spoilt(tmp_path):
    for wrong in WRONG:
        status, shown = founding(tmp_path / "data", **wrong)
        assert status == 1
        assert shown.splitlines()[-1].startswith("naru: ")
        assert "Traceback" not in shown
        assert list((tmp_path / "data").iterdir()) == []
    status, shown = founding(tmp_path / "data")
    assert status == 0, shown
    status, shown = founding(tmp_path / "data")
    assert (status, "already holds a deployment" in shown) == (1, True)


def test_what_an_unfinished_founding_left_is_said(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "intake.secret").touch()
    status, shown = founding(tmp_path / "data")
    assert status == 1
    assert "not finished: empty it" in shown
    (tmp_path / "file").touch()
    status, shown = founding(tmp_path / "file" / "data")
    assert (status, "Traceback" in shown) == (1, False)


def test_where_nobody_can_be_asked_it_says_so(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "app", "init", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data" / "naru.toml").exists()

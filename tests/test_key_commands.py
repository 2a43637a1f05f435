"""The keys from the shell: init prints shares, recover makes a lead again, a member is removed."""

import json
import os
import subprocess
import sys

import pytest
from outside.demo import ROOT


def run(*words, secret="", fd_word="--passphrase-fd"):
    read, write = os.pipe()
    os.write(write, secret.encode())
    os.close(write)
    words = [sys.executable, "-m", "app", *words]
    if secret:
        words += [fd_word, str(read)]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, pass_fds=[read], check=False
    )
    os.close(read)
    return done


@pytest.mark.timeout(300)
def test_the_shares_of_the_first_day_make_a_lead_again(tmp_path):
    data = tmp_path / "naru"
    made = run(
        "init", "--json", "--data", str(data), "--lead", "first", "--language", "ko",
        "--intake-url", "http://127.0.0.1:8000", "--desk-url", "http://127.0.0.1:8001",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert len(told["shares"]) == 3
    config = ["--json", "--config", told["config"]]
    paper = "\n".join(told["shares"][1:])
    wrong = run(
        "recover", *config, "--lead", "next", secret=told["shares"][0], fd_word="--shares-fd"
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    again = run("recover", *config, "--lead", "next", secret=paper, fd_word="--shares-fd")
    assert again.returncode == 0, again.stderr
    passphrase = json.loads(again.stdout)[0]["passphrase"]
    gone = run("members", *config, "remove", "--as", "next", "first", secret=passphrase)
    assert gone.returncode == 0, gone.stderr
    left = run("members", *config, "list", "--as", "next", secret=passphrase)
    assert [one["name"] for one in json.loads(left.stdout)] == ["next"]
    last = run("members", *config, "remove", "--as", "next", "next", secret=passphrase)
    assert last.returncode == 1
    assert "nobody would be left" in last.stderr

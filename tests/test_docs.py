"""What README and guides tell people to run is there, and every command in a box is run.

A box is a fence that says `sh`. In it stand whole lines for a shell, with the paths and names of
the guide; here the same lines run over a deployment of their own, in which those paths are folders
of the test. Whoever is asked for a passphrase or the identity on paper gives it on standard input.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from deployment import PASSPHRASE, make
from outside import walk
from outside.demo import ROOT
from outside.site import Site

from app.__main__ import WORDS, _load

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CRYPTO = {"keygen", "recipient", "seal", "open", "inspect", "verify"}


def told(pattern):
    """Every place where a page says this."""
    return [
        pytest.param(match, id=f"{page.name}-{match}")
        for page in PAGES
        for match in sorted(set(re.findall(pattern, page.read_text())))
    ]


@pytest.mark.parametrize("word", told(r"python -m app (\w+)"))
def test_every_word_a_page_names_is_one_that_is_there(word):
    assert word in WORDS
    assert _load(word) is not None


@pytest.mark.parametrize("word", told(r"python -m crypto (\w+)"))
def test_every_word_of_crypto_is_there(word):
    assert word in CRYPTO


@pytest.mark.parametrize("path", told(r"`(?:python )?(deploy/[\w./-]+)"))
def test_every_file_of_deploy_is_there(path):
    assert (ROOT / path.rstrip(".")).exists()


@pytest.mark.parametrize("target", told(r"^make (\w[\w-]*)|`make (\w[\w-]*)"))
def test_every_target_of_make_is_there(target):
    names = [name for name in target if name]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in names)


def test_every_decision_is_in_their_table():
    folder = ROOT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}
    table = (folder / "README.md").read_text()
    assert set(re.findall(r"^\| \[\d{4}\]\(([\w.-]+)\) \| .+ \|$", table, re.MULTILINE)) == pages


BOX = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHOWN_ELSEWHERE = {"run", "test"}  # of make: this suite is one of them, the demonstration the other


def boxes(page):
    """The lines of every box of a page, as one would type them; comments fall away."""
    for _, text in BOX.findall(page.read_text()):
        for line in text.splitlines():
            if command := re.sub(r"\s#.*$", "", line).strip():
                yield command


def run_here(command, folder, settings, said):
    """Run a line of a guide; what it calls /var and /etc are folders of the test."""
    for path in ("/var/backups/naru", "/var/lib/naru", "/etc/naru"):
        command = command.replace(path, f"{folder}{path}")
    if " --as " in command:
        command += " --passphrase-fd 0"
    if command.endswith("rehearse"):
        command += " --identity-fd 0"
    if " recover " in command:
        command += " --shares-fd 0"
    place = folder if command.startswith("cd ") else ROOT
    environ = {**os.environ, "NARU_CONFIG": str(settings), "PYTHONPATH": str(ROOT)}
    environ["PATH"] = f"{folder}/bin:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environ,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def typed(tmp_path):
    """A folder in which `python` is this one."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return tmp_path


def test_every_command_of_the_operators_guide_runs(typed):
    """In the guide's order, on one deployment: founded, saved, changed, restored, moved."""
    for path in ("var/lib", "var/backups/naru", "etc/naru"):
        (typed / path).mkdir(parents=True)
    settings, founded = make(typed / "var/lib/naru")
    onion = "http://" + "a" * 56 + ".onion"
    text = settings.read_text().replace(
        'base_url = "http://127.0.0.1:8000"', f'base_url = "{onion}"'
    )
    settings.write_text(text)
    moved = typed / "etc/naru/new.toml"
    urls = "".join(
        f'{name}_url = "sqlite:///{typed}/var/lib/naru/{name}-new.sqlite"\n'
        for name in ("mailbox", "casebook")
    )
    moved.write_text(text.replace("[intake]", urls + "\n[intake]", 1))
    commands = list(boxes(ROOT / "docs/operator.md"))
    assert len(commands) > 12
    place = ""
    for command in commands:
        if command.startswith("cd "):
            place = command + " && "
            continue
        said = (
            str(founded.recovery) if re.search("rehearse|restore|recover", command) else PASSPHRASE
        )
        if "members remove" in command:
            _add_reviewer(settings, typed)
        done = run_here(place * ("ssh-keygen" in command) + command, typed, settings, said + "\n")
        # The doctor finds that this is no deployed machine; it must say so and end with 1.
        fine = (0, 1) if "app doctor" in command else (0,)
        assert done.returncode in fine, (command, done.stderr[-1500:])
        assert "Traceback" not in done.stderr, command


def _add_reviewer(settings, folder):
    done = run_here(
        "python -m app members add reviewer --role reviewer --as lead",
        folder,
        settings,
        PASSPHRASE + "\n",
    )
    assert done.returncode == 0, done.stderr


def test_every_command_of_the_partners_guide_runs(typed, demo):
    text = "나는 2023년 10월 9일에 넘겨졌다고 지어냅니다."
    assert walk.write(Site(demo.intake), text, k_rescue="yes").status == 200
    lead = walk.log_in(demo.desk, demo.info["lead"])
    (one,) = [each for each in walk.whole_queue(lead) if walk.narrative(lead, each) == text]
    name = demo.info["partner"]["name"]
    assert walk.release(lead, one, name, "k_rescue").status == 303
    partner = walk.log_in(demo.desk, demo.info["partner"])
    (typed / "NAME.zip.age").write_bytes(walk.export(partner, [one]).body)
    shutil.copy(demo.info["partner"]["identity"], typed / "your-identity")
    for command in boxes(ROOT / "docs/partner.md"):
        if "--signer" in command:
            with zipfile.ZipFile(typed / "bundle.zip") as bundle:
                (held,) = [n for n in bundle.namelist() if n.endswith("signer.pub")]
                (typed / "signer.pub").write_bytes(bundle.read(held))
        done = run_here(f"cd {typed} && {command}", typed, "", "")
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def test_what_other_pages_box_is_known(typed):
    for page in PAGES:
        if page.name in ("operator.md", "partner.md"):
            continue
        for command in boxes(page):
            verb, *words = command.split()
            assert verb == "make", (page.name, command)
            assert set(words) <= SHOWN_ELSEWHERE


def test_the_operators_guide_runs_every_word_an_operator_has():
    """Of `python -m app`, all but those of the demonstration, of services and of review."""
    run = {
        command.split()[3] for command in boxes(ROOT / "docs/operator.md") if "-m app" in command
    }
    elsewhere = {"demo", "init", "serve", "stages", "suggest", "export", "revocations"}
    assert run | elsewhere == set(WORDS)

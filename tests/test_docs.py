"""What README and guides tell people to run is there, and every command in a box is run.

Boxes hold whole lines for a shell (`guides.py`), with the paths and names of the guide; here the
same lines run over a deployment of their own, in which those paths are folders of the test. Whoever
is asked for a passphrase or the identity on paper gives it on standard input. What changes the
machine is run by `deploy/fresh.py`; what stands only in a sentence is listed, with where it is run.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from deployment import PASSPHRASE, make
from guides import OPERATOR, PAGES, boxes, spoken
from needs import give_up, need
from outside import walk
from outside.demo import ROOT, free_ports
from outside.site import Site

from app.__main__ import WORDS, _load

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
    commands = list(boxes(OPERATOR.read_text(), machine=False))
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
    for command in boxes((ROOT / "docs/partner.md").read_text()):
        if "--signer" in command:
            with zipfile.ZipFile(typed / "bundle.zip") as bundle:
                (held,) = [n for n in bundle.namelist() if n.endswith("signer.pub")]
                (typed / "signer.pub").write_bytes(bundle.read(held))
        done = run_here(f"cd {typed} && {command}", typed, "", "")
        assert done.returncode == 0, (command, done.stdout, done.stderr)


MADE = (".venv/run.stamp", ".venv/test.stamp", "interop", "web")  # what make installs first


@pytest.fixture
def typing(tmp_path):
    """`make` as a newcomer types it, once what it installs is installed."""
    if not (ROOT / ".venv/bin/python").exists():
        give_up("make's .venv is missing: make test makes it")
    never = [f"--old-file={one}" for one in MADE]
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV", "MAKE"))}
    made = []

    def make_it(*words):
        given = {"cwd": ROOT, "env": environ, "stdin": subprocess.DEVNULL}
        with (tmp_path / "said").open("wb") as out:
            command = [need("make"), *never, *words]
            given |= {"stdout": out, "stderr": out, "start_new_session": True}
            made.append(subprocess.Popen(command, **given))
        return made[-1], tmp_path / "said"

    yield make_it
    for one in made:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
            one.wait()


def test_make_run_tells_a_newcomer_all_they_need(typing, tmp_path):
    """The readme's first line, in a folder and at ports of the test."""
    ports = free_ports(2)
    told = f"--data {tmp_path / 'demo'} --intake-port {ports[0]} --desk-port {ports[1]}"
    running, said = typing("run", f"ARGS={told}")
    end = time.monotonic() + 120
    while "Ctrl-C ends it" not in said.read_text():
        assert running.poll() is None, said.read_text()
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.1)
    text = said.read_text()
    assert "do not write anything real" in text
    for port, path in zip(ports, ("/ko/", "/login"), strict=True):
        assert f"http://127.0.0.1:{port}" in text
        assert Site(f"http://127.0.0.1:{port}").get(path).status == 200
    name, passphrase = re.search(r"lead +name (\S+) +passphrase (.+)", text).groups()
    lead = walk.log_in(f"http://127.0.0.1:{ports[1]}", {"name": name, "passphrase": passphrase})
    assert len(walk.whole_queue(lead)) == 12
    os.killpg(running.pid, signal.SIGTERM)
    running.wait(30)


def test_make_test_runs_tests(typing):
    """The readme's second line, for a file of tests: the suite cannot run itself whole."""
    running, said = typing("test", "ARGS=tests/test_promises.py")
    assert running.wait(120) == 0, said.read_text()
    assert re.search(r"\d+ passed", said.read_text())


def test_the_readme_boxes_just_those_two():
    assert list(boxes((ROOT / "README.md").read_text())) == ["make run", "make test"]


def test_no_other_page_has_a_box():
    known = {"README.md", "operator.md", "partner.md"}
    assert [page.name for page in PAGES if list(boxes(page.read_text()))] == sorted(
        known, key=[page.name for page in PAGES].index
    )


# What stands in a sentence and in no box: where it is run, and by which words there; or why not.
ELSEWHERE = {
    "make help": ("tests/test_docs.py", '"help", "lint"'),
    "make lint": ("tests/test_docs.py", '"help", "lint"'),
    "make run": ("tests/test_docs.py", 'typing("run"'),
    "make build-web": ("tests/web/test_built.py", "build.mjs"),
    "make bench-page": (".ci/run", "make bench-smoke"),  # the same program, all its tables
    "make proof": ("tests/test_proof.py", "proof.main"),
    "make mutants": ("tests/test_docs.py", '"mutants"'),  # hours: that make knows what to do
    "python -m app.columns --write": ("tests/test_columns.py", "columns.page()"),
    "python -m config.model > docs/process-model.md": ("tests/config/test_model.py", "page(MODEL)"),
    "python -m bench.world --frames": ("tests/world/test_grammar.py", '"--frames"'),
    "python -m bench browser": ("tests/test_docs.py", '"bench"'),  # needs a browser and minutes
    "app backup": ("docs/operator.md", "python -m app backup "),
    "app init": ("deploy/install.sh", "python -m app init "),
    "app status": ("docs/operator.md", "python -m app status\n"),
    "app restore FILE --data DIR --identity-fd N --tombstones LIST": (
        "tests/casebook/test_restore.py",
        '"tombstones"',
    ),
    "python -m app steward": ("docs/operator.md", "python -m app steward\n"),
    "python -m app doctor": ("docs/operator.md", "python -m app doctor\n"),
    "python -m app update": ("docs/operator.md", "python -m app update\n"),
    "deploy/install.sh": ("docs/operator.md", "deploy/install.sh\n"),
    "deploy/install.sh intake": ("tests/deploy/fresh_intake.py", '"/srv/naru", "intake"'),
    "deploy/rollback.sh TREE REVISION…": ("tests/deploy/fresh.py", '"deploy/rollback.sh", before'),
    "export NARU_CONFIG=/etc/naru/naru.toml": ("tests/deploy/fresh.py", "NARU_CONFIG"),
    "systemd-analyze --offline=true security deploy/naru-intake.service": (
        "tests/deploy/test_files.py",
        '"systemd-analyze", "security"',
    ),
    "age -d -i your-identity -o bundle.zip NAME.zip.age": (
        "tests/crypto/test_interop.py",
        "age.mjs",
    ),
    'age -r "$(cat key)" story.txt > story.age': ("tests/sealing/test_stock.py", "addRecipient"),
}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_command_in_a_sentence_is_run_somewhere(page):
    assert {one for one in spoken(page) if one not in ELSEWHERE} == set()


def test_where_they_are_run_they_are():
    told = set().union(*map(spoken, PAGES))
    for command, (file, words) in ELSEWHERE.items():
        assert command in told, f"no page says {command} any more"
        assert words in (ROOT / file).read_text(), (command, file)


def test_the_other_targets_of_make_are_understood(typing):
    """What takes hours or needs a browser: make says what it would do."""
    for target in ("help", "lint", "mutants", "bench", "proof", "bench-page", "pictures"):
        running, said = typing("-n", target)
        assert running.wait(30) == 0, said.read_text()


def test_the_operators_guide_runs_every_word_an_operator_has():
    """Of `python -m app`, all but those of the demonstration, of services and of review."""
    run = {command.split()[3] for command in boxes(OPERATOR.read_text()) if "-m app" in command}
    elsewhere = {"demo", "init", "serve", "stages", "suggest", "export", "revocations"}
    assert run | elsewhere == set(WORDS)

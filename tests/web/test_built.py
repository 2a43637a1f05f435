"""What web/ holds and what the intake serves of it are the same, and both keep to FORMAT.md."""

import base64
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import needs
import pytest

from crypto.words import word_list

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
STATIC = ROOT / "app/intake/static"
SCRIPTS = ["naru.js", "offline.js", "sealer.js"]
WORDS = [f"words.{lang}.txt" for lang in ("en", "ko", "zh")]
NAMES = sorted(["hashes.json", "notices.txt", *SCRIPTS, *WORDS])


@pytest.fixture
def installed():
    """The packages of the lock file, as `make test` installs them."""
    node = needs.need("node")
    if not (WEB / "node_modules").exists():
        needs.give_up("web/node_modules is missing: npm ci in web/ (make test does it)")
    return node


def run(*words):
    done = subprocess.run(words, cwd=WEB, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_vectors_and_the_sentences_hold_in_javascript(installed):
    run(installed, "--test", "test/")


def test_built_again_every_file_is_the_same_to_the_byte(installed, tmp_path):
    run(installed, "build.mjs", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (STATIC / name).read_bytes(), name


@pytest.mark.skipif(os.environ.get("NARU_REQUIRE_ALL") != "1", reason="CI alone installs anew")
def test_from_a_clean_checkout_it_is_the_same_to_the_byte(tmp_path):
    npm = needs.need("npm")
    names = subprocess.run(
        ["git", "ls-files", "web"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in names:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    for words in ([npm, "ci", "--silent"], ["node", "build.mjs", str(tmp_path / "built")]):
        subprocess.run(words, cwd=tmp_path / "web", check=True, timeout=240, capture_output=True)
    for name in NAMES:
        assert (tmp_path / "built" / name).read_bytes() == (STATIC / name).read_bytes(), name


def test_the_digests_are_those_of_the_files():
    for name, said in json.loads((STATIC / "hashes.json").read_text()).items():
        digest = hashlib.sha384((STATIC / name).read_bytes()).digest()
        assert said == "sha384-" + base64.b64encode(digest).decode(), name


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_the_words_are_those_of_the_receipts(lang):
    text = (WEB / "words" / f"{lang}.txt").read_text("utf-8")
    assert tuple(text.split()) == word_list(lang)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_makes_no_code_of_strings_and_fetches_from_nowhere_else(name):
    text = (STATIC / name).read_text("utf-8")
    for wrong in (
        "eval(",
        "new Function",
        "WebAssembly",
        "innerHTML",
        "document.write",
        "</script",
    ):
        assert wrong not in text, wrong
    for wrong in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "sendBeacon"):
        assert wrong not in text, wrong
    assert not re.findall(r"https?://", text)


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (WEB / "package-lock.json").read_text()

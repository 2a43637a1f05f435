"""`python -m app`: exit codes, one line on stderr, one document on stdout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as shell

ROOT = Path(__file__).parents[1]


def run(*words):
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("words", [[], ["nonsense"], ["stages", "--nonsense"], ["serve", "both"]])
def test_wrong_use_ends_with_two(words):
    done = run(*words)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert done.stdout == ""


def test_help_names_every_word():
    done = run("--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in shell.WORDS)


def test_a_word_whose_module_is_not_written_says_so(monkeypatch, capsys):
    monkeypatch.setitem(shell.WORDS, "doctor", ("app.not_written", "later"))
    assert shell.main(["doctor"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_module_that_fails_to_load_is_not_taken_for_one_not_written(monkeypatch, tmp_path):
    (tmp_path / "broken_word.py").write_text("import a_module_nobody_has")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(shell.WORDS, "doctor", ("broken_word", "breaks"))
    with pytest.raises(ModuleNotFoundError):
        shell.main(["doctor"])


def test_stages_lists_the_model():
    stages = json.loads(run("stages", "--json").stdout)
    found = [stage["id"] for stage in stages if not stage["extension"]]
    assert len(found) == 15
    assert found[0] == "cn_arrest"
    assert all(one["en"] and one["ko"] and one["zh"] for one in stages)
    assert "cn_arrest" in run("stages").stdout


def test_serving_without_settings_is_refused_in_one_line(monkeypatch, tmp_path):
    monkeypatch.delenv("NARU_CONFIG", raising=False)
    for words in (["serve", "intake"], ["serve", "intake", "--config", str(tmp_path / "none")]):
        done = run(*words)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1

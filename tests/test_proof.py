"""The page of long runs: each part has one section, which says how it ended."""

import sys

import pytest
from outside.table import leaks, suffered

from bench import proof

PARTS = {
    "well": proof.Part("What goes well", ("this",), ("NARU_MINUTES=1",), times=2),
    "ill": proof.Part("What goes ill", ("no_such_module",)),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`python -m bench.proof` over parts of the test, in a folder of its own."""
    page = tmp_path / "proof.md"
    monkeypatch.setattr(proof, "PARTS", PARTS)
    monkeypatch.setattr(proof, "TOLD", tmp_path / "told")

    def go(*names):
        monkeypatch.setattr(sys, "argv", ["proof", *names, "--out", str(page)])
        return proof.main(), page.read_text("utf-8")

    return go


def test_a_section_has_command_machine_and_end(run):
    status, page = run("well")
    assert status == 0
    assert page.startswith(proof.PREFACE)
    assert "## What goes well\n\n`NARU_REQUIRE_ALL=1 NARU_PROOF=1 NARU_MINUTES=1 python -m" in page
    assert page.count("ended with 0") == 2
    assert " cores · load average " in page
    assert "- Beautiful is better than ugly." in page


def test_what_fails_is_kept_and_said(run):
    assert run("well")[0] == 0
    status, page = run("ill")
    assert status == 1
    assert "## What goes well" in page
    assert "ended with 1" in page.partition("## What goes ill")[2]
    again = run("ill")[1]
    assert again.count("## What goes ill") == 1
    assert again.index("What goes well") < again.index("What goes ill")


@pytest.mark.parametrize(
    ("kept", "counts"),
    [
        (["one", "two"], (0, 0, 0)),
        (["one"], (1, 0, 0)),
        (["one", "two", "two"], (0, 1, 0)),
        (["one", "tw"], (1, 0, 1)),
        (["one", "two", "tw"], (0, 0, 1)),
    ],
)
def test_a_row_counts_what_is_lost_doubled_and_in_part(kept, counts):
    row = suffered("kill", 1, ["one", "two"], kept, 0)
    assert (row.lost, row.doubled, row.partial) == counts
    assert row.harmless == (counts == (0, 0, 0))
    assert not suffered("kill", 1, ["one"], ["one"], 1).harmless


def test_a_leak_is_a_file_with_a_text_in_it(tmp_path):
    for name, text in (("a", "…나는 보았다…"), ("b", "나는 보"), ("c", "sealed")):
        (tmp_path / name).write_text(text)
    assert leaks(tmp_path.iterdir(), ["나는 보았다", "다른 글"]) == 1


def test_rows_of_faults_stand_in_one_table():
    told = ["| kill | 1 | 0 | 0 | 0 | 0 |", "a note", "| dead | 2 | 0 | 0 | 0 | 0 |"]
    laid = proof._laid_out(PARTS["well"], "when", ["2 passed"], told)
    assert f"{proof.FAULTS}{told[0]}\n{told[2]}\n\n- a note" in laid


def test_how_pytest_ended_is_said_in_its_words(tmp_path):
    out = tmp_path / "out"
    out.write_text("...\n=== 1 failed, 3 passed, 2 skipped in 65.1s (0:01:05) ===\n")
    assert proof._last(out, 1) == "1 failed, 3 passed, 2 skipped"

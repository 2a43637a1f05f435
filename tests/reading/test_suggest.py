"""Suggestions: what happened to a person, told apart from what did not."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import yaml

from app.reading import context
from app.reading.suggest import Dropped, explain, read, suggest
from app.reading.text import LONGEST, sentences
from bench.passages import passages, sets
from bench.suggest import near
from config.model import load_model
from config.reading import ReadingError, load_reading

MODEL = load_model()
CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))
SAMPLE = yaml.safe_load(Path("app/sample/testimonies.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("text", "must", "never"), CASES, ids=[each[0] for each in CASES])
def test_a_clause_is_read_as_a_careful_person_would(text, must, never):
    stages = {each.stage for each in suggest(text)}
    assert set(must) <= stages
    assert not stages if never == "*" else not stages & set(never)


@pytest.mark.parametrize("sample", SAMPLE, ids=[each["id"] for each in SAMPLE])
def test_the_samples_are_read_nearly_as_they_were_tagged(sample):
    found = {each.stage for each in suggest(sample["fields"]["w_narrative"])}
    gold = {each["stage"] for each in sample["gold"]}
    assert gold <= found
    assert len(found - gold - {each for stage in gold for each in near(stage)}) <= 1


TOLD_OF_NOTHING = [
    each for name in sets() for each in passages(name) if not each.gold and not each.may
]


@pytest.mark.parametrize("passage", TOLD_OF_NOTHING, ids=lambda each: f"{each.kind}: {each.text}")
def test_what_happened_to_nobody_suggests_nothing(passage):
    """Negation, plans, fear, threats, conditions, habits, press, hearsay of strangers."""
    assert suggest(passage.text) == []


def test_every_kind_of_telling_of_nothing_is_there_in_three_languages():
    kinds = {(each.kind, each.lang) for each in TOLD_OF_NOTHING}
    for kind in ("negation", "plan", "fear", "threat", "conditional", "general", "press"):
        assert {(kind, lang) for lang in ("ko", "en", "zh")} <= kinds


def test_a_stage_told_more_closely_is_offered_beside_the_one_it_refines_on_the_same_words():
    fine, coarse = suggest("Then my sister was sent to a kyohwaso.")
    assert (fine.stage, coarse.stage) == ("x_kyohwaso", "economic_camp")  # model, A11
    assert (fine.start, fine.end, fine.rule) == (coarse.start, coarse.end, coarse.rule)


def test_a_general_account_stays_general_in_its_next_sentence_and_ends_with_a_person():
    general = "People who are sent back are usually questioned by State Security. "
    assert suggest(general + "They go through quarantine and a closed trial.") == []
    found = suggest(general + "My sister was sent to a kyohwaso.")
    assert [each.stage for each in found] == ["x_kyohwaso", "economic_camp"]


def test_a_summary_that_names_every_stage_suggests_nothing_and_says_why():
    text = next(each for each in SAMPLE if each["id"] == "SYN-09")["fields"]["w_narrative"]
    assert suggest(text) == []
    assert all(isinstance(each, Dropped) and each.guard for each in read(text))


@pytest.mark.parametrize(
    "text",
    [
        "동생은 2023년에 북송되었다고 들었습니다. 보위부에서 열흘 조사받았습니다.",
        unicodedata.normalize("NFD", "동생은 2023년에 북송되었다고 들었습니다."),
        "😀 보위부에서 조사를 받았다. 他被遣返了。She was sent back.",
    ],
)
def test_places_are_code_points_of_the_text_as_typed(text):
    found = suggest(text)
    assert found
    assert all(text[each.start : each.end] == each.text for each in found)


def test_every_rule_says_why_in_three_languages():
    for event in load_reading(MODEL).events:
        assert all(explain(event.id, lang) for lang in ("en", "ko", "zh"))


def test_every_suggestion_is_of_the_model_and_on_a_track_of_its_stage():
    for text, _, _ in CASES:
        for each in suggest(text):
            assert each.track in MODEL.stage(each.stage).tracks


@pytest.mark.parametrize("text", ["", " ", "\n" * 50, "?" * 5000, "보위부" * 20_000, "a " * 90_000])
def test_odd_texts_are_only_text(text):
    assert suggest(text) == []


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "events: {ko_x: {lang: ko, stage: nowhere, pattern: a, why: {en: a, ko: a, zh: a}}}",
            "nowhere",
        ),
        ("events: {ko_x: {lang: ko, pattern: a, why: {en: a, ko: a, zh: a}}}", "either a stage"),
        ("cues: {ko_x: {lang: ko, cue: c, pattern: '('}}", "ko_x"),
        ("cues: {x: {lang: ko, cue: c, pattern: a}}", "start with the language"),
    ],
)
def test_damaged_patterns_are_refused(tmp_path, part, said):
    path = tmp_path / "events.yaml"
    path.write_text(part + "\n", "utf-8")
    with pytest.raises(ReadingError, match=said):
        load_reading(MODEL, path)


def test_the_command_prints_one_document():
    done = subprocess.run(
        [sys.executable, "-m", "app", "suggest", "--json"],
        input="他被遣返了。".encode(),
        capture_output=True,
        check=True,
    )
    (found,) = json.loads(done.stdout)
    assert found == {
        "stage": "forced_repatriation",
        "track": "common",
        "start": 0,
        "end": 5,
        "text": "他被遣返了",
        "rule": "zh_returned",
    }


def test_the_command_refuses_what_is_not_text():
    done = subprocess.run(
        [sys.executable, "-m", "app", "suggest", "--json"],
        input=b"\xff",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"naru: the text is not UTF-8\n"


def test_every_piece_of_a_text_without_a_stop_is_read_for_agencies_once(monkeypatch):
    """However many events ask who is near: 200,000 syllables are read in the time of two texts."""
    text = "보위부에서열흘조사를받았습니다그리고" * 300
    pieces = list(sentences(text))
    assert max(len(each.text) for each in pieces) <= LONGEST
    read_of = []
    named = context._named
    monkeypatch.setattr(context, "_named", lambda one: (read_of.append(one.start), named(one))[1])
    assert suggest(text)
    assert sorted(read_of) == [each.start for each in pieces]


def test_a_long_text_says_of_its_last_words_what_it_says_of_its_first():
    told = "보위부에서 열흘 조사를 받았습니다. "
    found = suggest(told * 400)
    assert found[0].start < len(told)
    assert found[-1].start >= 399 * len(told)

"""The synthetic world: the same from one seed, marked, its gold on words, refused where real."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bench import rules as bench_rules
from bench.suggest import rows
from bench.world import LANGS, MARK, RealDeployment, frames, generate, refuse
from bench.world.claims import claimed
from config.model import load_model
from config.settings_files import mark_demonstration

MODEL = load_model()
WORLD = list(generate(300, seed=1))


def test_the_same_seed_makes_the_same_world_and_another_seed_another():
    assert list(generate(300, seed=1)) == WORLD
    assert list(generate(300, seed=2)) != WORLD


def test_every_account_is_marked_and_in_one_of_three_languages():
    for each in WORLD:
        assert each.id.startswith(MARK)
        assert each.id in each.text.splitlines()[0]
    assert {each.lang for each in WORLD} == set(LANGS)


def test_gold_lies_on_whole_sentences_of_the_text_and_names_stages_of_the_model():
    for each in WORLD:
        for gold in each.gold:
            assert each.text[gold.start : gold.end].strip()
            assert gold.track in {"common", *MODEL.stage(gold.stage).tracks}
        assert all(one.end <= other.start for one, other in pairwise(each.gold))


def test_some_people_are_told_of_more_than_once():
    assert len({each.person for each in WORLD}) < len(WORLD)


def test_no_sentence_of_the_world_is_in_the_cases_or_samples_of_the_suggestions():
    known = Path("tests/reading/cases.yaml").read_text("utf-8")
    known += Path("app/sample/testimonies.yaml").read_text("utf-8")
    read = frames()
    groups = (*read["stages"].values(), *read["distractors"].values())
    for frame in (frame for group in groups for lang in LANGS for frame in group[lang]):
        assert frame.format(S="나는", O="나를", N=15, M=6) not in known


def test_every_stage_and_kind_has_sentences_in_every_language():
    read = frames()
    for group in (*read["stages"].values(), *read["distractors"].values(), read["plain"]):
        assert all(group[lang] for lang in LANGS)
    assert set(read["stages"]) <= set(MODEL.by_stage)
    assert {stage.id for stage in MODEL.stages} - set(read["stages"]) == {
        "cn_detention",
        "economic_camp",
    }


def test_a_real_deployment_is_refused_and_a_demonstration_is_not(tmp_path):
    with pytest.raises(RealDeployment, match="not a demonstration"):
        refuse(tmp_path)
    mark_demonstration(tmp_path)
    refuse(tmp_path)


def test_suggestions_keep_to_their_floor_on_the_world_and_on_the_samples():
    assert all(each.met for each in rows() if each.counted)


def test_the_cases_are_read_as_yaml():
    assert len(yaml.safe_load(Path("tests/reading/cases.yaml").read_text("utf-8"))) > 100


def test_planted_contradictions_are_asked_about_and_nothing_else_is_called_impossible():
    assert all(each.met for each in bench_rules.rows())


def test_fifteen_in_a_hundred_have_a_contradiction_and_nobody_is_held_in_china_after_the_return():
    told = list(claimed(1000, seed=3))
    assert 100 < sum(each.planted is not None for each in told) < 200
    assert told == list(claimed(1000, seed=3))
    for each in told:
        back = min((c.start for c in each.claims if c.stage == "forced_repatriation"), default="")
        if back and each.planted is None:
            assert all(c.end <= back for c in each.claims if c.stage.startswith(("cn_", "x_cn_")))

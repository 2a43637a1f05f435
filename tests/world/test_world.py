"""The synthetic world: the same from one seed, marked, its gold on words, refused where real."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from app.reading.edtf import parse
from bench import rules as bench_rules
from bench.suggest import floors
from bench.world import LANGS, MARK, RealDeployment, generate, refuse
from config.model import load_model
from config.settings_files import mark_demonstration

MODEL = load_model()
WORLD = list(generate(300, seed=4))


def test_the_same_seed_makes_the_same_world_and_another_seed_another():
    assert list(generate(300, seed=4)) == WORLD
    assert list(generate(300, seed=5)) != WORLD


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


def test_days_are_told_in_every_way_or_not_at_all_and_what_they_stand_for_is_a_date():
    said = [gold for each in WORLD for gold in each.gold if gold.said]
    assert all(gold.said.lower() in _text(gold).lower() for gold in said)
    assert all(parse(gold.edtf) for gold in said)
    told = " ".join(gold.said for gold in said)
    for way in ("음력", "주체", "农历", "主体", "lunar month", "Juche", "아시안게임"):
        assert way in told


def _text(gold):
    (account,) = (each for each in WORLD if any(one is gold for one in each.gold))
    return account.text[gold.start : gold.end]


def test_a_text_is_the_same_however_many_are_asked_for():
    assert list(generate(12, seed=4)) == WORLD[:12]


def test_some_begin_with_how_it_ended():
    def turned(account):
        order = [(gold.episode, MODEL.order_key(gold.stage, gold.track)) for gold in account.gold]
        return len(order) > 2 and order[0] == max(order)

    assert any(turned(each) for each in WORLD)


def test_a_real_deployment_is_refused_and_a_demonstration_is_not(tmp_path):
    with pytest.raises(RealDeployment, match="not a demonstration"):
        refuse(tmp_path)
    mark_demonstration(tmp_path)
    refuse(tmp_path)


def test_suggestions_keep_to_their_floor_on_the_world_and_on_the_samples():
    assert all(each.met for each in floors() if each.counted)


def test_the_cases_are_read_as_yaml():
    assert len(yaml.safe_load(Path("tests/reading/cases.yaml").read_text("utf-8"))) > 100


def test_planted_contradictions_are_asked_about_and_nothing_else_is_called_impossible():
    assert all(each.met for each in bench_rules.rows())

"""The synthetic world: the same from one seed, marked, its gold on words, refused where real."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from app.reading.edtf import parse
from bench import rules as bench_rules
from bench.passages import KEPT, passages, sets
from bench.suggest import rows
from bench.world import HALVES, LANGS, LONG, MARK, RealDeployment, frames, generate, refuse
from bench.world.claims import claimed
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


def test_the_mix_is_the_one_described():
    """Some people are told of several times, some went back twice, some are children."""
    people = {each.person for each in WORLD}
    assert 0.5 * len(WORLD) < len(people) < 0.9 * len(WORLD)
    kinds = {each.kind for each in WORLD}
    assert kinds == {"told", "mixed", "press", "spam", "hostile", "empty", "long"}
    assert {each.vantage for each in WORLD} >= {"self", "sister", "husband", "cellmate", "broker"}
    assert {each.depth for each in WORLD} == {0, 1, 2}
    assert any(each.minor for each in WORLD)
    assert any({gold.episode for gold in each.gold} >= {1, 2} for each in WORLD)
    assert all(not each.gold for each in WORLD if each.kind in ("press", "spam", "hostile"))
    long = [each for each in WORLD if each.kind == "long"]
    assert all(len(each.text) >= LONG for each in long)


def test_days_are_told_in_every_way_or_not_at_all_and_what_they_stand_for_is_a_date():
    said = [gold for each in WORLD for gold in each.gold if gold.said]
    assert all(gold.said.lower() in _text(gold).lower() for gold in said)
    assert all(parse(gold.edtf) for gold in said)
    told = " ".join(gold.said for gold in said)
    for way in ("음력", "주체", "农历", "主体", "lunar month", "Juche", "아시안게임"):
        assert way in told
    undated = [each for each in WORLD if each.gold and not any(g.said for g in each.gold)]
    assert len(undated) > len(WORLD) / 20


def _text(gold):
    (account,) = (each for each in WORLD if any(one is gold for one in each.gold))
    return account.text[gold.start : gold.end]


def test_some_begin_with_how_it_ended():
    def turned(account):
        order = [(gold.episode, MODEL.order_key(gold.stage, gold.track)) for gold in account.gold]
        return len(order) > 2 and order[0] == max(order)

    assert any(turned(each) for each in WORLD)


def sentences(half):
    for lang in LANGS:
        read = frames(lang)
        for group in (*read["stages"].values(), *read["distractors"].values(), read["plain"]):
            yield from group[half]


def test_what_is_tuned_on_and_what_is_held_out_share_no_sentence():
    tune, held = (set(sentences(half)) for half in HALVES)
    assert not tune & held
    told = " ".join(each.text for name in sets() for each in passages(name))
    assert not any(each.text in told for name in KEPT for each in passages(name))


def test_no_sentence_of_the_world_is_in_the_cases_or_samples_of_the_suggestions():
    known = Path("tests/reading/cases.yaml").read_text("utf-8")
    known += Path("app/sample/testimonies.yaml").read_text("utf-8")
    for half in HALVES:
        for frame in sentences(half):
            filled = frame.format(S="나는", O="나를", P="내", N="15일", D="15일", M="6개월")
            assert filled not in known


def test_every_stage_of_the_model_has_sentences_of_both_halves_in_every_language():
    for lang in LANGS:
        read = frames(lang)
        assert set(read["stages"]) == set(MODEL.by_stage)
        for group in (*read["stages"].values(), *read["distractors"].values(), read["plain"]):
            assert all(group[half] for half in HALVES)


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
        for episode in {claim.episode for claim in each.claims} if each.planted is None else ():
            claims = [claim for claim in each.claims if claim.episode == episode]
            back = [c.start for c in claims if c.stage == "forced_repatriation"]
            china = [c.end for c in claims if c.stage.startswith(("cn_", "x_cn_"))]
            assert not back or all(end <= min(back) for end in china)

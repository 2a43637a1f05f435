"""The model that ships: its facts, its queries, and ids that never change."""

import json
import re
import time
from pathlib import Path

import pytest

from config import strict_yaml
from config.model import PATH, load_model, model_in
from config.model_page import page
from config.model_types import Label
from config.vocabularies import load_vocabularies

HERE = Path(__file__).parent
FROZEN = json.loads((HERE / "ids.json").read_text(encoding="utf-8"))
KINDS = [kind for kind in FROZEN["model"] if kind != "values"]
MODEL = load_model()


def labels(value, where=""):
    """Yield every Label in the model with its place."""
    if isinstance(value, Label):
        yield where, value
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from labels(one, f"{where}[{at}]")
    elif hasattr(value, "items"):
        for key, one in value.items():
            yield from labels(one, f"{where}.{key}")
    else:
        names = getattr(value, "__struct_fields__", getattr(value, "__dataclass_fields__", ()))
        for name in names:
            yield from labels(getattr(value, name), f"{where}.{name}")


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_those_that_were_frozen(kind):
    table = MODEL.by_stage if kind == "stages" else getattr(MODEL, kind)
    assert list(table) == FROZEN["model"][kind]


def test_values_of_decisions_and_evidence_are_those_that_were_frozen():
    found = {one.id: list(one.values) for one in MODEL.decisions.values()}
    found |= {one.id: list(one.values) for one in MODEL.evidence_fields.values() if one.values}
    assert found == FROZEN["model"]["values"]


def test_fifteen_stages_and_fourteen_edges_are_the_article_s():
    assert [one.order for one in MODEL.stages] == list(range(1, 16))
    assert MODEL.stages[0].id == "cn_arrest"
    assert MODEL.stages[-1].id == "economic_camp"
    assert len(MODEL.transitions) == 14
    assert not any(one.is_extension for one in MODEL.stages)


def test_rules_are_twenty_four_and_only_the_first_three_are_impossible():
    assert list(MODEL.rules) == [f"R{number:02}" for number in range(1, 25)]
    impossible = [one.id for one in MODEL.rules.values() if one.severity == "impossible"]
    assert impossible == ["R01", "R02", "R03"]


def test_the_model_loads_in_less_than_150_ms():
    times = []
    for _ in range(3):
        start = time.process_time()
        model_in(PATH)
        times.append(time.process_time() - start)
    assert min(times) < 0.15


def test_every_text_is_in_the_language_it_says():
    for where, one in labels(MODEL):
        assert re.search("[가-힣]", one.ko), where
        assert re.search("[一-鿿]", one.zh), where
        assert not re.search("[가-힣一-鿿]", one.en.replace("보안서", "").replace("보름", "")
                             .replace("달포", "").replace("보위부, 안전부", "")
                             .replace("반탐, 수사", "")), where  # fmt: skip


def test_chinese_texts_use_chinese_punctuation():
    wrong = [where for where, one in labels(MODEL) if re.search(r"[(),;:?]", one.zh)]
    assert wrong == []


def test_no_reader_is_shown_the_word_seed():
    for where, one in labels(MODEL):
        assert not re.search(r"\bseed\b|시드", one.en + one.ko), where


@pytest.mark.parametrize("name", ["process-model.yaml", "vocabularies.yaml", "lexicon.yaml"])
def test_the_initials_three_ministries_share_stand_nowhere(name):
    text = PATH.with_name(name).read_text(encoding="utf-8")
    assert not re.search(r"\bM\.?S\.?S\b", text)


def test_a_bare_chinese_security_ministry_names_no_north_korean_organ():
    for where, one in labels(MODEL):
        assert not re.search("(?<!社会)安全部", one.zh), where


def test_crossing_points_are_those_of_the_form_and_lie_in_its_provinces():
    words = load_vocabularies()
    offered = [one for one in words.values("a_cross") if one not in ("other", "unknown")]
    assert list(MODEL.crossing_points) == offered
    provinces = {one for point in MODEL.crossing_points.values() for one in point.provinces}
    assert provinces <= set(words.vocabularies["province"])


def test_what_a_witness_ticks_becomes_a_value_of_ef_knowledge():
    mapped = set(load_vocabularies().knowledge_to_ef.values())
    assert mapped == set(MODEL.evidence_fields["ef_knowledge"].values)


def test_evidence_takes_its_values_from_the_decisions():
    decisions, fields = MODEL.decisions, MODEL.evidence_fields
    assert list(fields["ef_decision_value"].values) == list(decisions["life_nonlife"].values)
    assert list(fields["ef_trial_mode"].values) == list(decisions["trial_mode"].values)


def test_next_of_lists_the_article_alone_when_asked():
    assert MODEL.next_of("classification_pretrial", extensions=False) == (
        "statesec_interrogation",
        "socialsec_interrogation",
    )
    assert "x_extrajudicial_camp_transfer" in MODEL.next_of("classification_pretrial")
    assert MODEL.next_of("economic_camp", extensions=False) == ()


def test_any_stage_may_be_followed_by_release_and_none_by_what_came_before_it():
    assert MODEL.follows("x_release", "statesec_closed_trial")
    assert not MODEL.follows("cn_arrest", "political_prison_camp")


def test_a_stage_told_more_closely_keeps_the_edges_of_the_one_it_refines():
    assert MODEL.follows("forced_repatriation", "x_cn_border_detention")
    assert MODEL.follows("cn_detention", "x_cn_police_custody")
    assert MODEL.follows("x_kyohwaso", "socialsec_trial")


def test_tracks_give_their_stages_in_order():
    names = [one.id for one in MODEL.stages_of_track("social_security")]
    assert names == [
        "socialsec_interrogation",
        "socialsec_final_review",
        "socialsec_trial",
        "economic_camp",
    ]
    more = [one.id for one in MODEL.stages_of_track("social_security", extensions=True)]
    assert more.index("socialsec_interrogation") < more.index("x_preliminary_examination")


def test_an_examination_stands_after_the_interrogation_of_its_own_track():
    key = MODEL.order_key
    assert key("statesec_interrogation") < key("x_preliminary_examination", "state_security")
    assert key("socialsec_interrogation") < key("x_preliminary_examination", "social_security")


def test_labels_are_found_by_id_and_a_stage_comes_before_an_abuse_of_the_same_id():
    assert MODEL.label("cn_arrest", "ko") == "중국 내 체포"
    assert MODEL.label("statesec_ministry", "zh") == "国家保卫省"
    assert MODEL.label("permanent_confinement", "en", "abuses").startswith("permanent")
    assert MODEL.label("cn_arrest", "fr") == "Arrest in China"
    with pytest.raises(KeyError):
        MODEL.label("cn_arest", "en")


def test_nothing_in_the_model_can_be_changed():
    with pytest.raises(AttributeError):
        MODEL.stage("cn_arrest").order = 2
    with pytest.raises(TypeError):
        MODEL.by_stage["cn_arrest"] = None


def test_the_committed_page_is_the_one_the_model_writes():
    committed = HERE.parents[1] / "docs" / "process-model.md"
    assert committed.read_text(encoding="utf-8") == page(MODEL)


def test_every_row_of_the_page_has_the_cells_of_its_head():
    table = []
    for line in [*page(MODEL).splitlines(), ""]:
        if line.startswith("|"):
            table.append(line.count(" | "))
        else:
            assert len(set(table)) <= 1, line
            table = []


def test_yaml_words_are_words():
    assert MODEL.enums["bool3"]["no"].en == "no"


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("a: {x: 1}\nb: 2\na: 3\n", encoding="utf-8")
    with pytest.raises(strict_yaml.DataError, match=r"twice.yaml: line 3: a stands twice"):
        strict_yaml.load(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "not a mapping"),
        ("a: [\n", "twice.yaml"),
        ("1: a\n", "a key must be text"),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
    ],
    ids=["a list", "broken", "a number as key", "a tag"],
)
def test_yaml_that_is_no_plain_mapping_is_refused(tmp_path, text, said):
    path = tmp_path / "twice.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(strict_yaml.DataError, match=said):
        strict_yaml.load(path)

import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = yaml.safe_load((ROOT / "app/sample/testimonies.yaml").read_text(encoding="utf-8"))
BY_ID = {entry["id"]: entry for entry in SAMPLE}
GOLD = [(entry, tag) for entry in SAMPLE for tag in entry["gold"]]

VOCABULARY_OF = {
    "w_role": "role",
    "w_knowledge": "knowledge",
    "w_told_before": "prior_account",
    "a_cross": "crossing",
    "b_rel": "relation",
    "c_cap": "capacity",
}
TAG_KEYS = {
    "person",
    "episode",
    "stage",
    "track",
    "quote",
    "from",
    "to",
    "date_as_stated",
    "knowledge",
    "confidence",
}
FIRST_LINE = {
    "ko": "(지어낸 예시, {})",
    "en": "(invented sample, {})",
    "zh": "（虚构样例，{}）",
}
EDTF = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?[~?%]?")
SCRIPT = {"ko": re.compile("[가-힣]"), "en": re.compile("[A-Za-z]"), "zh": re.compile("[一-鿿]")}


def several(value):
    return value if isinstance(value, list) else [value]


def config(name):
    path = ROOT / "config" / name
    if not path.exists():
        pytest.skip(f"config/{name} is not there")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def vocabulary(node, name):
    """Return the ids of the vocabulary wherever it stands: keys of a mapping or items of a list."""
    if isinstance(node, dict):
        if name in node and isinstance(node[name], dict | list):
            found = node[name]
            if isinstance(found, dict) and "values" in found:
                found = found["values"]
            return {str(v["id"] if isinstance(v, dict) else v) for v in found}
        for child in node.values():
            if (ids := vocabulary(child, name)) is not None:
                return ids
    return None


def narrative(entry):
    return entry["fields"]["w_narrative"]


def test_twelve_in_three_languages():
    assert [entry["id"] for entry in SAMPLE] == [f"SYN-{n:02}" for n in range(1, 13)]
    assert Counter(entry["lang"] for entry in SAMPLE) == {"ko": 5, "en": 4, "zh": 3}


@pytest.mark.parametrize("entry", SAMPLE, ids=lambda entry: entry["id"])
def test_entry_says_it_is_invented_in_its_own_language(entry):
    lines = narrative(entry).split("\n")
    assert lines[0] == FIRST_LINE[entry["lang"]].format(entry["id"])
    body = "".join(lines[1:])
    counts = {lang: len(script.findall(body)) for lang, script in SCRIPT.items()}
    assert max(counts, key=counts.get) == entry["lang"]


@pytest.mark.parametrize("entry", SAMPLE, ids=lambda entry: entry["id"])
def test_fields_are_text_and_consents_are_yes(entry):
    assert set(entry) == {"id", "lang", "fields", "gold"}
    for name, value in entry["fields"].items():
        assert re.fullmatch("[abckw]_[a-z_]+", name)
        assert several(value)
        assert all(isinstance(v, str) and v == v.strip() and v for v in several(value))
        if name.startswith("k_"):
            assert value == "yes"


@pytest.mark.parametrize("name", VOCABULARY_OF)
def test_values_are_in_the_vocabularies(name):
    known = vocabulary(config("vocabularies.yaml"), VOCABULARY_OF[name])
    assert known is not None, f"no vocabulary {VOCABULARY_OF[name]}"
    used = {v for entry in SAMPLE for v in several(entry["fields"].get(name, []))}
    assert used
    assert used <= known


def test_every_quote_occurs_exactly_once():
    for entry, tag in GOLD:
        assert set(tag) == TAG_KEYS, entry["id"]
        assert narrative(entry).count(tag["quote"]) == 1, (entry["id"], tag["quote"])
        if tag["date_as_stated"] is not None:
            assert tag["date_as_stated"] in narrative(entry), (entry["id"], tag["date_as_stated"])


def test_dates_are_edtf_in_order():
    for entry, tag in GOLD:
        stated = [tag[key] for key in ("from", "to") if tag[key] is not None]
        assert all(EDTF.fullmatch(date) for date in stated), (entry["id"], tag)
        years = [date[:4] for date in stated]
        assert years == sorted(years), (entry["id"], tag)
        assert tag["confidence"] in {"sure", "likely", "unsure"}


def test_stages_tracks_and_knowledge_are_the_model_s():
    model = config("process-model.yaml")
    stages = model["stages"] | model["extensions"]["stages"]
    knowledge = set(model["evidence_fields"]["ef_knowledge"]["values"])
    for entry, tag in GOLD:
        assert tag["track"] in stages[tag["stage"]]["tracks"], (entry["id"], tag["stage"])
        assert tag["knowledge"] in knowledge, (entry["id"], tag["knowledge"])


def told_by():
    tellers = defaultdict(set)
    for entry, tag in GOLD:
        tellers[tag["person"]].add(entry["id"])
    return tellers


def test_three_people_are_told_of_twice_one_in_three_scripts():
    twice = {person: ids for person, ids in told_by().items() if len(ids) > 1}
    assert {len(ids) for ids in twice.values()} == {2}
    assert len(twice) == 3
    scripts = {
        person: {
            lang
            for teller in ids
            for name in BY_ID[teller]["fields"].get("b_name", [])
            for lang, script in SCRIPT.items()
            if script.search(name)
        }
        for person, ids in twice.items()
    }
    assert [person for person in scripts if len(scripts[person]) == 3] == ["Seollim"]


def test_one_date_of_return_is_contradicted():
    days = defaultdict(set)
    for _, tag in GOLD:
        if tag["stage"] == "forced_repatriation" and len(tag["from"]) == len("2023-10-09"):
            days[tag["person"], tag["episode"]].add(tag["from"])
    assert [key for key, dates in days.items() if len(dates) > 1] == [("Eunpa", 1)]


def test_one_person_was_sent_back_twice():
    returns = Counter(
        (entry["id"], tag["person"]) for entry, tag in GOLD if tag["stage"] == "forced_repatriation"
    )
    assert [key for key, count in returns.items() if count == 2] == [("SYN-08", "SYN-08-self")]
    assert {tag["episode"] for _, tag in GOLD} == {1, 2}


def test_the_press_summary_tags_nothing():
    assert [entry["id"] for entry in SAMPLE if not entry["gold"]] == ["SYN-09"]
    assert BY_ID["SYN-09"]["fields"]["w_knowledge"] == ["media"]


def test_one_was_held_at_the_border_instead_of_quarantine():
    stages = {tag["stage"] for tag in BY_ID["SYN-04"]["gold"]}
    assert "x_statesec_border_holding" in stages
    assert "quarantine_covid" not in stages


def test_variety_of_witnesses_tracks_calendars_lengths_and_consents():
    fields = [entry["fields"] for entry in SAMPLE]
    assert {f["w_role"] for f in fields} >= {"survivor", "family", "other"}
    assert {f.get("c_cap") for f in fields} >= {"broker", "cellmate"}
    assert {f.get("b_rel") for f in fields} >= {"sibling", "spouse"}
    assert {f.get("w_when_calendar") for f in fields} >= {"solar", "lunar", "juche", "not_sure"}
    assert {tag["track"] for _, tag in GOLD} == {"common", "state_security", "social_security"}
    assert {f.get("k_rescue") for f in fields} == {"yes", None}
    assert 600 <= max(len(f["w_narrative"].split()) for f in fields) <= 900
    short = min(SAMPLE, key=lambda entry: len(narrative(entry)))
    assert narrative(short).count(".") == 2


def test_tags_follow_the_text():
    for entry in SAMPLE:
        places = [narrative(entry).index(tag["quote"]) for tag in entry["gold"]]
        assert all(a < b for a, b in pairwise(places)), entry["id"]

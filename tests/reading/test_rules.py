"""R01 to R24: each fires on a worked example, and keeps silent on the one beside it."""

import dataclasses

import pytest

from app.reading.claims import Claim, Source
from app.reading.rules import RULES, Question, about_the_model, questions
from app.reading.rules_model import leads_to
from config.model import load_model

MODEL = load_model()
HERE, THERE = Source("t1", "w1"), Source("t2", "w2")
BACK, CAMP = "forced_repatriation", "political_prison_camp"
SORTED, STATE, SOCIAL = (
    "classification_pretrial",
    "statesec_interrogation",
    "socialsec_interrogation",
)
QUARANTINE, HOLDING = "quarantine_covid", "x_statesec_border_holding"


def claim(stage, start="", end="", source=HERE, **more):
    made = {key: more.pop(key) for key in ("knowledge", "episode", "grounds") if key in more}
    track = more.pop("track", MODEL.stage(stage).tracks[0])
    return Claim(
        f"{stage}-{start}-{source.testimony}",
        "p",
        stage,
        source,
        track,
        start=start,
        end=end,
        details=more,
        **made,
    )


def lived(stage, start, end):
    return claim(stage, start, end, knowledge="firsthand")


# rule: (claims that raise it, claims beside them that do not)
WORKED = {
    "R01": (
        [claim(STATE, ef_death_date="2024-01-10"), claim(CAMP, "2024-03-01")],
        [claim(STATE, ef_death_date="2024-03"), claim(CAMP, "2024-03-01")],
    ),
    "R02": (
        [lived(QUARANTINE, "2023-10-09", "2023-10-24"), lived(HOLDING, "2023-10-12", "2023-12-01")],
        [lived(QUARANTINE, "2023-10-09", "2023-10-24"), lived(HOLDING, "2023-10-24", "2023-12-01")],
    ),
    "R03": ([claim(STATE, "2024-03", "2024-01")], [claim(STATE, "2024-03", "2024-03")]),
    "R04": (
        [claim(QUARANTINE, "2023-10-09"), claim("cn_arrest", "2023-12-01")],
        [claim("cn_arrest", "2023-06"), claim(QUARANTINE, "2023-10-09")],
    ),
    "R05": (
        [claim(QUARANTINE, "2021-07-01", "2021-07-31")],
        [claim(QUARANTINE, "2023-10-09", "2023-10-26")],
    ),
    "R06": (
        [claim(BACK, "2013-03-08"), claim(QUARANTINE)],
        [claim(BACK, "2023-10-09"), claim(QUARANTINE)],
    ),
    "R07": (
        [claim(SORTED, "2023-10-24", "2023-12-24")],
        [claim(SORTED, "2023-10-24", "2023-11-12")],
    ),
    "R08": (
        [claim(SORTED, ef_agency_as_named="온성 보위부 집결소")],
        [claim(SORTED, ef_agency_as_named="우리 군 보위부")],
    ),
    "R09": (
        [claim(STATE), claim(SOCIAL)],
        [claim(STATE), claim(SOCIAL, ef_decided_by="보위부가 안전부로 넘김")],
    ),
    "R10": (
        [claim(SORTED, ef_decision_value="life_political"), claim(SOCIAL)],
        [claim(SORTED, ef_decision_value="life_political"), claim(STATE)],
    ),
    "R11": (
        [claim(SORTED, grounds=("attempted_south_korea",)), claim(SOCIAL)],
        [claim(SORTED, grounds=("sold_to_buyer",)), claim(SOCIAL)],
    ),
    "R12": (
        [claim("statesec_closed_trial", ef_trial_mode="open")],
        [claim("socialsec_trial", ef_trial_mode="open")],
    ),
    "R13": ([claim("x_extrajudicial_camp_transfer"), claim(CAMP)], [claim(CAMP)]),
    "R14": ([claim(STATE, ef_group_size="45")], [claim(STATE, ef_group_size="18")]),
    "R15": ([claim(STATE, "2023-11-01", "2023-12-01")], [claim(STATE, "2023-11", "2024-01")]),
    "R16": (
        [claim("statesec_final_review", ef_reviewer_office="도 검찰소")],
        [claim("statesec_final_review", ef_reviewer_office="중앙검찰소")],
    ),
    "R17": (
        [claim(BACK, "2023-10-09"), claim(BACK, "2023-08-29", source=THERE)],
        [claim(BACK, "2023-10-09"), claim(BACK, "2023-10-10", source=THERE)],
    ),
    "R18": (
        [
            claim(BACK, ef_crossing_point="tumen_onsong"),
            claim(BACK, source=THERE, ef_crossing_point="nanping_musan"),
        ],
        [claim(BACK, ef_crossing_point="tumen_onsong"), claim(BACK, source=THERE)],
    ),
    "R19": (
        [
            claim(STATE, ef_death_date="2024-01"),
            claim(STATE, source=THERE, ef_death_date="2024-05"),
        ],
        [
            claim(STATE, ef_death_date="2024-01"),
            claim(STATE, source=THERE, ef_death_date="2024-01-10"),
        ],
    ),
    "R20": (
        [claim(SORTED, ef_admin_area="함경북도", ef_residence_region="량강도")],
        [claim(SORTED, ef_admin_area="함경북도", ef_residence_region="함경북도")],
    ),
    "R21": (
        [claim(SOCIAL, "2023-11", ef_agency_as_named="군 보안서")],
        [claim(SOCIAL, "2023-11", ef_agency_as_named="군 사회안전부")],
    ),
    "R22": (
        [claim(BACK), claim(BACK, episode=2)],
        [claim(BACK), claim(BACK, source=THERE, episode=2)],
    ),
    "R23": ([claim(BACK, source=Source("t", press=True))], [claim(BACK)]),
    "R24": (
        [claim(BACK, source=Source("t", hops=2))],
        [claim(BACK, source=Source("t", hops=1))],
    ),
}
MORE = {
    "R06": [claim(BACK, "2023-10-09"), claim(STATE, "2023-11")],
    "R16": [claim("statesec_closed_trial", ef_court_named="군 인민재판소")],
    "R24": [claim(BACK, source=Source("t", paid=True))],
    "R11": [claim(SORTED, grounds=("sold_to_buyer",)), claim(STATE)],
    "R21": [claim(STATE, "2020-01", ef_agency_as_named="국가안전보위부")],
}


def raised(claims):
    return {each.rule for each in questions(MODEL, claims)}


def test_every_rule_of_the_model_has_its_function_and_its_worked_examples():
    assert list(RULES) == list(MODEL.rules) == list(WORKED)


@pytest.mark.parametrize("rule", WORKED)
def test_a_rule_fires_on_its_worked_example(rule):
    assert rule in raised(WORKED[rule][0])


@pytest.mark.parametrize("rule", WORKED)
def test_a_rule_keeps_silent_on_the_example_beside_it(rule):
    assert rule not in raised(WORKED[rule][1])


@pytest.mark.parametrize("rule", MORE)
def test_a_rule_fires_on_its_other_half_too(rule):
    assert rule in raised(MORE[rule])


def test_only_three_rules_say_that_something_cannot_be():
    impossible = {rule.id for rule in MODEL.rules.values() if rule.severity == "impossible"}
    assert impossible == {"R01", "R02", "R03"}


@pytest.mark.parametrize("mark", ["?", "~", "%"])
def test_a_date_that_is_doubted_makes_nothing_impossible(mark):
    told = [claim(STATE, ef_death_date="2024-01-10"), claim(CAMP, "2024-03-01" + mark)]
    assert "R01" not in raised(told)


def test_hearsay_is_never_in_two_places():
    told = [dataclasses.replace(each, knowledge="rumour") for each in WORKED["R02"][0]]
    assert "R02" not in raised(told)


def test_the_strongest_question_stands_first_and_rests_on_its_claims():
    told = [*WORKED["R03"][0], *WORKED["R14"][0]]
    first = questions(MODEL, told)[0]
    assert first == Question("R03", "impossible", "p", (told[0].id,))


def test_an_account_as_the_article_tells_it_raises_no_question():
    path = ["cn_arrest", "cn_detention", BACK, QUARANTINE, "transfer_to_residence", SORTED, STATE]
    days = [
        "2023-06-10",
        "2023-06-11",
        "2023-10-09",
        "2023-10-09",
        "2023-10-24",
        "2023-10-24",
        "2023-11-05",
    ]
    assert raised([claim(stage, day) for stage, day in zip(path, days, strict=True)]) == set()


def test_months_at_the_border_instead_of_quarantine_are_not_called_impossible_or_out_of_order():
    """Other sources tell it so (A24): at most a question of information."""
    told = [
        claim(BACK, "2023-10-09"),
        claim(HOLDING, "2023-10-10", "2024-01-10"),
        claim(SOCIAL, "2024-01-20"),
    ]
    assert raised(told) <= {"R06"}


def test_a_question_changes_no_claim_and_carries_no_weight():
    fields = {field.name for field in dataclasses.fields(Question)}
    assert fields == {"rule", "severity", "person", "claims"}


def test_what_differs_is_counted_as_evidence_about_the_model():
    told = [
        dataclasses.replace(claim(STATE, ef_trial_mode=""), id="a"),
        claim("statesec_closed_trial", ef_trial_mode="open"),
        claim("statesec_closed_trial", source=THERE, ef_trial_mode="open"),
    ]
    (found,) = [each for each in about_the_model(MODEL, told) if each.rule == "R12"]
    assert (found.persons, found.independent) == (1, 2)


def test_the_graph_and_the_rule_about_order_cannot_disagree():
    for start, end in MODEL.edges():
        if not MODEL.stage(end).begins_episode:
            assert leads_to(MODEL, start, end)
    for before in MODEL.stages:
        for after in MODEL.stages:
            shared = {before.track, after.track} != {"state_security", "social_security"}
            if shared and before.order <= after.order:
                assert leads_to(MODEL, before.id, after.id)


@pytest.mark.parametrize(
    ("before", "after"),
    [(QUARANTINE, "cn_arrest"), (CAMP, BACK), (STATE, "cn_detention"), ("x_release", STATE)],
)
def test_no_way_leads_back(before, after):
    assert not leads_to(MODEL, before, after)

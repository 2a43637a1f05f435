"""Every inconsistency is refused, and the refusal says where it is."""

import copy

import pytest

from config import strict_yaml
from config.model import PATH, ModelError, model_in, model_of

DATA = strict_yaml.load(PATH)


def put(*path, value):
    """Make a damage: set what lies at `path`."""

    def damage(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return damage


def drop(*path):
    """Make a damage: remove what lies at `path`."""

    def damage(data):
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    return damage


DAMAGES = {
    "an unknown stage in next": (
        put("stages", "cn_arrest", "next", value=["cn_detentoin"]),
        'stages.cn_arrest.next[0]: no stage "cn_detentoin"',
    ),
    "an unknown agency": (
        put("stages", "cn_arrest", "responsible", 0, "agency", value="police"),
        'stages.cn_arrest.responsible[0].agency: no agency "police"',
    ),
    "an unknown field to ask": (
        put("stages", "cn_arrest", "ask", 1, value="ef_name"),
        'stages.cn_arrest.ask[1]: no evidence field "ef_name"',
    ),
    "an unknown track": (
        put("charges", "anti_state_crimes", "track", value="political"),
        'charges.anti_state_crimes.track: no track "political"',
    ),
    "an unknown external source": (
        put("extensions", "abuses", "x_starvation", "by", value=["blog"]),
        'extensions.abuses.x_starvation.by[0]: no external source "blog"',
    ),
    "an unknown decision": (
        put("tracks", "state_security", "decision_link", "decision", value="fate"),
        'tracks.state_security.decision_link: no decision "fate"',
    ),
    "an unknown value of a decision": (
        put("transitions", 5, "when", "value", value="army"),
        'transitions[5].when: decisions.track_assignment has no value "army"',
    ),
    "an unknown stage in a transition": (
        put("transitions", 0, "to", value="jail"),
        'transitions[0].to: no stage "jail"',
    ),
    "an unknown stage in the clock": (
        put("clock", "windows", "jail", value={"start": [0, 0], "end": [0, 0]}),
        'clock.windows.jail: no stage "jail"',
    ),
    "a paragraph that does not exist": (
        put("stages", "cn_arrest", "source", 0, "p", value="P28"),
        'stages.cn_arrest.source[0].p: no paragraph "P28"',
    ),
    "a paragraph on the wrong line": (
        put("paragraphs", "P4", "line", value=8),
        "paragraphs.P4: paragraph 4 is P4 on line 7",
    ),
    "a missing language": (
        drop("stages", "cn_arrest", "label", "ko"),
        "stages.cn_arrest.label: Object missing required field `ko`",
    ),
    "an empty language": (
        put("rules", "R04", "text", "zh", value=""),
        "rules.R04.text.zh: Expected `str` of length >= 1",
    ),
    "an unknown key": (
        put("stages", "cn_arrest", "colour", value="red"),
        "stages.cn_arrest: Object contains unknown field `colour`",
    ),
    "an unknown key deep inside": (
        put("stages", "cn_arrest", "duration_days", "median", value=1),
        "stages.cn_arrest.duration_days: Object contains unknown field `median`",
    ),
    "an id beside the key": (
        put("stages", "cn_arrest", "id", value="cn_arest"),
        "stages.cn_arrest.id: the key is the id",
    ),
    "an unknown block": (put("stagse", value={}), "stagse: no such block"),
    "a missing block": (drop("rules"), "rules: missing"),
    "an unknown block of extensions": (
        put("extensions", "rules", value={}),
        "extensions.rules: no such block",
    ),
    "a block that is no mapping": (put("abuses", value=[]), "abuses: not a mapping"),
    "an item that is no mapping": (
        put("abuses", "torture", value="torture"),
        "abuses.torture: not a mapping",
    ),
    "an unknown severity": (
        put("rules", "R04", "severity", value="fatal"),
        "rules.R04.severity: Invalid enum value 'fatal'",
    ),
    "a severity without a label": (drop("enums", "severity", "info"), "enums.severity: must be"),
    "a language too few": (put("meta", "languages", value=["en"]), "meta.languages: must be"),
    "an edge only in next": (
        put("stages", "cn_arrest", "next", value=["cn_detention", "forced_repatriation"]),
        "stages.cn_arrest.next[1]: transitions has no edge to forced_repatriation",
    ),
    "an edge only in prev": (
        put("stages", "cn_arrest", "prev", value=["economic_camp"]),
        "stages.cn_arrest.prev[0]: transitions has no edge from economic_camp",
    ),
    "an edge only in transitions": (
        put("stages", "cn_arrest", "next", value=[]),
        "stages.cn_arrest.next: lacks cn_detention, which transitions has",
    ),
    "an edge twice": (
        lambda data: data["transitions"].append(data["transitions"][0]),
        "transitions[14]: cn_arrest to cn_detention stands twice",
    ),
    "an extension among the transitions": (
        put("transitions", 0, "to", value="x_release"),
        "transitions[0]: extension stages have their edges in prev and next",
    ),
    "an excuse for an edge that goes down the list": (
        put("extensions", "stages", "x_escort_home", "against_order", value=["x_police_jipkyulso"]),
        "extensions.stages.x_escort_home.against_order: x_police_jipkyulso does stand before it",
    ),
    "a stage of the article on two tracks": (
        put("stages", "cn_arrest", "tracks", value=["common", "state_security"]),
        "stages.cn_arrest.tracks: a stage of the article is on one track",
    ),
    "a length without an end": (
        put("stages", "cn_detention", "duration_days", value={"kind": "window"}),
        "stages.cn_detention.duration_days: a window has a max",
    ),
    "an id in both places": (
        lambda data: data["abuses"].update(x_starvation=data["abuses"]["torture"]),
        "extensions.abuses.x_starvation: is also in abuses",
    ),
    "a language spelled wrongly": (
        put("stages", "cn_arrest", "label", "kr", value="가"),
        "stages.cn_arrest.label: Object contains unknown field `kr`",
    ),
    "an extension's edge at one end only": (
        put("extensions", "stages", "x_life_in_china", "prev", value=[]),
        "extensions.stages.x_departure_from_dprk.next[0]: x_life_in_china does not list it",
    ),
    "an extension's edge at the other end only": (
        put("extensions", "stages", "x_departure_from_dprk", "next", value=["cn_arrest"]),
        "extensions.stages.x_life_in_china.prev[0]: x_departure_from_dprk does not list it",
    ),
    "a stage named twice": (
        put("extensions", "stages", "x_life_in_china", "next", value=["cn_arrest"] * 2),
        'extensions.stages.x_life_in_china.next[1]: "cn_arrest" stands twice',
    ),
    "an order used twice": (
        put("stages", "cn_detention", "order", value=1),
        "stages.cn_detention.order: 1 is already that of cn_arrest",
    ),
    "an order with a gap": (
        put("stages", "economic_camp", "order", value=16),
        "stages: order must run from 1 to 15",
    ),
    "a whole order for an extension": (
        put("extensions", "stages", "x_release", "order", value=16),
        "extensions.stages.x_release.order: whole numbers are the article's",
    ),
    "an order against an edge": (
        put("extensions", "stages", "x_cn_police_custody", "order", value=0.5),
        "extensions.stages.x_cn_police_custody.order: comes before cn_arrest",
    ),
    "an excuse that is not needed": (
        put("extensions", "stages", "x_release", "against_order", value=["cn_arrest"]),
        "extensions.stages.x_release.against_order: cn_arrest is not under prev",
    ),
    "an order for a track it is not on": (
        put("extensions", "stages", "x_kyohwaso", "order_on_track", value={"common": 5.5}),
        "extensions.stages.x_kyohwaso.order_on_track.common: the stage is not on that track",
    ),
    "a stage of no track": (
        put("extensions", "stages", "x_release", "tracks", value=[]),
        "extensions.stages.x_release.tracks: names none",
    ),
    "an edge from one track to the other": (
        put("stages", "political_prison_camp", "tracks", value=["social_security"]),
        "stages.statesec_closed_trial.next: leads from state_security to social_security",
    ),
    "a stage without evidence basis": (
        drop("stages", "cn_arrest", "evidence_basis"),
        "stages.cn_arrest.evidence_basis: missing",
    ),
    "an extension id without x_": (
        lambda data: data["extensions"]["abuses"].update(
            starvation=data["extensions"]["abuses"].pop("x_starvation")
        ),
        "extensions.abuses.starvation: an extension's id starts with x_",
    ),
    "an extension among the article's": (
        lambda data: data["abuses"].update(
            x_starvation=data["extensions"]["abuses"].pop("x_starvation")
        ),
        "abuses.x_starvation: x_ ids belong under extensions",
    ),
    "an extension that claims the article": (
        put("extensions", "abuses", "x_starvation", "provenance", value="seed_implied"),
        "extensions.abuses.x_starvation.provenance: external and x_ go together",
    ),
    "an extension that names a paragraph": (
        put("extensions", "abuses", "x_starvation", "source", value=[{"p": "P1", "gist": "g"}]),
        "extensions.abuses.x_starvation.source: is external",
    ),
    "a claim on the article without a paragraph": (
        drop("abuses", "torture", "source"),
        "abuses.torture.source: names no paragraph",
    ),
    "an attribution to whom did not say it": (
        put("abuses", "torture", "attribution", value="rfa_sources"),
        "abuses.torture.attribution: rfa_sources stands behind none of its paragraphs",
    ),
    "a decision its stage does not list": (
        put("stages", "statesec_closed_trial", "decisions", value=["sentence"]),
        "decisions.trial_mode.stages[0]: statesec_closed_trial does not list this decision",
    ),
    "a decision that does not list its stage": (
        put("decisions", "sentence", "stages", value=["socialsec_trial"]),
        "stages.statesec_closed_trial.decisions[1]: decisions.sentence.stages does not name",
    ),
    "a fixed value that does not exist": (
        put("stages", "statesec_closed_trial", "fixed_values", value={"trial_mode": "secret"}),
        'stages.statesec_closed_trial.fixed_values: decisions.trial_mode has no value "secret"',
    ),
    "an enum without values": (
        drop("evidence_fields", "ef_trial_mode", "values"),
        "evidence_fields.ef_trial_mode.values: an enum has values",
    ),
    "a list of nothing": (
        drop("evidence_fields", "ef_abuse", "of"),
        "evidence_fields.ef_abuse.of: a list is of something",
    ),
    "a window longer than its stage": (
        put("clock", "windows", "quarantine_covid", "end", value=[15, 20]),
        "clock.windows.quarantine_covid: is not as long as stages.quarantine_covid.duration_days",
    ),
    "a stage with a length and no window": (
        put("stages", "cn_detention", "duration_days", value={"kind": "window", "max": 9}),
        "clock.windows: lacks cn_detention, which has a length",
    ),
    "a window that opens too late": (
        put("clock", "windows", "transfer_to_residence", "start", value=[16, 16]),
        "clock.windows.transfer_to_residence.start: no stage before it ends on day 16",
    ),
    "a window turned round": (
        put("clock", "windows", "statesec_interrogation", "start", value=[30, 25]),
        "clock.windows.statesec_interrogation.start: earliest is after latest",
    ),
    "a window that ends first": (
        put("clock", "windows", "transfer_to_residence", "end", value=[14, None]),
        "clock.windows.transfer_to_residence: ends before it starts",
    ),
    "a window for an extension": (
        put("clock", "windows", "x_escort_home", value={"start": [15, 15], "end": [15, None]}),
        "clock.windows.x_escort_home: the clock knows the article's stages only",
    ),
    "a length turned round": (
        put("stages", "cn_arrest", "duration_days", "min", value=2),
        "stages.cn_arrest.duration_days: min is above max",
    ),
    "an example worked out wrongly": (
        put("clock", "example", "ends", "quarantine_covid", value=["2023-10-23", "2023-10-23"]),
        "clock.example.ends.quarantine_covid: is 2023-10-24 to 2023-10-24",
    ),
    "a snapshot counted wrongly": (
        put("clock", "example", "snapshot", "day", value=97),
        "clock.example.snapshot.day: is 98",
    ),
    "an example that is no date": (
        put("clock", "example", "day0", value="October"),
        "clock.example: a date is YYYY-MM-DD",
    ),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_model_is_refused_and_the_place_is_named(damage, said):
    data = copy.deepcopy(DATA)
    damage(data)
    with pytest.raises(ModelError) as refused:
        model_of(data)
    assert any(line.startswith(said) for line in refused.value.problems), refused.value


def test_all_damages_are_named_at_once():
    data = copy.deepcopy(DATA)
    put("stages", "cn_arrest", "next", value=["a"])(data)
    put("stages", "cn_detention", "facility_type", value="b")(data)
    with pytest.raises(ModelError) as refused:
        model_of(data)
    assert len(refused.value.problems) == 2


def test_an_undamaged_copy_is_accepted():
    assert len(model_of(copy.deepcopy(DATA)).stages) == 15


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ModelError, match="No such file"):
        model_in(tmp_path / "none.yaml")


def test_a_file_with_a_key_twice_is_refused(tmp_path):
    text = PATH.read_text(encoding="utf-8").replace("  cn_detention:\n", "  cn_arrest:\n", 1)
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="cn_arrest stands twice"):
        model_in(path)

"""What tables say beside a tag: read from its words, and empty where they do not settle it."""

import pytest

from app.casebook.evidence import deriving, rules, spreadsheets
from config.model import load_model


@pytest.fixture(scope="module")
def words():
    return deriving.Words(load_model())


@pytest.mark.parametrize(
    ("named", "agency"),
    [
        ("보위부", "statesec_ministry"),
        ("도 보위국", "statesec_provincial"),
        ("도보위국", "statesec_provincial"),
        ("군 보위부", "statesec_county"),
        ("the Ministry of State Security", "statesec_ministry"),
        ("国家保卫部", ""),
        ("国家保卫省", "statesec_ministry"),
        ("인민보안성", "socialsec_ministry"),
        ("반탐과", "statesec_county_antiespionage"),
        ("안전부", ""),  # of the ministry or of the county: the word does not say
        ("MSS", ""),
        ("온성군 어느 보위부", ""),
        ("[DETAIL-1]", ""),
        ("", ""),
    ],
)
def test_an_agency_has_an_id_only_where_its_name_is_of_one(words, named, agency):
    assert words.agency_id(named) == agency
    assert not agency or agency in load_model().agencies


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("도문에서 온성으로 넘겨졌다", "함경북도"),
        ("handed over at Onsong and taken to North Hamgyong", "함경북도"),
        ("在茂山郡被移交", "함경북도"),
        ("혜산에서", "량강도"),
        ("온성에서 혜산으로", ""),  # two
        ("개성시", "개성"),
        ("그 애는 무개성했다", ""),  # inside a word
        ("[PLACE-1]에서 넘겨졌다", ""),
        ("도문에서", ""),  # across the river
        ("", ""),
    ],
)
def test_a_place_has_a_province_only_where_the_words_name_one(words, text, province):
    assert words.place_level1(text) == province


@pytest.mark.parametrize(
    ("stated", "start", "basis"),
    [
        ("2023년 10월 9일", "2023-10-09", "stated"),
        ("음력 2023년 8월 25일", "2023-10-09", "lunar"),
        ("주체112년 10월", "2023-10", "juche"),
        ("2023년 가을", "2023-23", "season"),
        ("작년 가을", "2022-23", "relative_to_event"),
        ("항저우 아시안게임 끝나고", "2023-10-09", "relative_to_event"),
        ("비가 오던 날", "2023-10-09", "inferred_by_reviewer"),
        ("", "2023-10-09", "inferred_by_reviewer"),
        ("언젠가", "", "unknown"),
        ("[DATE-1]", "2023-10-09", ""),
        ("[NAME-12]의 생일", "2023-10-09", ""),
    ],
)
def test_how_a_date_is_known(stated, start, basis):
    tag = {"date_as_stated": stated, "date_from": start, "date_to": ""}
    assert deriving.date_basis(tag) == basis
    values = load_model().evidence_fields["ef_date_basis"].values
    assert basis in ("", *values)


def test_the_tables_have_the_columns_that_were_promised():
    promised = (
        "event_id person_id episode stage_id edtf date_basis date_as_stated place_level1 agency_id"
        " agency_as_named knowledge hearsay_depth source_testimony span_id reviewer_role"
        " confidence consent_level"
    )
    assert [name for name in spreadsheets.EVENTS if name in promised.split()] == promised.split()
    assert spreadsheets.CLAIMS == (
        "claim_id", "event_id", "claim_type", "value", "source_testimony",
        "independent_source_group",
    )  # fmt: skip
    assert spreadsheets.LINKS == ("a", "b", "relation", "status", "basis", "decided_by_role")
    assert {"person_id", "sex", "birth_decade", "province", "minor"} <= {*spreadsheets.PERSONS}


def test_every_purpose_has_a_level():
    assert rules.LEVELS.keys() == {*rules.PURPOSES}

"""The form as data: what is asked, in three languages, and which answers are offered."""

import copy
import json
import re
from pathlib import Path

import pytest

from config import strict_yaml
from config.lexicon import PATH as LEXICON
from config.lexicon import LexiconError, load_lexicon
from config.model import load_model
from config.vocabularies import (
    BLOCKS,
    PATH,
    VocabularyError,
    load_vocabularies,
    vocabularies_in,
    vocabularies_of,
)

FROZEN = json.loads(Path(__file__).with_name("ids.json").read_text(encoding="utf-8"))
WORDS = load_vocabularies()
MODEL = load_model()
DATA = strict_yaml.load(PATH)


def texts():
    for name, values in WORDS.vocabularies.items():
        yield from ((f"{name}.{value}", label) for value, label in values.items())
    yield from ((one.id, one.label) for one in WORDS.fields.values())
    yield from WORDS.texts.items()
    yield from ((word.id, word.note) for word in load_lexicon(MODEL).values())


def test_fields_values_and_texts_are_those_that_were_frozen():
    assert list(WORDS.fields) == FROZEN["fields"]
    assert list(WORDS.texts) == FROZEN["texts"]
    found = {name: list(values) for name, values in WORDS.vocabularies.items()}
    assert found == FROZEN["vocabularies"]
    assert list(load_lexicon(MODEL)) == FROZEN["lexicon"]


def test_only_the_narrative_is_required():
    assert [one.id for one in WORDS.fields.values() if one.required] == ["w_narrative"]


def test_what_only_leads_may_see_is_marked():
    restricted = {one.id for one in WORDS.fields.values() if one.restricted}
    assert restricted == {"w_not_read", "c_own", "u_pregnant_or_ill"}


def test_compound_fields_stand_beside_their_partner():
    partners = {one.id: one.beside for one in WORDS.fields.values() if one.beside}
    assert partners == {
        "w_when_calendar": "w_when",
        "a_cross_other": "a_cross",
        "b_birth": "b_sex",
        "b_news_knowledge": "b_news",
    }
    assert [one.id for one in WORDS.beside("w_when")] == ["w_when_calendar"]


def test_keeping_is_a_sentence_and_not_a_field():
    assert "k_keep" not in WORDS.fields
    assert WORDS.texts["k_keep"].ko


def test_a_name_may_stand_five_times():
    assert WORDS.fields["b_name"].repeat == 5
    many = {one.id for one in WORDS.fields.values() if one.many}
    assert many == {"b_name", "w_knowledge", "w_told_before", "b_news_knowledge"}


def test_every_block_has_fields_and_every_field_a_block():
    assert sum(len(WORDS.fields_of(block)) for block in BLOCKS) == len(WORDS.fields)
    assert all(WORDS.fields_of(block) for block in BLOCKS)


def test_a_field_gives_its_values_and_free_text_gives_none():
    assert list(WORDS.values("c_chain")) == ["0", "1", "2", "3+", "unknown"]
    assert list(WORDS.values("b_un")) == ["no", "ask_me_later", "yes"]
    assert WORDS.values("w_narrative") == {}


def test_every_vocabulary_of_the_form_is_used():
    used = {one.vocabulary for one in WORDS.fields.values()}
    assert set(WORDS.vocabularies) - used == {"withdraw_when", "confidence"}


def test_ten_sentences_speak_of_safety():
    assert len(WORDS.safety) == 10
    assert WORDS.safety[0].en.startswith("You decide")


@pytest.mark.parametrize(("where", "label"), list(texts()), ids=[where for where, _ in texts()])
def test_every_text_is_in_the_language_it_says(where, label):
    number = where.startswith("chain.")
    assert number or re.search("[가-힣]", label.ko)
    assert re.search("[一-鿿]", label.zh)
    assert not re.search("[가-힣一-鿿]", label.en)
    assert not re.search(r"[(),;:?]", label.zh)


@pytest.mark.parametrize("word", ["조사", "관리에게", "제보", "접수 암호"])
def test_words_that_mislead_are_not_used_on_the_form(word):
    form = [one.label.ko for one in WORDS.fields.values()]
    form += [label.ko for values in WORDS.vocabularies.values() for label in values.values()]
    form += [label.ko for label in WORDS.texts.values()]
    assert not [text for text in form if word in text]


def change(*path, value):
    data = copy.deepcopy(DATA)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return data


LABEL = {"en": "a", "ko": "가", "zh": "一"}
DAMAGES = {
    "an unknown block": (change("extra", value={}), "extra: no such block"),
    "a missing block": (change("texts", value=None), "texts: missing"),
    "a block that is no mapping": (change("texts", value=[]), "texts: not a mapping"),
    "a missing language": (
        change("vocabularies", "role", "family", "zh", value=None),
        "vocabularies.role",
    ),
    "an unknown key": (
        change("fields", "w_role", "colour", value="red"),
        "fields.w_role: Object contains unknown field `colour`",
    ),
    "an unknown vocabulary": (
        change("fields", "w_role", "vocabulary", value="roll"),
        'fields.w_role.vocabulary: no vocabulary "roll"',
    ),
    "a choice of nothing": (
        change("fields", "w_role", "vocabulary", value=None),
        "fields.w_role.vocabulary: a choice has one",
    ),
    "free text with a vocabulary": (
        change("fields", "w_where", "vocabulary", value="role"),
        "fields.w_where.vocabulary: a choice has one",
    ),
    "a default that is not offered": (
        change("fields", "u_identity_confidential", "default", value="maybe"),
        'fields.u_identity_confidential.default: no value "maybe"',
    ),
    "a partner that does not exist": (
        change("fields", "a_cross_other", "beside", value="a_crss"),
        'fields.a_cross_other.beside: no field "a_crss"',
    ),
    "a partner in another block": (
        change("fields", "a_cross_other", "beside", value="w_when"),
        "fields.a_cross_other.beside: w_when is in another block",
    ),
    "a field in the wrong block": (
        change("fields", "a_return", "block", value="family"),
        "fields.a_return.block: ids of this block start with b_",
    ),
    "keeping as a field": (
        change("fields", "k_keep", value={"block": "consent", "kind": "line", "label": LABEL}),
        "fields.k_keep.id: k_keep is a sentence",
    ),
    "a second required field": (
        change("fields", "w_where", "required", value=True),
        "fields: w_narrative is required, and nothing else",
    ),
    "a value without a mapping": (
        change("knowledge_to_ef", "saw", value=None),
        "knowledge_to_ef.saw: vocabularies.knowledge and this",
    ),
    "a sentence too few": (change("texts", "s7", value=None), "texts.s7: missing"),
    "an empty vocabulary": (
        change("vocabularies", "confidence", value={}),
        "vocabularies.confidence: has no values",
    ),
    "no repetition": (
        change("fields", "b_name", "repeat", value=0),
        "fields.b_name.repeat: Expected `int` >= 1",
    ),
}


@pytest.mark.parametrize(("data", "said"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_vocabularies_are_refused_and_the_place_is_named(data, said):
    with pytest.raises(VocabularyError) as refused:
        vocabularies_of(data)
    assert any(line.startswith(said) for line in refused.value.problems), refused.value


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(VocabularyError, match="No such file"):
        vocabularies_in(tmp_path / "none.yaml")


def test_words_of_one_meaning_are_offered_without_doubt():
    words = load_lexicon(MODEL)
    for word in words.values():
        assert word.ambiguous or len(word.stages) <= 2, word.id
    assert words["zh_socialsec"].ambiguous


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ko_a: {lang: ko, terms: [가], stages: [jail], note: N}",
            'stages[0]: the model has no "j',
        ),
        ("ko_a: {lang: en, terms: [가], note: N}", "ko_a.lang: ids start with the language"),
        ("ko_a: {lang: ko, terms: [], note: N}", "ko_a.terms: names none"),
        ("ko_a: {lang: ko, terms: [가]}", "ko_a: Object missing required field `note`"),
        ("ko_a: 가", "ko_a: Expected `object`, got `str`"),
        (
            "ko_a: {lang: ko, terms: [가], note: N}\nko_b: {lang: ko, terms: [가], note: N}",
            'ko_b.terms: "가" stands under ko_a too',
        ),
    ],
)
def test_a_damaged_lexicon_is_refused(tmp_path, text, said):
    path = tmp_path / LEXICON.name
    path.write_text(text.replace("N", "{en: a, ko: 가, zh: 一}"), encoding="utf-8")
    with pytest.raises(LexiconError) as refused:
        load_lexicon(MODEL, path)
    assert said in str(refused.value)


def test_a_lexicon_with_a_word_twice_is_refused(tmp_path):
    path = tmp_path / LEXICON.name
    path.write_text("ko_a: {}\nko_a: {}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="stands twice"):
        load_lexicon(MODEL, path)

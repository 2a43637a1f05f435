"""The index by itself: what it counts as records come and go, and what it keeps only once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casebook.indexing.flooding import MANY, sameness
from app.casebook.indexing.index import Index

RING = "reviewers"
WORDS = "지어낸 이야기입니다."


def told(index, record, text=WORDS, thread="t", **fields):
    document = {
        "kind": "testimony", "thread": thread, "lang": "ko", "way": "server",
        "fields": {"w_narrative": text, **fields},
    }  # fmt: skip
    index.add(record, RING, [{"e": "document", "document": document}], "2026-11-23")


def flooded(index):
    return {row.id for row in index.queue([RING], None, 100, {"flood": "1"}).rows}


def marked(index):
    return {row.id for row in index.queue([RING], None, 100, {}).rows if row.flood}


def orders(index):
    return set(index._all("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from((*["add"] * 3, "forget")),
            st.sampled_from((WORDS, f" {WORDS}\n\u3000", "다른 글", "")),
        ),
        max_size=40,
    )
)
def test_a_flood_is_what_counting_again_would_find(steps):
    index, texts = Index(), {}
    for record, act, text in steps:
        if act == "add":
            told(index, record, text)
            texts[record] = "".join(text.split())
        else:
            index.forget(record)
            texts.pop(record, None)
    same = list(texts.values())
    many = {record for record, text in texts.items() if text and same.count(text) >= MANY}
    assert flooded(index) == marked(index) == many


@given(st.text(), st.text())
def test_texts_are_the_same_when_only_white_space_differs(one, other):
    equal = "".join(one.split()) == "".join(other.split())
    assert (sameness(one) == sameness(other)) == equal
    assert sameness(" \u2003".join(one)) == sameness(one)
    assert bool(sameness(one)) == bool(one.split())


def test_no_kind_of_white_space_tells_texts_apart():
    blanks = "".join(one for one in map(chr, range(0x110000)) if one.isspace())
    assert sameness(f"글{blanks}글") == sameness("글글")


def test_an_index_filled_at_once_is_ordered_as_one_that_grew():
    index, grown = Index(), Index()
    with index.filling():
        assert orders(index) < orders(grown)
        told(index, "a")
    assert orders(index) == orders(grown)
    with index.filling():
        assert orders(index) == orders(grown), "what is there is not sorted a second time"


def test_a_filling_that_breaks_off_leaves_the_orders():
    index = Index()

    def broken():
        with index.filling():
            told(index, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert orders(index) == orders(Index())


def test_a_text_lies_in_the_index_once_and_is_told_whole():
    index = Index()
    told(index, "a", "첫째 글")
    told(index, "b", "둘째 글", w_role="survivor", a_cross="onsong")
    assert not [row for row in index._all("SELECT answers FROM record") if "둘째" in str(row)]
    ((*_, answers),) = index.thread([RING], "a")
    assert list(answers.items()) == [
        ("a_cross", "onsong"), ("w_narrative", "둘째 글"), ("w_role", "survivor"),
    ]  # fmt: skip
    told(index, "b", ["둘째", "셋째"])
    assert index.thread([RING], "a")[0][-1] == {"w_narrative": ["둘째", "셋째"]}

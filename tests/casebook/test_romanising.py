"""One spelling for a name, however it is written."""

import pytest

from app.casebook.indexing.romanising import likeness, spellings

SAME = [
    ("김철옥", "Kim Cheol-ok"), ("김철옥", "Kim Chol Ok"), ("김철옥", "金哲玉"),
    ("김철옥", "Cheol-ok Kim"), ("리영희", "이영희"), ("리영희", "李英姬"),
    ("리영희", "Lee Young-hee"), ("리영희", "Ri Yong Hui"), ("박순애", "Park Soon Ae"),
    ("박순애", "Pak Sun-ae"), ("림금희", "임금희"), ("림금희", "Im Geum-hui"),
    ("최향란", "Choi Hyang-ran"), ("최향란", "崔香兰"), ("노명수", "로명수"),
    ("정은실", "Chŏng Ŭn-sil"),
]  # fmt: skip
OTHER = [("김철옥", "박순애"), ("김철옥", "김철수"), ("리영희", "최영희"), ("박순애", "朴哲玉")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_person_in_two_spellings_is_proposed(one, other):
    assert likeness(one, other) == likeness(other, one) >= 80


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_persons_are_not(one, other):
    assert likeness(one, other) < 80


def test_a_name_nobody_can_read_has_no_spelling():
    assert spellings("") == spellings("123") == frozenset()
    assert likeness("", "김철옥") == 0

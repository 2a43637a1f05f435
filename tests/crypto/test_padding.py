import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto.padding import DOCUMENT_FLOOR, bucket, pad, pad_document, shortfall, unpad


@cases("padding", "padded")
def test_a_length_falls_into_the_bucket_its_vector_says(case):
    assert bucket(case["n"], case["floor"]) == case["bucket"]


@cases("padding", "refused")
def test_a_negative_length_is_refused(case):
    with pytest.raises(ValueError, match="negative"):
        bucket(case["n"], case["floor"])


@given(st.integers(0, 1 << 50))
def test_a_bucket_is_its_own_bucket_and_holds_what_falls_into_it(n):
    size = bucket(n)
    assert size >= n
    assert bucket(size) == size
    assert n + shortfall(n) == size


@given(st.integers((4 << 20) + 1, 1 << 50))
def test_what_is_large_grows_by_a_quarter_at_most(n):
    assert bucket(n) * 4 <= n * 5


@given(st.integers(0, 1 << 40), st.integers(0, 1 << 40))
def test_the_longer_of_two_is_never_in_the_smaller_bucket(a, b):
    assert (bucket(a) <= bucket(b)) or a > b


@given(st.binary(max_size=5000).map(lambda b: b + b"}"))
def test_padding_is_taken_off_again(data):
    assert len(pad(data, 1024)) == bucket(len(data), 1024)
    assert unpad(pad(data, 1024)) == data


def test_documents_of_ordinary_length_are_all_as_long():
    assert {len(pad_document(b"x" * n)) for n in (0, 1, DOCUMENT_FLOOR)} == {DOCUMENT_FLOOR}
    assert len(pad_document(b"x" * (DOCUMENT_FLOOR + 1))) == 2 * DOCUMENT_FLOOR


@pytest.mark.parametrize("text", [b"a\n", b"\ta\t", b"a \r\n", b"\x0b", b""])
def test_only_the_blanks_that_pad_are_taken_off(text):
    assert unpad(pad(text, 32)) == text


def test_what_fills_its_floor_stays_in_it():
    assert bucket(1000, 1000) == 1000
    assert bucket(1001, 1000) == 1024

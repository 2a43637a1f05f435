import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode_url, encode_url


@given(st.binary(max_size=70))
def test_what_is_encoded_is_decoded_again(data):
    assert decode_url(encode_url(data), len(data)) == data


@given(st.text(max_size=8), st.integers(0, 6))
def test_only_the_one_spelling_is_read(text, size):
    try:
        assert encode_url(decode_url(text, size)) == text
    except ValueError as error:
        assert "base64url" in str(error)  # noqa: PT017 - no other ValueError escapes


@pytest.mark.parametrize("text", ["AB", "AA=", "AA==", "+A", "/A", "A", "AAA", "A\n", "ＡA", " AA"])
def test_a_second_spelling_of_one_byte_is_refused(text):
    with pytest.raises(ValueError, match="base64url"):
        decode_url(text, 1)


def test_a_text_that_ends_like_padding_keeps_its_end():
    assert encode_url(b"\0\0\x17") == "AAAX"
    assert decode_url("AAAX", 3) == b"\0\0\x17"

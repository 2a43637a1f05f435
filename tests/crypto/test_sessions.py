import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto import sessions
from crypto.errors import WrongSession

KEY = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@cases("locking", "opened")
def test_a_session_is_what_its_vector_says(case, monkeypatch):
    key, row_id, sealed, nonce = (
        bytes.fromhex(case[k]) for k in ("key", "row_id", "sealed", "nonce")
    )
    assert sessions.to_cookie(key) == case["cookie"]
    assert sessions.from_cookie(case["cookie"]) == key
    assert sessions.session_id(key) == row_id
    assert sessions.csrf_token(key) == case["csrf"]
    assert sessions.open_session(key, sealed) == case["body"]
    monkeypatch.setattr("secrets.token_bytes", lambda n: nonce[:n])
    assert sessions.seal_session(key, case["body"]) == sealed


@cases("locking", "not this session's")
def test_a_cookie_or_row_of_another_session_is_refused(case):
    with pytest.raises(WrongSession):
        sessions.open_session(sessions.from_cookie(case["cookie"]), bytes.fromhex(case["sealed"]))


@given(st.binary(min_size=32, max_size=32), st.dictionaries(TEXT, TEXT))
def test_what_is_sealed_is_opened_again(key, body):
    assert sessions.open_session(key, sessions.seal_session(key, body)) == body
    assert sessions.from_cookie(sessions.to_cookie(key)) == key


@given(st.text(max_size=60), st.binary(max_size=100))
def test_any_cookie_and_any_row_are_refused_by_type_alone(cookie, row):
    with pytest.raises(WrongSession):
        sessions.open_session(KEY, row)
    with contextlib.suppress(WrongSession):
        assert len(sessions.from_cookie(cookie)) == sessions.KEY


def test_any_flipped_bit_of_a_row_is_noticed():
    row = sessions.seal_session(KEY, {"member": "a"})
    for bit in range(len(row) * 8):
        flipped = bytearray(row)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongSession):
            sessions.open_session(KEY, bytes(flipped))


def test_new_sessions_differ_and_their_rows_do_not_hold_the_key():
    key = sessions.new_session_key()
    assert key != sessions.new_session_key()
    assert key not in sessions.session_id(key) + sessions.seal_session(key, {"a": "b"})

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto import tokens
from crypto.errors import ExpiredToken, ForeignToken
from crypto.receipts import Root, Slots
from crypto.tokens import Capability, open_token, seal_token

KEY = bytes(range(32))
CAPABILITY = Capability.of(Root(bytes(32)), "answer")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def capability(case):
    thread, slots, same = (bytes.fromhex(case[k]) for k in ("thread", "slots", "same_key"))
    return Capability(thread, Slots(slots), same)


def opened(case):
    key = bytes.fromhex(case["key"])
    return open_token(key, case["purpose"], case["token"], case["now"])


@cases("tokens", "sealed")
def test_a_token_is_sealed_as_its_vector_says(case, monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda n: bytes.fromhex(case["nonce"])[:n])
    key = bytes.fromhex(case["key"])
    assert seal_token(key, case["purpose"], capability(case), case["now"]) == case["token"]


@cases("tokens", "opened")
def test_a_token_of_ours_says_what_its_holder_may_do(case):
    assert opened(case) == capability(case)


@cases("tokens", "expired")
def test_an_expired_token_is_refused_by_name(case):
    with pytest.raises(ExpiredToken):
        opened(case)


@cases("tokens", "not ours")
def test_a_token_that_is_not_ours_is_refused_by_name(case):
    with pytest.raises(ForeignToken):
        opened(case)


@given(
    st.floats(0, 2**31),
    st.floats(0, 23.99),
    st.sampled_from(sorted(tokens.PURPOSES)),
)
def test_a_token_lives_for_a_day_and_less_than_an_hour_more(now, later, purpose):
    token = seal_token(KEY, purpose, CAPABILITY, now)
    assert len(token) == 150
    assert open_token(KEY, purpose, token, now + later) == CAPABILITY
    with pytest.raises(ExpiredToken):
        open_token(KEY, purpose, token, now + 25)


def test_a_token_serves_one_purpose_only():
    for purpose in tokens.PURPOSES:
        token = seal_token(KEY, purpose, CAPABILITY, 1)
        for other in tokens.PURPOSES - {purpose}:
            with pytest.raises(ForeignToken):
                open_token(KEY, other, token, 1)


@given(st.text(max_size=160) | st.text(alphabet=ALPHABET, min_size=150, max_size=150))
def test_any_text_is_refused_by_type_alone(hostile):
    with pytest.raises(ForeignToken):
        open_token(KEY, "answer", hostile, 1)


@given(st.integers(0, 149), st.sampled_from(ALPHABET))
def test_any_changed_character_is_noticed(at, other):
    token = seal_token(KEY, "answer", CAPABILITY, 1)
    if other != token[at]:
        with pytest.raises(ForeignToken):
            open_token(KEY, "answer", token[:at] + other + token[at + 1 :], 1)


def test_a_purpose_without_tokens_is_our_own_mistake():
    for purpose in ("testimony", "withdraw", ""):
        with pytest.raises(ValueError, match="purpose"):
            seal_token(KEY, purpose, CAPABILITY, 1)
        with pytest.raises(ValueError, match="purpose"):
            open_token(KEY, purpose, "", 1)


def test_a_capability_of_other_lengths_is_refused():
    with pytest.raises(ValueError, match="16, 32 and 32"):
        Capability(bytes(16), Slots(bytes(16)), bytes(32))


def test_a_capability_shows_none_of_its_keys():
    assert repr(CAPABILITY.same_key) not in repr(CAPABILITY)
    assert repr(CAPABILITY.thread) not in repr(CAPABILITY)


@pytest.mark.parametrize("purpose", ["answer", "addition"])
def test_a_root_hands_over_what_one_purpose_needs_and_no_more(purpose):
    root = Root(bytes(range(32)))
    handed = Capability.of(root, purpose)
    assert (handed.thread, handed.slots.key, handed.same_key) == (
        root.thread,
        root.slots(purpose).key,
        root.same_key,
    )
    assert handed.slots.key != root.slots("correction").key

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto import tickets
from crypto.errors import ExpiredTicket, ForeignTicket

KEY = bytes(range(32))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@cases("tickets", "issued")
def test_a_ticket_is_issued_as_its_vector_says(case, monkeypatch):
    monkeypatch.setattr("secrets.token_bytes", lambda n: bytes.fromhex(case["seed"])[:n])
    assert tickets.issue(bytes.fromhex(case["key"]), case["now"]) == case["ticket"]


@cases("tickets", "accepted")
def test_a_ticket_of_ours_gives_its_seed(case):
    key = bytes.fromhex(case["key"])
    assert tickets.accept(key, case["ticket"], case["now"]).hex() == case["seed"]


@cases("tickets", "expired")
def test_an_expired_ticket_is_refused_by_name(case):
    with pytest.raises(ExpiredTicket):
        tickets.accept(bytes.fromhex(case["key"]), case["ticket"], case["now"])


@cases("tickets", "not ours")
def test_a_ticket_that_is_not_ours_is_refused_by_name(case):
    with pytest.raises(ForeignTicket):
        tickets.accept(bytes.fromhex(case["key"]), case["ticket"], case["now"])


@given(st.floats(0, 2**31), st.floats(0, 47.99))
def test_a_ticket_lives_for_forty_eight_hours_and_less_than_one_more(now, later):
    ticket = tickets.issue(KEY, now)
    assert len(tickets.accept(KEY, ticket, now + later)) == tickets.SEED
    with pytest.raises(ExpiredTicket):
        tickets.accept(KEY, ticket, now + 49)


def test_no_two_tickets_are_the_same():
    assert len({tickets.issue(KEY, 1) for _ in range(100)}) == 100


@pytest.mark.parametrize("at", range(70))
def test_any_changed_character_is_noticed(at):
    ticket = tickets.issue(KEY, 1)
    for other in set(ALPHABET) - {ticket[at]}:
        with pytest.raises(ForeignTicket):
            tickets.accept(KEY, ticket[:at] + other + ticket[at + 1 :], 1)


@given(st.text(max_size=80) | st.text(alphabet=ALPHABET, min_size=70, max_size=70))
def test_any_text_is_refused_by_type_alone(hostile):
    with pytest.raises(ForeignTicket):
        tickets.accept(KEY, hostile, 1)


def test_a_ticket_key_of_another_length_is_our_own_mistake():
    with pytest.raises(ValueError, match="32 bytes"):
        tickets.issue(b"short", 1)

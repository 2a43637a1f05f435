import contextlib
import secrets
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naru_vectors import cases

from crypto import locking
from crypto.errors import MalformedLock, WrongPassphrase
from crypto.locking import CHEAPEST_FOR_TESTS, MEMBER, Locked, Profile
from crypto.words import word_list

ALICE, BOB = bytes(range(16)), bytes(range(1, 17))
SEED = bytes(range(32))


@cases("locking", "unlocked")
def test_an_identity_is_locked_and_unlocked_as_its_vector_says(case, monkeypatch):
    member, salt, nonce, secret, row = (
        bytes.fromhex(case[k]) for k in ("member_id", "salt", "nonce", "secret", "row")
    )
    locked = Locked.parse(row)
    assert bytes(locked) == row
    assert locking.unlock(locked, case["passphrase"], member) == secret
    draw = {16: salt, 12: nonce}
    monkeypatch.setattr(secrets, "token_bytes", draw.__getitem__)
    assert bytes(locking.lock(secret, case["passphrase"], member, locked.profile)) == row


@cases("locking", "wrong passphrase")
def test_a_passphrase_that_does_not_fit_is_refused(case):
    locked = Locked.parse(bytes.fromhex(case["row"]))
    with pytest.raises(WrongPassphrase):
        locking.unlock(locked, case["passphrase"], bytes.fromhex(case["member_id"]))


@cases("locking", "malformed")
def test_a_malformed_row_is_refused_before_anything_runs(case):
    with pytest.raises(MalformedLock):
        Locked.parse(bytes.fromhex(case["row"]))


@settings(max_examples=30)
@given(st.text(max_size=60), st.binary(max_size=100))
def test_what_is_locked_is_unlocked_again(passphrase, secret):
    locked = locking.lock(secret, passphrase, ALICE, CHEAPEST_FOR_TESTS)
    assert locking.unlock(Locked.parse(bytes(locked)), passphrase, ALICE) == secret


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_type_alone(hostile):
    with contextlib.suppress(MalformedLock):
        Locked.parse(hostile)


def test_half_a_character_is_only_a_wrong_passphrase():
    locked = locking.lock(SEED, "right", ALICE, CHEAPEST_FOR_TESTS)
    with pytest.raises(WrongPassphrase):
        locking.unlock(locked, "\ud800", ALICE)


def test_any_flipped_bit_after_the_parameters_is_noticed():
    row = bytes(locking.lock(SEED, "right", ALICE, CHEAPEST_FOR_TESTS))
    for bit in range(12 * 8, len(row) * 8):
        flipped = bytearray(row)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongPassphrase):
            locking.unlock(Locked.parse(bytes(flipped)), "right", ALICE)


def test_bob_does_not_unlock_alices_identity_with_her_passphrase():
    locked = locking.lock(SEED, "right", ALICE, CHEAPEST_FOR_TESTS)
    with pytest.raises(WrongPassphrase):
        locking.unlock(locked, "right", BOB)


def test_the_limits_of_the_parameters_hold_at_their_edges():
    for good in ((8, 1, 1), (1 << 20, 64, 64), (512, 1, 64)):
        assert Profile(*good)
    for bad in ((7, 1, 1), (511, 1, 64), ((1 << 20) + 1, 1, 1), (8, 0, 1), (8, 65, 1), (8, 1, 0)):
        with pytest.raises(ValueError, match="Argon2id"):
            Profile(*bad)
    with pytest.raises(ValueError, match="Argon2id"):
        Profile(1 << 20, 1, 65)


def test_the_longest_secret_and_passphrase_are_taken_and_no_longer_ones():
    locked = locking.lock(bytes(4096), "x" * 1024, ALICE, CHEAPEST_FOR_TESTS)
    assert locking.unlock(Locked.parse(bytes(locked)), "x" * 1024, ALICE) == bytes(4096)
    for secret, passphrase in ((bytes(4097), "x"), (b"", "x" * 1025)):
        with pytest.raises(ValueError, match="longer"):
            locking.lock(secret, passphrase, ALICE, CHEAPEST_FOR_TESTS)


def test_a_lock_made_with_less_is_to_be_raised():
    locked = locking.lock(SEED, "right", ALICE, Profile(64, 2, 2))
    for more in (Profile(65, 2, 2), Profile(64, 3, 2), MEMBER):
        assert locking.needs_raising(locked, more)
    for enough in (Profile(64, 2, 2), CHEAPEST_FOR_TESTS, Profile(64, 2, 4)):
        assert not locking.needs_raising(locked, enough)


def test_a_member_of_another_length_is_our_own_mistake():
    with pytest.raises(ValueError, match="16 bytes"):
        locking.lock(SEED, "right", b"alice", CHEAPEST_FOR_TESTS)


@pytest.mark.parametrize("lang", ["en", "ko", "zh"])
def test_a_passphrase_is_words_of_the_list(lang):
    made = {locking.generate_passphrase(lang) for _ in range(20)}
    assert len(made) == 20
    assert all(
        len(one.split(" ")) == 7 and set(one.split()) <= set(word_list(lang)) for one in made
    )
    assert len(locking.generate_passphrase(lang, words=9).split(" ")) == 9


def test_an_unknown_member_costs_what_a_known_one_does(monkeypatch):
    seen = []
    monkeypatch.setattr(locking, "hash_secret_raw", lambda *a: seen.append(a[2:5]) or bytes(32))
    locking.waste("x" * 5000, MEMBER)
    assert seen == [(MEMBER.t, MEMBER.m, MEMBER.p)]


def test_at_most_two_passphrases_are_stretched_at_once(monkeypatch):
    running, most, lock = set(), [], threading.Lock()

    def slow(*_):
        with lock:
            running.add(threading.get_ident())
            most.append(len(running))
        time.sleep(0.02)
        with lock:
            running.discard(threading.get_ident())
        return bytes(32)

    monkeypatch.setattr(locking, "hash_secret_raw", slow)
    threads = [threading.Thread(target=locking.waste, args=("x", MEMBER)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2


def test_a_lock_shows_no_ciphertext():
    locked = locking.lock(SEED, "right", ALICE, CHEAPEST_FOR_TESTS)
    assert repr(locked.ciphertext) not in repr(locked)

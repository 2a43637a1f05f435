import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto import records
from crypto.canonical import LARGEST
from crypto.errors import TamperedRecord, WrongKey
from crypto.padding import bucket

KEY, CASEBOOK = bytes(range(32)), bytes(range(1, 33))
RECORD, CASEBOOK_ID = bytes(range(16)), bytes(range(1, 17))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
BODIES = st.dictionaries(
    TEXT, TEXT | st.integers(-LARGEST, LARGEST) | st.booleans() | st.lists(TEXT), max_size=5
)


def of(case, *names):
    return (bytes.fromhex(case[name]) for name in names)


@cases("records", "derived")
def test_the_desks_seed_is_what_its_vector_says(case):
    assert records.desk_seed(*of(case, "casebook_key")).hex() == case["desk_seed"]


@cases("records", "unwrapped")
def test_a_record_key_is_wrapped_and_unwrapped_as_its_vector_says(case, monkeypatch):
    casebook, key_id, record, key = of(
        case, "casebook_key", "casebook_key_id", "record_id", "record_key"
    )
    assert records.unwrap(casebook, key_id, record, bytes.fromhex(case["wrapped"])) == key
    monkeypatch.setattr("secrets.token_bytes", lambda n: bytes.fromhex(case["nonce"])[:n])
    assert records.wrap(casebook, key_id, record, key).hex() == case["wrapped"]


@cases("records", "wrong key")
def test_a_record_key_that_was_wrapped_otherwise_is_refused(case):
    with pytest.raises(WrongKey):
        records.unwrap(*of(case, "casebook_key", "casebook_key_id", "record_id", "wrapped"))


@cases("records", "opened")
def test_a_body_is_sealed_and_opened_as_its_vector_says(case, monkeypatch):
    key, record, sealed, nonce = of(case, "record_key", "record_id", "sealed", "nonce")
    assert records.open_body(key, record, case["sequence"], sealed) == case["body"]
    monkeypatch.setattr("secrets.token_bytes", lambda n: nonce[:n])
    made = records.RecordKey(key).seal(record, case["sequence"], case["body"], case["floor"])
    assert made == sealed


@cases("records", "tampered")
def test_a_body_that_is_altered_or_elsewhere_is_refused(case):
    key, record, sealed = of(case, "record_key", "record_id", "sealed")
    with pytest.raises(TamperedRecord):
        records.open_body(key, record, case["sequence"], sealed)


@given(st.integers(0, 2**32 - 1), BODIES)
def test_what_is_sealed_is_opened_again(sequence, body):
    sealed = records.seal_body(KEY, RECORD, sequence, body)
    assert records.open_body(KEY, RECORD, sequence, sealed) == body
    assert len(sealed) - 28 == bucket(len(sealed) - 28, 1024)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_type_alone(hostile):
    with pytest.raises(TamperedRecord):
        records.open_body(KEY, RECORD, 0, hostile)
    with pytest.raises(WrongKey):
        records.unwrap(CASEBOOK, CASEBOOK_ID, RECORD, hostile)


def test_any_flipped_bit_of_a_wrapped_key_is_noticed():
    wrapped = records.wrap(CASEBOOK, CASEBOOK_ID, RECORD, KEY)
    for bit in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongKey):
            records.unwrap(CASEBOOK, CASEBOOK_ID, RECORD, bytes(flipped))


def test_the_same_body_at_the_same_place_is_sealed_differently_each_time():
    assert records.seal_body(KEY, RECORD, 0, {}) != records.seal_body(KEY, RECORD, 0, {})


def test_ids_keys_and_places_of_another_size_are_our_own_mistake():
    ready = records.RecordKey(KEY)
    for place in ((RECORD[1:], 0), (RECORD, -1), (RECORD, 2**32)):
        with pytest.raises(ValueError, match="place"):
            ready.seal(*place, {})
    with pytest.raises(ValueError, match="16 bytes"):
        records.wrap(CASEBOOK, b"", RECORD, KEY)
    for act in (lambda: records.RecordKey(b""), lambda: records.wrap(CASEBOOK, b"", RECORD, b"")):
        with pytest.raises(ValueError, match="32 bytes"):
            act()


def test_new_keys_differ():
    assert len({records.new_key() for _ in range(50)}) == 50


def test_a_hundred_thousand_bodies_open_in_seconds():
    ready = records.RecordKey(KEY)
    sealed = ready.seal(RECORD, 0, {"e": "tag", "text": "강을 건넜다. " * 20})
    began = time.process_time()
    for _ in range(5_000):
        ready.open(RECORD, 0, sealed)
    assert time.process_time() - began < 0.5  # a twentieth of ten seconds; 0.03 was measured


@pytest.mark.parametrize("number", [1, 2, 255, 256, 70_000])
def test_the_salt_of_a_paragraph_is_what_format_7_says(number):
    """Derived here once more, by the library alone: two steps of HKDF-Expand."""
    salts = HKDFExpand(hashes.SHA256(), 32, b"naru/v1/paragraph").derive(KEY)
    salt = HKDFExpand(hashes.SHA256(), 32, number.to_bytes(4, "big")).derive(salts)
    assert records.RecordKey(KEY).salt(number) == salt
    assert records.RecordKey(CASEBOOK).salt(number) != salt

"""A partner's copy needs the partner's half and the record's share."""

import io

import pytest
from naru_vectors import cases

from crypto import copies, opening, sealing
from crypto.errors import TamperedPayload, TamperedRecord, WrongIdentity
from crypto.identities import PQIdentity

RECORD, SHARE = bytes(range(16)), bytes(range(32))


def read(case):
    half, share, payload = (bytes.fromhex(case[name]) for name in ("half", "share", "payload"))
    key = copies.file_key(half, copies.record_of(half, payload), share)
    return key, b"".join(opening.open_payload(io.BytesIO(payload[copies.PLACE :]), key))


@cases("copies", "opened")
def test_a_copy_opens_as_its_vector_says(case):
    key, plain = read(case)
    assert (key.hex(), plain.decode()) == (case["file_key"], case["plaintext"])


@cases("copies", "tampered")
def test_the_wrong_half_or_share_opens_nothing(case):
    with pytest.raises(TamperedPayload):
        read(case)


@cases("copies", "cut")
def test_a_cut_copy_names_no_record(case):
    with pytest.raises(TamperedRecord):
        read(case)


def test_what_is_sealed_opens_with_both_halves_and_for_nobody_else():
    partner, other = PQIdentity.generate(), PQIdentity.generate()
    header, payload = copies.seal(b"text", [partner.recipient], RECORD, SHARE)
    half = opening.unwrap(header, [partner])
    assert copies.record_of(half, payload) == RECORD
    assert RECORD not in payload
    key = copies.file_key(half, RECORD, SHARE)
    assert opening.open_payload_bytes(payload[copies.PLACE :], key) == b"text"
    with pytest.raises(WrongIdentity):
        opening.unwrap(header, [other])
    with pytest.raises(TamperedPayload):  # the header alone is half of it
        opening.open_payload_bytes(payload[copies.PLACE :], half)


@pytest.mark.parametrize(("record", "share"), [(b"", SHARE), (RECORD, b""), (RECORD * 2, SHARE)])
def test_what_is_no_record_and_no_share_is_refused(record, share):
    with pytest.raises(ValueError, match="16 bytes"):
        copies.file_key(sealing.new_file_key(), record, share)
    with pytest.raises(ValueError, match="16 bytes"):
        copies.seal(b"", [PQIdentity.generate().recipient], record, share)


def test_an_emptied_copy_still_says_of_which_record_it_was():
    partner = PQIdentity.generate()
    header, payload = copies.seal(b"told", [partner.recipient], RECORD, SHARE)
    half = opening.unwrap(header, [partner])
    assert copies.record_of(half, payload[: copies.PLACE]) == RECORD
    with pytest.raises(TamperedRecord):
        copies.record_of(half, payload[: copies.PLACE - 1])

import secrets

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crypto import bech32
from crypto.errors import MalformedKey
from crypto.identities import PQIdentity, X25519Identity, parse_identity, parse_identity_file
from crypto.recipients import parse_recipient

# BIP 173, "Test vectors"; its limit of 90 characters is not age's.
VALID = (
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    f"1{'1' + 'q' * 82}c8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
)
INVALID = (
    "\x201nwldj5",
    "\x7f1axkwrx",
    "\x801eym55h",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
)
IDENTITY = str(X25519Identity(b"\x42" * 32))

prefixes = st.text(
    st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: not c.isupper()), min_size=1
)


@pytest.mark.parametrize("text", VALID)
def test_what_bip_173_calls_valid_is_read_and_written_again(text):
    prefix, data = bech32.decode(text)
    assert bech32.encode(prefix, data) == text.lower()


@pytest.mark.parametrize("text", INVALID)
def test_what_bip_173_calls_invalid_is_refused(text):
    with pytest.raises(MalformedKey):
        bech32.decode(text)


@given(prefixes, st.binary(max_size=100))
@example("1", b"")
def test_what_is_written_is_read_again_in_either_case(prefix, data):
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix, data)


@given(st.text(max_size=200))
def test_any_text_is_refused_by_type_alone(text):
    for read in (bech32.decode, parse_recipient, parse_identity, parse_identity_file):
        with pytest.raises(MalformedKey):
            read(text)


def test_any_other_character_anywhere_is_noticed():
    text = str(X25519Identity(secrets.token_bytes(32)).recipient)
    for at in range(len(text)):
        for other in "q1l-b7":
            if text[at] != other:
                with pytest.raises(MalformedKey):
                    parse_recipient(text[:at] + other + text[at + 1 :])


@pytest.mark.parametrize(
    "text", [IDENTITY.capitalize(), IDENTITY[:-1] + IDENTITY[-1].lower(), "a" + IDENTITY[1:]]
)
def test_mixed_case_is_refused(text):
    with pytest.raises(MalformedKey, match="lower or all in upper"):
        parse_identity(text)


@pytest.mark.parametrize("spare", range(1, 32))
def test_last_bits_that_say_nothing_are_zero(spare):
    # 32 bytes end with one bit of data in the last symbol, and four that must be zero.
    values = bytes(51) + bytes([spare])
    prefix = "age-secret-key-"
    check = bech32._polymod(bech32._expanded(prefix) + values + bytes(6)) ^ 1
    values += bytes(check >> 5 * (5 - i) & 31 for i in range(6))
    text = f"{prefix}1{values.translate(bech32._TO_BECH32).decode()}"
    if spare == 16:
        assert parse_identity(text).secret == bytes(31) + b"\x01"
    else:
        with pytest.raises(MalformedKey, match="last bits"):
            parse_identity(text)


@pytest.mark.parametrize("symbols", [1, 3, 6])
def test_symbols_that_are_no_whole_bytes_are_refused(symbols):
    check = bech32._polymod(bech32._expanded("age") + bytes(symbols + 6)) ^ 1
    values = bytes(symbols) + bytes(check >> 5 * (5 - i) & 31 for i in range(6))
    with pytest.raises(MalformedKey):
        bech32.decode("age1" + values.translate(bech32._TO_BECH32).decode())


def test_a_hybrid_recipient_has_1959_characters():
    recipient = PQIdentity.generate().recipient
    text = str(recipient)
    assert len(text) == 1959
    assert text.startswith("age1pq1")
    assert parse_recipient(text) == parse_recipient(text.upper()) == recipient


def test_a_classic_recipient_is_read_under_its_own_prefix_alone():
    recipient = X25519Identity(bytes(31) + b"\x01").recipient
    assert parse_recipient(str(recipient)) == recipient
    for prefix in ("agx", "age1", "age-secret-key-"):
        with pytest.raises(MalformedKey):
            parse_recipient(bech32.encode(prefix, recipient.public))


def test_a_hybrid_identity_has_77_characters():
    text = str(PQIdentity(bytes(32)))
    assert len(text) == 77
    assert text.startswith("AGE-SECRET-KEY-PQ-1")
    assert parse_identity(text.lower()) == parse_identity(f" {text}\n") == PQIdentity(bytes(32))


def test_a_text_of_megabytes_is_refused_before_it_is_read():
    with pytest.raises(MalformedKey, match="too long"):
        parse_recipient("age1" + "q" * 5_000_000)
    with pytest.raises(MalformedKey, match="too long"):
        parse_identity_file("#" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("prefix", "size"),
    [("age", 31), ("age", 33), ("age1pq", 1215), ("age1pq", 1217), ("age1pq", 32), ("agx", 32)],
)
def test_a_recipient_of_another_size_or_kind_is_refused(prefix, size):
    with pytest.raises(MalformedKey):
        parse_recipient(bech32.encode(prefix, bytes(size)))


@pytest.mark.parametrize(
    ("prefix", "size"),
    [
        ("age-secret-key-", 31),
        ("age-secret-key-pq-", 33),
        ("age-secret-key-pq-", 64),
        ("age-plugin-x-", 32),
        ("age", 32),
    ],
)
def test_an_identity_of_another_size_or_kind_is_refused(prefix, size):
    with pytest.raises(MalformedKey):
        parse_identity(bech32.encode(prefix, bytes(size)))


def test_an_identity_file_has_one_identity_a_line_and_comments():
    one, other = PQIdentity.generate(), X25519Identity(bytes(range(32)))
    text = f"# made by hand\r\n\r\n{one}\r\n  {other}\n# {one}\n"
    assert parse_identity_file(text) == [one, other]
    for none in ("", "# nothing\n", f"{one}\nnonsense\n"):
        with pytest.raises(MalformedKey):
            parse_identity_file(none)


def test_no_secret_is_shown_by_accident():
    for identity in (PQIdentity(b"\x42" * 32), X25519Identity(b"\x42" * 32)):
        assert "BB" not in repr(identity)
        assert str(identity) not in repr(identity)


def test_a_last_letter_that_looks_like_padding_of_nothing_is_kept():
    for last in range(32):
        data = bytes([0, 0, 0, 0, last])
        assert bech32.decode(bech32.encode("age", data)) == ("age", data)

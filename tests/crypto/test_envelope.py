"""What is sealed opens for its recipients and for nobody else, whole or not at all."""

import gc
import io
import itertools
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from agekit import Slow
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import armor, bech32, opening, sealing
from crypto.errors import (
    CryptoError,
    MalformedHeader,
    MalformedKey,
    MixedRecipients,
    TamperedHeader,
    TamperedPayload,
    WrongIdentity,
)
from crypto.header import Header, Stanza, encode64, read_header
from crypto.identities import PQIdentity, ScryptIdentity, X25519Identity, _passphrase_stanza
from crypto.recipients import (
    ENC,
    PQRecipient,
    ScryptRecipient,
    X25519Recipient,
    parse_recipient,
    pq_recipient_from_seed,
)
from crypto.stream import CHUNK

LEE, PARK = PQIdentity(b"\x01" * 32), PQIdentity(b"\x02" * 32)
KIM, CHOI = X25519Identity(b"\x03" * 32), X25519Identity(b"\x04" * 32)
WORDS = ScryptIdentity("seven generated words")
TO_WORDS = ScryptRecipient("seven generated words", work=2)
PAIRS = {"pq": (LEE, LEE.recipient), "x25519": (KIM, KIM.recipient), "scrypt": (WORDS, TO_WORDS)}
each = pytest.mark.parametrize(("identity", "recipient"), PAIRS.values(), ids=PAIRS)

# The points of small order that X25519 knows, and spellings of them above the prime.
LOW_ORDER = [
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
]
low_order = pytest.mark.parametrize("point", LOW_ORDER, ids=lambda point: point.hex()[:4])


def whole(plain, *recipients):
    return b"".join(sealing.seal(plain, recipients))


@each
@settings(max_examples=25)
@given(st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 8 * CHUNK, 9 * CHUNK + 1]), st.binary())
def test_every_way_of_sealing_opens_every_way(identity, recipient, size, head):
    plain = (head + bytes(size))[:size]
    header, payload = sealing.seal(plain, [recipient])
    sealing.seal_stream(io.BytesIO(plain), streamed := io.BytesIO(), [recipient])
    with sealing.SealingWriter(written := io.BytesIO(), [recipient]) as sink:
        for at in range(0, size, 100_003):
            assert sink.write(plain[at : at + 100_003]) == len(plain[at : at + 100_003])
            sink.flush()
    for file in (header + payload, streamed.getvalue(), written.getvalue()):
        assert opening.open_bytes(file, [identity]) == plain
        assert b"".join(opening.open_file(io.BytesIO(file), [identity])) == plain
        assert opening.open_bytes(armor.armored(file), [identity]) == plain
    assert opening.open_envelope(header, payload, [identity]) == plain
    file_key = opening.unwrap(header, [identity])
    assert b"".join(opening.open_payload(io.BytesIO(payload), file_key)) == plain


def test_the_size_of_a_sealed_file_is_known_beforehand():
    header, payload = sealing.seal(b"", [LEE.recipient])
    assert (len(header), len(payload)) == (1627, 32)
    assert len(sealing.seal(b"", [LEE.recipient, PARK.recipient])[0]) == 1627 + 1557


def test_either_of_two_recipients_opens_and_a_third_does_not():
    for one, other, third in ((LEE, PARK, PQIdentity.generate()), (KIM, CHOI, LEE)):
        file = whole(b"abc", one.recipient, other.recipient)
        for identities in ([one], [other], [third, one], [WORDS, other]):
            assert opening.open_bytes(file, identities) == b"abc"
        for identities in ([third], [], [WORDS]):
            with pytest.raises(WrongIdentity):
                opening.open_bytes(file, identities)


def test_another_passphrase_does_not_open():
    file = whole(b"abc", TO_WORDS)
    for other in ("", "seven generated word", "\ud800"):  # half a character is only wrong
        with pytest.raises(WrongIdentity):
            opening.open_bytes(file, [ScryptIdentity(other)])


def test_nothing_of_a_passphrase_or_seed_is_shown():
    for shown in (WORDS, TO_WORDS, LEE, KIM):
        assert "seven" not in repr(shown)
        assert r"\x01" not in repr(shown)
        assert r"\x03" not in repr(shown)


@pytest.mark.parametrize(
    "mixed",
    [
        *itertools.permutations([LEE.recipient, KIM.recipient]),
        *itertools.permutations([LEE.recipient, TO_WORDS]),
        *itertools.permutations([KIM.recipient, TO_WORDS]),
        (TO_WORDS, TO_WORDS),
        (LEE.recipient, PARK.recipient, KIM.recipient),
    ],
    ids=lambda mixed: "+".join(one.kind for one in mixed),
)
def test_recipients_are_never_mixed(mixed):
    sink = io.BytesIO()
    for seal in (
        lambda: sealing.seal(b"", mixed),
        lambda: sealing.seal_stream(io.BytesIO(), sink, mixed),
        lambda: sealing.SealingWriter(sink, mixed),
        lambda: opening.rewrap(sealing.seal(b"", [LEE.recipient])[0], [LEE], mixed),
        lambda: opening.rewrap_file(whole(b"", LEE.recipient), [LEE], mixed),
    ):
        with pytest.raises(MixedRecipients):
            seal()
    assert sink.getvalue() == b""


def test_a_file_has_one_to_64_recipients():
    many = [LEE.recipient] * sealing.LARGEST_GROUP
    assert opening.open_bytes(whole(b"abc", *many), [LEE]) == b"abc"
    for wrong in ([], [*many, PARK.recipient]):
        with pytest.raises(ValueError, match="64"):
            sealing.seal(b"", wrong)


def test_a_payload_sealed_first_opens_with_a_header_put_before_it_later():
    file_key = sealing.new_file_key()
    payload = sealing.seal_payload(b"first", file_key)
    header = sealing.header_for(file_key, [LEE.recipient])
    assert opening.open_bytes(header + payload, [LEE]) == b"first"


def test_rewrapping_gives_the_same_payload_to_the_new_identity_alone():
    header, payload = sealing.seal(b"abc", [LEE.recipient])
    rewrapped = opening.rewrap(header, [LEE], [PARK.recipient])
    assert (
        opening.rewrap_file(header + payload, [LEE], [PARK.recipient])[-len(payload) :] == payload
    )
    for file in (
        rewrapped + payload,
        opening.rewrap_file(header + payload, [LEE], [PARK.recipient]),
    ):
        assert opening.open_bytes(file, [PARK]) == b"abc"
        with pytest.raises(WrongIdentity):
            opening.open_bytes(file, [LEE])
    for refused in (
        lambda: opening.rewrap(header, [PARK], [PARK.recipient]),
        lambda: opening.rewrap_file(header + payload, [PARK], [PARK.recipient]),
    ):
        with pytest.raises(WrongIdentity):
            refused()


def test_a_header_kept_apart_is_nothing_but_a_header():
    header, payload = sealing.seal(b"abc", [LEE.recipient])
    with pytest.raises(MalformedHeader):
        opening.unwrap(header + payload, [LEE])


def test_the_payload_of_another_file_does_not_open():
    (header, _), (_, payload) = (sealing.seal(b"abc", [LEE.recipient]) for _ in range(2))
    with pytest.raises(TamperedPayload):
        opening.open_envelope(header, payload, [LEE])


@each
def test_every_flipped_bit_of_a_file_is_noticed(identity, recipient):
    file = bytearray(whole(b"fictional", recipient))
    for bit in range(len(file) * 8):
        file[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CryptoError):
            opening.open_bytes(bytes(file), [identity])
        file[bit // 8] ^= 1 << bit % 8
    assert opening.open_bytes(bytes(file), [identity]) == b"fictional"


@each
def test_a_file_that_is_cut_anywhere_is_noticed(identity, recipient):
    file = whole(b"fictional", recipient)
    for end in range(len(file)):
        with pytest.raises((MalformedHeader, TamperedPayload)):
            opening.open_bytes(file[:end], [identity])


def test_a_file_in_armor_that_is_changed_or_cut_anywhere_is_noticed():
    file = armor.armored(whole(b"fictional", KIM.recipient))
    for at in range(len(file) - 1):
        changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
        for wrong in (file[:at], changed):
            with pytest.raises(CryptoError):
                opening.open_bytes(wrong, [KIM])


def test_a_stanza_that_is_added_dropped_or_moved_is_noticed():
    header = read_header(io.BytesIO(sealing.seal(b"", [LEE.recipient, PARK.recipient])[0]))
    lee, park = header.stanzas
    extra = Stanza("x", (), b"")
    for stanzas in ((lee, park, extra), (extra, lee, park), (lee,), (park, lee), (lee, lee, park)):
        with pytest.raises(TamperedHeader):
            opening.unwrap(bytes(Header(stanzas, header.mac)), [LEE])


@pytest.mark.parametrize("identity", [LEE, KIM, WORDS], ids=PAIRS)
def test_a_stanza_of_a_known_type_with_a_body_of_another_length_opens_nothing(identity):
    """A longer body could hold one key for each of many identities and tell which is tried."""
    recipient = dict(PAIRS.values())[identity]
    stanza = recipient.wrap(bytes(16))
    for body in (b"", stanza.body[:-1], stanza.body + b"\0", stanza.body * 2):
        wrong = Stanza(stanza.type, stanza.arguments, body)
        with pytest.raises(MalformedHeader):
            identity.unwrap([wrong])


@pytest.mark.parametrize("identity", [LEE, KIM, WORDS], ids=PAIRS)
def test_a_stanza_of_a_known_type_with_other_arguments_is_no_stanza(identity):
    stanza = dict(PAIRS.values())[identity].wrap(bytes(16))
    first, *rest = stanza.arguments
    for arguments in (
        (),
        (*stanza.arguments, "x"),
        (first[:-4], *rest),
        (first + "AAAA", *rest),
        (first + "=", *rest),
        ("!" + first[1:], *rest),
    ):
        with pytest.raises(MalformedHeader):
            identity.unwrap([Stanza(stanza.type, arguments, stanza.body)])


@pytest.mark.parametrize("work", ["0", "00", "01", "+1", "-1", "1.", "21", "99", "100", "1_0"])
def test_a_passphrase_asks_for_a_plain_number_of_work_up_to_20(work):
    salt = encode64(bytes(16)).decode()
    with pytest.raises(MalformedHeader):
        WORDS.unwrap([Stanza("scrypt", (salt, work), bytes(32))])


def test_a_passphrase_may_ask_for_20():
    stanza = Stanza("scrypt", (encode64(bytes(16)).decode(), "20"), bytes(32))
    assert _passphrase_stanza(stanza) == (bytes(16), 20)  # to derive it takes a gigabyte


@low_order
def test_a_recipient_of_low_order_is_refused_before_anything_is_sealed_to_it(point):
    for make in (
        lambda: X25519Recipient(point),
        lambda: parse_recipient(bech32.encode("age", point)),
        lambda: PQRecipient(LEE.recipient.public[:1184] + point),
        lambda: parse_recipient(bech32.encode("age1pq", LEE.recipient.public[:1184] + point)),
    ):
        with pytest.raises(MalformedKey):
            make()


@low_order
def test_a_share_of_low_order_is_told_apart_from_a_wrong_identity(point):
    share = encode64(point).decode()
    with pytest.raises(MalformedHeader, match="low order"):
        KIM.unwrap([Stanza("X25519", (share,), bytes(32))])
    enc = encode64(secrets.token_bytes(ENC - 32) + point).decode()
    with pytest.raises(MalformedHeader, match="low order"):
        LEE.unwrap([Stanza("mlkem768x25519", (enc,), bytes(32))])


def test_what_is_no_hybrid_key_is_refused():
    # 12 bits each below 3,329: all ones are not.
    for wrong in (b"\xff" * 1216, b"", bytes(1215), LEE.recipient.public + b"\0"):
        with pytest.raises(MalformedKey):
            PQRecipient(wrong)
    for wrong in (b"", bytes(31), bytes(33)):
        for make in (PQIdentity, X25519Identity, X25519Recipient):
            with pytest.raises(MalformedKey):
                make(wrong)


def test_the_recipient_of_a_seed_needs_no_identity():
    assert pq_recipient_from_seed(LEE.seed) == LEE.recipient
    assert opening.open_bytes(whole(b"abc", pq_recipient_from_seed(LEE.seed)), [LEE]) == b"abc"


def test_two_threads_share_a_recipient_and_an_identity():
    identity = PQIdentity.generate()
    recipient = parse_recipient(str(identity.recipient))

    def there_and_back(number):
        plain = b"%d" % number * 9999
        return opening.open_bytes(whole(plain, recipient), [identity]) == plain

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(there_and_back, range(200)))


def test_a_writer_left_by_an_error_leaves_no_file_that_opens():
    sink = io.BytesIO()

    def break_off():
        with sealing.SealingWriter(sink, [LEE.recipient]) as writer:
            writer.write(bytes(20 * CHUNK))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with pytest.raises(TamperedPayload):
        opening.open_bytes(sink.getvalue(), [LEE])


def test_a_source_is_not_closed_by_being_opened():
    for file in (whole(b"abc", LEE.recipient), armor.armored(whole(b"abc", LEE.recipient))):
        source = io.BytesIO(file)
        for _ in range(2):
            source.seek(0)
            assert b"".join(opening.open_file(source, [LEE])) == b"abc"
            gc.collect()
            assert not source.closed


@pytest.mark.parametrize("most", [1, 3, 11])
def test_a_source_that_gives_little_is_opened_in_armor_or_not(most):
    file = whole(b"abc", LEE.recipient)
    for form in (file, armor.armored(file), b" \r\n" * 5 + armor.armored(file)):
        assert b"".join(opening.open_file(Slow(form, most), [LEE])) == b"abc"


def test_a_file_on_disk_is_opened_buffered_or_raw(tmp_path):
    path = tmp_path / "file.age"
    plain = secrets.token_bytes(3 * CHUNK)
    with path.open("wb", buffering=0) as sink:
        sealing.seal_stream(io.BytesIO(plain), sink, [LEE.recipient])
    for buffering in (-1, 0, 16):
        with path.open("rb", buffering=buffering) as source:
            assert b"".join(opening.open_file(source, [LEE])) == plain
    with path.open("r+b") as source:
        assert b"".join(opening.open_file(source, [LEE])) == plain


def test_nothing_is_released_before_the_header_holds():
    file = whole(b"abc", LEE.recipient)
    for wrong, identity, error in (
        (file, PARK, WrongIdentity),
        (b"", LEE, MalformedHeader),
        (b"hello\n", LEE, MalformedHeader),
        (file.replace(b"--- ", b"--- A", 1), LEE, MalformedHeader),
    ):
        with pytest.raises(error):
            opening.open_file(io.BytesIO(wrong), [identity])


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_type_alone(hostile):
    with pytest.raises(CryptoError):
        opening.open_bytes(hostile, [LEE, KIM, WORDS])

import io
import itertools
import secrets
import tracemalloc

import pytest
from agekit import Slow
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto import sealing, stream
from crypto.errors import CryptoError, MalformedHeader, TamperedPayload
from crypto.identities import PQIdentity
from crypto.stream import (
    BATCH,
    CHUNK,
    NONCE,
    SEALED,
    TAG,
    PayloadWriter,
    open_chunks,
    open_from,
    seal_whole,
)

KEY = bytes(range(16))
NOISE = secrets.token_bytes(CHUNK)

edges = st.builds(
    lambda chunks, off: max(0, chunks * CHUNK + off),
    st.sampled_from([0, 1, 2, BATCH, BATCH + 1, 2 * BATCH]),
    st.integers(-2, 2),
)
steps = st.lists(st.sampled_from([1, 7, 65535, 65536, 65537, 200_001]), min_size=1, max_size=4)


class Stingy(io.BytesIO):
    """Takes less than it is given, as a raw pipe may."""

    def write(self, data):
        return super().write(memoryview(data)[:60_001])


def noise(size):
    return (NOISE * (size // CHUNK + 1))[:size]


def cut(plain, sizes):
    """`plain` in parts of these sizes, again and again; the last takes all that is left."""
    at = 0
    for size in itertools.islice(itertools.cycle(sizes), 40):
        yield plain[at : at + size]
        at += size
    yield plain[at:]


def sealed(plain, parts=None, sink=None):
    sink = io.BytesIO() if sink is None else sink
    writer = PayloadWriter(sink, KEY, bytes(NONCE))
    for part in [plain] if parts is None else parts:
        assert writer.write(part) == len(part)
    writer.close()
    return sink.getvalue()


def opened(payload):
    return b"".join(open_chunks(io.BytesIO(payload), KEY))


@settings(max_examples=60)
@given(edges, steps)
@example(0, [1])
@example(BATCH * CHUNK, [BATCH * CHUNK])
@example(BATCH * CHUNK + 1, [BATCH * CHUNK, 1])
@example(3 * CHUNK, [CHUNK])
def test_however_it_is_written_the_payload_is_the_same(size, sizes):
    plain = noise(size)
    payload = sealed(plain)
    assert len(payload) == NONCE + size + TAG * max(1, -(-size // CHUNK))
    assert sealed(plain, cut(plain, sizes)) == payload
    assert opened(payload) == plain


@settings(max_examples=20)
@given(edges, st.integers(1, 5).map(lambda n: n * 9973))
def test_a_source_that_gives_little_and_a_sink_that_takes_little_change_nothing(size, most):
    plain = noise(size)
    payload = sealed(plain)
    assert sealed(plain, sink=Stingy()) == payload
    assert b"".join(open_chunks(Slow(payload, most), KEY)) == plain


def test_a_nonce_that_comes_byte_by_byte_is_whole():
    assert b"".join(open_chunks(Slow(sealed(b"abc"), 1), KEY)) == b"abc"


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 9])
def test_opened_from_any_chunk_on_it_is_the_same(size):
    payload, plain = sealed(noise(size)), noise(size)
    for skip in range(max(0, size - 1) // CHUNK + 1):
        source = io.BytesIO(b"before it" + payload)
        source.seek(9)
        assert b"".join(open_from(source, KEY, skip)) == plain[skip * CHUNK :]
    with pytest.raises(TamperedPayload):
        list(open_from(io.BytesIO(payload), KEY, skip + 1))


@pytest.mark.parametrize("size", [CHUNK + 9, 3 * CHUNK])
def test_what_was_cut_gives_no_part_of_it(size):
    """The first chunks are whole and sealed for their place: only the last tells."""
    payload = sealed(noise(size))
    cuts = {len(payload) - 1, *range(NONCE + SEALED, len(payload), SEALED), NONCE, NONCE + 1}
    for cut in cuts:
        for altered in (payload[:cut], payload[:-1] + bytes([payload[-1] ^ 1]), payload + b"x"):
            with pytest.raises(TamperedPayload):
                next(open_from(io.BytesIO(altered), KEY, 0))
    with pytest.raises(MalformedHeader):
        next(open_from(io.BytesIO(payload[: NONCE - 1]), KEY, 0))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_can_be_written_and_changed_afterwards(kind):
    plain = noise(CHUNK + 5)
    writer = PayloadWriter(sink := io.BytesIO(), KEY)
    part = kind(plain)
    writer.write(part)
    if kind is bytearray:
        part[:] = bytes(len(part))
        part.clear()  # no view of it is left
    writer.close()
    assert opened(sink.getvalue()) == plain


def test_items_wider_than_a_byte_are_counted_in_bytes():
    wide = memoryview(bytearray(noise(CHUNK * 2))).cast("Q")
    writer = PayloadWriter(sink := io.BytesIO(), KEY)
    assert writer.write(wide) == CHUNK * 2
    writer.close()
    assert opened(sink.getvalue()) == bytes(wide)


def test_every_payload_has_a_nonce_of_its_own():
    first, second = (sealing.seal_payload(b"the same", KEY) for _ in range(2))
    assert first[:NONCE] != second[:NONCE]
    assert first[NONCE:] != second[NONCE:]


@given(edges)
@example(0)
@settings(deadline=None)
def test_what_is_sealed_whole_is_what_a_writer_makes(size):
    plain = noise(size)
    whole = seal_whole(plain, KEY, bytes(NONCE))
    assert whole == sealed(plain)
    assert opened(whole) == plain


def test_sealing_a_testimony_takes_no_more_memory_than_itself_three_times():
    plain = noise(32 * 1024)
    sealing.seal_payload(plain, KEY)
    tracemalloc.start()
    try:
        sealing.seal_payload(plain, KEY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * len(plain)


def test_a_writer_that_was_closed_holds_no_room_however_long_it_lives():
    tracemalloc.start()
    try:
        writers = [PayloadWriter(io.BytesIO(), KEY) for _ in range(8)]
        for writer in writers:
            writer.write(b"abc")
            writer.close()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < CHUNK


def test_closing_twice_is_closing_once_and_nothing_is_written_after():
    writer = PayloadWriter(sink := io.BytesIO(), KEY)
    writer.write(b"abc")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="last chunk"):
        writer.write(b"d")
    assert opened(sink.getvalue()) == b"abc"


def test_what_was_never_closed_never_opens():
    for size in (0, 1, CHUNK, CHUNK + 1, (BATCH + 2) * CHUNK):
        writer = PayloadWriter(sink := io.BytesIO(), KEY)
        writer.write(noise(size))
        with pytest.raises(TamperedPayload):
            opened(sink.getvalue())


def test_a_large_write_is_not_gathered_in_memory():
    held = []

    class Sink:
        def write(self, data):
            held.append(len(data))

    writer = PayloadWriter(Sink(), KEY)
    writer.write(bytes(40 * CHUNK))
    assert max(held) <= BATCH * SEALED
    assert len(writer._held) == CHUNK


def test_a_source_that_does_not_wait_is_never_taken_for_one_that_ended():
    class Impatient:
        def __init__(self):
            self.parts = [b"a", None]

        def read(self, _):
            return self.parts.pop(0)

    with pytest.raises(TypeError):
        sealing.seal_stream(Impatient(), io.BytesIO(), [PQIdentity.generate().recipient])


def three_chunks():
    """Payloads of three chunks, whose last is full or short."""
    return [pytest.param(noise(size), id=str(size)) for size in (3 * CHUNK, 2 * CHUNK + 9)]


@pytest.mark.parametrize("plain", three_chunks())
def test_a_cut_at_any_edge_of_a_chunk_is_noticed(plain):
    payload = sealed(plain)
    for edge in (0, 1, 2, 3):
        for off in range(-TAG - 1, TAG + 2):
            end = NONCE + edge * SEALED + off
            if 0 <= end < len(payload):
                with pytest.raises(CryptoError) as caught:
                    opened(payload[:end])
                assert caught.type is (MalformedHeader if end < NONCE else TamperedPayload)


@pytest.mark.parametrize("plain", three_chunks())
def test_chunks_that_are_swapped_dropped_doubled_or_added_are_noticed(plain):
    payload = sealed(plain)
    nonce, body = payload[:NONCE], payload[NONCE:]
    chunks = [body[at : at + SEALED] for at in range(0, len(body), SEALED)]
    first, second, last = chunks
    empty = sealed(b"")[NONCE:]
    for wrong in (
        [second, first, last], [first, last], [second, last], [first, second], [last],
        [first, first, second, last], [*chunks, last], [*chunks, empty], [*chunks, b"x"],
        [empty, *chunks], [first, second, empty], [],
    ):  # fmt: skip
        with pytest.raises(TamperedPayload):
            opened(nonce + b"".join(wrong))


@pytest.mark.parametrize("chunks", [1, 2, BATCH, BATCH + 1])
def test_an_empty_last_chunk_is_refused_even_if_it_was_sealed_so(chunks):
    key = stream.StreamKey(KEY, bytes(NONCE))
    room = bytearray(SEALED)

    def chunk(number, plain, *, final):
        size = key.seal_into(number, memoryview(plain), memoryview(room), final=final)
        return bytes(room[:size])

    full = [chunk(n, NOISE, final=False) for n in range(chunks)]
    payload = bytes(NONCE) + b"".join(full)
    assert opened(payload + chunk(chunks, b"x", final=True)) == NOISE * chunks + b"x"
    with pytest.raises(TamperedPayload, match="empty"):
        opened(payload + chunk(chunks, b"", final=True))


def test_a_chunk_of_another_payload_is_noticed():
    first, second = sealing.seal_payload(b"one", KEY), sealing.seal_payload(b"two", KEY)
    with pytest.raises(TamperedPayload):
        opened(first[:NONCE] + second[NONCE:])


@given(st.binary(max_size=100))
def test_any_bytes_are_refused_by_type_alone(hostile):
    with pytest.raises((MalformedHeader, TamperedPayload)):
        opened(hostile)

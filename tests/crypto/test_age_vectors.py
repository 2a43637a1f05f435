import hashlib
import io

import agekit
import pytest

from crypto import armor, opening
from crypto.errors import CryptoError
from crypto.header import read_header
from crypto.stream import NONCE, PayloadWriter, open_chunks

every = pytest.mark.parametrize("vector", agekit.VECTORS, ids=str)
# Armor that cannot be recognised as such is read as armor only when asked.
recognised = [v for v in agekit.VECTORS if not v.armored or v.file.lstrip().startswith(b"-----BEG")]
whole = [v for v in agekit.VECTORS if v.expect is None and v.file_key is not None]


def release(chunks):
    """Everything that comes out, and the error that ended it."""
    digest = hashlib.sha256()
    try:
        for chunk in chunks():
            digest.update(chunk)
    except CryptoError as error:
        return digest.hexdigest(), type(error)
    return digest.hexdigest(), None


def holds(vector, chunks):
    digest, outcome = release(chunks)
    assert outcome is vector.expect
    if vector.payload:
        assert digest == vector.payload


def dearmored(vector):
    return armor.reader(io.BytesIO(vector.file)).read() if vector.armored else vector.file


def test_there_are_143_vectors():
    assert len(agekit.VECTORS) == 143


@every
def test_a_stream_has_the_declared_outcome(vector):
    opener = opening.open_armored if vector.armored else opening.open_file
    holds(vector, lambda: opener(io.BytesIO(vector.file), vector.identities))


@every
def test_a_source_that_gives_one_byte_at_a_time_has_the_declared_outcome(vector):
    class Slow(io.BytesIO):
        def readinto(self, buffer):
            return super().readinto(memoryview(buffer)[:7])

    opener = opening.open_armored if vector.armored else opening.open_file
    source = io.BufferedReader(Slow(vector.file), 16)
    holds(vector, lambda: opener(source, vector.identities))


@pytest.mark.parametrize("vector", recognised, ids=str)
def test_the_whole_in_memory_has_the_declared_outcome(vector):
    def whole():
        return [opening.open_bytes(vector.file, vector.identities)]

    digest, outcome = release(whole)
    assert outcome is vector.expect
    assert outcome or digest == vector.payload


@every
def test_header_and_payload_apart_have_the_declared_outcome(vector):
    def chunks():
        source = io.BytesIO(dearmored(vector))
        read_header(source)
        split = source.tell()
        header, payload = source.getvalue()[:split], source.getvalue()[split:]
        file_key = opening.unwrap(header, vector.identities)
        yield from opening.open_payload(io.BytesIO(payload), file_key)

    holds(vector, chunks)


@every
def test_a_header_that_parses_is_written_again_byte_for_byte(vector):
    written = []

    def again():
        source = io.BytesIO(dearmored(vector))
        header = read_header(source)
        written.append(bytes(header) == source.getvalue()[: source.tell()])
        return ()

    _, outcome = release(again)
    assert outcome in (None, vector.expect)
    assert written == ([] if outcome else [True])


@pytest.mark.parametrize("vector", whole, ids=str)
def test_a_payload_is_sealed_again_byte_for_byte(vector):
    source = io.BytesIO(dearmored(vector))
    read_header(source)
    payload = source.read()
    plain = b"".join(open_chunks(io.BytesIO(payload), vector.file_key))
    sink = io.BytesIO()
    writer = PayloadWriter(sink, vector.file_key, payload[:NONCE])
    writer.write(plain)
    writer.close()
    assert sink.getvalue() == payload


@every
def test_armor_is_written_as_it_is_read(vector):
    data = dearmored(vector) if vector.expect is None else vector.file
    assert armor.reader(io.BytesIO(armor.armored(data))).read() == data

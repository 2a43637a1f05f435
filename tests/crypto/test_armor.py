import base64
import io

import pytest
from agekit import Slow
from hypothesis import given
from hypothesis import strategies as st

from crypto import armor
from crypto.errors import MalformedArmor

DATA = bytes(range(100))


def read(data):
    return armor.reader(io.BytesIO(data)).read()


@given(st.binary(min_size=1, max_size=300))
def test_what_is_put_in_armor_is_taken_out_again(data):
    text = armor.armored(data)
    assert read(text) == data
    assert all(len(line) <= 64 for line in text.splitlines())
    assert base64.b64decode(b"".join(text.splitlines()[1:-1])) == data


def test_blanks_around_and_carriage_returns_at_the_ends_are_allowed():
    text = armor.armored(DATA)
    assert read(b" \r\n\t\n" + text + b"\n \t") == DATA
    assert read(text.replace(b"\n", b"\r\n")) == DATA
    assert read(text.removesuffix(b"\n")) == DATA


@pytest.mark.parametrize("blanks", [b" " * 4000, b"\n" * 4000, b" \n" * 2000])
def test_blanks_around_have_a_limit(blanks):
    text = armor.armored(DATA)
    for data in (blanks + text, text + blanks):
        with pytest.raises(MalformedArmor):
            read(data)


def test_what_follows_is_noticed_however_slowly_it_comes():
    for rest in (b"x", b" " * 20 + b"x", armor.armored(DATA)):
        with pytest.raises(MalformedArmor):
            armor.reader(Slow(armor.armored(DATA) + rest)).read()


def test_armor_that_is_cut_anywhere_is_refused():
    text = armor.armored(DATA).rstrip()
    for end in range(len(text)):
        with pytest.raises(MalformedArmor):
            read(text[:end])


@pytest.mark.parametrize(
    "lines",
    [
        [b"AAAA", b"AAAA"],
        [b"A" * 68],
        [b"AAA"],
        [b"AA"],
        [b"AB=="],
        [b"AAA=="],
        [b"AAAA "],
        [b" AAAA"],
        [b"AA-_"],
        [b""],
        [b"A" * 64, b""],
        [b"A" * 62 + b"==", b"AAAA"],
        [b"AA\rAA"],
    ],
)
def test_lines_are_full_but_the_last_and_in_canonical_base64(lines):
    with pytest.raises(MalformedArmor):
        read(b"\n".join([armor.BEGIN, *lines, armor.END]))


@pytest.mark.parametrize("at", [0, -1])
def test_the_first_and_the_last_line_are_exact(at):
    for wrong in (b"-----BEGIN AGE-----", b"x", b"-----END PGP MESSAGE-----"):
        lines = armor.armored(DATA).splitlines()
        for changed in (wrong, lines[at].lower(), lines[at] + b" ", b" " + lines[at]):
            lines[at] = changed
            with pytest.raises(MalformedArmor):
                read(b"\n".join(lines))


def test_a_line_without_an_end_is_not_read_to_its_end():
    class Endless(io.RawIOBase):
        taken = 0

        def readline(self, size=-1):
            self.taken += size
            return b"A" * size

    source = Endless()
    with pytest.raises(MalformedArmor):
        armor.reader(source).read()
    assert source.taken < 5000


@pytest.mark.parametrize("size", [*range(100), 4799, 4800, 4801])
def test_every_length_ends_where_it_ends(size):
    """A last line may be full: then only the line after it tells that it was the last."""
    data = bytes(range(256)) * 20
    assert armor.reader(io.BytesIO(armor.armored(data[:size]))).read() == data[:size]


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b" \n", b" " * 1023 + b"\n"])
def test_as_many_blanks_may_come_before_it_and_no_more(line):
    most = 1024 // len(line.replace(b"\r", b""))
    whole = armor.armored(b"what is inside")
    assert armor.reader(io.BytesIO(line * most + whole)).read() == b"what is inside"
    with pytest.raises(MalformedArmor, match="Too many blanks"):
        armor.reader(io.BytesIO(line * most + b"\n" + whole)).read()


def test_as_many_blanks_may_come_after_it_and_no_more():
    whole = armor.armored(b"what is inside")
    assert armor.reader(io.BytesIO(whole + b"\n" * 1023)).read() == b"what is inside"
    with pytest.raises(MalformedArmor, match="follows"):
        armor.reader(io.BytesIO(whole + b"\n" * 1024)).read()

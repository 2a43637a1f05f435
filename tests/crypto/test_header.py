import io
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedHeader, TamperedHeader
from crypto.header import (
    LONGEST,
    LONGEST_LINE,
    VERSION,
    Header,
    Stanza,
    decode64,
    encode64,
    read_header,
)

KEY = bytes(16)
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=9)
stanzas = st.lists(
    st.builds(
        Stanza,
        VISIBLE.filter(lambda kind: kind != "scrypt"),
        st.lists(VISIBLE, max_size=3).map(tuple),
        st.binary(max_size=150),
    ),
    min_size=1,
    max_size=4,
)
MAC = b"--- " + b"A" * 43 + b"\n"


def read(data):
    return read_header(io.BytesIO(data))


@given(stanzas, st.binary(max_size=3))
def test_a_header_is_read_as_it_was_written_and_the_rest_is_left(written, rest):
    header = Header.make(written, KEY)
    source = io.BytesIO(bytes(header) + rest)
    assert read_header(source) == header
    assert source.read() == rest
    header.verify(KEY)
    with pytest.raises(TamperedHeader):
        header.verify(bytes(15) + b"\1")


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 95, 96, 97])
def test_a_body_ends_with_a_short_line_even_an_empty_one(size):
    stanza = Stanza("x", (), secrets.token_bytes(size))
    *full, last = bytes(stanza).split(b"\n")[1:-1]
    assert {len(line) for line in full} <= {64}
    assert len(last) < 64
    assert read(bytes(Header.make([stanza], KEY))).stanzas == (stanza,)


def test_a_carriage_return_is_refused_wherever_it_stands():
    good = bytes(Header.make([Stanza("x", ("y",), bytes(50))], KEY))
    read(good)
    for at in range(len(good)):
        for data in (good[:at] + b"\r" + good[at:], good[:at] + b"\r" + good[at + 1 :]):
            with pytest.raises(MalformedHeader):
                read(data)
    with pytest.raises(MalformedHeader):
        read(good.replace(b"\n", b"\r\n"))


def test_a_header_that_is_cut_anywhere_is_refused():
    good = bytes(Header.make([Stanza("x", ("y",), bytes(50)), Stanza("z", (), b"")], KEY))
    for end in range(len(good)):
        with pytest.raises(MalformedHeader):
            read(good[:end])


@pytest.mark.parametrize(
    "line",
    [b"-> ", b"->", b"-> x ", b"->  x", b"-> x  y", b"-> \tx", b"-> x\x7f", b"-> \xc3\xa4", b"->x"],
)
def test_arguments_are_visible_and_one_blank_apart(line):
    with pytest.raises(MalformedHeader):
        read(VERSION + line + b"\n\n" + MAC)


@pytest.mark.parametrize(
    "end",
    [
        b"---" + b"A" * 43 + b"\n",
        b"--- " + b"A" * 42 + b"\n",
        b"--- " + b"A" * 44 + b"\n",
        b"--- " + b"A" * 43 + b"=\n",
        b"--- " + b"A" * 42 + b"B\n",
        b"--- " + b"A" * 42 + b"-\n",
        b"---  " + b"A" * 42 + b"\n",
        b"--- " + b"A" * 43 + b" \n",
        b"--- \n",
        b"\n" + MAC,
    ],
)
def test_the_last_line_is_exactly_a_mac(end):
    with pytest.raises(MalformedHeader):
        read(VERSION + b"-> x\n\n" + end)


def test_a_header_without_stanzas_is_refused():
    with pytest.raises(MalformedHeader):
        read(VERSION + MAC)


@pytest.mark.parametrize(
    "coded",
    [b"A", b"AB", b"AAB", b"AA==", b"AAA=", b"A A", b"AAAA\n", b"AA-_", b"=", b"====", b"AAAA=AAA"],
)
def test_base64_is_canonical(coded):
    with pytest.raises(MalformedHeader):
        decode64(coded)


@given(st.binary(max_size=60))
def test_only_one_spelling_of_base64_is_read(coded):
    try:
        data = decode64(coded)
    except MalformedHeader:
        return
    assert b"=" not in coded
    assert bytes(Stanza("x", (), data)).split(b"\n")[1] == coded


def test_a_passphrase_stanza_stands_alone():
    scrypt, other = Stanza("scrypt", ("a", "1"), bytes(32)), Stanza("x", (), b"")
    read(bytes(Header.make([scrypt], KEY)))
    for mixed in ([scrypt, other], [other, scrypt], [scrypt, scrypt]):
        with pytest.raises(MalformedHeader, match="alone"):
            read(bytes(Header.make(mixed, KEY)))


def test_the_limits_hold_at_their_edges():
    line = b"-> " + b"x" * (LONGEST_LINE - 4) + b"\n"
    read(VERSION + line + b"\n" + MAC)
    with pytest.raises(MalformedHeader):
        read(VERSION + b"-> x" + line[3:] + b"\n" + MAC)
    body = (b"A" * 64 + b"\n") * 16129
    rest = LONGEST - len(VERSION + body + b"\n" + MAC)
    read(VERSION + b"-> " + b"x" * (rest - 4) + b"\n" + body + b"\n" + MAC)
    with pytest.raises(MalformedHeader):
        read(VERSION + b"-> " + b"x" * (rest - 3) + b"\n" + body + b"\n" + MAC)


def test_no_more_than_the_limit_is_read_of_what_never_ends():
    class Endless(io.RawIOBase):
        taken = 0

        def readline(self, size=-1):
            self.taken += size
            return (b"-> x\n" if size == 5 else b"-> " + b"x" * (size - 4) + b"\n")[:size]

    source = Endless()
    with pytest.raises(MalformedHeader):
        read_header(source)
    assert source.taken <= LONGEST


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_type_alone(hostile):
    for data in (hostile, VERSION + hostile, VERSION + b"-> x\n" + hostile):
        with pytest.raises(MalformedHeader):
            read(data)


@pytest.mark.parametrize(("data", "coded"), [(b"\0\0\x17", b"AAAX"), (b"\0", b"AA"), (b"", b"")])
def test_padding_is_all_that_is_taken_off(data, coded):
    assert encode64(data) == coded
    assert decode64(coded) == data

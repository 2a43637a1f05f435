import contextlib
import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naru_vectors import cases

from crypto.documents import KINDS, LANGS, LONGEST, WAYS, Document, File, Reply
from crypto.errors import MalformedDocument

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.from_regex(r"\A[a-z0-9_]{1,64}\Z")
FIELDS = st.dictionaries(NAMES, TEXT | st.lists(TEXT, max_size=5), max_size=6)
HEX = st.binary(min_size=16, max_size=16).map(bytes.hex)
REPLY = Reply("age1pq1" + "q" * 1952, bytes(range(32)))
FILE = File("a.jpg", "image/jpeg", 3, "ab" * 32, bytes(16))
DOCUMENTS = st.builds(
    Document,
    kind=st.sampled_from(sorted(KINDS - {"attachment"})),
    id=HEX,
    thread=HEX,
    epoch=st.sampled_from(["standing", "2026-W47"]),
    way=st.sampled_from(sorted(WAYS)),
    lang=st.sampled_from(sorted(LANGS)),
    fields=FIELDS,
    about=st.none() | HEX,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def document(**changes):
    held = {
        "kind": "testimony",
        "id": "0" * 32,
        "thread": "1" * 32,
        "epoch": "2026-W47",
        "way": "server",
        "lang": "ko",
        "fields": {"w_narrative": "강"},
    }
    return Document(**{**held, **changes})


def data(case):
    return bytes.fromhex(case["hex"]) + b" " * case["blanks"]


@cases("documents", "well-formed")
def test_a_well_formed_document_is_read_and_written_in_one_way(case):
    read = Document.from_bytes(data(case))
    written = read.to_bytes()
    assert json.loads(written) == case["document"]
    assert len(written) == case["length"]
    assert hashlib.sha256(written).hexdigest() == case["sha256"]
    assert Document.from_bytes(written) == read == Document.from_object(case["document"])


@cases("documents", "malformed")
def test_a_malformed_document_is_refused_by_type(case):
    with pytest.raises(MalformedDocument):
        Document.from_bytes(data(case))


@given(DOCUMENTS)
def test_what_is_written_is_read_back(written):
    assert Document.from_bytes(written.to_bytes()) == written


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_type_alone(hostile):
    with pytest.raises(MalformedDocument):
        Document.from_bytes(hostile)


@given(st.sampled_from(sorted(document(reply=REPLY).to_object())), JSON)
def test_any_value_under_any_key_is_read_or_refused_by_type(key, value):
    held = {**document(reply=REPLY).to_object(), key: value}
    hostile = json.dumps(held).encode()
    with contextlib.suppress(MalformedDocument):
        assert Document.from_bytes(hostile).to_object().keys() >= held.keys() - {key}


@given(st.sampled_from(sorted(FILE.to_object())), JSON)
def test_any_value_in_a_file_is_read_or_refused_by_type(key, value):
    held = document(kind="attachment", fields={}, file=FILE).to_object()
    with contextlib.suppress(MalformedDocument):
        Document.from_object({**held, "file": {**FILE.to_object(), key: value}})


def test_the_longest_document_is_written_and_read_and_no_longer_one():
    room = len(document(fields={"a": "x"}).to_bytes().rstrip(b" ")) - 1
    longest = document(fields={"a": "x" * (LONGEST - room)})
    assert len(longest.to_bytes()) == LONGEST
    assert Document.from_bytes(longest.to_bytes()) == longest
    with pytest.raises(MalformedDocument):
        document(fields={"a": "x" * (LONGEST - room + 1)}).to_bytes()
    with pytest.raises(MalformedDocument):
        Document.from_bytes(longest.to_bytes() + b" ")


def test_a_form_of_four_mebibytes_of_quotes_is_never_too_long():
    written = document(fields={"w_narrative": '"' * (4 << 20)}).to_bytes()
    assert len(written) <= LONGEST


def test_a_document_shows_none_of_its_content_in_a_traceback():
    shown = repr(document(fields={"w_narrative": "secret"}, thread="5" * 32, reply=REPLY))
    shown += repr(document(kind="attachment", file=dataclasses.replace(FILE, name="secret")))
    assert "secret" not in shown
    assert "5" * 32 not in shown


def test_the_fields_of_a_document_do_not_change_after_it_is_made():
    fields = {"a": "x"}
    made = document(fields=fields)
    fields["a"] = "y"
    assert made.fields == {"a": "x"}
    with pytest.raises(TypeError):
        made.fields["a"] = "z"


def test_what_the_form_must_not_write_is_refused_before_it_is_sealed():
    for changes in ({"fields": {"a": "\ud800"}}, {"kind": "desk"}, {"file": FILE}, {"form": 2}):
        with pytest.raises(MalformedDocument):
            document(**changes)


def test_a_files_fields_are_strings_without_its_key():
    assert FILE.fields() == {
        "name": "a.jpg",
        "type": "image/jpeg",
        "size": "3",
        "sha256": "ab" * 32,
    }


WRONG = [
    ("kind", lambda: document(kind="desk")),
    ("id", lambda: document(id="0" * 31)),
    ("id", lambda: document(thread="G" * 32)),
    ("epoch", lambda: document(epoch="2026-W54")),
    ("way", lambda: document(way="phone")),
    ("way", lambda: document(lang="fr")),
    ("form", lambda: document(form=2)),
    ("form", lambda: document(form=True)),
    ("reply", lambda: document(kind="addition", reply=REPLY)),
    ("file", lambda: document(file=FILE)),
    ("file", lambda: document(kind="attachment")),
    ("about", lambda: document(about="x")),
    ("number", lambda: document(number=-1)),
    ("number", lambda: document(number=1 << 32)),
    ("length", lambda: Document.from_bytes(bytes(LONGEST + 1))),
    ("length", lambda: document(fields={"a": "x" * LONGEST}).to_bytes()),
    ("keys", lambda: Document.from_object({**document().to_object(), "more": 1})),
    ("keys", lambda: Document.from_object({"naru": 1})),
    ("naru", lambda: Document.from_object({**document().to_object(), "naru": 2})),
    ("naru", lambda: Document.from_object({**document().to_object(), "naru": True})),
    ("fields", lambda: Document.from_object({**document().to_object(), "fields": []})),
    ("about", lambda: Document.from_object({**document().to_object(), "about": None})),
    ("number", lambda: Document.from_object({**document().to_object(), "number": None})),
    ("recipient", lambda: dataclasses.replace(REPLY, recipient="age1")),
    ("slots", lambda: dataclasses.replace(REPLY, slots=bytes(31))),
    ("file", lambda: dataclasses.replace(FILE, name="x" * 256)),
    ("file", lambda: dataclasses.replace(FILE, type="x" * 256)),
    ("size", lambda: dataclasses.replace(FILE, size=-1)),
    ("size", lambda: dataclasses.replace(FILE, size=1 << 53)),
    ("sha256", lambda: dataclasses.replace(FILE, sha256="AB" * 32)),
    ("key", lambda: dataclasses.replace(FILE, key=bytes(15))),
]


@pytest.mark.parametrize(
    ("what", "make"), WRONG, ids=[f"{name} {n}" for n, (name, _) in enumerate(WRONG)]
)
def test_a_refusal_names_what_is_not_as_it_should_be(what, make):
    with pytest.raises(MalformedDocument, match=rf"^The document's {what} is not as section 2"):
        make()


def test_what_a_file_says_of_itself_is_taken_to_its_edges():
    for size in (0, 1, (1 << 53) - 1):
        assert dataclasses.replace(FILE, size=size).size == size
    assert dataclasses.replace(FILE, name="x" * 255, type="").name == "x" * 255
    for number in (0, (1 << 32) - 1):
        assert document(number=number).number == number

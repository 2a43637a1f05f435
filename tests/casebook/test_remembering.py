"""What the index keeps of each person is what it would read anew, whatever was added since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casebook.indexing.index import Index

RINGS = ["reviewers"]
PERSONS = [f"{n:032x}" for n in range(1, 6)]
RECORDS = [f"{n:032x}" for n in range(11, 14)]
TAGS = [f"{n:032x}" for n in range(21, 27)]
DAY = "2026-01-01"


def tag(tag_id, person, stage="cn_arrest"):
    said = {"stage": stage, "track": "common", "start": 0, "end": 3, "text": "나는", "episode": 1}
    said |= {"date_from": "2023-10", "date_to": "", "date_as_stated": "", "knowledge": "saw"}
    return {"id": tag_id, "person": person, **said, "confidence": "sure", "by": "o", "day": DAY}


def document(record):
    fields = {"w_narrative": f"나는 {record}"}
    return {
        "e": "document",
        "document": {
            "kind": "testimony", "thread": record, "lang": "ko", "way": "server", "fields": fields,
        },
    }  # fmt: skip


@pytest.fixture
def index():
    made = Index()
    for person in PERSONS:
        made.add(person, "reviewers", [{"e": "person", "name": f"가{person[-1]}"}], DAY)
    for record in RECORDS:
        made.add(record, "reviewers", [document(record)], DAY)
    return made


def told(index, person):
    """Return what is told of a person and of those joined to them, read anew."""
    tags = [t for one in index.family(person) for t in index.tags(RINGS, person=one)]
    return sorted((t.id, t.record, t.person, t.stage) for t in tags)


class Reader:
    """Reads of each person through the index, and remembers whom it was asked about."""

    def __init__(self, index):
        self.index, self.asked = index, []

    def make(self, missing):
        self.asked.append(list(missing))
        return {one: told(self.index, one) for one in missing}

    def read(self):
        roots = dict.fromkeys(self.index.root(one) for one in PERSONS)
        return self.index.each(("told",), roots, self.make)


person, record, tag_id = (st.sampled_from(each) for each in (PERSONS, RECORDS, TAGS))
ACTS = st.one_of(
    st.tuples(st.just("tag"), record, tag_id, person),
    st.tuples(st.just("edit"), record, tag_id, person),
    st.tuples(st.sampled_from(["untag", "retag"]), record, tag_id, person),
    st.tuples(st.sampled_from(["join", "part"]), person, person),
    st.tuples(st.sampled_from(["read", "note"]), record),
    st.tuples(st.just("forget"), record),
)


def act(index, what, place, *rest, ring="reviewers"):
    match what:
        case "tag":
            event = {"e": "tag", **tag(*rest)}
        case "edit":
            event = {"e": "edit", "seen": 1, **tag(*rest, stage="cn_detention")}
        case "untag" | "retag":
            event = {"e": what, "tag": rest[0], "by": "o", "day": DAY}
        case "join" | "part":
            if what == "join" and index.root(place) == index.root(rest[0]):
                return
            event = {"e": what, "child": rest[0], "by": "o", "day": DAY}
        case "read":
            event = {"e": "read", "member": "m", "day": DAY}
        case "note":
            event = {"e": "note", "id": "n", "text": "t", "by": "o", "day": DAY}
        case _:
            index.forget(place)
            return
    index.add(place, ring, [event], DAY)


@given(st.lists(ACTS, max_size=25))
def test_what_is_kept_of_each_person_is_what_would_be_read_anew(acts):
    made = Index()
    for one in PERSONS:
        made.add(one, "reviewers", [{"e": "person", "name": f"가{one[-1]}"}], DAY)
    for one in RECORDS:
        made.add(one, "reviewers", [document(one)], DAY)
    reader = Reader(made)
    for each in acts:
        act(made, *each)
        assert reader.read() == {one: told(made, one) for one in reader.read()}


@given(st.lists(st.tuples(ACTS, st.sampled_from(["reviewers", "leads"])), max_size=25))
def test_what_stands_on_each_stage_is_what_would_be_counted_anew(acts):
    made = Index()
    for one in RECORDS:
        made.add(one, "reviewers", [document(one)], DAY)
    seen = (["reviewers"], ["leads"], ["leads", "reviewers"])
    for rings in seen:
        assert made.placed(rings) == {}
    for each, ring in acts:
        act(made, *each, ring=ring)
        for rings in seen:
            anew = {cell: tuple(n) for cell, n in made._counted_anew(tuple(rings)).items()}
            assert made.placed(rings) == anew


def test_a_tag_more_counts_nothing_anew(index, monkeypatch):
    index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[0], PERSONS[0])}], DAY)
    assert index.placed(RINGS) == {("cn_arrest", "common"): (1, 1)}
    monkeypatch.setattr(index, "_counted_anew", None)
    index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[1], PERSONS[1])}], DAY)
    assert index.placed(RINGS) == {("cn_arrest", "common"): (1, 2)}
    index.forget(RECORDS[0])
    assert index.placed(RINGS) == {}


def test_while_very_much_is_taken_in_nothing_kept_follows_each_event(index, monkeypatch):
    reader = Reader(index)
    reader.read()
    index.placed(RINGS)
    with index.filling(), monkeypatch.context() as patch:
        for one in ("_tells_of", "_stands"):
            patch.setattr(index, one, None)
        index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[0], PERSONS[0])}], DAY)
    assert index.placed(RINGS) == {("cn_arrest", "common"): (1, 1)}
    assert reader.read() == {one: told(index, one) for one in PERSONS}


def test_what_is_shared_already_makes_nothing_stale(index):
    made = []
    for _ in range(3):
        index.share(RECORDS[0], "to:somebody")
        index.kept(("x",), lambda: made.append(1) or [1])
    assert made == [1]
    index.forget(RECORDS[0])
    index.share(RECORDS[0], "to:somebody")
    index.kept(("x",), lambda: made.append(1) or [1])
    assert made == [1, 1]


def test_a_tag_of_one_person_leaves_the_others_as_they_were_read(index):
    reader = Reader(index)
    reader.read()
    index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[0], PERSONS[2])}], DAY)
    reader.read()
    assert reader.asked[1:] == [[PERSONS[2]]]


def test_what_tells_of_nobody_leaves_everything_as_it_was(index):
    made = []
    index.kept(("x",), lambda: made.append(1) or [1])
    index.told("SELECT count(*) FROM tag")
    for event in (
        {"e": "read", "member": "m", "day": DAY},
        {"e": "state", "state": "done", "by": "o", "day": DAY},
        {"e": "note", "id": "n", "text": "t", "by": "o", "day": DAY},
    ):
        index.add(RECORDS[0], "reviewers", [event], DAY)
        index.kept(("x",), lambda: made.append(1) or [1])
    assert made == [1]
    index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[0], PERSONS[0])}], DAY)
    index.kept(("x",), lambda: made.append(1) or [1])
    assert made == [1, 1]
    assert index.told("SELECT count(*) FROM tag") == [(1,)]


def test_what_is_shared_or_forgotten_makes_everything_be_read_anew(index):
    reader = Reader(index)
    for change in (lambda: index.share(RECORDS[0], "to:m"), lambda: index.forget(RECORDS[1])):
        reader.read()
        reader.asked.clear()
        change()
        reader.read()
        assert len(reader.asked[0]) == len(PERSONS)


def test_a_reading_during_which_something_was_told_is_not_kept(index):
    def make(missing):
        index.add(RECORDS[0], "reviewers", [{"e": "tag", **tag(TAGS[0], PERSONS[0])}], DAY)
        return dict.fromkeys(missing, "before")

    assert index.each(("told",), PERSONS, make) == dict.fromkeys(PERSONS, "before")
    reader = Reader(index)
    assert reader.read()[PERSONS[0]] == told(index, PERSONS[0]) != []

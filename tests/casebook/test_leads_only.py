"""What a witness wants kept from somebody is for leads, and so is all that belongs to it."""

import secrets

import pytest

from app.casebook.indexing import mapping
from app.casebook.shapes import NotYours


def seen(kit, name, book=None):
    ring = kit.ring(name, book)
    (book or kit.book).collect(ring)
    return set(kit.ids(ring, book))


def test_a_reviewer_with_triage_leaves_it_sealed_for_a_lead(kit):
    record = kit.arrive(w_not_read="최 아무개")
    assert seen(kit, "colleague") == set()
    assert kit.headers() == 1
    with pytest.raises(NotYours):
        kit.book.testimony(kit.ring("colleague"), record)
    assert seen(kit, "owner") == {record}
    assert kit.headers() == 0
    assert seen(kit, "colleague") == seen(kit, "outsider") == set()
    for name in ("colleague", "outsider"):
        with pytest.raises(NotYours):
            kit.book.testimony(kit.ring(name), record)
        assert not kit.book.search(kit.ring(name), "도문")
        assert not mapping.placed(kit.book.vault.index(kit.ring(name)), kit.ring(name))


@pytest.mark.parametrize("who", ["colleague", "owner"])
def test_a_letter_that_belongs_to_it_is_for_leads_too(kit, who):
    thread = secrets.token_hex(16)
    record = kit.arrive(w_not_read="최 아무개", thread=thread)
    seen(kit, "owner")
    letter = kit.arrive("덧붙이는 글", kind="addition", thread=thread)
    seen(kit, who)
    assert not kit.book.search(kit.ring("outsider"), "덧붙이는")
    with pytest.raises(NotYours):
        kit.book.testimony(kit.ring("colleague"), letter)
    seen(kit, "owner")
    assert [one.id for one in kit.book.testimony(kit.ring("owner"), record).letters] == [letter]


def test_a_letter_alone_waits_for_a_lead_since_nobody_else_can_tell(kit):
    letter = kit.arrive("덧붙이는 글", kind="addition")
    seen(kit, "colleague")
    assert kit.headers() == 1
    seen(kit, "owner")
    assert kit.headers() == 0
    assert letter


def test_a_letter_that_restricts_takes_the_testimony_from_the_reviewers(kit):
    thread = secrets.token_hex(16)
    record = kit.arrive(thread=thread)
    assert seen(kit, "colleague") == {record}
    kit.arrive("그 사람은 보지 않게", kind="addition", thread=thread, w_not_read="최 아무개")
    seen(kit, "colleague")
    assert kit.headers() == 1
    assert seen(kit, "owner") == {record}
    assert seen(kit, "colleague") == set()
    with pytest.raises(NotYours):
        kit.book.testimony(kit.ring("colleague"), record)
    other = kit.another()
    assert kit.ids(kit.ring("colleague", other), other) == []
    assert "restricted" in kit.acts()


def test_a_testimony_and_the_letter_that_restricts_it_taken_in_together(kit):
    thread = secrets.token_hex(16)
    record = kit.arrive(thread=thread)
    kit.arrive("보지 않게", kind="addition", thread=thread, w_not_read="최 아무개")
    assert seen(kit, "colleague") == set()
    assert kit.headers() == 2
    assert seen(kit, "owner") == {record}
    assert seen(kit, "outsider") == set()


def test_a_person_known_to_reviewers_shows_them_no_tag_of_what_is_for_leads(kit):
    open_one, closed = kit.arrive(), kit.arrive(w_not_read="최 아무개")
    owner = kit.take_in()
    kit.tag(owner, open_one)
    (person,) = kit.book.people(owner)
    kit.tag(owner, closed, person=person.id, stage="cn_arrest")
    reviewer = kit.ring("outsider")
    assert [tag.record for tag in kit.book.person(reviewer, person.id).tags] == [open_one]
    assert len(kit.book.person(owner, person.id).tags) == 2


def test_a_person_begun_on_what_is_for_leads_is_unknown_to_reviewers(kit):
    closed = kit.arrive(w_not_read="최 아무개")
    owner = kit.take_in()
    kit.tag(owner, closed)
    assert kit.book.people(kit.ring("outsider")) == ()


def test_neighbours_of_what_one_may_not_see_are_not_told(kit):
    kit.arrive()
    closed = kit.arrive(w_not_read="최 아무개")
    kit.take_in()
    assert kit.book.neighbours(kit.ring("outsider"), closed) == ("", "")

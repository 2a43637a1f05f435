"""Corroboration: independent sources are counted, the same voice once, press not at all."""

from hypothesis import given
from hypothesis import strategies as st

from app.reading.claims import Claim, Source
from app.reading.corroboration import corroborate, independent_groups


def claim(number, source, knowledge="told_by_relative"):
    return Claim(f"c{number}", "p", "forced_repatriation", source, knowledge=knowledge)


def count(*claims):
    (found,) = corroborate(claims)
    return found


def test_two_witnesses_are_two_sources():
    assert count(claim(1, Source("t1", "w1")), claim(2, Source("t2", "w2"))).independent == 2


def test_one_witness_who_writes_twice_is_one_source():
    assert count(claim(1, Source("t1", "w1")), claim(2, Source("t2", "w1"))).independent == 1


def test_two_witnesses_who_heard_it_from_the_same_aunt_are_one_source():
    heard = [
        claim(n, Source(f"t{n}", f"w{n}", informant=name))
        for n, name in enumerate(("Aunt", "aunt"))
    ]
    assert count(*heard).independent == 1


def test_what_a_witness_lived_is_theirs_even_if_they_also_name_an_informant():
    lived = claim(1, Source("t1", "w1", informant="aunt"), "firsthand")
    heard = claim(2, Source("t2", "w2", informant="aunt"))
    assert (count(lived, heard).independent, count(lived, heard).firsthand) == (2, 1)


def test_press_never_counts():
    found = count(claim(1, Source("t1", "w1")), claim(2, Source("t2", "w2", press=True)))
    assert (found.independent, found.not_counted) == (1, ("c2",))


def test_what_was_bought_counts_once_altogether():
    paid = [claim(n, Source(f"t{n}", f"w{n}", paid=True)) for n in range(3)]
    far = claim(9, Source("t9", "w9", hops=2))
    assert count(*paid, far).independent == 1


def test_chains_join_however_indirectly():
    one = claim(1, Source("t1", "w1", informant="aunt"))
    two = claim(2, Source("t2", "w2", informant="driver"))
    both = claim(3, Source("t3", "w2", informant="aunt"))
    assert [len(each) for each in independent_groups([one, two, both])] == [3]


def test_stages_and_episodes_are_counted_apart():
    again = Claim("c3", "p", "forced_repatriation", Source("t1", "w1"), episode=2)
    found = corroborate([claim(1, Source("t1", "w1")), again])
    assert [(each.episode, each.independent) for each in found] == [(1, 1), (2, 1)]


SOURCES = st.builds(
    Source,
    st.sampled_from("abcdef"),
    st.sampled_from(["", "w1", "w2", "w3"]),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from([None, 0, 1, 2]),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(SOURCES, min_size=1, max_size=8), st.randoms())
def test_the_count_does_not_depend_on_the_order_and_no_claim_is_lost(sources, shuffled):
    claims = [claim(n, source) for n, source in enumerate(sources)]
    mixed = claims[:]
    shuffled.shuffle(mixed)
    one, other = count(*claims), count(*mixed)
    assert one.independent == other.independent
    assert one.independent + len(one.not_counted) <= len(claims)
    assert sorted(each for group in one.groups for each in group) + sorted(
        one.not_counted
    ) == sorted([each for group in other.groups for each in group]) + sorted(other.not_counted)
    assert {each for group in one.groups for each in group} | set(one.not_counted) == {
        each.id for each in claims
    }

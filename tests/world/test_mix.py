"""Who is told of in the invented world, by whom, how well: each number of its description."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from math import log
from random import Random  # noqa: TID251 - seeded
from statistics import fmean, median, pstdev

import pytest

from app.reading.edtf import parse
from app.reading.rules import questions
from bench.world import LANGS, LONG, generate
from bench.world.cast import BLOCK, NAMED, OFTEN, cast
from bench.world.claims import claimed, claims_of
from bench.world.people import EXTENSIONS, SLOW, Fate, leads_on, length, person, walk
from bench.world.telling import LONGEST_SHIFT
from bench.world.wordings import stages
from config.model import load_model

MODEL = load_model()
WORLD = list(generate(BLOCK, seed=4))
TOLD = [each for each in WORLD if each.person]
PARTS = [part for _, part in zip(range(2 * BLOCK), cast(4), strict=False)]


def chance(seed):
    """Chance that can be had again."""
    return Random(seed)  # noqa: S311 - a world, not a secret


def share(of, some):
    return sum(map(bool, some)) / len(of)


def test_of_three_hundred_texts_a_hundred_and_ten_people_are_named_and_twenty_five_told_often():
    """Those who cannot be known again are told of once; so the rest is people of one text."""
    for block in (PARTS[:BLOCK], PARTS[BLOCK:]):
        named = Counter(part.person for part in block if part.named)
        assert len(named) == NAMED == 110
        often = [times for times in named.values() if times > 1]
        assert len(often) == OFTEN == 25
        assert set(often) <= {2, 3, 4, 5}
        others = Counter(p.person for p in block if not p.named and _tells(p))
        assert set(others.values()) == {1}
    assert not {p.person for p in PARTS[:BLOCK]} & {p.person for p in PARTS[BLOCK:] if _tells(p)}
    named = [each for each in WORLD if each.names]
    assert len({each.person for each in named}) == NAMED
    assert all(each.text[start:end] for each in named for start, end in each.names)


def _tells(part):
    return part.kind in ("told", "mixed", "long")


def test_six_in_a_hundred_are_children_ten_went_back_again_eight_are_dead():
    fates = {part.person: part.fate for part in PARTS if _tells(part)}
    for of, least, most in (("minor", 0.05, 0.07), ("again", 0.09, 0.11), ("dies", 0.07, 0.09)):
        assert least < share(fates, [getattr(each, of) for each in fates.values()]) < most
    people = {n: person(MODEL, chance(n), n, stages(), fate) for n, fate in fates.items()}
    for number, someone in people.items():
        fate = fates[number]
        assert someone.minor == fate.minor
        assert (someone.died is not None) == fate.dies
        assert (len({each.episode for each in someone.events}) > 1) == fate.again
    assert {each.sex for each in people.values()} == {"woman", "man"}


def test_the_dead_are_dead_when_it_ends_and_nobody_tells_of_their_own_death():
    dead = [person(MODEL, chance(n), n, stages(), Fate(dies=True)) for n in range(400)]
    for someone in dead:
        assert someone.died is not None
        assert all(each.last <= someone.died for each in someone.events)
        assert not someone.free
    shot = share(dead, [each.events[-1].stage == "x_execution" for each in dead])
    assert 0.2 < shot < 0.45
    alive = [person(MODEL, chance(n), n, stages(), Fate()) for n in range(400)]
    assert not any(each.stage == "x_execution" for someone in alive for each in someone.events)
    told = [each for each in WORLD if each.deaths]
    assert told
    assert all(each.vantage != "self" for each in told)
    for each in told:
        for death in each.deaths:
            assert each.text[death.start : death.end].strip()
            assert not death.edtf or parse(death.edtf)


def test_only_who_lives_and_is_out_tells_it_themselves():
    fates = {part.person: part.fate for part in PARTS}
    for each in TOLD:
        number = int(each.person.rpartition("-")[2])
        someone = person(MODEL, chance(f"4/person/{number}"), number, stages(), fates[number])
        assert each.vantage != "self" or someone.free
        assert each.vantage != "husband" or someone.sex == "woman"


def test_languages_and_kinds_are_dealt_exactly():
    for block in (PARTS[:BLOCK], PARTS[BLOCK:]):
        langs = Counter(part.lang for part in block if part.kind != "mixed")
        assert langs == {"ko": 135, "en": 90, "zh": 60}
        kinds = Counter(part.kind for part in block)
        assert kinds["mixed"] == 15
        assert kinds["press"] + kinds["spam"] == 15
        assert kinds["hostile"] == 9
        assert kinds["empty"] + kinds["long"] == 6
    assert {each.lang for each in WORLD} == set(LANGS)
    assert all(len(each.text) >= LONG for each in WORLD if each.kind == "long")
    assert all(len(each.text.splitlines()) == 1 for each in WORLD if each.kind == "empty")
    assert all(not each.gold for each in WORLD if each.kind in ("press", "spam", "hostile"))
    assert all(each.gold for each in TOLD)


def test_what_is_mixed_goes_on_in_another_language():
    mixed = [each for each in WORLD if each.kind == "mixed"]
    turned = [each for each in mixed if len({_script(each.text[g.start]) for g in each.gold}) > 1]
    assert len(turned) > len(mixed) / 2
    assert all(len({_script(c) for c in each.text if c.isalpha()}) > 1 for each in mixed)


def _script(letter):
    return unicodedata.name(letter).split()[0]


def test_twelve_in_a_hundred_say_no_day_at_all_and_the_others_say_one():
    undated = [each for each in TOLD if not any(gold.said for gold in each.gold)]
    assert len(undated) == 36
    assert all(not each.dated and not any(d.edtf for d in each.deaths) for each in undated)


def test_lengths_are_log_normal_around_a_hundred_and_eighty_words():
    words = [log(_words(each)) for each in WORLD if each.kind == "told"]
    middle, spread = median(words), pstdev(words)
    assert log(150) < middle < log(215)
    assert 0.3 < spread < 0.75
    assert abs(fmean(words) - middle) < 0.2  # the logarithm leans to neither side


def _words(account):
    text = account.text.split("\n", 1)[-1]
    return len(text) / 1.6 if account.lang == "zh" else len(text.split())


def test_every_vantage_point_is_taken_and_sees_what_it_can():
    seen = Counter(each.vantage for each in TOLD)
    assert set(seen) == {"self", "sister", "husband", "cellmate", "broker", "guard"}
    assert {each.depth for each in TOLD} == {0, 1, 2}
    china = {
        vantage: share(gold, [each.stage.startswith(("cn_", "x_cn_")) for each in gold])
        for vantage in seen
        for gold in [[g for each in TOLD if each.vantage == vantage for g in each.gold]]
    }
    assert china["husband"] > china["self"] > china["guard"]


def test_what_went_through_more_people_is_passed_on_more_often_and_what_was_seen_never():
    """Told by whom it came: a cellmate, a driver; no witness of their own says so."""
    passed = {
        depth: share(sentences, [_HEARSAY.search(each) for each in sentences])
        for depth in (0, 1, 2)
        for sentences in [
            [a.text[g.start : g.end] for a in TOLD if a.depth == depth for g in a.gold]
        ]
    }
    assert passed[0] == 0
    assert 0.15 < passed[1] < passed[2] < 0.8


_HEARSAY = re.compile(
    r"told us that|according to the|an aunt heard|over there says|was told\.|passed it on|"
    r"(다고 합니다|답니다|대요|다고 하더라고요|다더군요)\.$|"
    r"出来的人说|据中间人讲|^听说|线人讲|听来的|传话说",
    re.IGNORECASE,
)


def test_who_writes_little_leaves_out_more():
    told = [each for each in TOLD if each.vantage == "self" and each.kind == "told"]
    short, long = (
        [len(e.gold) for e in told if (_words(e) < 150) == less] for less in (True, False)
    )
    assert fmean(short) < fmean(long)


def test_days_are_shifted_agencies_confused_facts_wrong_or_bought_and_all_of_it_is_known():
    slips = Counter(gold.slip for each in TOLD for gold in each.gold)
    assert set(slips) >= {"", "shifted", "agency", "wrong", "bought"}
    assert slips[""] > 0.75 * slips.total()
    for each in TOLD:
        for gold in each.gold:
            if gold.slip == "shifted":
                assert gold.said
            if gold.slip == "bought":
                assert each.depth == 2
            if gold.slip == "wrong":
                assert each.depth == 1
            if gold.slip == "agency":
                assert each.vantage != "self"
    exact = [gold for each in TOLD for gold in each.gold if len(gold.edtf) == 10 and not gold.until]
    far = [gold for gold in exact if gold.edtf != gold.day and gold.slip in ("", "agency")]
    assert not far
    off = [_apart(gold) for gold in exact if gold.slip == "shifted"]
    assert off
    assert all(1 <= days <= LONGEST_SHIFT for days in off)


def _apart(gold):
    return abs((parse(gold.edtf).earliest - parse(gold.day).earliest).days)


def test_a_contradiction_is_planted_in_fifteen_of_a_hundred_and_its_rule_asks_about_it():
    planted = [each for each in WORLD if each.planted]
    assert len(planted) == 45
    assert {each.planted for each in planted} >= {"R01", "R02", "R03", "R17"}
    for each in planted:
        of = [other for other in TOLD if other.person == each.person]
        asked = {found.rule for found in questions(MODEL, claims_of(of))}
        assert each.planted in asked, (each.planted, each.text)


def test_where_nothing_is_planted_nothing_is_called_impossible():
    odd = {each.person for each in TOLD if each.planted}
    for person_id in {each.person for each in TOLD} - odd:
        of = [each for each in TOLD if each.person == person_id]
        found = questions(MODEL, claims_of(of))
        assert not [each for each in found if each.severity == "impossible"], [e.text for e in of]


def test_seven_in_ten_steps_go_by_the_articles_edges_where_both_lead_on():
    by = Counter()
    for number in range(1500):
        track = ("state_security", "social_security")[number % 2]
        way = walk(MODEL, chance(number), track)
        for at, (_, after) in enumerate(pairwise(way), start=1):
            seed, others = leads_on(MODEL, way[:at], track)
            if seed and others and after in (*seed, *others):
                by[after in seed] += 1
    assert by.total() > 1000
    assert by[True] / by.total() == pytest.approx(1 - EXTENSIONS, abs=0.04)


def test_stays_keep_to_the_model_but_for_a_heavy_tail():
    random = chance(3)
    stays = [length(MODEL, random, "classification_pretrial").days for _ in range(3000)]
    span = MODEL.stage("classification_pretrial").duration_days
    assert min(stays) >= span.min
    late = share(stays, [each > span.max for each in stays])
    assert SLOW / 3 < late < SLOW * 1.2
    assert max(stays) <= 2 * span.max
    open_ended = sorted(length(MODEL, random, "statesec_interrogation").days for _ in range(3000))
    assert open_ended[-30] > 4 * median(open_ended)  # one in a hundred


def test_fifteen_in_a_hundred_have_a_contradiction_and_nobody_is_held_in_china_after_the_return():
    told = list(claimed(1000, seed=3))
    assert 130 < sum(each.planted is not None for each in told) < 170
    assert told == list(claimed(1000, seed=3))
    for each in told:
        for episode in {claim.episode for claim in each.claims} if each.planted is None else ():
            claims = [claim for claim in each.claims if claim.episode == episode]
            back = [c.start for c in claims if c.stage == "forced_repatriation"]
            china = [c.end for c in claims if c.stage.startswith(("cn_", "x_cn_"))]
            assert not back or all(end <= min(back) for end in china)

"""The sentences of the invented world: how many, how different, in whose words, held apart."""

import re
from itertools import pairwise
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a world can be made again

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.passages import KEPT, passages, sets
from bench.suggest import SAMPLES
from bench.world import HALVES, LANGS, generate
from bench.world import __main__ as shown
from bench.world.grammar import BadPattern, Either, parse
from bench.world.singles import singles
from bench.world.wordings import FIRST, read, wordings, written
from config.model import load_model

MODEL = load_model()
FRAMES, HELD, HEADS = 60, 20, 12  # of each stage in each language, and of each of its halves


@pytest.mark.parametrize("lang", LANGS)
def test_every_stage_has_sixty_frames_in_every_language_and_twelve_ways_to_say_it(lang):
    assert set(wordings(lang).stages) == set(MODEL.by_stage)
    for stage, halves in wordings(lang).stages.items():
        frames = {half: {f for p in halves[half] for f in p.expand()} for half in HALVES}
        heads = {head for half in HALVES for p in halves[half] for head in p.heads()}
        assert len(frames["tune"] | frames["held"]) >= FRAMES, stage
        assert min(map(len, frames.values())) >= HELD, stage
        assert len(heads) >= HEADS, stage


@pytest.mark.parametrize("lang", LANGS)
def test_the_frames_of_a_stage_do_not_all_begin_with_the_person(lang):
    """I, they, an office, the place, the thing itself: who or what comes first is not one word."""
    for stage, halves in wordings(lang).stages.items():
        patterns = [each for half in HALVES for each in halves[half]]
        begin = [each for each in patterns if each.expand()[0].startswith(("{S}", "{K}"))]
        assert len(patterns) >= 8, stage
        assert len(begin) <= 0.7 * len(patterns), stage


@pytest.mark.parametrize("lang", LANGS)
def test_somebody_is_acted_on_and_somebody_acts_in_every_stage(lang):
    for stage, halves in wordings(lang).stages.items():
        frames = [f for half in HALVES for p in halves[half] for f in p.expand()]
        assert any("{S}" in each or "{K}" in each for each in frames), stage
        assert any("{O}" in each for each in frames), stage
        assert any("{S}" not in each and "{K}" not in each for each in frames), stage


def test_korean_clauses_stop_at_the_stem_so_that_every_ending_can_follow():
    korean = wordings("ko")
    for halves in (*korean.stages.values(), korean.deaths):
        for half in HALVES:
            for pattern in halves[half]:
                for frame in pattern.expand():
                    assert _batchim(frame[-1]) == "ㅆ", frame


def test_korean_particles_fit_what_they_follow():
    """After a consonant 은 이 을 으로, after a vowel 는 가 를 로: behind brackets, behind names."""
    korean = wordings("ko")
    halves = [*korean.groups(), korean.named]
    patterns = [pattern for each in halves for half in each.values() for pattern in half]
    assert not [found for pattern in patterns for found in _unfit(pattern.parts)]
    wrong = ["[녀자|군인]이 갔", "[군인|녀자]는 갔", "{statesec}은 갔", "{county}로 갔"]
    assert all(list(_unfit(parse(each).parts)) for each in wrong)


def _unfit(parts):
    """What stands before a particle that does not fit it."""
    for before, after in pairwise(parts):
        particle = _PARTICLE.match(after) if isinstance(after, str) else None
        if particle:
            yield from (end for end in _ends(before) if not _fits(end[-1], particle[1]))
    for each in parts:
        if isinstance(each, Either):
            yield from (found for way in each.ways for found in _unfit(way))
        else:
            yield from (
                found[0] for found in _UNSURE.finditer(each) if not _all_fit(*found.groups())
            )


def _fits(letter, particle):
    batchim = _batchim(letter)
    vowel = batchim == "" or (batchim == "ㄹ" and particle == "로")
    return batchim is None or vowel == (particle in _AFTER_VOWELS)


def _ends(part):
    if isinstance(part, str):
        return [part.rstrip("*")] if part.rstrip("*") else []
    return [end for way in part.ways if way for end in _ends(way[-1])]


def _all_fit(slot, particle):
    """Whether every name that may stand there takes it; those invented end in a vowel."""
    names = read("names")["ko"].get(slot) or ["가"] * (slot == "name")
    return all(_fits(name[-1], particle) for name in names)


_AFTER_VOWELS = ("는", "가", "를", "와", "로", "라고")
_PARTICLE = re.compile(r"\*?(은|는|이|가|을|를|과|와|으로|로|이라고|라고)(?= |$|\*)")
_UNSURE = re.compile(r"\{(\w+)\}(은|는|이|가|을|를|과|와|으로|로|이라고|라고)(?= |$|\*)")


def _batchim(letter):
    code = ord(letter) - 0xAC00
    finals = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
    return finals[code % 28].strip() if 0 <= code < 11172 else None


def test_words_are_written_as_where_their_speaker_lives():
    said = "녀자들은 로동단련대에서 뻐스 우에 올라 강냉이를 먹었고 북송되였다"
    assert "여자들은 노동단련대에서 버스 위에" in written("ko", "south", said)
    assert written("ko", "south", said).endswith("북송되었다")
    assert "옥시" in written("ko", "border", said)
    assert written("ko", "north", said) == said
    assert written("zh", "border", "夜里吃玉米") == "黑天吃苞米"
    told = dict.fromkeys(("north", "south", "border"), "")
    for each in generate(300, seed=8):
        if each.lang == "ko":
            told["north"] += each.text * ("되였" in each.text)
            told["south"] += each.text * ("되었" in each.text)
            told["border"] += each.text * ("슴다" in each.text)
    assert all(told.values())


@pytest.mark.parametrize("lang", LANGS)
def test_no_number_of_a_facility_and_no_name_but_invented_ones(lang):
    frames = [f for halves in wordings(lang).groups() for half in HALVES
              for p in halves[half] for f in p.expand()]  # fmt: skip
    assert not [each for each in frames if _NUMBERED.search(each)]
    invented = read("invented")
    assert all(_batchim(ko[-1]) == "" for each in invented["given"] for ko in each["ko"])
    named = [each for each in generate(300, seed=9) if each.lang == lang and each.names]
    assert named
    for each in named:
        for start, end in each.names:
            spelt = {s + g for surname in invented["surnames"] for s in surname[lang]
                     for given_name in invented["given"] for g in given_name[lang]}  # fmt: skip
            assert each.text[start:end].replace(" ", "") in {s.replace(" ", "") for s in spelt}


_WORD = re.compile(r"[\w#]+")
_NUMBERED = re.compile(
    r"\d+\s*호|[일이삼사오육칠팔구십]호 |\d+\s*号|[Cc]amp\s+(No\.?\s*)?\d|제\s*\d|第\s*\d"
)


def _of(half):
    return {(lang, frame) for lang in LANGS for halves in wordings(lang).groups()
            for pattern in halves[half] for frame in pattern.expand()}  # fmt: skip


def test_what_is_tuned_on_and_what_is_held_out_share_no_sentence():
    assert not _of("tune") & _of("held")
    told = " ".join(each.text for name in sets() for each in passages(name))
    assert not any(each.text in told for name in KEPT for each in passages(name))


def test_what_was_first_is_a_part_of_what_may_be_read():
    for lang in LANGS:
        for halves in wordings(lang).stages.values():
            assert halves[FIRST]
            assert set(halves[FIRST]) < set(halves["tune"])


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_held_out_shares_no_eight_words_with_anything_rules_are_mended_on(lang):
    """Nor twelve Chinese characters: with `tune`, with cases, samples and passages of every set."""
    halves = {half: [f for ps in wordings(lang).groups() for p in ps[half] for f in p.expand()]
              for half in HALVES}  # fmt: skip
    seen = [Path(f).read_text("utf-8") for f in ("tests/reading/cases.yaml", SAMPLES)]
    seen += [each.text for name in (*sets(), *KEPT) for each in passages(name)]
    mended_on = {gram for text in (*halves["tune"], *seen) for gram in _grams(lang, text)}
    assert not {gram for text in halves["held"] for gram in _grams(lang, text)} & mended_on


def _grams(lang, text):
    text = re.sub(r"\{\w+\}", "#", text.lower())
    units = [c for c in text if c.isalnum() or c == "#"] if lang == "zh" else _WORD.findall(text)
    size = 12 if lang == "zh" else 8
    return {tuple(units[at : at + size]) for at in range(len(units) - size + 1)}


def test_every_sentence_can_be_printed_for_who_must_share_none(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["bench.world", "--frames", "--half", "held"])
    shown.main()
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert {(lang, frame) for lang, _, frame in lines} == _of("held")
    assert {name for _, name, _ in lines} > set(MODEL.by_stage)


@pytest.mark.parametrize("lang", LANGS)
def test_a_stage_can_be_told_alone_as_often_as_one_likes(lang):
    for stage in MODEL.by_stage:
        texts = list(singles(stage, lang, "tune", 6))
        assert texts == list(singles(stage, lang, "tune", 6))
        assert len({each.text for each in texts}) == 6
        for each in texts:
            (gold,) = each.gold
            assert gold.stage == stage
            assert each.text.index(each.text[gold.start : gold.end]) == gold.start > len(each.id)
            assert each.vantage != "self" or stage != "x_execution"


@pytest.mark.parametrize("broken", ["[a|b", "a|b]", "a]", "*caught", "[*a|b]", "[a|[b|c]"])
def test_a_pattern_whose_brackets_or_stars_do_not_match_is_refused(broken):
    with pytest.raises(BadPattern):
        parse(broken)


_ROWS = st.recursive(
    st.text("abc ", min_size=1, max_size=4),
    lambda inner: st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"[{'|'.join(ways)}]"),
    max_leaves=6,
)


@given(st.lists(_ROWS, min_size=1, max_size=3).map("".join), st.integers(0, 99))
def test_whatever_is_drawn_is_one_of_the_frames(text, seed):
    pattern = parse(text)
    frames = pattern.expand()
    assert pattern.draw(Random(seed)) in frames  # noqa: S311 - chance, no secret
    assert len(frames) >= 1
    assert not any(mark in frame for frame in frames for mark in "[]|*")

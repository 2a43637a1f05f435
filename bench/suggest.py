"""Suggestions on the invented world, the samples and the passages: precision, recall and F1.

A suggestion is right where its stage is the gold's and its words overlap the gold's. Neither right
nor wrong are what gold tells more or less closely (``refines`` of the model) on the same words, the
camp beside "to a camp without trial", what a passage names under ``may``, and in the samples, whose
gold tags a stage once a person, the stage told again.

Two figures stand beside each other: on what may be read while rules are mended (the world's
``tune`` sentences, the passages by number) and on what may not (the world's ``held`` sentences,
the passages ``kept``). Only the first have a floor, for only the second are unseen. ``first`` are
the sentences of ``tune`` that the rules were mended on before there were so many.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.reading.dates import find_dates
from app.reading.suggest import Suggestion, suggest
from bench.passages import KEPT, Passage, passages, sets
from bench.table import Row
from bench.world import FIRST, HALVES, LANGS, Account, Gold, generate
from bench.world.singles import singles
from config.model import load_model

COUNT, SEED = 300, 7
ALONE = 40  # sentences of each stage in each language
SAMPLES = Path("app/sample/testimonies.yaml")
_LEAST = {"world": 0.9, "samples": 0.9, "passages": 0.9}
_TOGETHER = {"x_extrajudicial_camp_transfer": {"political_prison_camp"}}

Tally = Counter[str]  # right, found, wanted


def rows() -> list[Row]:
    """Count by language, by stage and by the kind of sentence that must suggest nothing."""
    stages = [row for half in HALVES for row in _stages(half)]
    return [*floors(), *_world(FIRST), *_world("held"), *_passages(KEPT), *stages]


def floors() -> list[Row]:
    """Count where a floor counts: on all that the rules have been mended on."""
    samples = list(_samples())
    return [
        *_world("tune"),
        *_scores("samples", "all", _tally(samples, again=True), least=_LEAST["samples"]),
        *_passages(sets()),
    ]


def _passages(names: Iterable[str]) -> list[Row]:
    """Count on sets of passages, by language."""
    out: list[Row] = []
    for name in names:
        read = list(passages(name))
        for lang in LANGS:
            told = [each for each in read if each.lang == lang]
            out += _told_of_nothing(name, lang, told)
            tally = _tally(told)
            if not tally["wanted"]:
                continue
            least = None if name in KEPT else _LEAST["passages"]
            out += _scores(f"passages, {name}", lang, tally, least=least)
    return out


def _told_of_nothing(name: str, lang: str, read: list[Passage]) -> Iterator[Row]:
    """Count the passages that tell of nothing that happened and were given a suggestion."""
    none = [each for each in read if not each.gold]
    wrong = sum(any(found.stage not in each.may for found in _read(each.text)) for each in none)
    if none:
        what = f"passages that tell of nothing and were given something, {name}, {lang}"
        most = None if name in KEPT else 0
        yield Row(what, wrong, f"of {len(none)}", most=most, counted=most is not None)


def _world(half: str) -> list[Row]:
    """Count on one half of the world's sentences, by language."""
    accounts = list(generate(COUNT, SEED, half))
    where = f"world, {half}"
    least = None if half == "held" else _LEAST["world"]
    out = list(_scores(where, "all", _tally(accounts), least=least))
    for lang in LANGS:
        out += _scores(where, lang, _tally(each for each in accounts if each.lang == lang))
    return [*out, _silence(where, accounts), _dates(where, accounts)]


def _stages(half: str) -> Iterator[Row]:
    """Count on so many sentences of each stage, told alone: what is rare is read as well."""
    for stage in sorted(load_model().by_stage):
        for lang in LANGS:
            tally = _tally(singles(stage, lang, half, ALONE, SEED))
            scores = [_share(tally, "right", "found"), _share(tally, "met", "wanted")]
            note = f"precision {scores[0]:.2f}, recall {scores[1]:.2f}"
            yield Row(f"F1, alone, {half}, {stage}, {lang}", _f1(tally), "", note=note)


@cache
def _read(text: str) -> list[Suggestion]:
    return suggest(text)


def _tally(
    accounts: Iterable[Account | Passage], stage: str | None = None, *, again: bool = False
) -> Tally:
    tally: Tally = Counter()
    for account in accounts:
        gold = [each for each in account.gold if stage in (None, each.stage)]
        found = [
            each
            for each in _read(account.text)
            if stage in (None, each.stage) and not _besides(account, each, again=again)
        ]
        right = {each for each in gold if any(_meets(each, one) for one in found)}
        tally["wanted"] += len(gold)
        tally["met"] += len(right)
        tally["found"] += len(found)
        tally["right"] += sum(any(_meets(each, one) for each in gold) for one in found)
    return tally


def _besides(account: Account | Passage, found: Suggestion, *, again: bool) -> bool:
    """Whether a suggestion that no gold asks for is not wrong either."""
    if any(_meets(each, found) for each in account.gold):
        return False
    if again and any(each.stage == found.stage for each in account.gold):
        return True
    may = set(getattr(account, "may", ()))
    for each in account.gold:
        if each.start < found.end and found.start < each.end:
            may |= near(each.stage)
    return found.stage in may


@cache
def near(stage: str) -> frozenset[str]:
    """Return the stages that words for one may also stand for: told more or less closely."""
    model = load_model()
    closer = {each.id for each in model.by_stage.values() if each.refines == stage}
    coarser = {model.by_stage[stage].refines} - {None}
    return frozenset(closer | coarser | _TOGETHER.get(stage, set()))


def _meets(gold: Gold, found: Any) -> bool:  # noqa: ANN401 - a Suggestion, or a Gold in tests
    return bool(gold.stage == found.stage and gold.start < found.end and found.start < gold.end)


def _scores(where: str, what: str, tally: Tally, least: float | None = None) -> Iterator[Row]:
    note = f"{tally['wanted']} told, {tally['found']} suggested"
    yield Row(f"precision, {where}, {what}", _share(tally, "right", "found"), "", note=note)
    yield Row(f"recall, {where}, {what}", _share(tally, "met", "wanted"), "")
    counted = least is not None
    yield Row(f"F1, {where}, {what}", _f1(tally), "", least=least, counted=counted)


def _share(tally: Tally, part: str, whole: str) -> float:
    return tally[part] / tally[whole] if tally[whole] else 1.0


def _f1(tally: Tally) -> float:
    precision, recall = _share(tally, "right", "found"), _share(tally, "met", "wanted")
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _silence(where: str, accounts: list[Account]) -> Row:
    """Suggestions that touch no gold sentence at all: what did not happen, taken as if it had."""
    wrong = sum(
        not any(gold.start < each.end and each.start < gold.end for gold in account.gold)
        for account in accounts
        for each in _read(account.text)
    )
    kinds = sum(len(account.distractors) for account in accounts)
    return Row(f"suggested from sentences that tell of nothing, {where}", wrong, f"of {kinds}")


def _dates(where: str, accounts: list[Account]) -> Row:
    """Return how many of the days as said are converted to what they stand for."""
    told = right = 0
    for account in accounts:
        found = {each.start: each.edtf for each in find_dates(account.text)}
        for gold in (each for each in account.gold if each.said):
            told += 1
            right += gold.edtf in {found[at] for at in found if gold.start <= at < gold.end}
    share = right / told if told else 1.0
    return Row(f"dates as said, converted, {where}", share, "", least=0.99, note=f"{told} said")


def _samples() -> Iterator[Account]:
    for sample in yaml.safe_load(SAMPLES.read_text("utf-8")):
        text = sample["fields"]["w_narrative"]
        gold = tuple(
            Gold(each["stage"], each["track"], at, at + len(each["quote"]))
            for each in sample["gold"]
            for at in [text.index(each["quote"])]
        )
        yield Account(sample["id"], "", sample["lang"], "", text, gold, ())

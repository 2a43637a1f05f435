"""The desk at 100,000 testimonies and 300,000 tags: sizes and CPU of its pages, from the index.

The index is filled with the same events the ledger would give it: accounts of the invented world
(`bench.world`, a fixed seed), tagged where its gold says. Opening them is another table's matter
(`bench.unlock`). CPU is the whole request, template and all.
"""

import itertools
import random  # noqa: TID251 - a seeded generator
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from desk.world import Founded, World

from bench.table import Row
from bench.world import Account, Gold, generate

RECORDS, TAGS = 100_000, 300_000
SEED = 20231009
TRIES = 5
Invented = tuple[str, list[dict[str, Any]], str]  # a record, its events, its day
PART = 4  # tags of one account at most: about three on average
SURNAMES, GIVEN = (
    "김리박최정강조윤장림한오서신권황",
    "철옥영희순금은경정명성혁진수일남광호민국춘화란실",
)


def rows() -> list[Row]:
    """Fill one index, then ask the desk for its pages."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "first").mkdir()
        world = World(Path(folder), Founded(Path(folder) / "first"))
        owner = world.member("owner")
        index = world.book.vault._index  # noqa: SLF001 - filled from here instead of from disk
        invented = list(_invented())
        before, began = _resident(), time.process_time()
        person = _fill(index, invented)
        keyring = world.book.resume(owner.cookies["naru_desk"], world.now)
        world.book.vault._prepare(index, keyring)  # noqa: SLF001 - as it does after loading
        filled, grown = time.process_time() - began, _resident() - before
        paths = {
            "queue": "/queue?state=new",
            "queue, first page": "/queue",
            "filter by stage and track": "/queue?stage=statesec_interrogation&track=state_security",
            "filter by state, language, unread": "/queue?state=done&lang=ko&unread=1",
            "a person's path": f"/people/{person}",
            "map": "/map",
            "gaps": "/map/gaps",
            "clock": "/clock",
            "what differs from the model": "/map/model",
            "people": "/people",
        }
        more = _one_more(index, person)
        found = [row for name, path in paths.items() for row in _page(owner, name, path, more)]
        searches = [_search(owner, words) for words in ("온성", "보위부 집결소", "없는말")]
    return [
        *found,
        *searches,
        Row("memory of the index", grown / 2**20, "MB"),
        Row("filling it from opened events", filled, "s"),
    ]


def _one_more(index: Any, person: str) -> Callable[[], None]:  # noqa: ANN401 - the index
    """Return what adds one tag more of a person: a change that somebody may wait for."""
    chance, ids = random.Random(SEED + 1), itertools.count(10**12)  # noqa: S311 - a seeded generator
    record = index._all("SELECT record FROM tag WHERE person = ? LIMIT 1", person)[0][0]  # noqa: SLF001
    gold = Gold("cn_arrest", "common", 0, 5)

    def more() -> None:
        event = _tag(chance, f"{next(ids):032x}", person, gold)
        index.add(record, "reviewers", [event], "2026-01-01")

    return more


def _page(
    owner: Any,  # noqa: ANN401 - a test's browser
    name: str,
    path: str,
    more: Callable[[], None],
) -> Iterator[Row]:
    began = time.process_time()
    times, page = [], owner.get(path)
    first = (time.process_time() - began) * 1000
    more()
    began = time.process_time()
    owner.get(path)
    again = (time.process_time() - began) * 1000
    if page.status != 200:
        raise SystemExit(f"{path}: {page.status}")
    for _ in range(TRIES):
        began = time.process_time()
        page = owner.get(path)
        times.append((time.process_time() - began) * 1000)
    counted = name != "map"
    yield Row(
        f"{name}: page", len(page.body) / 1000, "kB", most=60 if counted else None, counted=counted
    )
    note = f"{first:,.0f} ms the first time, {again:,.0f} ms after one tag more"
    yield Row(f"{name}: CPU", min(times), "ms", most=60, note=note)


def _search(owner: Any, words: str) -> Row:  # noqa: ANN401 - a test's browser
    began, worked = time.monotonic(), time.process_time()
    if owner.get(f"/search?q={words}").status != 200:
        raise SystemExit(words)
    took, worked = time.monotonic() - began, time.process_time() - worked
    return Row(f"search for {words}", took, "s", most=1, note=f"{worked:.2f} s of CPU")


def _fill(index: Any, invented: list[Invented]) -> str:  # noqa: ANN401 - the index
    """Add every record, person and tag; return the person of whom most is told."""
    with index.filling():
        for record, events, day in invented:
            index.add(record, "reviewers", events, day)
    most = "SELECT person FROM tag GROUP BY person ORDER BY count(*) DESC LIMIT 1"
    return str(index._all(most)[0][0])  # noqa: SLF001


def _invented() -> Iterator[Invented]:
    """Yield the invented world as the records of a casebook: people, and testimony with tags."""
    chance = random.Random(SEED)  # noqa: S311 - a seeded generator
    ids = (f"{n:032x}" for n in itertools.count(1))
    persons: dict[str, str] = {}
    left = TAGS
    for n, account in enumerate(generate(RECORDS, SEED)):
        if account.person and account.person not in persons:
            persons[account.person] = next(ids)
            name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
            yield persons[account.person], [{"e": "person", "name": name}], "2026-01-01"
        told = account.gold[: min(PART, left)]
        left -= len(told)
        tags = [_tag(chance, next(ids), persons[account.person], each) for each in told]
        day = f"{2022 + n % 5}-{1 + n % 12:02d}-{1 + n % 28:02d}"
        yield (record := next(ids)), [*_told(chance, record, account), *tags], day


def _told(chance: random.Random, record: str, account: Account) -> Iterator[dict[str, Any]]:
    fields = {
        "w_narrative": account.text,
        "w_role": "survivor" if account.vantage == "self" else chance.choice(("family", "other")),
        "b_home_prov": chance.choice(("함경북도", "량강도", "평안북도")),
    }
    yield {
        "e": "document",
        "document": {
            "kind": "testimony",
            "thread": record,
            "way": "server",
            "lang": account.lang,
            "fields": fields,
        },
    }
    state = chance.choice(("new", "in_work", "done", "set_aside"))
    yield {"e": "state", "state": state, "by": "owner", "day": "2026-01-01"}


def _tag(chance: random.Random, tag: str, person: str, told: Gold) -> dict[str, Any]:
    """Make the tag of a gold; what is told without a date is dated to these years, for clocks."""
    some = f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02d}"
    return {
        "e": "tag",
        "id": tag,
        "person": person,
        "episode": told.episode,
        "stage": told.stage,
        "track": told.track,
        "start": told.start,
        "end": told.end,
        "text": "지어낸 이",
        "confidence": "sure",
        "date_from": told.edtf or some,
        "date_to": "",
        "date_as_stated": told.said,
        "knowledge": "unknown",
        "by": "owner",
        "day": "2026-01-01",
    }


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

"""The desk at 100,000 testimonies and 300,000 tags: sizes and CPU of its pages, from the index.

The index is filled with the same events the ledger would give it, generated with a fixed seed;
opening them is another table's matter (`bench.unlock`). CPU is the whole request, template and all.
"""

import itertools
import random  # noqa: TID251 - a seeded generator
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desk.world import Founded, World

from bench.table import Row
from config.model import load_model

RECORDS, TAGS, PERSONS = 100_000, 300_000, 30_000
SEED = 20231009
TRIES = 5
LANGS = ("ko", "zh", "en")
WORDS = (  # noqa: SIM905
    "지어낸 이야기 보위부 안전부 집결소 도문 온성 회령 무산 혜산 신의주 조사 열흘 보름 언니 동생"
    " 어머니 버스 다리 세관 구류장 편지 소식 중개인 겨울 가을 감자 신발 이름 날짜 사람 밤 아침"
).split()
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
        before, began = _resident(), time.process_time()
        person = _fill(index)
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
        found = [row for name, path in paths.items() for row in _page(owner, name, path)]
        searches = [_search(owner, words) for words in ("온성", "겨울 감자", "없는말")]
    return [
        *found,
        *searches,
        Row("memory of the index", grown / 2**20, "MB"),
        Row("filling it from opened events", filled, "s"),
    ]


def _page(owner: Any, name: str, path: str) -> Iterator[Row]:  # noqa: ANN401 - a test's browser
    began = time.process_time()
    times, page = [], owner.get(path)
    first = (time.process_time() - began) * 1000
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
    note = f"{first:,.0f} ms the first time after a change"
    yield Row(f"{name}: CPU", min(times), "ms", most=60, note=note)


def _search(owner: Any, words: str) -> Row:  # noqa: ANN401 - a test's browser
    began, worked = time.monotonic(), time.process_time()
    if owner.get(f"/search?q={words}").status != 200:
        raise SystemExit(words)
    took, worked = time.monotonic() - began, time.process_time() - worked
    return Row(f"search for {words}", took, "s", most=1, note=f"{worked:.2f} s of CPU")


def _fill(index: Any) -> str:  # noqa: ANN401 - the index
    """Add every record, person and tag; return the person of whom most is told."""
    chance = random.Random(SEED)  # noqa: S311 - a seeded generator
    ids = (f"{n:032x}" for n in itertools.count(1))
    persons = [next(ids) for _ in range(PERSONS)]
    for one in persons:
        name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
        index.add(one, "reviewers", [{"e": "person", "name": name}], "2026-01-01")
    records = [next(ids) for _ in range(RECORDS)]
    for n, record in enumerate(records):
        day = f"{2022 + n % 5}-{1 + n % 12:02d}-{1 + n % 28:02d}"
        index.add(record, "reviewers", list(_told(chance, record)), day)
    stages = [(s.id, t) for s in load_model().all_stages for t in s.tracks]
    for _ in range(TAGS):
        event = _tag(chance, next(ids), persons, stages)
        index.add(chance.choice(records), "reviewers", [event], "2026-01-01")
    most = "SELECT person FROM tag GROUP BY person ORDER BY count(*) DESC LIMIT 1"
    return str(index._all(most)[0][0])  # noqa: SLF001


def _told(chance: random.Random, record: str) -> Iterator[dict[str, Any]]:
    fields = {
        "w_narrative": " ".join(chance.choices(WORDS, k=chance.randint(60, 240))) + f" {record}",
        "w_role": chance.choice(("survivor", "family", "other")),
        "b_home_prov": chance.choice(("함경북도", "량강도", "평안북도")),
    }
    yield {
        "e": "document",
        "document": {
            "kind": "testimony",
            "thread": record,
            "way": "server",
            "lang": chance.choice(LANGS),
            "fields": fields,
        },
    }
    state = chance.choice(("new", "in_work", "done", "set_aside"))
    yield {"e": "state", "state": state, "by": "owner", "day": "2026-01-01"}


def _tag(
    chance: random.Random, tag: str, persons: list[str], stages: list[tuple[str, str]]
) -> dict[str, Any]:
    stage, track = chance.choice(stages)
    return {
        "e": "tag",
        "id": tag,
        "person": chance.choice(persons),
        "episode": 1,
        "stage": stage,
        "track": track,
        "start": 0,
        "end": 5,
        "text": "지어낸 이",
        "confidence": "sure",
        "date_from": f"{chance.randint(2018, 2026)}-{chance.randint(1, 12):02d}",
        "date_to": "",
        "date_as_stated": "그해 가을",
        "knowledge": "unknown",
        "by": "owner",
        "day": "2026-01-01",
    }


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

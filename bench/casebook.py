"""Taking in, unlocking, filtering, replacing keys: the casebook by itself, on a real SQLite file.

A hundred thousand records are what the targets speak of; `NARU_RECORDS` makes fewer of them. Wall
time stands beside CPU, since a busy machine doubles the one and not the other. What is taken in was
sealed as the intake seals; what fills the casebook was taken in.
"""

import os
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from casebook.kit import Kit
from desk.world import Founded
from sqlalchemy import Connection

from app.casebook import ledger
from app.casebook.keyring import REVIEWERS, Keyring
from app.casebook.keys import rotation
from bench.table import Row

ARRIVALS = 1000
RECORDS = int(os.environ.get("NARU_RECORDS", "100000"))
BATCH = 2000
STAGES = ("cn_arrest", "forced_repatriation", "statesec_interrogation")
TEXT = "지어낸 이야기입니다. 2023년 10월 9일 도문에서 온성으로 넘겨졌습니다. " * 20


def rows() -> list[Row]:
    """Measure each once; targets are of 1,000 arrivals and 100,000 records."""
    os.environ["NARU_TESTING"] = "1"
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        kit = Kit(Path(two), Founded(Path(one)))
        found = [_take_in(kit)]
        owner = kit.ring("owner")
        for at in range(0, RECORDS, BATCH):
            _fill(kit, owner, min(BATCH, RECORDS - at))
        note = f"{RECORDS:,} records"
        began, worked = time.monotonic(), time.process_time()
        book = kit.another()
        ring = kit.ring("owner", book)
        took, worked = time.monotonic() - began, time.process_time() - worked
        cpu = f"{note}, {worked:.2f} s of CPU"
        found.append(Row("unlock", took, "s", most=10, note=cpu))
        for name, where in (("queue", {}), ("filter", {"stage": STAGES[1], "track": "common"})):
            first, *later = [_cpu(lambda where=where: book.queue(ring, **where)) for _ in range(4)]
            said = f"{note}, {first:.0f} ms the first time after a change"
            found.append(Row(f"{name}, a page, CPU", min(later), "ms", most=60, note=said))
        began, worked = time.monotonic(), time.process_time()
        book.search(ring, "온성으로")
        took, worked = time.monotonic() - began, time.process_time() - worked
        cpu = f"{note}, {worked:.2f} s of CPU"
        found.append(Row("search", took, "s", most=1, note=cpu))
        began, spent = time.monotonic(), time.process_time()
        moved = rotation.rotate(kit.store, ring)
        took, spent = time.monotonic() - began, time.process_time() - spent
        note = f"{moved:,} re-wrapped, {spent:.1f} s of CPU"
        found.append(Row("replace the casebook keys", took, "s", note=note))
    return found


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def _take_in(kit: Kit) -> Row:
    for _ in range(ARRIVALS):
        kit.arrive(TEXT)
    ring = kit.ring("owner")
    began, worked = time.monotonic(), time.process_time()
    kit.book.collect(ring, ARRIVALS)
    took, worked = time.monotonic() - began, time.process_time() - worked
    return Row(f"take in {ARRIVALS:,}", took, "s", most=2, note=f"{worked:.2f} s of CPU")


def _fill(kit: Kit, owner: Keyring, count: int) -> None:
    def work(connection: Connection) -> None:
        made = [_first() for _ in range(count)]
        ledger.begin_all(connection, owner, made)
        for record, *_ in made:
            ledger.append(connection, owner, record, _tag())

    kit.store.casebook_writer.run(work)


def _first() -> tuple[bytes, str, ledger.Event, str]:
    record = secrets.token_bytes(16)
    document = {
        "id": record.hex(),
        "kind": "testimony",
        "thread": secrets.token_hex(16),
        "epoch": "2026-W48",
        "way": "server",
        "lang": secrets.choice(("ko", "zh", "en")),
        "fields": {"w_narrative": f"{TEXT}{record.hex()}", "w_role": "survivor", "k_rescue": "yes"},
    }
    first = {"e": "document", "document": document, "key": "00" * 16, "day": "2026-11-23"}
    return record, "2026-11-23", first, REVIEWERS


def _tag() -> ledger.Event:
    return {
        "e": "tag", "id": secrets.token_hex(16), "person": secrets.token_hex(16), "episode": 1,
        "stage": secrets.choice(STAGES), "track": "common", "start": 0, "end": 5, "text": "지어낸",
        "confidence": "sure", "date_from": "", "date_to": "", "date_as_stated": "",
        "knowledge": "unknown", "by": "owner", "day": "2026-11-23",
    }  # fmt: skip

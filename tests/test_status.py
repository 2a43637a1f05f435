"""Counts for those who run it: by day, without content, and one sentence for cron."""

import datetime as dt
import json

import pytest
from deployment import make, shell
from intake.world import World
from sqlalchemy import insert

from app import status
from app.__main__ import main
from app.mailbox import counting, tables

TODAY = dt.date(2026, 11, 23)


def arrived(world, day, number, *, taken_in=False):
    item = number.to_bytes(16, "big")
    world.write(insert(tables.item).values(id=item, epoch="2026-W48", day=day, same=item))
    if not taken_in:
        world.write(insert(tables.header).values(item_id=item, header=b"h"))


@pytest.fixture
def world(tmp_path):
    now = dt.datetime.combine(TODAY, dt.time(9), dt.UTC).timestamp()
    return World(tmp_path, now, bytes(range(16)))


def test_what_arrived_is_counted_by_day_and_what_waits_by_its_oldest(world):
    for number, (day, taken_in) in enumerate(
        [("2026-11-23", False), ("2026-11-23", True), ("2026-11-20", False), ("2026-01-01", True)]
    ):
        arrived(world, day, number, taken_in=taken_in)
    seen = status.look(world.settings, TODAY)
    counts = dict(seen.arrived)
    assert len(counts) == counting.DAYS
    assert (counts["2026-11-23"], counts["2026-11-20"]) == (2, 1)
    assert sum(counts.values()) == 3
    assert seen.waiting == counting.Waiting(2, "2026-11-20")
    assert seen.waiting.days(TODAY) == 3
    assert seen.earlier.items == 1
    assert seen.room.free > 0
    assert (seen.room.files, seen.room.sealed) == (0, 0)


def test_nothing_waits_in_an_empty_mailbox(world):
    seen = status.look(world.settings, TODAY)
    assert seen.waiting == counting.Waiting(0, None)
    assert seen.waiting.days(TODAY) == 0


def said(capsys, world, *words):
    assert main(["status", "--config", str(world.toml), *words]) == 0
    return capsys.readouterr().out


def test_cron_gets_one_sentence_without_content_or_nothing(world, capsys):
    assert said(capsys, world, "--arrived") == ""
    arrived(world, dt.datetime.now(dt.UTC).date().isoformat(), 1)  # noqa: TID251 - its own clock
    assert said(capsys, world, "--arrived") == "", "today's would tell the hour cron ran at"
    arrived(world, "2026-01-02", 2, taken_in=True)
    assert said(capsys, world, "--arrived") == "", "what was taken in waits for nobody"
    for number in (3, 4, 5):
        arrived(world, "2026-01-02", number)
        assert said(capsys, world, "--arrived") == f"{status.SOMETHING}\n"


def test_the_figures_are_said_in_words_and_in_json(world, capsys):
    arrived(world, "2026-01-02", 1)
    assert "not taken in: 1, the oldest since 2026-01-02" in said(capsys, world)
    told = json.loads(said(capsys, world, "--json"))
    assert told["waiting"] == {"items": 1, "since": "2026-01-02"}
    assert set(told) == {"arrived", "waiting", "earlier", "room"}


def test_no_mailbox_is_one_line(tmp_path):
    toml, _ = make(tmp_path / "data")
    (tmp_path / "data" / "mailbox.sqlite").unlink()
    done = shell("status", "--config", toml, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "doctor" in done.stderr

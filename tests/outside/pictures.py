"""The pictures of the documentation, over the fictional samples, script off: `make pictures`.

They are taken by tests, because a page that stands out to the side or calls on anybody fails.
"""

import os
from pathlib import Path

import pytest
from outside import walk
from outside.demo import ROOT, Demo

PICTURES = Path(os.environ.get("NARU_PICTURES", ROOT / "docs" / "pictures"))
TEXT = "지어낸 이야기입니다. 2023년 10월 9일 저녁, 언니는 도문에서 온성으로 넘겨졌습니다."


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The demonstration with its fictional testimonies, as `make run` shows it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with Demo(tmp_path_factory.mktemp("samples") / "data", empty=False) as running:
        yield running


def test_pictures_of_the_desk(windows, samples):
    window = windows(samples.desk, folder=PICTURES)
    window.log_in(samples.info["lead"])
    for path in ("/queue", "/people", "/map"):
        window.page.goto(path)
        window.look(f"desk-{path[1:]}", whole=False)
    if not window.name:  # the README shows it once, wide
        window.look("desk-map-whole", only="svg")
    lead = walk.log_in(samples.desk, samples.info["lead"])
    pages = [lead.get(f"/testimony/{each}") for each in walk.queue(lead)]
    fullest = max(pages, key=lambda page: len(list(page.root.all(cls="tag"))))
    window.page.goto(fullest.path)
    window.look("desk-testimony", whole=False)
    window.page.goto("/people/" + fullest.root.one(cls="tag").attrs["data-person"])
    window.look("desk-person")
    window = windows(samples.desk, folder=PICTURES)
    window.log_in(samples.info["partner"])
    for path in ("/released", "/export"):
        window.page.goto(path)
        window.look(f"partner-{path[1:]}")


def test_pictures_of_every_other_page(windows, samples, tmp_path):
    """To look at, not for the documentation: kept where NARU_PICTURES says, or nowhere."""
    window = windows(samples.desk, folder=PICTURES if "NARU_PICTURES" in os.environ else tmp_path)
    window.log_in(samples.info["lead"])
    for path in (
        "/clock", "/map/gaps", "/map/model", "/keys", "/members", "/custody", "/requests",
        "/account", "/status", "/search?q=도문", "/today", "/export", "/erasure", "/nowhere",
    ):  # fmt: skip
        window.page.goto(path)
        window.look("desk-" + path[1:].partition("?")[0].replace("/", "-"))


def test_pictures_of_the_intake(windows, samples):
    window = windows(samples.intake, folder=PICTURES)
    for lang in ("ko", "zh", "en"):
        window.page.goto(f"/{lang}/")
        window.look(f"witness-form-{lang}")
    form = window.form(id="testimony")
    window.put(form, "w_role", "family")
    window.put(form, "w_narrative", TEXT)
    window.send(form)
    window.look("witness-receipt")

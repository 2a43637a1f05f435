"""From `/` to the ten words with script off: requests, and bytes of all answers."""

import tempfile
from pathlib import Path

from outside import walk
from outside.demo import Demo
from outside.site import Site

from bench.table import Row

TEXT = "2023년 10월 9일에 언니가 도문에서 넘겨졌습니다. " * 20


def rows() -> list[Row]:
    """One visit in each language."""
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder, "data")) as demo:
        visits = {lang: _visit(demo.intake, lang) for lang in ("en", "ko", "zh")}
    requests, received = (max(pair) for pair in zip(*visits.values(), strict=True))
    found = [Row(f"bytes of all answers, {lang}", n, "B") for lang, (_, n) in visits.items()]
    return [
        Row("requests", requests, "", most=2, counted=True),
        Row("bytes of all answers, largest", received, "B", most=30_000, counted=True),
        *found,
    ]


def _visit(intake: str, lang: str) -> tuple[int, int]:
    site = Site(intake)
    page = site.send("GET", "/", headers={"Accept-Language": lang})
    pages = [page, site.post(page.form("testimony"), w_narrative=TEXT, w_role="family")]
    words = pages[-1].receipt
    resources = {address for page in pages for address in page.resources()}
    for address in resources:
        site.get(address)
    requests, received = site.requests, site.received
    if walk.come_back(site, words).status != 200:
        raise SystemExit("the words do not lead back: nothing was measured")
    return requests, received

"""The dossier in volumes: nothing is lost between them, and none is large."""

import importlib.util
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from needs import give_up, need

from app.casebook.evidence import dossier
from app.casebook.evidence.rendering import Told
from config.model import load_model

LINE = "지어낸 이야기입니다. 도문에서 온성으로 넘겨졌습니다."


def told(number, text, tags=1, words="넘겨졌습니다"):
    said = {
        "person": "P-1", "stage": "forced_repatriation", "track": "common", "episode": 1,
        "date_from": "2023-10-09", "date_to": "", "date_as_stated": "", "text": words,
        "knowledge": "unknown", "confidence": "sure",
    }  # fmt: skip
    each = [{**said, "id": f"{number:04d}{n:04d}"} for n in range(tags)]
    return Told(f"{number:032x}", "ko", "k_rescue", ("k_rescue",), text, [], {}, each)


def there():
    """Typst and its font, or a line that says how to get them."""
    if importlib.util.find_spec("typst") is None:
        give_up("typst is missing: pip install typst")
    if dossier._folder() is None:
        give_up("fonts-noto-cjk is missing: apt-get install fonts-noto-cjk")


def made(*read):
    there()
    return dict(dossier.files("naru-x", "2026-11-27", read, load_model()))


def text_of(pdf, tmp_path):
    (tmp_path / "one.pdf").write_bytes(pdf)
    done = subprocess.run([need("pdftotext"), "one.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)  # fmt: skip  # noqa: E501
    return done.stdout.decode()


lines = st.lists(st.text(max_size=40), max_size=12)
texts = st.lists(st.builds(lambda said: {"id": "x", "lines": said}, lines), max_size=6)
steps = st.lists(st.builds(lambda said: {"words": said}, st.text(max_size=40)), max_size=8)
people = st.lists(st.builds(lambda said: {"label": "x", "path": said}, steps), max_size=6)


@given(people, texts, st.integers(1, 400))
def test_every_step_and_line_is_in_one_volume_in_its_order(people, texts, volume):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dossier, "VOLUME", volume)
        parts = dossier.volumes(people, texts)
    assert [s for part in parts for one in part[0] for s in one["path"]] == [
        step for one in people for step in one["path"]
    ]
    assert [s for part in parts for one in part[1] for s in one["lines"]] == [
        line for one in texts for line in one["lines"]
    ]
    for in_people, in_texts in parts:
        held = [dossier._size(one["path"]) for one in in_people]
        held += [dossier._size(one["lines"]) for one in in_texts]
        inside = [one for each in (*in_people, *in_texts) for one in each.get("path", each.get("lines"))]  # fmt: skip  # noqa: E501
        assert sum(held) <= volume or len(inside) <= 1


def test_a_long_one_comes_in_volumes_that_hold_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(dossier, "VOLUME", 700)
    read = [told(n, "\n".join(f"{LINE} {n}/{k}" for k in range(14)), tags=2) for n in range(2)]
    found = made(*read)
    assert {name for name in found if ".ko." in name} == {
        f"dossier/dossier.ko.{n:02d}.pdf" for n in range(1, len(found) // 3 + 1)
    }
    assert len(found) >= 6
    said = "".join(text_of(found[name], tmp_path) for name in sorted(found) if ".zh." in name)
    for n in range(2):
        for k in range(14):
            assert f"{n}/{k}" in said


def test_words_as_long_as_a_text_do_not_fill_the_path(tmp_path):
    read = [told(1, LINE, words="가" * 150_000)]
    (one,) = [said for name, said in made(*read).items() if ".ko." in name]
    assert 900 < text_of(one, tmp_path).count("가") < 1100


def test_beyond_what_is_read_on_paper_a_sentence_stands_in_its_place():
    for read in (
        [told(n, LINE) for n in range(dossier.MOST + 1)],
        [told(n, "가" * 200_000) for n in range(11)],
        [told(1, LINE, tags=4000, words="가" * 1000)],
    ):
        ((name, said),) = dossier.files("x", "2026-11-27", read, load_model())
        assert name == "dossier/README.txt"
        assert b"more than" in said


def test_typst_sets_nothing_in_the_desks_own_process(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)  # an import of it is an ImportError now
    monkeypatch.setattr(dossier.importlib.util, "find_spec", lambda _: True)
    assert all(name.endswith(".pdf") for name in made(told(1, LINE)))


def test_what_cannot_be_set_is_said_and_stops_no_bundle(monkeypatch):
    there()
    monkeypatch.setattr(dossier, "PATIENCE", 0)
    ((_, said),) = dossier.files("x", "2026-11-27", [told(1, LINE)], load_model())
    assert said == dossier.ABSENT["failed"].encode()

"""What recordings tell beside what is heard and seen: by its names, found within the walls."""

import pytest
from desk.files import silence
from desk.recordings import TELLING, mp4
from hypothesis import given, settings
from hypothesis import strategies as st

from app.casebook import jailed_hearing as hearing
from app.casebook import viewing


@pytest.mark.parametrize("kind", TELLING)
def test_what_a_recording_tells_is_named_and_not_shown(owner, sent, kind):
    data, names = TELLING[kind]
    page = owner.get(sent(data, "x.bin", kind))
    assert page.root.one("dd", data_type=kind)
    assert set(page.id("hidden").text.split(", ")) == names
    assert "marker" not in page.text


def test_a_recording_that_tells_nothing_says_so(owner, sent):
    page = owner.get(sent(silence(1), "목소리.wav", "audio/x-wav"))
    assert page.id("hidden").text == "nothing that was found"


def test_both_ends_of_a_large_film_are_enough(owner, sent, monkeypatch):
    monkeypatch.setattr(viewing, "END", 2000)
    page = owner.get(sent(mp4(gap=900_000), "film.mp4", "video/mp4"))
    assert "©xyz" in page.id("hidden").text
    told = page.id("unlooked").text
    assert told.startswith("Only the first and the last")
    assert "2 kB" in told


def test_a_recording_that_was_looked_through_says_nothing_of_its_middle(owner, sent, monkeypatch):
    data = silence(1)
    for end, shown in ((len(data) // 2 - 1, True), (len(data) // 2, False)):
        monkeypatch.setattr(viewing, "END", end)
        page = owner.get(sent(data, "목소리.wav", "audio/x-wav"))
        assert (page.id("unlooked") is not None) is shown


def test_what_the_jail_says_is_not_believed(owner, sent, monkeypatch, tmp_path):
    path = sent(TELLING["audio/mpeg"][0], "x.mp3", "audio/mpeg")
    taken = tmp_path / "taken.py"
    monkeypatch.setattr(viewing, "HEARING", taken)
    for code in ("print('x')", "print('[]')", """print('{"hidden": 5}')""", "raise SystemExit(3)"):
        taken.write_text(code)
        page = owner.get(path)
        assert page.status == 200
        assert page.id("hidden") is None
    taken.write_text("""print('{"hidden": ["<script>alert(1)</script>"]}')""")
    page = owner.get(path)
    assert not any("alert(1)" in script.text for script in page.root.all("script"))


@settings(max_examples=60)
@given(st.sampled_from(sorted(TELLING)), st.data())
def test_whatever_it_is_made_of_it_ends(kind, data):
    whole = bytearray(TELLING[kind][0][-3000:])
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    head = data.draw(st.integers(0, len(whole)))
    size = len(whole) + data.draw(st.sampled_from((0, 1, 10**9)))
    for count, _name in enumerate(hearing.HEARD[kind](hearing.Ends(bytes(whole), head, size))):
        assert count < len(whole)

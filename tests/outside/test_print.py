"""The map on paper: the picture on one sheet, the table on the next, in every language."""

import pypdfium2
import pytest


@pytest.mark.parametrize("size", ["desktop"])  # paper is as wide for everybody
def test_the_map_prints_on_two_sheets(windows, demo, size):
    window = windows(demo.desk)
    window.log_in(demo.info["lead"])
    for lang in ("ko", "zh", "en"):
        _prints(window, lang)


def _prints(window, lang):
    window.context.set_extra_http_headers({"Accept-Language": lang})
    window.page.goto("/map")
    last = _bare(window.page.locator("svg .station .name").last.text_content())
    heading = _bare(window.page.locator("#table").inner_text())
    with pypdfium2.PdfDocument(window.page.pdf(format="A4", print_background=True)) as paper:
        sheets = [_bare(sheet.get_textpage().get_text_bounded()) for sheet in paper]
    assert len(sheets) == 2, lang
    assert last in sheets[0]
    assert heading not in sheets[0]
    assert heading in sheets[1]


def _bare(words):
    """Leave out the blanks: a PDF keeps where letters stand, not the spaces between words."""
    return "".join(words.split())

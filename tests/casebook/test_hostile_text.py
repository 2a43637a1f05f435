"""What a stranger wrote never holds a lead's page: every pattern is linear in the text."""

import pytest

from app.casebook.evidence.proposing import CONTACT

LONGEST = 200_000  # what the intake takes


@pytest.mark.timeout(60)  # the square of it took minutes
@pytest.mark.parametrize(
    "text",
    ["가" * LONGEST, "a." * (LONGEST // 2), "wechat" + " " * LONGEST, "a@" * (LONGEST // 2)],
    ids=["no space", "dots", "blanks", "signs"],
)
def test_no_text_takes_the_square_of_its_length(text):
    assert CONTACT.findall(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("가" * 5000 + "kim.jin+a@mail.example.org 로", "kim.jin+a@mail.example.org"),
        ("연락처 010-1234-5678", "010-1234-5678"),
        ("微信 id: x", None),
        ("微信号 rescue_77", "微信号 rescue_77"),
    ],
)
def test_what_reaches_somebody_is_still_found(text, found):
    assert [one[-len(found or "x") :] for one in CONTACT.findall(text)] == [found] * bool(found)

"""Dates and lengths as stated: every conversion has a worked example, and the words are kept."""

import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from korean_lunar_calendar import KoreanLunarCalendar

from app.reading.dates import convert, find_dates
from app.reading.durations import find_durations
from app.reading.edtf import parse
from config.anchors import load_anchors

TOLD = date(2024, 5, 1)
WORKED = [
    # solar
    ("2023년 10월 9일", "2023-10-09", "solar"),
    ("2023.10.9", "2023-10-09", "solar"),
    ("2023년 6월 중순", "2023-06-11/2023-06-20", "solar"),
    ("9 October 2023", "2023-10-09", "solar"),
    ("October 9, 2023", "2023-10-09", "solar"),
    ("late May 2009", "2009-05-21/2009-05-31", "solar"),
    ("2023年10月9日", "2023-10-09", "solar"),
    ("二〇二三年十月九日", "2023-10-09", "solar"),
    ("2023年阳历七月", "2023-07", "solar"),
    # lunar: 25th of the 8th month of 2023 is 9 October 2023
    ("음력 2023년 8월 25일", "2023-10-09", "lunar"),
    ("2023년 음력 팔월 스무닷샛날", "2023-10-09", "lunar"),
    ("2023年农历八月二十五", "2023-10-09", "lunar"),
    ("the 25th day of the eighth lunar month, 2023", "2023-10-09", "lunar"),
    ("음력 2020년 윤4월 15일", "2020-06-06", "lunar"),
    # a leap month has days of its own: 2020 had two fourth months, 2023 two second ones
    ("음력 2020년 4월", "2020-04-23/2020-05-22", "lunar"),
    ("음력 2020년 윤4월", "2020-05-23/2020-06-20", "lunar"),
    ("2020년 음력 윤사월 초하루", "2020-05-23", "lunar"),
    ("음력 2020년 윤4월 그믐", "2020-06-20", "lunar"),
    ("2020년 윤4월 10일", "2020-06-01", "lunar"),
    ("农历2023年闰二月", "2023-03-22/2023-04-19", "lunar"),
    ("农历2023年闰二月十五", "2023-04-05", "lunar"),
    ("2023년 음력 섣달 그믐날", "2024-02-09", "lunar"),
    ("2023년 음력 팔월", "2023-09-15/2023-10-14", "lunar"),
    ("2023년 추석", "2023-09-29", "feast"),
    ("2024年春节", "2024-02-10", "feast"),
    # Juche years begin in 1912
    ("주체112년 10월 9일", "2023-10-09", "juche"),
    ("주체 112(2023)년", "2023", "juche"),
    ("主体112年10月9日", "2023-10-09", "juche"),
    ("Juche 112", "2023", "juche"),
    ("October of Juche 112", "2023-10", "juche"),
    ("주체112년 가을", "2023-23", "juche"),
    # seasons
    ("2018년 여름", "2018-22", "season"),
    ("the winter of 2007", "2007-24", "season"),
    ("2020年冬天", "2020-24", "season"),
    # counted from the day it was told
    ("작년 가을", "2023-23", "relative"),
    ("재작년 겨울", "2022-24", "relative"),
    ("去年秋天", "2023-23", "relative"),
    ("last autumn", "2023-23", "relative"),
    # by what everybody remembers
    ("아시안게임이 끝난 다음 날", "2023-10-09", "anchor"),
    ("the day after the Asian Games closed", "2023-10-09", "anchor"),
    ("亚运会闭幕的第二天", "2023-10-09", "anchor"),
    ("항저우 아시안게임이 끝난 뒤", "2023-10-08/..", "anchor"),
    ("아시안게임 이후", "2023-10-08/..", "anchor"),
    ("after the Asian Games", "2023-10-08/..", "anchor"),
    ("亚运会以后", "2023-10-08/..", "anchor"),
    ("before the Asian Games began", "../2023-09-23", "anchor"),
    ("아시안게임 기간", "2023-09-23/2023-10-08", "anchor"),
]


@pytest.mark.parametrize(("words", "edtf", "rule"), WORKED)
def test_a_date_as_stated_is_converted_and_kept(words, edtf, rule):
    (found,) = find_dates(f"... {words} ...", TOLD)
    assert (found.edtf, found.rule, found.text) == (edtf, rule, words)
    assert found.shown
    parse(found.edtf)


def test_years_carry_on_through_a_text():
    found = find_dates("2023년에 왔다. 그해 10월에 북송되고 이듬해 3월에 나왔다.")
    assert [each.edtf for each in found] == ["2023", "2023-10", "2024-03"]


@pytest.mark.parametrize("words", ["农历八月二十五", "작년 가을", "10월 9일", "음력 8월 25일"])
def test_without_a_year_nothing_is_guessed(words):
    found = convert(words)
    assert found is not None
    assert (found.edtf, found.shown) == ("", "no year is named")


@pytest.mark.parametrize(
    "words", ["음력 2023년 윤5월", "2023년 2월 30일", "2023년 13월 4일", "음력 2023년 8월 31일"]
)
def test_a_day_that_never_was_is_kept_as_stated_and_not_converted(words):
    found = convert(words)
    assert found is not None
    assert (found.edtf, found.text) == ("", words)


def test_without_the_lunar_package_a_lunar_date_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "korean_lunar_calendar", None)
    found = convert("음력 2023년 8월 25일")
    assert found is not None
    assert found.edtf == ""
    assert "korean-lunar-calendar" in found.shown


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("보름 있었다", (15, 15)),
        ("열흘 있었다", (10, 10)),
        ("열흘 남짓 있었다", (10, 13)),
        ("달포 있었다", (30, 45)),
        ("사흘 동안", (3, 3)),
        ("스무날 갇혀", (20, 20)),
        ("15일 동안", (15, 15)),
        ("2주 가까이", (12, 16)),
        ("한 달", (28, 31)),
        ("석 달을", (84, 93)),
        ("반년", (181, 184)),
        ("a fortnight", (14, 14)),
        ("ten or twelve days", (10, 12)),
        ("six months", (168, 186)),
        ("半个月", (15, 15)),
        ("十来天", (10, 13)),
        ("整整三十天", (30, 30)),
        ("五个月", (140, 155)),
    ],
)
def test_a_length_is_read_in_days(words, days):
    (found,) = find_durations(words)
    assert found.days == days
    assert found.text in words


@pytest.mark.parametrize("words", ["2023년 10월 9일", "2023年10月9日", "9 October 2023", "보위부"])
def test_a_date_is_no_length(words):
    assert find_durations(words) == []


def test_the_days_people_remember_are_days():
    for anchor in load_anchors().values():
        first, last = anchor.days
        assert first <= last


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_the_same_day_is_read_from_every_way_of_writing_it(day):
    ways = [
        f"{day.year}년 {day.month}월 {day.day}일",
        f"{day.year}年{day.month}月{day.day}日",
        f"주체{day.year - 1911}년 {day.month}월 {day.day}일",
        f"{day.day} {day:%B} {day.year}",
        f"{day.year}.{day.month}.{day.day}",
    ]
    if day.year < 2011:
        del ways[2]
    for way in ways:
        found = convert(way)
        assert found is not None
        assert found.edtf == day.isoformat()


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_every_day_is_read_back_from_its_lunar_name_leap_months_too(day):
    calendar = KoreanLunarCalendar()
    assert calendar.setSolarDate(day.year, day.month, day.day)
    year, month, of = calendar.lunarYear, calendar.lunarMonth, calendar.lunarDay
    leap = calendar.isIntercalation
    for way in (
        f"음력 {year}년 {'윤' if leap else ''}{month}월 {of}일",
        f"农历{year}年{'闰' if leap else ''}{month}月{of}日",
    ):
        found = convert(way)
        assert found is not None
        assert found.edtf == day.isoformat()


@given(st.text("0123456789년월일음력주체年月日农历 .-시정윤", max_size=40))
def test_any_text_is_only_text_and_what_is_found_is_a_date(text):
    for each in find_dates(text, TOLD):
        assert text[each.start : each.end] == each.text
        if each.edtf:
            parse(each.edtf)
    find_durations(text)

"""The clock of the process: intervals, windows that close, and words that never claim."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reading.claims import Claim, Source
from app.reading.clock import DayZero, read_clock, windows
from app.reading.closing import UN_URGENT, closing, cohorts, months_after
from app.reading.wording import expectation
from config.model import load_model

MODEL = load_model()
HERE = Source("t1")
RETURN = "2023-10-09"


def sent_back(start=RETURN, **more):
    return Claim("c1", "p", "forced_repatriation", HERE, start=start, **more)


def expected(clock):
    return {each.stage for each in clock.expected if not each.external}


@pytest.mark.parametrize(
    ("today", "stages", "certain"),
    [
        ("2023-10-09", {"quarantine_covid"}, {"quarantine_covid"}),
        (
            "2023-10-24",
            {"quarantine_covid", "transfer_to_residence", "classification_pretrial"},
            None,
        ),
        (
            "2023-11-01",
            {"transfer_to_residence", "classification_pretrial"},
            {"classification_pretrial"},
        ),
        ("2024-01-15", {"statesec_interrogation", "socialsec_interrogation"}, None),
    ],
)
def test_the_articles_own_example_is_read_as_the_article_tells_it(today, stages, certain):
    clock = read_clock(MODEL, [sent_back()], date.fromisoformat(today))
    assert expected(clock) == stages
    if certain is not None:
        assert {each.stage for each in clock.expected if each.certain} == certain


def test_the_models_worked_ends_are_the_clocks():
    example = MODEL.clock.example
    day0 = date.fromisoformat(example.day0)
    ends = {each.stage: each.closes for each in windows(MODEL, DayZero(day0, day0, ()))}
    for stage, (first, last) in example.ends.items():
        assert ends[stage] == (date.fromisoformat(first), date.fromisoformat(last))
    snapshot = date.fromisoformat(example.snapshot.date)
    assert (
        read_clock(MODEL, [sent_back(example.day0)], snapshot).elapsed
        == (example.snapshot.day,) * 2
    )


def test_a_track_that_is_known_leaves_only_its_own_questioning():
    known = Claim("c2", "p", "socialsec_interrogation", HERE, track="social_security")
    clock = read_clock(MODEL, [sent_back(), known], date(2024, 1, 15))
    assert expected(clock) == {"socialsec_interrogation"}


def test_before_2020_there_is_no_quarantine_and_classification_begins_on_day_0():
    clock = read_clock(MODEL, [sent_back("2009-05-20")], date(2009, 5, 25))
    assert "quarantine_covid" not in expected(clock)
    classified = next(each for each in clock.expected if each.stage == "classification_pretrial")
    assert classified.opens == (date(2009, 5, 20), date(2009, 5, 20))
    assert classified.closes == (date(2009, 5, 30), date(2009, 6, 4))
    assert classified.tolerance == 30


def test_a_return_around_new_year_2020_is_read_both_ways():
    clock = read_clock(MODEL, [sent_back("2019-12/2020-01")], date(2020, 1, 20))
    assert {"quarantine_covid", "classification_pretrial"} <= expected(clock)


@pytest.mark.parametrize("start", ["", "../2024-01-01"])
def test_without_a_bound_there_is_no_clock_and_it_says_so(start):
    clock = read_clock(MODEL, [sent_back(start)], date(2024, 1, 15))
    assert clock.day0 is None
    assert clock.expected == ()
    assert "no clock" in expectation(clock, MODEL, "en")


def test_an_undated_return_lies_between_what_was_told_before_and_after_it():
    told = [
        Claim("a", "p", "cn_arrest", HERE, start="2023-09-01"),
        sent_back(""),
        Claim("b", "p", "quarantine_covid", HERE, start="2023-10-20"),
    ]
    clock = read_clock(MODEL, told, date(2023, 11, 1))
    assert clock.day0 == DayZero(date(2023, 9, 1), date(2023, 10, 20), ("a", "b"), derived=True)
    assert "bounded only" in expectation(clock, MODEL, "en")


def test_two_dates_for_one_return_make_an_interval_that_rests_on_both():
    other = Claim("c2", "p", "forced_repatriation", Source("t2"), start="2023-08-29")
    clock = read_clock(MODEL, [sent_back(), other], date(2023, 11, 1))
    assert clock.day0 == DayZero(date(2023, 8, 29), date(2023, 10, 9), ("c1", "c2"))


def test_a_later_return_has_its_own_clock():
    old = sent_back("2009-05-20")
    new = Claim("c2", "p", "forced_repatriation", HERE, start="2013-03-08", episode=2)
    clock = read_clock(MODEL, [old, new], date(2013, 3, 10))
    assert clock.day0 == DayZero(date(2013, 3, 8), date(2013, 3, 8), ("c2",))


@pytest.mark.parametrize(
    "stage", ["political_prison_camp", "statesec_provincial_pretrial", "x_kyohwaso"]
)
def test_past_the_questioning_the_model_gives_no_days(stage):
    track = MODEL.stage(stage).track
    clock = read_clock(
        MODEL, [sent_back(), Claim("c2", "p", stage, HERE, track=track)], date(2024, 5, 1)
    )
    assert (clock.beyond, clock.expected) == (stage, ())


@pytest.mark.parametrize("stage", ["x_release", "x_execution"])
def test_the_clock_stops_where_the_story_ends(stage):
    told = [sent_back(), Claim("c2", "p", stage, HERE)]
    assert read_clock(MODEL, told, date(2023, 10, 20)).ended == stage
    assert closing(MODEL, told, date(2023, 10, 20)) == []


def test_what_closes_first_stands_first():
    found = closing(MODEL, [sent_back()], date(2023, 10, 20))
    assert [(each.what, each.days_left) for each in found] == [
        ("quarantine_covid", (4, 4)),
        ("classification_pretrial", (14, 19)),
        (UN_URGENT, (81, 81)),
    ]
    assert all(each.rests_on == ("c1",) for each in found)


def test_the_urgent_procedure_counts_from_when_the_person_was_last_seen():
    seen = Claim(
        "s", "p", "statesec_interrogation", HERE, details={"ef_last_seen_alive": "2023-12-31"}
    )
    found = [
        each
        for each in closing(MODEL, [sent_back(), seen], date(2024, 2, 1))
        if each.what == UN_URGENT
    ]
    assert [each.closes for each in found] == [(date(2024, 3, 31), date(2024, 3, 31))]


def test_an_unknown_day_0_says_that_a_window_may_be_over():
    found = closing(MODEL, [sent_back("2023-10")], date(2023, 10, 25))
    assert next(each for each in found if each.what == "quarantine_covid").may_be_over


@pytest.mark.parametrize(
    ("day", "end"), [("2023-11-30", "2024-02-29"), ("2023-10-09", "2024-01-09")]
)
def test_three_months_are_calendar_months(day, end):
    assert months_after(date.fromisoformat(day), 3) == date.fromisoformat(end)


def test_a_cohort_shows_who_may_belong_to_it():
    groups = {
        each.cohort: each for each in cohorts(MODEL, [sent_back("2023-10")], date(2024, 1, 15))
    }
    assert groups["seed_2023_10_09"].persons == ("p",)
    assert groups["seed_2023_10_09"].elapsed == (98, 98)
    assert groups["x_2023_08_29"].persons == ()


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "the model would expect"), ("ko", "모델은"), ("zh", "按模型推算")]
)
def test_the_sentence_never_says_where_anybody_is(lang, words):
    assert words in expectation(read_clock(MODEL, [sent_back()], date(2023, 10, 20)), MODEL, lang)


DAYS = st.dates(date(1995, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(0, 400), st.integers(0, 900))
def test_a_wider_day_0_never_expects_less(first, width, later):
    """Interval arithmetic: what holds for one day of day 0 holds for an interval around it."""
    last = first + timedelta(days=width)
    today = last + timedelta(days=later)
    wide = {each.stage for each in windows(MODEL, DayZero(first, last, ())) if each.may_be(today)}
    for one in (first, last):
        narrow = {
            each.stage for each in windows(MODEL, DayZero(one, one, ())) if each.may_be(today)
        }
        assert narrow <= wide


@given(DAYS, st.integers(0, 400))
def test_every_window_opens_before_it_closes_and_lies_after_day_0(first, width):
    for each in windows(MODEL, DayZero(first, first + timedelta(days=width), ())):
        assert first <= each.opens[0] <= each.opens[1]
        assert each.closes[0] is None or each.opens[0] <= each.closes[0]
        assert each.closes[1] is None or each.opens[1] <= each.closes[1]
        assert not (each.must_be(each.opens[0]) and not each.may_be(each.opens[0]))

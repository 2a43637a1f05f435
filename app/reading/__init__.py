"""Reading testimony: words, dates, the clock, questions. Pure: it imports `config` and itself only.

Suggestions (never tags by themselves), in the order of the text, places in code points::

    from app.reading.suggest import explain, suggest
    for each in suggest(narrative):          # or suggest(text, "ko") where script tells nothing
        each.stage, each.track, each.start, each.end, each.text, each.rule, explain(each.rule, "ko")

Dates as stated, with the conversion shown and the words kept::

    from app.reading.dates import find_dates
    for each in find_dates(narrative, told_on=date(2024, 5, 1)):
        each.edtf, each.text, each.start, each.end, each.shown, each.rule

Claims are what the desk makes of its tags; every function below takes a list of them::

    from app.reading.claims import Claim, Source
    Claim(id, person, stage, Source(testimony_id, thread, informant, hops, paid, press), track,
          episode, start="2023-10-09", end="2023-10-24~", knowledge="firsthand",
          grounds=("illegal_entry",), details={"ef_group_size": "18"})

The clock, what closes soonest first, cohorts::

    from app.reading.clock import read_clock, clocks
    from app.reading.closing import closing, cohorts
    from app.reading.wording import expectation
    clock = read_clock(model, claims_of_one_person, today)  # .day0, .expected, .elapsed
    expectation(clock, model, "ko")                          # "... 모델은 ... 예상할 것입니다."
    closing(model, claims, today)                            # .person, .what, .closes, .days_left
    cohorts(model, claims, today)                            # each.cohort, .expected, .persons

Independent sources, questions R01 to R24, evidence about the model::

    from app.reading.corroboration import corroborate       # each.stage, .independent, .firsthand
    from app.reading.rules import about_the_model, questions # each.rule, .severity, .claims

The words of a question are ``model.rules[each.rule].text``; ``model.rule_note`` stands beside it.
``details["handed_over"]`` (any text) says that one agency handed the person to the other (R09).
"""

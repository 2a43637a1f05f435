"""Reading testimony: suggestions, dates, the clock, corroboration, questions."""

"""Who holds which key over time: founded, enrolled, rotated, removed, recovered."""

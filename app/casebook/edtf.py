"""Dates as reviewers write them: see :mod:`app.reading.edtf`, where they are read."""

from app.reading.edtf import LONGEST, NotEDTF, Span, parse

__all__ = ["LONGEST", "NotEDTF", "Span", "parse"]

"""Dates as sources state them: to the day, the month or the year. “2017-11-13”, “2017-11” and “2017” sort as text."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

SHAPE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """When something was, as precisely as the source says: a day, a month or a year."""

    first: date
    last: date

    @property
    def is_day(self):
        return self.first == self.last


def span_of(text):
    """The days that a date may mean; None when no date is stated. Raises ValueError for what is no date."""
    if not text:
        return None
    if not SHAPE.fullmatch(text):
        raise ValueError(f"“{text}” is not YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (*map(int, text.split("-")), None, None)[:3]
    if day is not None:
        return Span(date(year, month, day), date(year, month, day))
    first, last = (1, 12) if month is None else (month, month)
    start = date(year, first, 1)
    return Span(start, date(year, last, monthrange(year, last)[1]))

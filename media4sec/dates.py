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
    def is_day(self) -> bool:
        return self.first == self.last


def span_of(text: str) -> Span | None:
    """The days that a date may mean; None when no date is stated. Raises ValueError for what is no date."""
    if not text:
        return None
    if not SHAPE.fullmatch(text):
        raise ValueError(f"“{text}” is not YYYY, YYYY-MM or YYYY-MM-DD")
    match [int(part) for part in text.split("-")]:
        case [year, month, day]:
            return Span(date(year, month, day), date(year, month, day))
        case [year, month]:
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        case [year, *_]:
            return Span(date(year, 1, 1), date(year, 12, 31))
    raise AssertionError("the shape has a year")

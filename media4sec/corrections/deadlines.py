"""By when a report is acknowledged, dangerous content is hidden, and a data-protection request is answered.

Days are those that readers see, in the time zone of the settings. Working days are Monday to Friday: the portal
does not know anybody's holidays, so that a promise can come out a day too strict and never too lax.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

ACKNOWLEDGED_WITHIN = 2  # working days
HIDDEN_WITHIN = timedelta(days=1)


def working_days_after(day, number):
    """The last of so many working days, the first of which is the one after ``day``."""
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def a_month_after(day):
    """The same day of the next month, or the last day of that month."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def end_of(day):
    """The moment from which on something that was due on this day is late."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min))

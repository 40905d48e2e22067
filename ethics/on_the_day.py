"""How law stands on a day, worked out from the dates in an instrument's document: docs/adr/0043-law-on-the-day.md.

No model, no query, no clock: whoever calls says which day it is today. Documents may be working ones or public ones.
"""

import datetime

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy

from ethics.choices import EventKind, Force
from media4sec.portal.wording import word

ENDS = (EventKind.STRUCK_DOWN, EventKind.REPEALED, EventKind.EXPIRES)
STAGES = (EventKind.IN_FORCE, EventKind.APPLICABLE, EventKind.TRANSPOSITION)
OTHERS = (
    EventKind.POSITION,
    EventKind.RATIFIED,
    EventKind.DECISION,
    EventKind.AMENDED,
    EventKind.JUDGMENT,
    EventKind.APPEAL,
)  # they move no state by themselves
DATED_FIELDS = {"adopted_on": EventKind.ADOPTED, "applicable_from": EventKind.APPLICABLE}

# What dates can tell, and how it looks
BY_DATES = {
    "ended": ("struck", gettext_lazy("No longer in force")),
    "in-force": ("full", gettext_lazy("In force")),
    "not-applied": ("half", gettext_lazy("In force, not applied yet")),
    "adopted": ("hollow", gettext_lazy("Adopted, not applied yet")),
    "open": ("hatched", gettext_lazy("Adopted; since when in force is not recorded")),
    "proposed": ("hollow", gettext_lazy("Proposed")),
    "not-adopted": ("hollow", gettext_lazy("Not adopted yet")),
    "undated": ("hatched", gettext_lazy("No date recorded")),
}
# The record's own word: how it looks, and which dates tell less than it does
OWN_WORDS = {
    Force.IN_FORCE: ("full", ("open", "undated")),
    Force.IN_STAGES: ("half", ("open", "undated", "in-force")),
    Force.NOT_IN_FORCE: ("hollow", ("open", "undated")),
    Force.ENDED: ("struck", tuple(BY_DATES)),
}


def state_on(document, day, today):
    """How an instrument stands on a day: ``{name, shape, label}``, the label in the language that is spoken.

    The dates decide. What they leave open, the record's own word says (``force``): that of the day of its last check,
    or of ``today`` where none is noted. It holds on later days until the dates say something else, and on no earlier
    day. “In stages” holds from the event before the check, and no longer than to the last stage that has a date.
    """
    told, checked = told_by_dates(document, day), _day_of_check(document, today)
    shape, exceeds = OWN_WORDS[document["force"]]
    since, until = checked, datetime.date.max
    if document["force"] == Force.IN_STAGES and told == "in-force":
        since = max((row["date"] for row in _happenings(document) if row["date"] <= checked), default=checked)
        ahead = [row["date"] for row in _happenings(document, STAGES) if row["date"] > checked]
        until = max(ahead, default=until)
    if told in exceeds and told == told_by_dates(document, checked) and since <= day < until:
        label = word(Force(document["force"]).label, "force", document["force"])
        return {"name": document["force"], "shape": shape, "label": label}
    shape, label = BY_DATES[told]
    return {"name": told, "shape": shape, "label": str(label)}


def changes_between(document, one_day, other_day):
    """What happens after the earlier of two days, up to and including the later one, in order of date.

    As the document has its events, with ``date`` as a date. Where none tells of the day of adoption, or of that from
    which it applies, the field that does stands for one.
    """
    first, last = sorted((one_day, other_day))
    return [row for row in _happenings(document) if first < row["date"] <= last]


def is_dated(document):
    """Does the record say any date of the instrument's life?"""
    return bool(_happenings(document))


def _happenings(document, kinds=EventKind):
    """The events of these kinds, and the dated fields that no event repeats, in order of date."""
    rows = [{**event, "date": parse_date(event["date"])} for event in document["events"]]
    for field, kind in DATED_FIELDS.items():
        date = document[field] and parse_date(document[field])
        if date and not any(row["date"] == date for row in rows):
            rows.append(
                {
                    "date": date,
                    "event_kind": kind,
                    "title": kind.label,
                    "note": "",
                    "verified": document["verified"],
                    "sources": [row for row in document["sources"] if field in row["supports"]],
                }
            )
    return sorted((row for row in rows if row["event_kind"] in kinds), key=lambda row: row["date"])


def told_by_dates(document, day):
    """What the dates alone tell of a day, one of ``BY_DATES``."""
    dates = dates_of(document)

    def came(name):
        return dates[name] is not None and dates[name] <= day

    if came("ended"):
        return "ended"
    if came("applied"):
        return "in-force"
    if came("entered"):
        return "not-applied" if dates["applied"] else "in-force"
    if came("adopted"):
        return "adopted" if dates["begun"] else "open"
    if came("proposed"):
        return "proposed"
    return "not-adopted" if dates["first"] else "undated"


def _day_of_check(document, today):
    checked = document["checked_on"]
    return min(parse_date(checked), today) if checked else today


def dates_of(document):
    """What a document says of an instrument's life; None where it does not say."""

    def first(*kinds):
        found = (event["date"] for event in document["events"] if event["event_kind"] in kinds)
        return min(map(parse_date, found), default=None)

    def earliest(*dates):
        return min((date for date in dates if date), default=None)

    adopted = _date(document["adopted_on"]) or first(EventKind.ADOPTED, EventKind.OPENED_FOR_SIGNATURE)
    applied = earliest(
        _date(document["applicable_from"]), first(EventKind.APPLICABLE, EventKind.TRANSPOSITION)
    )
    entered, proposed = first(EventKind.IN_FORCE), first(EventKind.PROPOSED)
    return {
        "first": earliest(proposed, adopted, entered, applied, first(*OTHERS, *ENDS)),
        "proposed": proposed,
        "adopted": adopted,
        "entered": entered,
        "applied": applied,
        "begun": earliest(entered, applied),
        "ended": first(*ENDS),
    }


def _date(text):
    return parse_date(text) if text else None

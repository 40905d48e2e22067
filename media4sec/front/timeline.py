"""The timeline: the project, its deliverables and workshops, and the law around it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import JSONField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalogue.library import duration
from media4sec.dates import Span, span_of
from media4sec.drawing import at_most
from media4sec.kinds import DATED
from media4sec.portal.frame import siblings
from media4sec.portal.lanes import Item, Lane, lanes_picture
from media4sec.portal.parameters import without_parameters
from media4sec.publications.index import current
from media4sec.publications.models import Publication, Term
from media4sec.publications.stated import of_each, said_since_change
from media4sec.saying import day, day_or_unknown

BEFORE = 6  # months before the project in which the timeline still shows what happened
MOST_DATED = 150
DATED_WHOLE = (("W", "workshop", "start_date"), ("D", "deliverable", "date"), ("N", "news-item", "date"))


@require_safe
@without_parameters
def timeline(request):
    """What happened in the months of the project, and what happened to the law meanwhile."""
    kinds = ("project", "workshop", "deliverable", "news-item", "instrument")
    return render(request, "front/timeline.html", said_since_change("timeline", page_of_timeline, *kinds))


def page_of_timeline():
    """Everything is dated and counted, and the newest is read: three queries, and two for each kind that changed."""
    index = current()
    projects = index.documents(index.ordered(["project"]), 1)
    first, last = duration(projects)
    dated = {short: days_stated(kind_name, field) for short, kind_name, field in DATED_WHOLE}
    every = happenings(index, dated, first, last) if first else []
    entries = entries_of(at_most(every, lambda row: row.when.last, MOST_DATED))
    lanes = [
        Lane(label, short, url, tuple(entry["item"] for entry in entries if entry["short"] == short))
        for label, short, url in (
            (gettext("Workshops"), "W", "/workshops/"),
            (gettext("Deliverables"), "D", "/library/"),
            (gettext("News"), "N", "/news/"),
            (gettext("Law"), "L", "/law/"),
        )
    ]
    drawn = None
    if entries:
        begin = max(min([first, *(entry["item"].when.first for entry in entries)]), earliest(first))
        label, url = gettext("Timeline of the project"), "/library/?type=deliverable"
        drawn = lanes_picture(lanes, begin, last, label, counted_from=first, url=url, total=len(every))
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Documents"), "url": "/library/"},
            {"title": gettext("Timeline"), "url": None},
        ],
        "siblings": siblings("library"),
        "project": projects[0] if projects else None,
        "first": day(first.isoformat()) if first else "",
        "last": day(last.isoformat()) if last else "",
        "picture": drawn,
        "entries": entries,
        "count": len(every),
        "has_unverified": any(entry["is_unverified"] for entry in entries),
        "undated": {
            "deliverables": sum(not text for _key, text in dated["D"]),
            "news": sum(not text for _key, text in dated["N"]),
        },
    }


def earliest(first):
    """The month from which the timeline shows what went before the project."""
    months = first.year * 12 + first.month - 1 - BEFORE
    return date(months // 12, months % 12 + 1, 1)


@dataclass(slots=True)
class Happening:
    """Something that is dated, before its record is read."""

    when: Span
    short: str  # the letter of its lane
    record: int  # its key
    date: str
    key: str = ""  # of an event in an instrument
    number: int = 0  # in its lane, in order of date


def days_stated(kind_name, field):
    """``[(key, date)]`` of all records of a kind, with those that have none."""

    def read(rows):
        return rows.annotate(body=Cast("document", JSONField())).values_list("pk", KT(f"body__{field}"))

    return [*of_each(f"days of {kind_name}", read, kind_name).items()]


def events_stated(kind_name):
    """``[(key, date, key of the event)]`` of all events in records of a kind."""

    def read(rows):
        found = defaultdict(list)
        terms = Term.objects.filter(field=DATED, publication__in=rows).order_by("pk")
        for key, value in terms.values_list("publication", "value"):
            date_text, _, event = value.partition(" ")
            found[key].append((date_text, event))
        return found

    events = of_each(f"events of {kind_name}", read, kind_name)
    return [(key, *event) for key, own in events.items() for event in own]


def happenings(index, dated, first, last):
    """Everything dated in the project's time, in order."""
    begin = earliest(first)
    found = [(short, key, text or "", "") for short, rows in dated.items() for key, text in rows]
    years = str(begin.year), str(last.year + 1)
    events = (event for event in events_stated("instrument") if years[0] <= event[1] < years[1])
    found += [("L", *event) for event in events]
    spans = {text: span_of(text) for text in {row[2] for row in found}}
    rows = [
        Happening(span, short, key, text, event)
        for short, key, text, event in found
        if (span := spans[text]) and span.last >= begin and span.first <= last
    ]
    slots = index.slots([row.record for row in rows])
    place = dict(zip(index.pks[slots].tolist(), index.rank[slots].tolist(), strict=True))
    rows.sort(
        key=lambda row: (row.when.first, row.when.last, "WDNL".index(row.short), place.get(row.record, 0))
    )
    numbers = Counter()
    for row in rows:
        numbers[row.short] += 1
        row.number = numbers[row.short]
    return rows


def entries_of(rows):
    """What the picture and the table say: ``[{item, short, when, title, of, url}]``. One query."""
    keys = list({row.record: None for row in rows})
    documents = {row.pk: row.body for row in Publication.objects.only("document").in_order_of(keys)}
    entries = []
    for row in rows:
        document = documents[row.record]
        title, of, is_unverified = told_of(row, document)
        when = day_or_unknown(row.date)
        key = document["identifier"] if row.short in "WD" else f"{row.short}{row.number}"
        doubt = gettext("not verified") if is_unverified else ""
        name = ", ".join(part for part in (key, of, title, when, doubt) if part)
        item = Item(key, key, name, document["url"], row.when, event_shape(row.short, is_unverified))
        told = {"when": when, "title": title, "of": of, "is_unverified": is_unverified}
        entries.append({"item": item, "short": row.short, "url": document["url"], **told})
    return entries


def told_of(row, document):
    """(title, what it belongs to, is it unverified?)"""
    if row.short == "L":
        event = next(event for event in document["events"] if event["key"] == row.key)
        return event["title"], document["title"], event["verified"] is not True
    return document["title"], document["city"] if row.short == "W" else "", False


def event_shape(short, is_unverified):
    return "stop" if short == "W" else "unverified" if is_unverified else ""

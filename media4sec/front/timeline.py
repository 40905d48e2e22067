"""The timeline: the project, its deliverables and workshops, and the law around it."""

from collections import defaultdict
from datetime import date

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalogue.library import duration
from media4sec.dates import span_of
from media4sec.drawing import at_most
from media4sec.portal.frame import siblings
from media4sec.portal.lanes import Item, Lane, lanes_picture
from media4sec.publications.models import documents_of
from media4sec.publications.stated import said_since_change
from media4sec.saying import day, day_or_unknown

BEFORE = 6  # months before the project in which the timeline still shows what happened
MOST_DATED = 150


@require_safe
def timeline(request):
    """What happened in the months of the project, and what happened to the law meanwhile."""
    kinds = ("project", "workshop", "deliverable", "news-item", "instrument")
    context = said_since_change("timeline", lambda: page_of_timeline(documents_of(*kinds)), *kinds)
    return render(request, "front/timeline.html", context)


def page_of_timeline(documents):
    first, last = duration(documents["project"])
    every = entries_of(documents, first, last) if first else []
    entries = at_most(every, lambda entry: entry["item"].when.last, MOST_DATED)
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
            {"title": gettext("Library"), "url": "/library/"},
            {"title": gettext("Timeline"), "url": None},
        ],
        "siblings": siblings("library"),
        "project": documents["project"][0] if documents["project"] else None,
        "first": day(first.isoformat()) if first else "",
        "last": day(last.isoformat()) if last else "",
        "picture": drawn,
        "entries": entries,
        "count": len(every),
        "has_unverified": any(entry["is_unverified"] for entry in entries),
        "undated": {
            "deliverables": sum(not document["date"] for document in documents["deliverable"]),
            "news": sum(not document["date"] for document in documents["news-item"]),
        },
    }


def earliest(first):
    """The month from which the timeline shows what went before the project."""
    months = first.year * 12 + first.month - 1 - BEFORE
    return date(months // 12, months % 12 + 1, 1)


def entries_of(documents, first, last):
    """Everything dated in the project's time, in order: ``[{item, short, when, title, of, url}]``."""
    begin = earliest(first)
    rows = []
    for short, document, date_text, title, of, is_unverified in happenings(documents):
        span = span_of(date_text)
        if span and span.last >= begin and span.first <= last:
            rows.append((span, short, title, of, document, day_or_unknown(date_text), is_unverified))
    rows.sort(key=lambda row: (row[0].first, row[0].last, "WDNL".index(row[1])))
    numbers, entries = defaultdict(int), []
    for span, short, title, of, document, when, is_unverified in rows:
        numbers[short] += 1
        key = document["identifier"] if short in "WD" else f"{short}{numbers[short]}"
        doubt = gettext("not verified") if is_unverified else ""
        name = ", ".join(part for part in (key, of, title, when, doubt) if part)
        item = Item(key, key, name, document["url"], span, event_shape(short, is_unverified))
        told = {"when": when, "title": title, "of": of, "is_unverified": is_unverified}
        entries.append({"item": item, "short": short, "url": document["url"], **told})
    return entries


def event_shape(short, is_unverified):
    return "stop" if short == "W" else "unverified" if is_unverified else ""


def happenings(documents):
    """``(letter, document, date, title, what it belongs to, is it unverified?)`` of all that may stand on it."""
    for document in documents["workshop"]:
        yield "W", document, document["start_date"], document["title"], document["city"], False
    for document in documents["deliverable"]:
        yield "D", document, document["date"], document["title"], "", False
    for document in documents["news-item"]:
        yield "N", document, document["date"], document["title"], "", False
    for document in documents["instrument"]:
        for event in document["events"]:
            yield (
                "L",
                document,
                event["date"],
                event["title"],
                document["title"],
                event["verified"] is not True,
            )

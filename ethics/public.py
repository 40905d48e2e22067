"""What only this app's kinds show on their pages; made of documents, never of models."""

import datetime
import json

from django.utils.dateparse import parse_date
from django.utils.timezone import now

from media4sec.portal.cards import day, first_sentence, host_of
from media4sec.publications.models import Publication

PROJECT_END = datetime.date(2019, 1, 1)
SHOWN_EVENTS = 16


def issue(page):
    """Questions and safeguards side by side; the law as it stands, and what happened to it since the project."""
    laws, events = laws_of(page["document"])
    own_parts = [("questions", "Questions and safeguards")] if page["sections"] else []
    own_parts += [("law", "Law, then and now")] if laws else []
    return {
        "laws": laws,
        "law_events": events[-SHOWN_EVENTS:],
        "law_event_count": len(events),
        "questions": page["sections"],
        "sections": [],
        "own_parts": [*own_parts, *page["own_parts"]],
    }


def instrument(page):
    """An instrument's history."""
    events = events_of(page["document"])
    own_parts = [("events", "What happened to it")] if events else []
    return {"events": events, "own_parts": [*own_parts, *page["own_parts"]]}


def laws_of(document):
    """(the instruments an issue touches as they stand, what happened to them since the project ended). One query."""
    wanted = [ref["id"] for ref in document["instruments"]]
    rows = Publication.objects.published().of("instrument").filter(identifier__in=wanted) if wanted else ()
    laws, events = {}, []
    for row in rows:
        laws[row.identifier] = {
            "title": row.title,
            "url": row.url,
            "state": json.loads(row.display)["state"],
            "summary": first_sentence(row.summary),
        }
        for event in events_of(json.loads(row.document)):
            if event["date"] >= PROJECT_END:
                events.append({**event, "instrument": {"title": row.title, "url": row.url}})
    events.sort(key=lambda event: event["date"])
    events = [{**event, "number": number} for number, event in enumerate(events, start=1)]
    return [laws[name] for name in wanted if name in laws], events


def events_of(document):
    """A legal instrument's events in order of date; what lies ahead is planned."""
    today = now().date()
    found = []
    for event in sorted(document.get("events", ()), key=lambda event: event["date"]):
        date = parse_date(event["date"])
        done = date <= today
        found.append(
            {
                "number": len(found) + 1,
                "date": date,
                "date_label": day(event["date"]),
                "title": event["title"],
                "note": event["note"],
                "kind_label": event["event_kind"].replace("-", " "),
                "state": {"shape": "full", "label": "Done"}
                if done
                else {"shape": "hollow", "label": "Planned"},
                "instrument": None,
                "sources": [
                    {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
                    for source in event["sources"]
                ],
            }
        )
    return found

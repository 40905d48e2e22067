"""What only this app's kinds show on their pages; made of documents, never of models."""

import json

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext, gettext_lazy

from ethics.timeline import BEGINNING, PROJECT_END, PROJECT_START, Flag, dates_of, lane_of, timeline
from media4sec.portal.cards import first_sentence, host_of
from media4sec.portal.lanes import span_of
from media4sec.portal.wording import day, display_of, word
from media4sec.publications.models import Publication

WRITTEN = (gettext_lazy("Up to when the project wrote"), gettext_lazy("Since the project wrote"))
ENDED = (gettext_lazy("Up to the end of the project"), gettext_lazy("Since the end of the project"))


def issue(page):
    """Questions and safeguards side by side; the law when the project wrote about the issue, and today."""
    document, today = page["document"], localdate(now())
    laws, writings = named_by(document)
    flags = [flag for flag in map(flag_of, writings) if flag]
    since = max((flag.end for flag in flags), default=PROJECT_END)
    known = {law["identifier"]: events_of(law["document"], today) for law in laws}
    shown = numbered(event for events in known.values() for event in events if event["date"] >= BEGINNING)
    lanes = []
    for law in laws:
        events = known[law["identifier"]]
        own = [event for event in shown if event["instrument"]["url"] == law["url"]]
        lane = lane_of(law["document"], law["state"]["label"], own, today)
        lanes += [lane] if lane else []
        law["then"] = state_at(law["document"], since)
        law["since"] = [event for event in events if since < event["date"] and event["is_done"]]
        law["earlier"] = len(law["since"]) - 1
        law["ahead"] = [event for event in events if since < event["date"] and not event["is_done"]]
    own_parts = [("questions", gettext("Questions and safeguards"))] if page["sections"] else []
    return {
        "laws": laws,
        "moved": [law for law in laws if law["since"]],
        "unmoved": [law for law in laws if not law["since"]],
        "writings": [
            {"publication": row, "when": day(date) if (date := json.loads(row.document)["date"]) else ""}
            for row in writings
        ],
        "since": since,
        "since_in_words": day(since.isoformat()),
        "is_dated": bool(flags),
        "since_is_a_day": any(flag.start == flag.end == since for flag in flags),
        "ahead_count": sum(len(law["ahead"]) for law in laws),
        "today": today,
        "picture": timeline(lanes, today=today, flags=flags, since=since) if lanes else None,
        "event_count": len(shown),
        "event_parts": in_parts(shown, since, WRITTEN),
        "questions": page["sections"],
        "sections": [],
        "own_parts": [*own_parts, ("law", gettext("Then and now")), *page["own_parts"]],
    }


def instrument(page):
    """An instrument's history, as a picture and as a table."""
    document, today = page["document"], localdate(now())
    events = numbered(events_of(document, today))
    lane = lane_of(document, page["display"]["state"]["label"], events, today)
    if not lane:
        return {}
    return {
        "picture": timeline([lane], today=today, with_early=True),
        "event_count": len(events),
        "event_parts": in_parts(events, PROJECT_END, ENDED),
        "life": life_of(document),
        "today": today,
        "own_parts": [("events", gettext("Then and now")), *page["own_parts"]],
    }


def named_by(document):
    """(the instruments an issue touches, the deliverables it comes from), in its order. One query."""
    wanted = [(kind, ref["id"]) for kind, name in KINDS_NAMED.items() for ref in document[name]]
    if not wanted:
        return [], []
    which = Q()
    for kind, identifier in wanted:
        which |= Q(kind=kind, identifier=identifier)
    found = {(row.kind, row.identifier): row for row in Publication.objects.published().filter(which)}
    rows = [found[key] for key in wanted if key in found]
    laws = [law_of(row) for row in rows if row.kind == "instrument"]
    return laws, [row for row in rows if row.kind == "deliverable"]


KINDS_NAMED = {"instrument": "instruments", "deliverable": "deliverables"}


def law_of(row):
    return {
        "identifier": row.identifier,
        "title": row.title,
        "url": row.url,
        "state": display_of(row)["state"],
        "summary": first_sentence(row.summary),
        "document": json.loads(row.document),
    }


def flag_of(row):
    """A deliverable on the picture; None where no source gives its date."""
    span = span_of(json.loads(row.document)["date"])
    return Flag(row.identifier, span.first, span.last) if span else None


def events_of(document, today):
    """A legal instrument's events in order of date; what lies ahead is planned."""
    return [
        {
            "date": date,
            "is_done": date <= today,
            "title": event["title"],
            "note": event["note"],
            "kind_label": word(
                event["event_kind"].replace("-", " ").capitalize(), "event", event["event_kind"]
            ),
            "state": {"shape": "full", "label": gettext("Happened")}
            if date <= today
            else {"shape": "hollow", "label": gettext("To come")},
            "instrument": {"title": document["title"], "url": document["url"]},
            "sources": [
                {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
                for source in event["sources"]
            ],
        }
        for event in sorted(document["events"], key=lambda event: event["date"])
        for date in (parse_date(event["date"]),)
    ]


def numbered(events):
    """Events in order of date, with the numbers that picture and table share."""
    ordered = sorted(events, key=lambda event: event["date"])
    return [{**event, "number": number} for number, event in enumerate(ordered, start=1)]


def in_parts(events, since, titles):
    """The table's parts: up to a day, since then, still to come; without empty ones."""
    before, after, ahead = parts = [], [], []
    for event in events:
        (before if event["date"] <= since else after if event["is_done"] else ahead).append(event)
    titles = (*titles, gettext("Still to come"))
    return [{"title": title, "events": found} for title, found in zip(titles, parts, strict=True) if found]


def state_at(document, day):
    """How an instrument stood on a day, as far as its dates tell."""
    dates = dates_of(document)

    def came(name):
        return dates[name] is not None and dates[name] <= day

    if came("ended"):
        return {"shape": "struck", "label": gettext("No longer in force")}
    if came("applied"):
        return {"shape": "full", "label": gettext("In force")}
    if came("entered"):
        if dates["applied"]:
            return {"shape": "half", "label": gettext("In force, not applied yet")}
        return {"shape": "full", "label": gettext("In force")}
    if came("adopted"):
        if dates["begun"]:
            return {"shape": "hollow", "label": gettext("Adopted, not applied yet")}
        return {"shape": "hatched", "label": gettext("Adopted; since when in force is not recorded")}
    if came("proposed"):
        return {"shape": "hollow", "label": gettext("Proposed")}
    if dates["first"]:
        return {"shape": "hollow", "label": gettext("Not adopted yet")}
    return {"shape": "hatched", "label": gettext("No date recorded")}


def life_of(document):
    """How an instrument stood when the project began and when it ended."""
    return {
        "at_start": state_at(document, PROJECT_START),
        "at_end": state_at(document, PROJECT_END),
        "start": PROJECT_START,
        "end": PROJECT_END,
    }

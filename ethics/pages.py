"""What only this app's kinds show on their pages; made of documents, never of models."""

from dataclasses import replace
from operator import itemgetter

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext, gettext_lazy

from ethics.choices import EventKind, Topic
from ethics.kinds import COUNTRY_NOTE, JUDGMENT
from ethics.on_the_day import changes_between, is_dated, state_on
from ethics.timeline import FIRST_DAY, PROJECT_END, PROJECT_START, Flag, lane_of, lives_picture
from media4sec.dates import span_of
from media4sec.letters import sort_key
from media4sec.portal.record.country import lists_from
from media4sec.portal.record.law import law_on_day
from media4sec.portal.record.links import SHOWN_WITHOUT_LIST as SHOWN
from media4sec.portal.record.page import listed, page_parts, parts_by_need, way_to_text
from media4sec.portal.rows import first_sentence, host_of
from media4sec.portal.wording import page_display, word
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import said_since_change
from media4sec.saying import country, day

MOST_COUNTRIES = 40  # that a page names
IN_A_CELL = 130  # letters of what an instrument is about
BEFORE_AND_SINCE = (gettext_lazy("Up to when the project wrote"), gettext_lazy("Since the project wrote"))
ENDED = (gettext_lazy("Up to the end of the project"), gettext_lazy("Since the end of the project"))


def issue(page):
    """Questions and safeguards side by side; the law when the project wrote about the issue, and today."""
    asked, today = page.law.day, page.law.today
    laws, writings = law_and_deliverables(page.document, today)
    flags = [flag for flag in map(flag_of, writings) if flag]
    since = max((flag.end for flag in flags), default=PROJECT_END)
    known = {law["identifier"]: events_of(law["document"], today) for law in laws}
    shown = numbered(event for events in known.values() for event in events if event["date"] >= FIRST_DAY)
    lanes = []
    for law in laws:
        events = known[law["identifier"]]
        own = [event for event in shown if event["instrument"]["url"] == law["url"]]
        lane = lane_of(law["document"], law["state"]["label"], own, today)
        lanes += [lane] if lane else []
        law["then"] = state_on(law["document"], since, today)
        law["since"] = [event for event in events if since < event["date"] and event["is_done"]]
        law["earlier"] = len(law["since"]) - 1
        law["ahead"] = [event for event in events if since < event["date"] and not event["is_done"]]
    label = gettext("Timeline of the instruments of “%(title)s”. The table below says the same.")
    label %= {"title": page.title}
    own_parts = [("questions", gettext("Questions and safeguards"))] if page.sections else []
    own = {
        "laws": laws,
        "moved": [law for law in laws if law["since"]],
        "unmoved": [law for law in laws if not law["since"]],
        "writings": [
            {"publication": row, "when": day(row.body["date"]) if row.body["date"] else ""}
            for row in writings
        ],
        "since": since,
        "since_in_words": day(since.isoformat()),
        "since_month": month(since),
        "is_dated": bool(flags),
        "since_is_a_day": any(flag.start == flag.end == since for flag in flags),
        "ahead_count": sum(len(law["ahead"]) for law in laws),
        "today": today,
        "picture": lives_picture(lanes, today=today, day=asked, label=label, flags=flags, since=since)
        if lanes
        else None,
        "event_count": len(shown),
        "event_parts": in_parts(shown, since, BEFORE_AND_SINCE)
        if page.law.is_today
        else around(shown, asked),
        "questions": page.sections,
    }
    page = replace(page, law=law_on_day([law["document"] for law in laws], asked, today))
    page = with_judgments(page, own, [*own_parts, ("law", gettext("Then and now"))])
    which = f"?issue={page.publication.identifier}"
    page = replace(
        page,
        sections=[],
        primary={"title": gettext("Run the check"), "url": "/check/"},
        next=[
            {"title": gettext("Situations that touch it"), "url": f"/situations/{which}"},
            {"title": gettext("Tools that raise it"), "url": f"/technologies/{which}"},
            {"title": gettext("National law, country by country"), "url": "/countries/"},
            *page.next,
        ],
    )
    return replace(
        page, parts=parts_by_need(page, "about", "pictures", "questions", "law", "judgments", "lenses")
    )


def instrument(page):
    """An instrument's history, as a picture and as a table."""
    document, asked, today = page.document, page.law.day, page.law.today
    page = replace(page, law=law_on_day([document], asked, today))
    events = numbered(events_of(document, today))
    lane = lane_of(document, page.law.laws[0]["now"]["label"], events, today)
    label = gettext("Timeline of %(title)s. The table below says the same.") % {"title": page.title}
    own = {
        "picture": lives_picture([lane], today=today, day=asked, label=label, with_early=True)
        if lane
        else None,
        "event_count": len(events),
        "event_parts": in_parts(events, PROJECT_END, ENDED) if page.law.is_today else around(events, asked),
        "life": life_of(document, today),
        "today": today,
    }
    page = with_judgments(page, own, [("events", gettext("Then and now"))])
    page = replace(
        page,
        primary=way_to_text(page, gettext("Read the official text")),
        next=[
            {
                "title": gettext("Issues that touch it"),
                "url": f"/issues/?instrument={page.publication.identifier}",
            },
            {"title": gettext("National law, country by country"), "url": "/countries/"},
            *page.next,
        ],
    )
    return replace(page, parts=parts_by_need(page, "about", "events", "judgments", "pictures", "lenses"))


def judgment(page):
    """A judgment is read in the court's own words."""
    return replace(page, primary=way_to_text(page, gettext("Read the official text")))


def standing_of_law(document, on, today):
    """How an instrument stands on a day and today, and what happens between."""
    return {
        "identifier": document["identifier"],
        "title": document["title"],
        "url": document["url"],
        "then": state_on(document, on, today),
        "now": state_on(document, today, today),
        "is_dated": is_dated(document),
        "changes": [event_row(document, row, today) for row in changes_between(document, today, on)],
    }


def with_judgments(page, own, parts):
    """The page with what only its kind shows, and the judgments that name the record in a part of their own; what is
    there is not told again."""
    total = page.backlinks.by_kind.get(JUDGMENT.name, 0)
    rows = page.backlinks.first(JUDGMENT.name, SHOWN)
    group = next((group for group in page.links if group.kind is JUDGMENT), None)
    own["judgments"] = {
        "rows": [judgment_of(row) for row in rows],
        "total": total,
        "all": JUDGMENT.names.counted(total),
        "all_url": f"{JUDGMENT.list_url}?{page.kind.name}={page.publication.identifier}"
        if total > SHOWN
        else "",
    }
    own_part = [("judgments", gettext("What courts decided"))] if total else []
    links = [one for one in page.links if one is not group]
    return replace(page, own=own, links=links, own_parts=[*parts, *own_part, *page.own_parts])


def judgment_of(row):
    """A row of the table of judgments."""
    display = page_display(row)
    facts = {fact["name"]: fact["values"] for fact in display["facts"]}
    return {
        "title": row.title,
        "url": row.url,
        "meaning": display["says"],
        "date": facts["decided_on"][0]["text"],
        "court": facts["court"][0]["text"],
        "is_unverified": display["is_unverified"],
    }


def platform_request(page):
    """What to do is beside what may be asked for."""
    facts, *others = page_parts(replace(page, own_parts=[]))
    return replace(page, parts=[facts, *listed(*((*part, True) for part in page.own_parts)), *others])


def country_note(page):
    """The topics in their order, with what is recorded of each, and the other countries."""
    rules = {}
    for rule in page.document["rules"]:
        rules.setdefault(rule["topic"], []).append(rule_of(rule))
    topics = [{"name": name, "label": label, "rules": rules.get(name, [])} for name, label in Topic.choices]
    own = {
        "topics": topics,
        "gaps": [topic for topic in topics if not topic["rules"]],
        "countries": countries_now(),
        "country_count": page.backlinks.index.numbers()[COUNTRY_NOTE.name],
    }
    url = page.document["authority_url"]
    authority = {"title": gettext("Ask the supervisory authority"), "url": url}
    return replace(
        page,
        own=own,
        own_parts=[("rules", gettext("Topic by topic")), *page.own_parts],
        primary=authority if url else page.primary,
        next=[*lists_from(page.document["country"]), *page.next],
    )


def rule_of(rule):
    return {
        **rule,
        "state": VERIFIED if rule["verified"] else UNVERIFIED,
        "sources": [
            {
                "title": source["title"] or host_of(source["url"]),
                "url": source["url"],
                "locator": source["locator"],
            }
            for source in rule["sources"]
        ],
    }


VERIFIED = {"shape": "full", "label": gettext_lazy("Verified")}
UNVERIFIED = {"shape": "hatched", "label": gettext_lazy("Not verified")}


def countries_now():
    """The countries of which something is recorded, as many as have room on a page, by their names in the reader's
    language: ``[{name, url}]``."""
    return said_since_change("countries", lambda: in_order_of_names(first_notes()), COUNTRY_NOTE.name)


def first_notes():
    """The documents of the first notes. One query."""
    index = current()
    return index.documents(index.of_kinds([COUNTRY_NOTE.name]).nonzero()[0], MOST_COUNTRIES)


def in_order_of_names(notes):
    found = [{"name": country(note["country"]), "url": note["url"]} for note in notes]
    return sorted(found, key=lambda row: sort_key(row["name"], get_language()))


def country_rows(cards):
    """What is recorded of which country, as a table: the gaps are part of the answer. One query."""
    rows = (
        Publication.objects.published().of(COUNTRY_NOTE.name).filter(url__in=[card["url"] for card in cards])
    )
    notes = {row.url: row.body for row in rows.only("url", "document")}
    names, number = ", ".join(row["name"] for row in countries_now()), current().numbers()[COUNTRY_NOTE.name]
    recorded = gettext("Recorded so far: %(countries)s. Of all other countries nothing is recorded.")
    return {
        "lead": f"{COUNTRY_NOTE.names.lead} {recorded % {'countries': names}}"
        if 0 < number <= MOST_COUNTRIES
        else COUNTRY_NOTE.names.lead,
        "topics": Topic.labels,
        "coverage": [
            {**row, "cells": [coverage_of(notes[row["url"]], name) for name in Topic.values]}
            for row in in_order_of_names(notes.values())
        ],
    }


def coverage_of(document, topic):
    rules = [rule for rule in document["rules"] if rule["topic"] == topic]
    if not rules:
        return {"shape": "", "label": gettext("Not recorded")}
    return VERIFIED if all(rule["verified"] for rule in rules) else UNVERIFIED


def law_and_deliverables(document, today):
    """(the instruments an issue touches, the deliverables it comes from), in its order. One query."""
    wanted = [(kind, ref["id"]) for kind, name in KINDS_NAMED.items() for ref in document[name]]
    if not wanted:
        return [], []
    which = Q()
    for kind, identifier in wanted:
        which |= Q(kind=kind, identifier=identifier)
    found = {(row.kind, row.identifier): row for row in Publication.objects.published().filter(which)}
    rows = [found[key] for key in wanted if key in found]
    laws = [law_of(row, today) for row in rows if row.kind == "instrument"]
    return laws, [row for row in rows if row.kind == "deliverable"]


KINDS_NAMED = {"instrument": "instruments", "deliverable": "deliverables"}


def law_of(row, today):
    return {
        "identifier": row.identifier,
        "title": row.title,
        "url": row.url,
        "state": state_on(row.body, today, today),
        "summary": first_sentence(row.summary, limit=IN_A_CELL),
        "document": row.body,
    }


def flag_of(row):
    """A deliverable on the picture; None where no source gives its date."""
    span = span_of(row.body["date"])
    return Flag(row.identifier, row.url, span.first, span.last) if span else None


def events_of(document, today):
    """A legal instrument's events in order of date; what lies ahead is planned."""
    events = [{**event, "date": parse_date(event["date"])} for event in document["events"]]
    return [event_row(document, event, today) for event in sorted(events, key=itemgetter("date"))]


def event_row(document, event, today):
    is_done = event["date"] <= today
    return {
        "date": event["date"],
        "is_done": is_done,
        "is_unverified": event["verified"] is not True,
        "title": event["title"],
        "note": event["note"],
        "kind_label": word(EventKind(event["event_kind"]).label, "event", event["event_kind"]),
        "state": {"shape": "full", "label": gettext("Happened")}
        if is_done
        else {"shape": "hollow", "label": gettext("To come")},
        "instrument": {"title": document["title"], "url": document["url"]},
        "sources": [
            {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
            for source in event["sources"]
        ],
    }


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


def around(events, date):
    """The table's parts where a reader asks for a day: up to it, and after it; without empty ones."""
    until, after = gettext("Up to %(date)s"), gettext("After %(date)s")
    parts = [
        (until, [event for event in events if event["date"] <= date]),
        (after, [event for event in events if event["date"] > date]),
    ]
    return [{"title": title % {"date": day(date)}, "events": found} for title, found in parts if found]


def life_of(document, today):
    """How an instrument stood when the project began and when it ended."""
    return {
        "at_start": state_on(document, PROJECT_START, today),
        "at_end": state_on(document, PROJECT_END, today),
        "start": month(PROJECT_START),
        "end": month(PROJECT_END),
    }


def month(date):
    return day(f"{date:%Y-%m}")

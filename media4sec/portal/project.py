"""The project as pictures with their tables: the library with its map of deliverables, and the timeline."""

import json
from collections import defaultdict
from datetime import date

from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.dates import span_of
from media4sec.kinds import kinds_by_name
from media4sec.portal.cards import host_of
from media4sec.portal.context import siblings
from media4sec.portal.lanes import LYING, UPRIGHT, Item, Lane, picture
from media4sec.portal.lists import kind_list
from media4sec.portal.wording import content, day, record_name
from media4sec.publications.models import Publication, Term

DISAGREE = "sources disagree"  # the tag that editors give
BEFORE = 6  # months before the project in which the timeline still shows what happened


def documents_of(*kinds):
    """The public documents of these kinds: ``{kind: [document]}``. One query."""
    rows = Publication.objects.published().of(*kinds).order_by("sort_key", "pk")
    found = defaultdict(list)
    for kind, text in rows.values_list("kind", "document"):
        found[kind].append(json.loads(text))
    return found


def counted(documents, kind_name):
    return kinds_by_name()[kind_name].counted(len(documents[kind_name]))


def in_words(text):
    """A day, month or year in the language of the page."""
    return day(text) if text else gettext("date not stated")


@require_safe
def library(request):
    """Work packages and deliverables as bands and as a map, the six workshops as a line; with filters, a list."""
    if request.GET:
        return kind_list(request, "library")
    documents = documents_of("project", "work-package", "deliverable", "workshop", "partner")
    workshops = documents["workshop"]
    context = {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Library"), "url": None}],
        "packages": packages_of(documents, statement_counts()),
        "packages_counted": counted(documents, "work-package"),
        "deliverables_counted": counted(documents, "deliverable"),
        "workshops_counted": counted(documents, "workshop"),
        "stations": [station(document) for document in workshops],
        "map": map_of_deliverables(documents),
        "fed": fed_by(documents),
        "siblings": siblings("library"),
        "disagreements": [
            document
            for document in (*documents["deliverable"], *workshops)
            if DISAGREE in document["tags"] and document["notes"]
        ],
    }
    return render(request, "portal/library.html", context)


def statement_counts():
    """How many statements come from each deliverable. One query."""
    rows = Term.objects.filter(field="deliverable", publication__kind="statement", target__isnull=False)
    return dict(rows.values_list("value").annotate(Count("pk")))


def package_of(deliverable):
    """The work package of a deliverable by its identifier; empty where that is not public."""
    return deliverable["work_package"]["id"] if deliverable["work_package"] else ""


def packages_of(documents, counts):
    """Work packages with the rows of their tables; a column that says nothing is left out and named instead.

    Deliverables whose work package is not public stand last.
    """
    short_names = {document["identifier"]: document["short_name"] for document in documents["partner"]}
    outputs = outputs_of(documents["project"])
    packages = []
    named = list(documents["work-package"])
    if not all(map(package_of, documents["deliverable"])):
        title, url = gettext("No work package named"), "/library/?work-package=not-stated"
        named.append({"identifier": "", "title": title, "url": url})
    for package in named:
        rows = [
            {
                **document,
                "when": day(document["date"]) if document["date"] else "",
                "lead": short_names.get((document["lead_partner"] or {}).get("id")),
                "statements": counts.get(document["identifier"], 0),
                "host": host_of(document["download_url"]) if document["download_url"] else "",
                "copies": [{"url": url, "host": host_of(url)} for url in document["alternate_urls"]],
                "outputs": outputs[document["identifier"]],
            }
            for document in documents["deliverable"]
            if package_of(document) == package["identifier"]
        ]
        columns = (
            ("when", gettext("Date")),
            ("lead_partner", gettext("Lead")),
            ("page_count", gettext("Pages")),
        )
        known = [(name, label) for name, label in columns if any(row[name] for row in rows)]
        for row in rows:
            row["is_blank"] = len(known) > 1 and not any(row[name] for name, _ in known)
        packages.append(
            {
                **package,
                "rows": rows,
                "known": [label for _, label in known],
                "has": {name: any(row[name] for row in rows) for name, _ in columns}
                | {
                    "statements": any(row["statements"] for row in rows),
                    "files": any(row["download_url"] or row["alternate_urls"] for row in rows),
                },
                "unknown": [label for name, label in columns if rows and not any(row[name] for row in rows)],
            }
        )
    return packages


def outputs_of(projects):
    """What people used of the project, under the deliverable that it was: ``{identifier: [output]}``."""
    found = defaultdict(list)
    for project in projects:
        for output in project["outputs"]:
            if output["deliverable"]:
                found[output["deliverable"]["id"]].append({**output, "project_url": project["url"]})
    return found


def station(document):
    """A workshop on the line of six."""
    people = document["participants_count"]
    theme = document["theme"]
    return {
        "number": document["number"],
        "title": document["city"],
        "url": document["url"],
        "date_label": in_words(document["start_date"]),
        "theme": {"label": record_name("theme", theme["id"], theme["label"]), "url": theme["url"]}
        if theme
        else {"label": content(document["title"]), "url": document["url"]},
        "note": ngettext("%(count)s person", "%(count)s people", people) % {"count": people}
        if people
        else gettext("number not stated"),
    }


# What fed what


def feeds(workshops):
    """What the records of the workshops say came of each: ``[(workshop, deliverable)]`` as identifiers."""
    return [
        (workshop["identifier"], ref["id"])
        for workshop in workshops
        for ref in {ref["id"]: ref for ref in (*workshop["reports"], *workshop["ethics_reports"])}.values()
    ]


def fed_by(documents):
    """The same as rows of a table: a workshop, its reports, its reports on ethics and law."""
    dates = {document["identifier"]: document["date"] for document in documents["deliverable"]}

    def reports(refs):
        return [{**ref, "when": in_words(dates.get(ref["id"]))} for ref in refs]

    return [
        {
            "workshop": workshop,
            "when": in_words(workshop["start_date"]),
            "reports": reports(workshop["reports"]),
            "ethics_reports": reports(workshop["ethics_reports"]),
        }
        for workshop in documents["workshop"]
    ]


def map_of_deliverables(documents, package="", here=""):
    """The lanes of the work packages along the project's months, and what is dated before or after them; None where
    there is nothing to show.

    Of one ``package`` only its lane is drawn, with the workshops that fed it; of one deliverable, ``here``, only the
    arrows that reach it.
    """
    first, last = duration(documents["project"])
    deliverables, workshops = documents["deliverable"], documents["workshop"]
    if not first or not deliverables:
        return None
    home = {document["identifier"]: package_of(document) for document in deliverables}
    arrows = [
        (start, stop)
        for start, stop in feeds(workshops)
        if home.get(stop) and package in ("", home[stop]) and here in ("", stop)
    ]
    lanes = []
    for document in documents["work-package"]:
        name = document["identifier"]
        own = [deliverable_item(document, here) for document in deliverables if package_of(document) == name]
        if package in ("", name):
            lanes.append(Lane(name, name, document["url"], tuple(own)))
    if arrows or not package:
        # The workshops stand under the lane of their reports, which the arrows reach first.
        reported = {home.get(ref["id"]) for workshop in workshops for ref in workshop["reports"]}
        places = [number for number, lane in enumerate(lanes) if lane.label in reported]
        own = tuple(map(workshop_item, workshops))
        lanes.insert(places[0] + 1 if places else 0, Lane(gettext("Workshops"), "W", "/workshops/", own))
    spans = [item.when for lane in lanes for item in lane.items if item.when]
    first, last = min([first, *(span.last for span in spans)]), max([last, *(span.first for span in spans)])
    return pictures(lanes, first, last, arrows=arrows)


def pictures(lanes, first, last, **options):
    return [picture(sheet, lanes, first, last, **options) for sheet in (LYING, UPRIGHT)]


def duration(projects):
    """The first and the last day of the project, or None for both."""
    project = projects[0] if projects else {}
    days = [span_of(project.get(name)) for name in ("start_date", "end_date")]
    return tuple(day.first for day in days) if all(days) else (None, None)


def deliverable_item(document, here=""):
    return Item(
        document["identifier"],
        document["identifier"],
        f"{document['identifier']}, {document['title']}, {in_words(document['date'])}",
        document["url"],
        span_of(document["date"]),
        "here" if document["identifier"] == here else "",
    )


def workshop_item(document):
    return Item(
        document["identifier"],
        document["identifier"],
        f"{document['identifier']}, {document['city']}, {document['title']}, {in_words(document['start_date'])}",
        document["url"],
        span_of(document["start_date"]),
        "stop",
    )


# Its time


@require_safe
def timeline(request):
    """What happened in the months of the project, and what happened to the law meanwhile."""
    documents = documents_of("project", "workshop", "deliverable", "news-item", "instrument")
    first, last = duration(documents["project"])
    entries = entries_of(documents, first, last) if first else []
    lanes = [
        Lane(label, short, url, tuple(entry["item"] for entry in entries if entry["short"] == short))
        for label, short, url in (
            (gettext("Workshops"), "W", "/workshops/"),
            (gettext("Deliverables"), "D", "/library/"),
            (gettext("News"), "N", "/news/"),
            (gettext("Law"), "L", "/law/"),
        )
    ]
    begin = min([first, *(entry["item"].when.first for entry in entries)]) if first else None
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Library"), "url": "/library/"},
            {"title": gettext("Timeline"), "url": None},
        ],
        "siblings": siblings("library"),
        "project": documents["project"][0] if documents["project"] else None,
        "first": day(first.isoformat()) if first else "",
        "last": day(last.isoformat()) if last else "",
        "pictures": pictures(lanes, max(begin, earliest(first)), last, counted_from=first)
        if entries
        else None,
        "entries": entries,
        "has_unverified": any(entry["is_unverified"] for entry in entries),
        "undated": {
            "deliverables": sum(not document["date"] for document in documents["deliverable"]),
            "news": sum(not document["date"] for document in documents["news-item"]),
        },
    }
    return render(request, "portal/timeline.html", context)


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
            rows.append((span, short, title, of, document, in_words(date_text), is_unverified))
    rows.sort(key=lambda row: (row[0].first, row[0].last, "WDNL".index(row[1])))
    numbers, entries = defaultdict(int), []
    for span, short, title, of, document, when, is_unverified in rows:
        numbers[short] += 1
        key = document["identifier"] if short in "WD" else f"{short}{numbers[short]}"
        doubt = gettext("not verified") if is_unverified else ""
        name = ", ".join(part for part in (key, of, title, when, doubt) if part)
        entries.append(
            {
                "item": Item(key, key, name, document["url"], span, shape_of(short, is_unverified)),
                "short": short,
                "when": when,
                "title": title,
                "of": of,
                "is_unverified": is_unverified,
                "url": document["url"],
            }
        )
    return entries


def shape_of(short, is_unverified):
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

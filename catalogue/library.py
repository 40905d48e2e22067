"""The library: work packages and deliverables, what fed what, and the picture of it."""

from collections import defaultdict

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.dates import span_of
from media4sec.kinds import kinds_by_name
from media4sec.portal.frame import siblings
from media4sec.portal.lanes import Item, Lane, lanes_picture
from media4sec.portal.lists.views import kind_list
from media4sec.portal.rows import host_of
from media4sec.publications.index import current
from media4sec.publications.models import documents_of
from media4sec.publications.stated import said_since_change
from media4sec.saying import day, day_or_unknown
from workshops.dialogues import newest, station

DISAGREE = "sources disagree"  # the tag that editors give
MOST_DRAWN = 120  # of deliverables and workshops on the map
# What stands on the page: of all that is more, the lists tell.
MOST_ROWS, MOST_PACKAGES, MOST_NOTES = 80, 24, 20


@require_safe
def library(request):
    """Work packages and deliverables as bands and as a map, the six workshops as a line; with filters, a list."""
    if request.GET:
        return kind_list(request, "library")
    kinds = ("project", "work-package", "deliverable", "workshop", "partner")
    context = said_since_change(
        "library", lambda: page_of_library(documents_of(*kinds), statement_counts()), *kinds, "statement"
    )
    return render(request, "catalogue/library.html", context)


def page_of_library(documents, statements):
    workshops = documents["workshop"]
    disagreements = [
        document
        for document in (*documents["deliverable"], *workshops)
        if DISAGREE in document["tags"] and document["notes"]
    ]
    packages = packages_of(documents)
    return {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Library"), "url": None}],
        "packages": bands_of(packages[:MOST_PACKAGES], documents, statements),
        "package_count": len(packages),
        "counted": {
            name: kinds_by_name()[name].names.counted(len(documents[name]))
            for name in ("work-package", "deliverable", "workshop")
        },
        "stations": [station(document) for document in newest(workshops)],
        "station_count": len(workshops),
        "map": map_of_deliverables(documents, gettext("Map of the deliverables")),
        "fed": fed_by(documents),
        "siblings": siblings("library"),
        "disagreements": disagreements[:MOST_NOTES],
        "disagreement_count": len(disagreements),
    }


def statement_counts():
    """How many statements come from each deliverable, from the index."""
    index = current()
    counts = index.counted("deliverable", index.of_kinds(["statement"])).tolist()
    return dict(zip(dict(index.facet("deliverable")[1]), counts, strict=True))


def package_of(deliverable):
    """The work package of a deliverable by its identifier; empty where that is not public."""
    return deliverable["work_package"]["id"] if deliverable["work_package"] else ""


def packages_of(documents):
    """Work packages with their deliverables; those whose work package is not public stand last."""
    own = defaultdict(list)
    for document in documents["deliverable"]:
        own[package_of(document)].append(document)
    named = list(documents["work-package"])
    if "" in own:
        title, url = gettext("No work package named"), "/library/?work-package=not-stated"
        named.append({"identifier": "", "title": title, "url": url})
    return [(package, own[package["identifier"]]) for package in named]


def bands_of(packages, documents, statements):
    """Work packages with the rows of their tables, as far as these have room on one page; a column that says nothing
    is left out and named instead."""
    short_names = {document["identifier"]: document["short_name"] for document in documents["partner"]}
    outputs = outputs_of(documents["project"])
    columns = {"when": gettext("Date"), "lead_partner": gettext("Lead"), "page_count": gettext("Pages")}
    bands, room = [], MOST_ROWS
    for package, deliverables in packages:
        rows = [
            {
                **document,
                "when": day(document["date"]) if document["date"] else "",
                "lead": short_names.get((document["lead_partner"] or {}).get("id")),
                "statements": statements.get(document["identifier"], 0),
                "host": host_of(document["download_url"]) if document["download_url"] else "",
                "copies": [{"url": url, "host": host_of(url)} for url in document["alternate_urls"]],
                "outputs": outputs[document["identifier"]],
            }
            for document in deliverables[:room]
        ]
        room -= len(rows)
        known = {name: label for name, label in columns.items() if any(row[name] for row in rows)}
        for row in rows:
            row["is_blank"] = len(known) > 1 and not any(row[name] for name in known)
        has = {name: name in known for name in columns} | {
            "statements": any(row["statements"] for row in rows),
            "files": any(row["download_url"] or row["alternate_urls"] for row in rows),
        }
        unknown = [label for name, label in columns.items() if rows and name not in known]
        own = {"rows": rows, "total": len(deliverables), "has": has}
        bands.append({**package, **own, "known": list(known.values()), "unknown": unknown})
    return bands


def outputs_of(projects):
    """What people used of the project, under the deliverable that it was: ``{identifier: [output]}``."""
    found = defaultdict(list)
    for project in projects:
        for output in project["outputs"]:
            if output["deliverable"]:
                found[output["deliverable"]["id"]].append({**output, "project_url": project["url"]})
    return found


# What fed what


def feeds(workshops):
    """What the records of the workshops say came of each: ``[(workshop, deliverable)]`` as identifiers."""
    return [
        (workshop["identifier"], name)
        for workshop in workshops
        for name in {ref["id"]: None for ref in (*workshop["reports"], *workshop["ethics_reports"])}
    ]


def fed_by(documents):
    """The same as rows of a table: a workshop, its reports, its reports on ethics and law."""
    dates = {document["identifier"]: document["date"] for document in documents["deliverable"]}

    def reports(refs):
        return [{**ref, "when": day_or_unknown(dates.get(ref["id"]))} for ref in refs]

    return [
        {
            "workshop": workshop,
            "when": day_or_unknown(workshop["start_date"]),
            "reports": reports(workshop["reports"]),
            "ethics_reports": reports(workshop["ethics_reports"]),
        }
        for workshop in newest(documents["workshop"])
    ]


def map_of_deliverables(documents, label, package="", here=""):
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
    own = defaultdict(list)
    for document in deliverables:
        own[package_of(document)].append(deliverable_item(document, here))
    lanes = [
        Lane(name, name, document["url"], tuple(own[name]))
        for document in documents["work-package"]
        if (name := document["identifier"]) and package in ("", name)
    ]
    if arrows or not package:
        # The workshops stand under the lane of their reports, which the arrows reach first.
        reported = {home.get(ref["id"]) for workshop in workshops for ref in workshop["reports"]}
        places = [number for number, lane in enumerate(lanes) if lane.label in reported]
        items = tuple(map(workshop_item, workshops))
        lanes.insert(places[0] + 1 if places else 0, Lane(gettext("Workshops"), "W", "/workshops/", items))
    spans = [item.when for lane in lanes for item in lane.items if item.when]
    first, last = min([first, *(span.last for span in spans)]), max([last, *(span.first for span in spans)])
    url = f"/library/?type=deliverable&work-package={package}" if package else "/library/?type=deliverable"
    return lanes_picture(
        lanes, first, last, label, gettext("No date stated"), arrows, keep=here, url=url, most=MOST_DRAWN
    )


def duration(projects):
    """The first and the last day of the project, or None for both."""
    project = projects[0] if projects else {}
    days = [span_of(project.get(name)) for name in ("start_date", "end_date")]
    return tuple(day.first for day in days) if all(days) else (None, None)


def deliverable_item(document, here=""):
    name = document["identifier"]
    said = f"{name}, {document['title']}, {day_or_unknown(document['date'])}"
    shape = "here" if name == here else ""
    return Item(name, name, said, document["url"], span_of(document["date"]), shape)


def workshop_item(document):
    name = document["identifier"]
    said = f"{name}, {document['city']}, {document['title']}, {day_or_unknown(document['start_date'])}"
    return Item(name, name, said, document["url"], span_of(document["start_date"]), "stop")

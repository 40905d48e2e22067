"""The library: work packages and deliverables, what fed what, and the picture of it."""

from collections import defaultdict

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.dates import span_of
from media4sec.kinds import NO_VALUE, kinds_by_name
from media4sec.portal.frame import siblings
from media4sec.portal.lanes import Item, Lane, lanes_picture
from media4sec.portal.lists.views import kind_list
from media4sec.portal.rows import host_of
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import said_since_change
from media4sec.saying import day, day_or_unknown
from workshops.dialogues import line_of_workshops, station

DISAGREE = "sources disagree"  # the tag that editors give
MOST_DRAWN = 80  # of deliverables and workshops on the map
# What stands on the page: of all that is more, the lists tell.
MOST_ROWS, MOST_PACKAGES, MOST_NOTES = 40, 12, 10
MOST_OF_ONE = 24  # deliverables of one work package on its page, and workshops that fed them
MOST_PROJECTS = 12  # that say what people used of them
IN_PACKAGE = ("deliverable", "work-package")  # who names a work package, and by which field


@require_safe
def library(request):
    """Work packages and deliverables as bands and as a map, the six workshops as a line; with filters, a list."""
    if request.GET:
        return kind_list(request, "library")
    kinds = ("project", "work-package", "deliverable", "workshop", "partner", "statement")
    return render(request, "catalogue/library.html", said_since_change("library", page_of_library, *kinds))


def page_of_library():
    """The first of each, and the numbers of all. Eight queries."""
    index = current()
    slots = {name: index.ordered([name]) for name in ("project", "work-package", "deliverable", "workshop")}
    numbers = {name: len(of_kind) for name, of_kind in slots.items()}
    packages, without = packages_of(index, slots["work-package"][:MOST_PACKAGES])
    workshops = line_of_workshops(index)
    disagree = index.having("tag", [DISAGREE])
    noted = index.ordered(["deliverable", "workshop"])
    noted = index.pks[noted[disagree[noted]]].tolist()
    documents = {
        "project": index.documents(slots["project"], 1),
        "work-package": [package for package, _rows, _total in packages if package["identifier"]],
        "deliverable": [row.body for _package, rows, _total in packages for row in rows],
        "workshop": workshops,
    }
    return {
        "crumbs": [{"title": gettext("Home"), "url": "/"}, {"title": gettext("Documents"), "url": None}],
        "packages": bands_of(packages, index),
        "package_count": numbers["work-package"] + bool(without),
        "counted": {
            name: kinds_by_name()[name].names.counted(numbers[name])
            for name in ("work-package", "deliverable", "workshop")
        },
        "stations": [station(document) for document in workshops],
        "station_count": numbers["workshop"],
        "map": map_of_deliverables(
            documents,
            gettext("Map of the deliverables"),
            totals={"deliverable": numbers["deliverable"] - without, "workshop": numbers["workshop"]},
        ),
        "fed": fed_by(workshops),
        "siblings": siblings("library"),
        "disagreements": [
            row.body for row in Publication.objects.only("document").in_order_of(noted[:MOST_NOTES])
        ],
        "disagreement_count": len(noted),
    }


def package_of(deliverable):
    """The work package of a deliverable by its identifier; empty where that is not public."""
    return deliverable["work_package"]["id"] if deliverable["work_package"] else ""


def packages_of(index, slots):
    """(``[(work package, its first deliverables, how many it has)]``, how many have none): as many deliverables as have
    room on one page; those whose work package is not public stand last. Two queries."""
    rows = Publication.objects.only("document").in_order_of(index.pks[slots].tolist())
    named = [(row.body, index.naming(row.pk).get(IN_PACKAGE, index.slots(()))) for row in rows]
    without = index.of_kinds(["deliverable"]) & index.having("work-package", [NO_VALUE])
    if without.any() and len(named) < MOST_PACKAGES:
        title, url = gettext("No work package named"), "/library/?work-package=not-stated"
        named.append(({"identifier": "", "title": title, "url": url}, without.nonzero()[0]))
    first, room = {}, MOST_ROWS
    for number, (_package, own) in enumerate(named):
        first[number] = index.first(own, room)
        room -= len(first[number])
    rows = index.first_of_each(first, Publication.objects.only("document"))
    packages = [(package, rows[number], len(own)) for number, (package, own) in enumerate(named)]
    return packages, int(without.sum())


def bands_of(packages, index):
    """Work packages with the rows of their tables, as far as these have room on one page; a column that says nothing
    is left out and named instead. Two queries."""
    shown = [row for _package, rows, _total in packages for row in rows]
    short_names = short_names_of(
        {document["lead_partner"]["id"] for row in shown if (document := row.body)["lead_partner"]}
    )
    outputs = outputs_of(projects_naming(index, [row.pk for row in shown]))
    statements = statement_counts(index)
    columns = {"when": gettext("Date"), "lead_partner": gettext("Lead"), "page_count": gettext("Pages")}
    bands = []
    for package, publications, total in packages:
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
            for document in (row.body for row in publications)
        ]
        known = {name: label for name, label in columns.items() if any(row[name] for row in rows)}
        for row in rows:
            row["is_blank"] = len(known) > 1 and not any(row[name] for name in known)
        has = {name: name in known for name in columns} | {
            "statements": any(row["statements"] for row in rows),
            "files": any(row["download_url"] or row["alternate_urls"] for row in rows),
        }
        unknown = [label for name, label in columns.items() if rows and name not in known]
        own = {"rows": rows, "total": total, "has": has}
        bands.append({**package, **own, "known": list(known.values()), "unknown": unknown})
    return bands


def statement_counts(index):
    """How many statements come from each deliverable."""
    counts = index.counted("deliverable", index.of_kinds(["statement"])).tolist()
    return dict(zip(dict(index.facet("deliverable")[1]), counts, strict=True))


def short_names_of(partners):
    """``{identifier: short name}`` of these partners. One query."""
    rows = Publication.objects.published().of("partner").filter(identifier__in=partners).only("document")
    return {row.body["identifier"]: row.body["short_name"] for row in rows}


def projects_naming(index, deliverables):
    """The first projects that say what people used of these deliverables. One query."""
    return index.documents(index.of_kind_naming("project", deliverables), MOST_PROJECTS)


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


def fed_by(workshops):
    """The same as rows of a table: a workshop, its reports, its reports on ethics and law. One query."""
    names = {name for _workshop, name in feeds(workshops)}
    rows = Publication.objects.published().of("deliverable").filter(identifier__in=names).only("document")
    dates = {row.body["identifier"]: row.body["date"] for row in rows}

    def reports(refs):
        return [{**ref, "when": day_or_unknown(dates.get(ref["id"]))} for ref in refs]

    return [
        {
            "workshop": workshop,
            "when": day_or_unknown(workshop["start_date"]),
            "reports": reports(workshop["reports"]),
            "ethics_reports": reports(workshop["ethics_reports"]),
        }
        for workshop in workshops
    ]


def documents_of_package(index, package, slots, here=()):
    """(the documents that a map of one work package needs, how many there are of each kind): its first deliverables,
    the one that is ``here``, and the workshops that fed them, or the first ones. Three queries."""
    drawn = index.mask(index.first(slots, MOST_OF_ONE), index.slots(here)).nonzero()[0]
    feeding = index.of_kind_naming("workshop", here or index.pks[drawn].tolist())
    documents = {
        "project": index.documents(index.ordered(["project"]), 1),
        "work-package": [package],
        "deliverable": index.documents(drawn),
        "workshop": line_of_workshops(index, index.first(feeding, MOST_OF_ONE)),
    }
    return documents, {"deliverable": len(slots), "workshop": len(index.ordered(["workshop"]))}


def map_of_deliverables(documents, label, package="", here="", totals=None):
    """The lanes of the work packages along the project's months, and what is dated before or after them; None where
    there is nothing to show.

    Of one ``package`` only its lane is drawn, with the workshops that fed it; of one deliverable, ``here``, only the
    arrows that reach it. Where ``documents`` are the first of many, ``totals`` says how many there are of each kind.
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
        total = sum(totals.values()) if totals else 0
    else:
        total = totals["deliverable"] if totals else 0
    spans = [item.when for lane in lanes for item in lane.items if item.when]
    first, last = min([first, *(span.last for span in spans)]), max([last, *(span.first for span in spans)])
    url = f"/library/?type=deliverable&work-package={package}" if package else "/library/?type=deliverable"
    return lanes_picture(
        lanes,
        first,
        last,
        label,
        gettext("No date stated"),
        arrows,
        keep=here,
        url=url,
        most=total or MOST_DRAWN,
        total=total,
        is_newest=not totals,
    )


def duration(projects):
    """The first and the last day of the project, or None for both."""
    project = projects[0] if projects else {}
    days = [span_of(project.get(name)) for name in ("start_date", "end_date")]
    return tuple(day.first for day in days) if all(days) else (None, None)


def deliverable_item(document, here=""):
    shape = "here" if document["identifier"] == here else ""
    return item_of(document, document["date"], shape, document["title"])


def workshop_item(document):
    return item_of(document, document["start_date"], "stop", document["city"], document["title"])


def item_of(document, date, shape, *words):
    """A label of the map. Those without a date stand, and are heard, under words that say so."""
    name = document["identifier"]
    said = ", ".join([name, *words, *([day(date)] if date else [])])
    return Item(name, name, said, document["url"], span_of(date), shape)

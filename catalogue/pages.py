"""What only this app's kinds show on their pages; made of documents, never of models."""

from dataclasses import replace

from django.utils.translation import gettext

from catalogue.kinds import STATEMENT
from catalogue.library import (
    IN_PACKAGE,
    MOST_OF_ONE,
    bands_of,
    documents_of_package,
    map_of_deliverables,
    outputs_of,
    package_of,
    projects_naming,
)
from media4sec.portal.record.page import way_to_text
from media4sec.portal.rows import host_of
from media4sec.publications.models import Publication


def technology(page):
    """A tool leads to those that do the same, and to the law of the country where it is used."""
    functions = "&".join(f"function={ref['id']}" for ref in page.document["functions"])
    same = {"title": gettext("Tools for the same tasks"), "url": f"/technologies/?{functions}"}
    countries = {"title": gettext("National law, country by country"), "url": "/countries/"}
    return replace(page, next=[*([same] if functions else []), countries, *page.next])


def work_package(page):
    """A work package shows its deliverables as a table and as a map."""
    index, name = page.backlinks.index, page.publication.identifier
    slots = page.backlinks.slots.get(IN_PACKAGE, index.slots(()))
    rows = Publication.objects.only("document").in_order_of(
        index.pks[index.first(slots, MOST_OF_ONE)].tolist()
    )
    (package,) = bands_of([(page.document, rows, len(slots))], index)
    label = gettext("The deliverables of this work package on the map")
    documents, totals = documents_of_package(index, page.document, slots)
    return replace(
        page,
        own={
            "package": package,
            "map": map_of_deliverables(documents, label, name, totals=totals) if rows else None,
        },
        links=[group for group in page.links if group.kind.name != "deliverable"],
        own_parts=[("deliverables", gettext("Deliverables")), *page.own_parts],
    )


def deliverable(page):
    """A deliverable shows where its file is, what people used of it, and its place among the others."""
    index, here, document = page.backlinks.index, page.publication.pk, page.document
    name, package = document["identifier"], package_of(document)
    before, after = index.beside(here)
    beside = {
        row.pk: row
        for row in Publication.objects.only("identifier", "title", "url").in_order_of(
            [key for key in (before, after) if key]
        )
    }
    own = {
        "file": {"url": document["download_url"], "host": host_of(document["download_url"])}
        if document["download_url"]
        else None,
        "copies": [{"url": url, "host": host_of(url)} for url in document["alternate_urls"]],
        "outputs": outputs_of(projects_naming(index, [here]))[name],
        "map": place_on_map(page, package) if package else None,
        "is_fed": any(("workshop", field) in page.backlinks.slots for field in ("reports", "ethics_reports")),
        "before": beside.get(before),
        "after": beside.get(after),
    }
    own_parts = [("files", gettext("Files")), ("place", gettext("Its place")), *page.own_parts]
    evidence = {"title": gettext("Evidence from it"), "url": f"{STATEMENT.list_url}?deliverable={name}"}
    has_evidence = (STATEMENT.name, "deliverable") in page.backlinks.slots
    return replace(
        page,
        own=own,
        own_parts=own_parts,
        primary=way_to_read(page) or page.primary,
        next=[*([evidence] if has_evidence else []), *page.next],
    )


def way_to_read(page):
    """Where a deliverable is read: here, where the project published it, or in a copy; None where no source says."""
    document = page.document
    if url := page.pdf["url"] if page.pdf else document["download_url"]:
        words = {"report": gettext("Read the report"), "website": gettext("Open the website")}
        return {"title": words.get(document["type"], gettext("Read the document")), "url": url}
    copies = document["alternate_urls"]
    return {"title": gettext("Read a copy"), "url": copies[0]} if copies else None


def statement(page):
    """A statement leads to where it was said, and to what else was said on its theme."""
    theme, after = page.document["theme"], []
    if theme:
        after = [
            {
                "title": gettext("More evidence on this theme"),
                "url": f"{STATEMENT.list_url}?theme={theme['id']}",
            },
            {"title": gettext("Debate sheet"), "url": f"{theme['url']}debate/"},
        ]
    return replace(page, primary=way_to_text(page), next=[*after, *page.next])


def place_on_map(page, name):
    """A deliverable among the first ones of its work package."""
    index, here = page.backlinks.index, page.publication.pk
    package = Publication.objects.published().of("work-package").filter(identifier=name).first()
    if package is None:
        return None
    slots = index.naming(package.pk).get(IN_PACKAGE, index.slots(()))
    documents, totals = documents_of_package(index, package.body, slots, [here])
    label = gettext("This deliverable among those of its work package")
    return map_of_deliverables(documents, label, name, page.document["identifier"], totals)


def glossary_rows(rows):
    """The terms under the letters of the alphabet."""
    return {"by_letter": by_letter(rows)}


def by_letter(rows):
    """Rows under the first letters of their titles."""
    found = {}
    for row in rows:
        found.setdefault(row["letter"], []).append(row)
    return found

"""What only this app's kinds show on their pages; made of documents, never of models."""

from dataclasses import replace

from django.utils.translation import gettext

from catalogue.library import (
    bands_of,
    map_of_deliverables,
    outputs_of,
    package_of,
    packages_of,
    statement_counts,
)
from media4sec.portal.rows import host_of
from media4sec.publications.models import documents_of


def work_package(page):
    """A work package shows its deliverables as a table and as a map."""
    documents = documents_of(
        "project", "work-package", "deliverable", "workshop", "partner", here=page.publication
    )
    name = page.publication.identifier
    own = [(package, rows) for package, rows in packages_of(documents) if package["identifier"] == name]
    (package,) = bands_of(own, documents, statement_counts())
    label = gettext("The deliverables of this work package on the map")
    drawn = map_of_deliverables(documents, label, name) if package["rows"] else None
    return replace(
        page,
        own={"package": package, "map": drawn},
        links=[group for group in page.links if group.kind.name != "deliverable"],
        own_parts=[("deliverables", gettext("Deliverables")), *page.own_parts],
    )


def deliverable(page):
    """A deliverable shows where its file is, what people used of it, and its place among the others."""
    documents = documents_of("project", "work-package", "deliverable", "workshop", here=page.publication)
    document = page.document
    package = package_of(document)
    label = gettext("This deliverable among those of its work package")
    order = documents["deliverable"]
    number = next(n for n, row in enumerate(order) if row["identifier"] == document["identifier"])
    own = {
        "file": {"url": document["download_url"], "host": host_of(document["download_url"])}
        if document["download_url"]
        else None,
        "copies": [{"url": url, "host": host_of(url)} for url in document["alternate_urls"]],
        "outputs": outputs_of(documents["project"])[document["identifier"]],
        "map": map_of_deliverables(documents, label, package, document["identifier"]) if package else None,
        "is_fed": any(
            ref["id"] == document["identifier"]
            for workshop in documents["workshop"]
            for ref in (*workshop["reports"], *workshop["ethics_reports"])
        ),
        "before": order[number - 1] if number else None,
        "after": order[number + 1] if number + 1 < len(order) else None,
    }
    own_parts = [("files", gettext("Files")), ("place", gettext("Its place")), *page.own_parts]
    return replace(page, own=own, own_parts=own_parts)


def glossary_rows(rows):
    """The terms under the letters of the alphabet."""
    return {"by_letter": by_letter(rows)}


def by_letter(rows):
    """Rows under the first letters of their titles."""
    found = {}
    for row in rows:
        found.setdefault(row["letter"], []).append(row)
    return found

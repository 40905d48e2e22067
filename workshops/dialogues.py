"""The page of a dialogue workshop: its place among the six, what was said there, and the SWOT of its theme."""

from dataclasses import replace

from django.utils.translation import gettext, ngettext

from media4sec.portal.record.page import parts_by_need
from media4sec.portal.rows import LENSES
from media4sec.portal.wording import content, record_name, word
from media4sec.publications.models import Publication
from media4sec.saying import day_or_unknown
from workshops.pages import swot_on

KINDS_SAID = ("finding", "challenge", "opportunity", "recommendation", "responsibility", "figure")
MOST_STATIONS, MOST_SAID = 12, 16  # workshops on their line, statements of a kind


def page_of_workshop(page):
    """Four queries more than other records: the six workshops, what was said, and the points of the theme."""
    theme = page.document["theme"]
    swot = swot_on(theme["id"]) if theme else []
    swot = swot if any(quadrant["total"] for quadrant in swot) else []
    groups = said_at(page)
    own_parts = [("said", gettext("What was said"))] if groups else []
    own_parts += [("swot", gettext("Strengths to threats"))] if swot else []
    index = page.backlinks.index
    workshops = line_of_workshops(index, index.slots([page.publication.pk]))
    stations = [station(document) for document in workshops]
    own = {"stations": stations, "groups": groups, "swot": swot}
    page = replace(page, own=own, own_parts=[*own_parts, *page.own_parts, ("line", gettext("One of six"))])
    if groups:  # each with its lens, so neither columns nor rows say them again
        page = replace(page, columns=[], statements=[])
    reports = page.document["reports"]
    page = replace(page, primary=report_of(reports[0])) if reports else page
    return replace(page, parts=parts_by_need(page, "about", "lenses", *(part[0] for part in page.own_parts)))


def report_of(ref):
    return {"title": gettext("Read the report"), "url": ref["url"]}


def said_at(page):
    """The statements that come from a workshop, by what they are: ``[{label, total, all_url, rows}]``. One query."""
    index, said_there = page.backlinks.index, page.backlinks.slots.get(("statement", "workshop"))
    if said_there is None:
        return []
    labels = dict(index.facet("statement-kind")[1])
    groups = {
        name: said_there[index.having("statement-kind", [name])[said_there]]
        for name in dict.fromkeys([*KINDS_SAID, *sorted(labels)])
    }
    groups = {name: slots for name, slots in groups.items() if len(slots)}
    rows = index.first_of_each(
        groups, Publication.objects.only("identifier", "title", "url", "lens"), MOST_SAID
    )
    return [
        {
            "label": word(labels[name], "statement_kind", name),
            "total": len(slots),
            "all_url": f"{page.evidence_url}&statement-kind={name}" if len(slots) > MOST_SAID else "",
            "rows": [
                {
                    "identifier": row.identifier,
                    "title": row.title,
                    "url": row.url,
                    "lens": row.lens,
                    "lens_label": LENSES.get(row.lens, ""),
                }
                for row in rows[name]
            ],
        }
        for name, slots in groups.items()
    ]


def line_of_workshops(index, also=()):
    """The first workshops, as many as the line has room for, and the slots that are in it anyhow. One query."""
    slots = index.ordered(["workshop"])[:MOST_STATIONS]
    return index.documents(index.mask(slots, also).nonzero()[0])


def station(document):
    """A workshop on the line of six."""
    people = document["participants_count"]
    theme = document["theme"]
    return {
        "number": document["number"],
        "title": document["city"],
        "url": document["url"],
        "date_label": day_or_unknown(document["start_date"]),
        "theme": {"label": record_name("theme", theme["id"], theme["label"]), "url": theme["url"]}
        if theme
        else {"label": content(document["title"]), "url": document["url"]},
        "note": ngettext("%(count)s person", "%(count)s people", people) % {"count": people}
        if people
        else gettext("number not stated"),
    }

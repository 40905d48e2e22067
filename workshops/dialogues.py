"""The page of a dialogue workshop: its place among the six, what was said there, and the SWOT of its theme."""

from dataclasses import replace

from django.utils.translation import gettext, ngettext

from media4sec.drawing import at_most
from media4sec.portal.record.links import SHOWN_WITHOUT_LIST as SHOWN
from media4sec.portal.wording import content, record_name, word
from media4sec.publications.models import Publication, Term, documents_of, first_of_each
from media4sec.saying import day_or_unknown
from workshops.pages import swot_on

KINDS_SAID = ("finding", "challenge", "opportunity", "recommendation", "responsibility", "figure")
MOST_STATIONS = 24  # workshops on their line


def page_of_workshop(page):
    """Four queries more than other records: the six workshops, what was said, and the points of the theme."""
    theme = page.document["theme"]
    swot = swot_on(theme["id"]) if theme else []
    swot = swot if any(quadrant["total"] for quadrant in swot) else []
    groups = said_at(page)
    own_parts = [("line", gettext("One of six"))]
    own_parts += [("said", gettext("What was said"))] if groups else []
    own_parts += [("swot", gettext("Strengths to threats"))] if swot else []
    workshops = documents_of("workshop", here=page.publication)["workshop"]
    stations = [station(row) for row in newest(workshops, page.publication.identifier)]
    own = {"stations": stations, "groups": groups, "swot": swot}
    return replace(page, own=own, own_parts=[*own_parts, *page.own_parts])


def said_at(page):
    """The statements that come from a workshop, by what they are: ``[{label, total, all_url, rows}]``. Two queries."""
    said_there = Term.objects.filter(target=page.publication, field="workshop", publication__kind="statement")
    kinds_said = Term.objects.filter(field="statement-kind", publication__in=said_there.values("publication"))
    number = page.backlinks.get("statement", 0)
    rows = first_of_each(
        kinds_said, ["value", "label"], ["publication__sort_key", "publication"], SHOWN, number
    )
    found = Publication.objects.only("identifier", "title", "url", "lens")
    found = found.in_bulk([pk for *_, pk, _total in rows])
    groups = {name: [] for name in KINDS_SAID}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return [
        {
            "label": word(members[0][1], "statement_kind", name),
            "total": members[0][-1],
            "all_url": f"{page.evidence_url}&statement-kind={name}" if members[0][-1] > SHOWN else "",
            "rows": [found[pk] for *_, pk, _total in members],
        }
        for name, members in groups.items()
        if members
    ]


def newest(workshops, here=""):
    """All, or as many as the line has room for: the newest, and the one whose page this is."""
    return at_most(workshops, lambda row: (row["identifier"] == here, row["start_date"] or ""), MOST_STATIONS)


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

"""The page of a dialogue workshop: its place among the six, what was said there, and the SWOT of its theme."""

from django.utils.translation import gettext, ngettext

from media4sec.drawing import chosen
from media4sec.portal.wording import content, displayed, record_name
from media4sec.publications.models import documents_of
from media4sec.saying import day_or_unknown
from workshops.pages import QUADRANTS

KINDS_SAID = ("finding", "challenge", "opportunity", "recommendation", "responsibility", "figure")
MOST = 24  # workshops on their line


def page_of_workshop(page):
    """One query more than other records: the six workshops, and the points of the theme."""
    documents = documents_of("workshop", "swot-point")
    theme = page["document"]["theme"]
    points = [
        point
        for point in documents["swot-point"]
        if theme and point["theme"] and point["theme"]["id"] == theme["id"]
    ]
    said = said_at(page["incoming"])
    own_parts = [("line", gettext("One of six"))]
    own_parts += [("said", gettext("What was said"))] if said else []
    own_parts += [("swot", gettext("Strengths to threats"))] if points else []
    return {
        "stations": [station(row) for row in newest(documents["workshop"], page["document"]["identifier"])],
        "said": said,
        "theme_swot": [
            {"label": label, "points": [point for point in points if point["quadrant"] == name]}
            for name, label in QUADRANTS.items()
        ]
        if points
        else [],
        "own_parts": [*own_parts, *page["own_parts"]],
    }


def said_at(incoming):
    """The statements that come from a workshop, by what they are: ``[{label, rows}]``."""
    groups = {name: {"label": "", "rows": {}} for name in KINDS_SAID}
    for term in incoming:
        row = term.publication
        if row.kind != "statement" or term.field != "workshop":
            continue
        facts = {fact["name"]: fact["values"] for fact in displayed(row.kind, row.display)["facts"]}
        value = facts["statement_kind"][0] if facts["statement_kind"] else {"text": "", "value": ""}
        group = groups.setdefault(value["value"], {"label": "", "rows": {}})
        group["label"] = value["text"]
        group["rows"][row.pk] = row
    return [
        {"label": group["label"], "rows": list(group["rows"].values())}
        for group in groups.values()
        if group["rows"]
    ]


def newest(workshops, here=""):
    """All, or as many as the line has room for: the newest, and the one whose page this is."""
    return chosen(workshops, lambda row: (row["identifier"] == here, row["start_date"] or ""), MOST)


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

"""What only this app's kinds show on their pages; made of documents, never of models."""

import json

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from media4sec.kinds import kinds_by_name
from media4sec.portal.wording import display_of
from media4sec.publications.models import Publication, Term
from workshops.choices import Placement, Quadrant

QUADRANTS = {
    Quadrant.STRENGTH: gettext_lazy("Strengths"),
    Quadrant.WEAKNESS: gettext_lazy("Weaknesses"),
    Quadrant.OPPORTUNITY: gettext_lazy("Opportunities"),
    Quadrant.THREAT: gettext_lazy("Threats"),
}
ON_A_THEME = {  # parts of a theme's page, in its order, and the kinds in each
    "practices": (gettext_lazy("Practices"), ("pattern", "case")),
    "technologies": (gettext_lazy("Technologies"), ("technology",)),
    "issues": (gettext_lazy("Ethical and legal issues"), ("issue",)),
    "roadmap": (gettext_lazy("Roadmap"), ("roadmap-item",)),
}
HELP = ("pattern", "technology", "case")  # what can be done in a situation


def theme(page):
    """A theme is an overview: its workshop, its SWOT points, who does what, and all there is on it."""
    slug = page["publication"].identifier
    named_by = {}
    for term in page["incoming"]:
        named_by.setdefault(term.publication.kind, {})[term.publication.pk] = term.publication
    swot = swot_of(named_by.get("swot-point", {}).values())
    duties = duties_of(named_by.get("situation", ()))
    workshops = [workshop_of(row) for row in named_by.get("workshop", {}).values()]
    overviews, told = [], {"workshop"}
    for name, (title, kind_names) in ON_A_THEME.items():
        groups = [
            {**group, "list_url": list_url(kind_name, slug)}
            for kind_name in kind_names
            for group in page["links"]
            if group["kind"].name == kind_name
        ]
        told.update(kind_names)
        if groups:
            overviews.append({"id": name, "title": title, "groups": groups})
    own_parts = [("workshop", _("The workshop"))] if workshops else []
    own_parts += [("swot", _("Strengths to threats"))]
    own_parts += [("responsibilities", _("Who does what"))] if duties else []
    own_parts += [(overview["id"], overview["title"]) for overview in overviews]
    return {
        "swot": swot,
        "swot_count": sum(len(quadrant["points"]) for quadrant in swot),
        "duties": duties,
        "workshops": workshops,
        "overviews": overviews,
        "links": [group for group in page["links"] if group["kind"].name not in told],
        "own_parts": [*own_parts, *page["own_parts"]],
    }


def swot_of(publications):
    """The table of four, with who chose the quadrant of each point."""
    points = {name: [] for name in QUADRANTS}
    for row in publications:
        facts = {fact["name"]: fact["values"] for fact in json.loads(row.display)["facts"]}
        quadrant, placement = (facts[name][0]["value"] for name in ("quadrant", "placement"))
        points[quadrant].append(
            {"title": row.title, "url": row.url, "by_editor": placement == Placement.EDITORIAL}
        )
    return [{"name": name, "label": label, "points": points[name]} for name, label in QUADRANTS.items()]


def duties_of(pks):
    """Who does what in the situations of a theme, as their editors see it. One query."""
    rows = Publication.objects.filter(pk__in=pks).order_by("sort_key").values_list("document", flat=True)
    documents = [json.loads(text) for text in rows]
    return [
        {"title": document["title"], "url": document["url"], "points": points}
        for document in documents
        if (points := responsibilities_of(document))
    ]


def responsibilities_of(document):
    return [point for point in document["points"] if point["aspect"] == "responsibility"]


def workshop_of(publication):
    """The facts of a workshop that its theme's page tells."""
    facts = {fact["name"]: fact["values"] for fact in display_of(publication)["facts"]}
    return {
        "number": publication.identifier.removeprefix("W"),
        "title": publication.title,
        "url": publication.url,
        "summary": publication.summary,
        "city": facts["city"],
        "dates": facts["start_date"],
        "host": facts["host_partner"],
        "people": facts["participants_count"],
    }


def list_url(kind_name, slug):
    """The list of all records of a kind on a theme, also where it is shared with another kind."""
    kind = kinds_by_name()[kind_name]
    is_shared = sum(other.path == kind.path for other in kinds_by_name().values()) > 1
    return f"{kind.list_url}?theme={slug}" + (f"&type={kind.name}" if is_shared else "")


def situation(page):
    """What can be done, good and bad, what it touches, who does what, and what to ask before deciding."""
    document = page["document"]
    responsibilities = responsibilities_of(document)
    help_groups = [
        {**group, "reason": "", "note": document["technologies_note"] if name == "technology" else ""}
        for name in HELP
        for group in page["links"]
        if group["kind"].name == name and is_named(group, document)
    ]
    questions = questions_about(document["issues"])
    asks = asks_of(document)
    parts = [
        ("about", page["kind"].about, page["text"]),
        ("help", _("What can be done"), help_groups),
        ("lenses", _("Good, bad, ugly"), page["columns"]),
        ("flags", _("Legal and ethical flags"), True),
        ("responsibilities", _("Who does what"), responsibilities),
        ("alternatives", _("Without social media"), document["alternatives"]),
        *((ask["id"], ask["title"], True) for ask in asks),
        ("questions", _("Before you decide"), questions),
    ]
    shown = [group["rows"] for group in help_groups]
    links = [group for group in page["links"] if group["rows"] not in shown]
    related = [("related", page["related_title"], links or page.get("neighbours"))]
    evidence = [("evidence", _("Evidence and history"), True)]
    return {
        "responsibilities": responsibilities,
        "help": help_groups,
        "asks": asks,
        "links": links,
        "check_questions": questions,
        "check_url": "/check/?" + "&".join(f"issue={ref['id']}" for ref in document["issues"]),
        "parts": [
            {"id": name, "title": title, "number": None}
            for name, title, is_there in (*parts, *related, *evidence)
            if is_there
        ],
    }


def asks_of(document):
    """What to ask whoever sells a tool, and about the day when it is given up: numbered lists, without empty ones."""
    titles = {"ask-supplier": _("Ask the supplier"), "ask-exit": _("Ask about leaving")}
    asks = [
        {
            "id": aspect,
            "title": title,
            "points": [point for point in document["points"] if point["aspect"] == aspect],
        }
        for aspect, title in titles.items()
    ]
    return [ask for ask in asks if ask["points"]]


def is_named(group, document):
    """The situation itself chose these records; others may only be touched by one of its points."""
    names = {"pattern": "patterns", "technology": "technologies", "case": "cases"}
    chosen = {ref["url"] for ref in document[names[group["kind"].name]]}
    return all(row["url"] in chosen for row in group["rows"])


def questions_about(issues):
    """The questions of the check whose answers can raise one of these issues, each with those issues. One query."""
    wanted = [ref["id"] for ref in issues]
    rows = (
        Term.objects.filter(
            publication__kind="check-question", field="issue", target__kind="issue", value__in=wanted
        )
        .select_related("publication", "target")
        .order_by("publication__sort_key", "pk")
    )
    found = {}
    for term in rows:
        question = term.publication
        row = found.setdefault(
            question.identifier,
            {"identifier": question.identifier, "title": question.title, "url": question.url, "raises": []},
        )
        row["raises"].append(
            {"identifier": term.target.identifier, "title": term.target.title, "url": term.target.url}
        )
    return list(found.values())


def situation_rows(cards):
    """What each situation holds, and the themes they are on. One query."""
    rows = Publication.objects.published().of("situation").filter(url__in=[card["url"] for card in cards])
    documents = {
        document["url"]: document for document in map(json.loads, rows.values_list("document", flat=True))
    }
    themes = {}
    for card in cards:
        document = documents[card["url"]]
        card["question"] = document["question"]
        card["holds"] = {
            name: len(document[name])
            for name in ("patterns", "cases", "technologies", "issues", "alternatives")
        }
        for tile in card["themes"]:
            themes.setdefault(tile["number"], {"tile": tile, "count": 0})["count"] += 1
    return {"on_themes": [themes[number] for number in sorted(themes)]}

"""What only this app's kinds show on their pages; made of documents, never of models."""

import json
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from media4sec.kinds import kinds_by_name, lower_first
from media4sec.portal.record.facts import Fact, values_of
from media4sec.portal.record.page import last_parts, listed, parts_by_need, pictures_part
from media4sec.portal.wording import page_display
from media4sec.publications.index import current
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
MOST_DUTIES, MOST_WORKSHOPS, MOST_POINTS = 12, 6, 12  # on the page of a theme; points in each quadrant
MOST_QUESTIONS = 40  # of the check, on the page of a situation
MOST_NAMES, MOST_COMPARED = 3, 4  # in a point of “in short”; tools side by side
HELP = ("pattern", "technology", "case")  # what can be done in a situation


def theme(page):
    """A theme is an overview: its workshop, its SWOT points, who does what, and all there is on it."""
    publication = page.publication
    swot = swot_on(publication.identifier)
    situations = page.backlinks.first("situation", MOST_DUTIES)
    duties = duties_of(situations)
    workshops = [workshop_of(row) for row in page.backlinks.first("workshop", MOST_WORKSHOPS)]
    overviews, told = [], {"workshop"}
    for name, (title, kind_names) in ON_A_THEME.items():
        groups = [
            {
                "label": group.label,
                "noun": lower_first(group.kind.names.many),
                "total": group.total,
                "rows": group.rows,
                "list_url": list_url(kind_name, publication.identifier),
            }
            for kind_name in kind_names
            for group in page.links
            if group.kind.name == kind_name
        ]
        told.update(kind_names)
        if groups:
            overviews.append({"id": name, "title": title, "groups": groups})
    own_parts = [("workshop", _("The workshop"))] if workshops else []
    own_parts += [("swot", _("Strengths to threats"))]
    own_parts += [("responsibilities", _("Who does what"))] if duties else []
    own_parts += [(overview["id"], overview["title"]) for overview in overviews]
    own = {
        "swot": swot,
        "swot_count": sum(quadrant["total"] for quadrant in swot),
        "duties": duties,
        "situation_count": page.backlinks.by_kind.get("situation", 0),
        "workshops": workshops,
        "overviews": overviews,
    }
    links = [group for group in page.links if group.kind.name not in told]
    on_theme = f"?theme={publication.identifier}"
    page = replace(
        page,
        own=own,
        links=links,
        statements=[],  # the first of each lens are in its column, and the list has all
        own_parts=[*own_parts, *page.own_parts],
        primary={"title": _("Prepare for a situation"), "url": f"/situations/{on_theme}"},
        next=[
            {"title": _("Tools on this theme"), "url": f"/technologies/{on_theme}"},
            {"title": _("All evidence on this theme"), "url": page.evidence_url},
            *page.next,
        ],
    )
    return replace(
        page, parts=parts_by_need(page, "about", "pictures", "lenses", *(part[0] for part in own_parts))
    )


def swot_on(slug):
    """The table of four for a theme, with who chose the quadrant of each point. One query."""
    kind, index = kinds_by_name()["swot-point"], current()
    on_theme = index.of_kinds([kind.name]) & index.having("theme", [slug])
    by_editor = set(index.pks[on_theme & index.having("placement", [Placement.EDITORIAL])].tolist())
    quadrants = {name: (on_theme & index.having("quadrant", [name])).nonzero()[0] for name in QUADRANTS}
    points = index.first_of_each(quadrants, Publication.objects.only("title", "url"), MOST_POINTS)
    found = []
    for name, label in QUADRANTS.items():
        total = len(quadrants[name])
        url = f"{kind.list_url}?theme={slug}&quadrant={name}" if total > MOST_POINTS else ""
        found.append(
            {
                "name": name,
                "label": label,
                "points": [
                    {"title": row.title, "url": row.url, "by_editor": row.pk in by_editor}
                    for row in points[name]
                ],
                "total": total,
                "all": kind.names.counted(total),
                "all_url": url,
            }
        )
    return found


def swot_rows(cards):
    """The list of points as its square. No query."""
    found = {name: [] for name in QUADRANTS}
    for card in cards:
        quadrant, placement = (card["facts"][name][0]["value"] for name in ("quadrant", "placement"))
        point = {"title": card["title"], "url": card["url"], "by_editor": placement == Placement.EDITORIAL}
        found[quadrant].append(point)
    return {
        "square": [
            {"label": QUADRANTS[name], "total": len(points), "points": points, "all_url": ""}
            for name, points in found.items()
        ]
    }


def duties_of(situations):
    """Who does what in these situations, as their editors see it."""
    return [
        {"title": row.title, "url": row.url, "points": points}
        for row in situations
        if (points := responsibilities_of(row.body))
    ]


def responsibilities_of(document):
    return [point for point in document["points"] if point["aspect"] == "responsibility"]


def workshop_of(publication):
    """The facts of a workshop that its theme's page tells."""
    facts = {fact["name"]: fact for fact in page_display(publication)["facts"]}
    told = {
        "city": _("City"),
        "start_date": _("Date"),
        "host_partner": _("Host"),
        "participants_count": _("People"),
    }
    return {
        "number": publication.identifier.removeprefix("W"),
        "title": publication.title,
        "url": publication.url,
        "summary": publication.summary,
        "facts": [Fact(label, values_of(facts[name])) for name, label in told.items()],
    }


def list_url(kind_name, slug):
    """The list of all records of a kind on a theme, also where it is shared with another kind."""
    kind = kinds_by_name()[kind_name]
    is_shared = sum(other.path == kind.path for other in kinds_by_name().values()) > 1
    return f"{kind.list_url}?theme={slug}" + (f"&type={kind.name}" if is_shared else "")


def situation(page):
    """In the order of need: what to ask before deciding, what it touches, what can be done, who does what, what else
    could be done, and what is for and against it."""
    document = page.document
    lanes = lanes_of(responsibilities_of(document))
    chosen = [
        group
        for name in HELP
        for group in page.links
        if group.kind.name == name and is_named(group, document)
    ]
    notes = {"technology": document["technologies_note"]}
    help_groups = [(replace(group, reason=""), notes.get(group.kind.name, "")) for group in chosen]
    questions, question_count = questions_about(document["issues"])
    asks = asks_of(document)
    links = [group for group in page.links if group not in chosen]
    short = points_in_short(
        ("questions", _("Before you decide"), question_count, []),
        ("flags", _("Legal and ethical flags"), len(page.flags), [flag["title"] for flag in page.flags]),
        (
            "help",
            _("What can be done"),
            sum(group.total for group in chosen),
            [row.title for group in chosen for row in group.rows],
        ),
        ("responsibilities", _("Who does what"), len(lanes), [lane["actor"] for lane in lanes]),
        ("alternatives", _("Without social media"), len(document["alternatives"]), []),
    )
    parts = listed(
        ("about", page.kind.page.about, page.text or short),
        pictures_part(page),
        ("questions", _("Before you decide"), questions or asks),
        ("flags", _("Legal and ethical flags"), True),
        ("help", _("What can be done"), help_groups),
        ("responsibilities", _("Who does what"), lanes),
        ("alternatives", _("Without social media"), document["alternatives"]),
        ("lenses", _("Good, bad, ugly"), page.columns),
        *last_parts(replace(page, links=links)),
    )
    own = {
        "short": short,
        "responsibilities": lanes,
        "help": help_groups,
        "asks": asks,
        "questions": questions,
        "question_count": question_count,
        "check_url": "/check/?" + "&".join(f"issue={ref['id']}" for ref in document["issues"]),
    }
    return replace(page, own=own, links=links, parts=parts, next=[*after_situation(page), *page.next])


def lanes_of(responsibilities):
    """Who does what, a lane for each who: ``[{actor, points}]``, in the order of the record."""
    lanes = {}
    for point in responsibilities:
        lanes.setdefault(point["actor"], []).append(point)
    return [{"actor": actor, "points": points} for actor, points in lanes.items()]


def points_in_short(*parts):
    """What the page says, in at most five points that lead to its parts: ``[{id, title, count, names, rest}]``."""
    return [
        {
            "id": name,
            "title": title,
            "count": count,
            "names": names[:MOST_NAMES],
            "rest": len(names) > MOST_NAMES,
        }
        for name, title, count, names in parts
        if count
    ]


def after_situation(page):
    """Where somebody goes who has read what a situation needs; with the law that the page tells."""
    url, tools = page.publication.url, [ref["id"] for ref in page.document["technologies"]][:MOST_COMPARED]
    compare = {
        "title": _("Compare the tools named here"),
        "url": f"/technologies/compare/?ids={','.join(tools)}",
    }
    return [
        {"title": _("Questions they will ask you"), "url": f"{url}questions/{page.law_query}"},
        {"title": _("Table-top in ten minutes"), "url": f"{url}exercise/"},
        *([compare] if len(tools) > 1 else []),
        {"title": _("National law, country by country"), "url": "/countries/"},
    ]


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
    chosen = {ref["url"] for ref in document[names[group.kind.name]]}
    return all(row.url in chosen for row in group.rows)


def questions_about(issues):
    """(the first questions of the check whose answers can raise one of these issues, each with those issues; how many
    there are). Two queries."""
    index, names, told = current(), [ref["id"] for ref in issues], ("identifier", "title", "url")
    asked = (index.of_kinds(["check-question"]) & index.having("issue", names)).nonzero()[0]
    first = index.pks[index.first(asked, MOST_QUESTIONS)].tolist()
    shown = Publication.objects.only(*told).in_order_of(first)
    found = {row.pk: {name: getattr(row, name) for name in told} | {"raises": []} for row in shown}
    raised = Term.objects.filter(publication__in=found, field="issue", value__in=names, target__isnull=False)
    for pk, *issue in raised.order_by("pk").values_list("publication", *(f"target__{name}" for name in told)):
        found[pk]["raises"].append(dict(zip(told, issue, strict=True)))
    return list(found.values()), len(asked)


def situation_rows(cards):
    """What each situation holds, and the themes they are on. One query."""
    rows = Publication.objects.published().of("situation").filter(url__in=[card["url"] for card in cards])
    documents = {url: json.loads(text) for url, text in rows.values_list("url", "document")}
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

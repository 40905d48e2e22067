"""The pattern language as a picture: families as a tree, links between patterns as lines beside it."""

import json
import textwrap
from collections import defaultdict
from dataclasses import replace

from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from media4sec.portal.frame import siblings
from media4sec.portal.rows import first_sentence
from media4sec.publications.models import Publication

GROUPS = {
    "law-enforcement": _("Law enforcement"),
    "citizens": _("Citizens"),
    "criminals": _("Criminals"),
}
COLLECTION = "practice-patterns"  # the note on how the patterns were gathered
ROW, GROUP = 26, 12  # a line's height, the room before a group
INDENT, LEFT = 18, 6  # the step of a generation, the room before the first
LETTER, LETTERS = 6.8, 44  # wider than the average letter of a title at 13 units; how many of them are shown
TRACK, AWAY, TIP = 9, 12, 6  # between lines of links, before the first of them, an arrow's tip


@require_safe
def explorer(request):
    """All patterns by group and family, with the links between them."""
    rows = Publication.objects.published().of("pattern", "case", "collection").order_by("sort_key", "pk")
    documents = defaultdict(list)
    for kind, text in rows.values_list("kind", "document"):
        documents[kind].append(json.loads(text))
    patterns = documents["pattern"]
    cases = defaultdict(int)
    for case in documents["case"]:
        for ref in case["patterns"]:
            cases[ref["id"]] += 1
    order = tree(patterns)
    context = {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Practices"), "url": "/practices/"},
            {"title": gettext("Patterns"), "url": None},
        ],
        "siblings": siblings("practices"),
        "count": len(patterns),
        "link_count": len(links_among(patterns)),
        "groups": groups_of(order, named_by(patterns), cases),
        "drawing": drawing(order) if order else None,
        "glosses": sum(document["summary_basis"] == "editorial-gloss-of-name" for document in patterns),
        "collection": next((row for row in documents["collection"] if row["identifier"] == COLLECTION), None),
    }
    return render(request, "portal/patterns.html", context)


# Order


def tree(patterns):
    """``[(pattern, depth)]``: group by group, in each the head of a family before its members."""
    groups = {document["identifier"]: document["group"] for document in patterns}
    members = defaultdict(list)
    for document in patterns:
        family = document["family"]
        head = family["id"] if family and groups.get(family["id"]) == document["group"] else None
        members[head].append(document)
    found, seen = [], set()

    def walk(document, depth):
        if document["identifier"] not in seen:
            seen.add(document["identifier"])
            found.append((document, depth))
            for member in members[document["identifier"]]:
                walk(member, depth + 1)

    for group in dict.fromkeys([*GROUPS, *groups.values()]):
        for document in (*members[None], *patterns):  # families that go round in a circle have no head
            if document["group"] == group:
                walk(document, 0)
    return found


def links_among(patterns):
    """The links that patterns state among each other, each pair once:
    ``[(one, other, whether the other names the one as well)]``."""
    known = {document["identifier"] for document in patterns}
    stated = {
        (document["identifier"], ref["id"]): None
        for document in patterns
        for ref in document["related_patterns"]
        if ref["id"] in known
    }
    return [
        (one, other, (other, one) in stated)
        for one, other in stated
        if (other, one) not in stated or one < other
    ]


def named_by(patterns):
    """Who names a pattern as related: ``{identifier: [pattern]}``."""
    found = defaultdict(list)
    for document in patterns:
        for ref in document["related_patterns"]:
            found[ref["id"]].append(document)
    return found


def groups_of(order, named, cases):
    """The list beside the picture: groups, in them families, in these their members."""
    found = {name: [] for name in GROUPS}
    for document, depth in order:
        own = {ref["id"] for ref in document["related_patterns"]}
        found.setdefault(document["group"], []).append(
            {
                "pattern": document,
                "depth": min(depth, 2),
                "sentence": first_sentence(document["summary"]),
                "is_gloss": document["summary_basis"] == "editorial-gloss-of-name",
                "members": sum(
                    bool(other["family"]) and other["family"]["id"] == document["identifier"]
                    for other, _ in order
                ),
                "links": document["related_patterns"],
                "named_by": [
                    other for other in named[document["identifier"]] if other["identifier"] not in own
                ],
                "cases": cases[document["identifier"]],
            }
        )
    return [{"title": GROUPS.get(name, name), "rows": rows} for name, rows in found.items()]


# Picture


def drawing(order, marked=(), here=""):
    """What ``portal/_patterns.html`` draws, in whole units; ``marked`` stand out, ``here`` is the page one is on."""
    labels, at, last = [], {}, None
    y = 0
    for document, depth in order:
        if document["group"] != last:
            y += GROUP if last else 0
            last = document["group"]
            labels.append(
                {"is_group": True, "text": GROUPS.get(last, last), "x": 0, "y": y + 18, "middle": y + 13}
            )
            y += ROW
        x = LEFT + INDENT * depth
        at[document["identifier"]] = label = {
            "is_group": False,
            "key": document["identifier"],
            "text": textwrap.shorten(document["title"], LETTERS, placeholder=" …"),
            "title": document["title"],
            "url": document["url"],
            "is_marked": document["identifier"] in (*marked, here),
            "is_here": document["identifier"] == here,
            "x": x,
            "top": y + 1,
            "y": y + 18,
            "middle": y + ROW // 2,
            "depth": depth,
        }
        label["width"] = round(LETTER * len(label["text"])) + 10
        labels.append(label)
        y += ROW
    branches = []
    for document, _depth in order:
        head = document["family"] and at.get(document["family"]["id"])
        if head:
            label = at[document["identifier"]]
            branches.append(
                {
                    "child": label["key"],
                    "head": head["key"],
                    "x": head["x"] + 8,
                    "y1": head["top"] + ROW - 2,
                    "y2": label["middle"],
                    "end": label["x"],
                }
            )
    documents = [document for document, _ in order]
    lines, width = _lines(at, links_among(documents))
    return {"width": width, "height": y, "labels": labels, "branches": branches, "lines": lines}


def _lines(at, links):
    """Links as brackets at the right of the labels, short ones nearest, none upon another."""
    edge = max((label["x"] + label["width"] for label in at.values()), default=0)
    tracks, found = [], []

    def reach(link):
        return abs(at[link[0]]["middle"] - at[link[1]]["middle"]), at[link[0]]["middle"]

    for one, other, is_mutual in sorted(links, key=reach):
        first, second = sorted((at[one]["middle"], at[other]["middle"]))
        number = next(
            (
                number
                for number, taken in enumerate(tracks)
                if all(second < top - 4 or bottom + 4 < first for top, bottom in taken)
            ),
            len(tracks),
        )
        if number == len(tracks):
            tracks.append([])
        tracks[number].append((first, second))
        x = edge + AWAY + TRACK * number
        start, stop = at[one], at[other]
        out, into = start["x"] + start["width"] + 2, stop["x"] + stop["width"] + 2
        found.append(
            {
                "one": one,
                "other": other,
                "is_mutual": is_mutual,
                "points": f"{out},{start['middle']} {x},{start['middle']} {x},{stop['middle']} {into},{stop['middle']}",
                "heads": [_head(into, stop["middle"])] + ([_head(out, start["middle"])] if is_mutual else []),
            }
        )
    return found, edge + AWAY + TRACK * len(tracks)


def _head(x, y):
    """An arrowhead that points to the left."""
    return f"{x},{y} {x + TIP},{y - 4} {x + TIP},{y + 4}"


# A pattern's own page


def near(patterns, identifier):
    """The patterns around one: its family, its own members, all it is linked with, and the heads above these."""
    by_id = {document["identifier"]: document for document in patterns}
    here = by_id[identifier]
    keep = {identifier}
    family = here["family"] and by_id.get(here["family"]["id"])
    if family:
        keep |= {
            document["identifier"]
            for document in patterns
            if document["family"] and document["family"]["id"] == family["identifier"]
        }
    for document in patterns:
        links = {ref["id"] for ref in document["related_patterns"]}
        if identifier in links or (document["family"] and document["family"]["id"] == identifier):
            keep.add(document["identifier"])
    keep |= {ref["id"] for ref in here["related_patterns"]}
    for name in keep & by_id.keys():
        keep |= heads_of(by_id, name)
    return [document for document in patterns if document["identifier"] in keep]


def heads_of(by_id, name):
    """The families above a pattern, up to the first."""
    found = set()
    while (family := by_id[name]["family"]) and family["id"] in by_id and family["id"] not in found:
        name = family["id"]
        found.add(name)
    return found


def all_patterns():
    rows = Publication.objects.published().of("pattern").order_by("sort_key", "pk")
    return [json.loads(text) for text in rows.values_list("document", flat=True)]


def page_of_case(page):
    """The patterns that a case shows at work, each under its families."""
    names = [ref["id"] for ref in page.document["patterns"]]
    if not names:
        return replace(page, own={"place": None})
    patterns = all_patterns()
    by_id = {document["identifier"]: document for document in patterns}
    keep = set(names).union(*(heads_of(by_id, name) for name in names if name in by_id))
    order = tree([document for document in patterns if document["identifier"] in keep])
    own_parts = [("place", gettext("Patterns at work")), *page.own_parts]
    return replace(page, own={"place": drawing(order, marked=names)}, own_parts=own_parts)


def page_of_pattern(page):
    """Where a pattern stands: its family, its neighbours in the contents, and the patterns it is linked with."""
    patterns = all_patterns()
    identifier = page.publication.identifier
    order = [document for document, _ in tree(patterns)]
    number = next(number for number, document in enumerate(order) if document["identifier"] == identifier)
    own = {
        "place": drawing(tree(near(patterns, identifier)), here=identifier),
        "before": order[number - 1] if number else None,
        "after": order[number + 1] if number + 1 < len(order) else None,
        "pattern_count": len(order),
    }
    return replace(page, own=own, own_parts=[("place", gettext("Its place")), *page.own_parts])

"""The pattern language as a picture: families as a tree, links between patterns as lines beside it."""

from collections import Counter, defaultdict
from dataclasses import replace

from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from media4sec.drawing import Drawing, FreeRows, Picture, at_most, language_of_content, shortened
from media4sec.font import text_width
from media4sec.portal.frame import siblings
from media4sec.portal.rows import first_sentence
from media4sec.publications.models import documents_of
from media4sec.publications.stated import said_since_change
from workshops.choices import PatternGroup

GROUPS = dict(PatternGroup.choices)
COLLECTION_NOTE = "practice-patterns"  # the note on how the patterns were gathered
ROW, GROUP = 26, 12  # a line's height, the room before a group
INDENT, LEFT = 18, 6  # the step of a generation, the room before the first
TITLE_WIDTH = 300  # that a title may be
TRACK, AWAY, APART = (
    9,
    12,
    5,
)  # between lines of links side by side, before the first of them, one above another
MOST_PATTERNS = 120  # patterns on a page
MOST_LINKS = 10  # links of one pattern in the list
ALL = "/practices/?type=pattern"


@require_safe
def explorer(request):
    """All patterns by group and family, with the links between them."""
    kinds = ("pattern", "case", "collection")
    context = said_since_change("patterns", lambda: page_of_patterns(documents_of(*kinds)), *kinds)
    return render(request, "workshops/patterns.html", context)


def page_of_patterns(documents):
    patterns = documents["pattern"]
    order = tree(patterns)
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Practices"), "url": "/practices/"},
            {"title": gettext("Patterns"), "url": None},
        ],
        "siblings": siblings("practices"),
        "count": len(patterns),
        "link_count": len(links_among(patterns)),
        "groups": groups_of(order, patterns, documents["case"]),
        "picture": drawing(order, gettext("Patterns, their families and their links")) if order else None,
        "glosses": sum(document["summary_basis"] == "editorial-gloss-of-name" for document in patterns),
        "collection": next(
            (row for row in documents["collection"] if row["identifier"] == COLLECTION_NOTE), None
        ),
    }


# Order


def tree(patterns):
    """``[(pattern, depth)]``: group by group, in each the head of a family before its members."""
    groups = {document["identifier"]: document["group"] for document in patterns}
    members, heads, rest = defaultdict(list), defaultdict(list), defaultdict(list)
    for document in patterns:
        family, group = document["family"], document["group"]
        is_member = family and groups.get(family["id"]) == group
        (members[family["id"]] if is_member else heads[group]).append(document)
        rest[group].append(document)
    found, seen = [], set()
    for group in dict.fromkeys([*GROUPS, *groups.values()]):
        # Families that go round in a circle have no head: they come last.
        to_do = [(document, 0) for document in (*heads[group], *rest[group])][::-1]
        while to_do:
            document, depth = to_do.pop()
            if document["identifier"] not in seen:
                seen.add(document["identifier"])
                found.append((document, depth))
                to_do += [(member, depth + 1) for member in members[document["identifier"]]][::-1]
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


def groups_of(order, patterns, cases):
    """The list beside the picture, with the patterns that are in it: groups, in them families, in these their
    members."""
    named_by, members = defaultdict(list), Counter()
    for document in patterns:
        members[document["family"] and document["family"]["id"]] += 1
        for ref in document["related_patterns"]:
            named_by[ref["id"]].append(document)
    shown_in = Counter(ref["id"] for case in cases for ref in case["patterns"])
    found = {name: [] for name in GROUPS}
    for document, depth in at_most(order, most=MOST_PATTERNS):
        own = {ref["id"] for ref in document["related_patterns"]}
        others = [other for other in named_by[document["identifier"]] if other["identifier"] not in own]
        found.setdefault(document["group"], []).append(
            {
                "pattern": document,
                "depth": min(depth, 2),
                "sentence": first_sentence(document["summary"]),
                "is_gloss": document["summary_basis"] == "editorial-gloss-of-name",
                "members": members[document["identifier"]],
                "links": document["related_patterns"][:MOST_LINKS],
                "more_links": len(document["related_patterns"][MOST_LINKS:]),
                "named_by": others[:MOST_LINKS],
                "named_by_more": len(others[MOST_LINKS:]),
                "cases": shown_in[document["identifier"]],
            }
        )
    counts = Counter(document["group"] for document in patterns)
    return [
        {"title": GROUPS.get(name, name), "total": counts[name], "rows": rows} for name, rows in found.items()
    ]


# Picture


def drawing(order, label, marked=(), here=""):
    """Families as a tree, links as brackets at the right; ``marked`` stand out, ``here`` is the page one is on."""
    stands_out = {*marked, here}
    shown = at_most(order, lambda row: row[0]["identifier"] in stands_out, MOST_PATTERNS)
    sheet = Drawing("pic patterns", label)
    at, last, y, wide = {}, None, 0, 0
    for document, depth in shown:
        if document["group"] != last:
            y += GROUP if last else 0
            last = document["group"]
            sheet.ground.text("pic-group", 0, y + 18, GROUPS.get(last, last))
            y += ROW
        name, x = document["identifier"], LEFT + INDENT * depth
        weight = 800 if depth < 2 else 600
        text = shortened(document["title"], TITLE_WIDTH, 13, weight)
        end = x + text_width(text, 13, weight) + 10
        at[name] = x, y + ROW // 2, end
        look = f"pic-label{' pic-here' * (name in stands_out)}{' pic-head' * (depth < 2)}"
        whole = document["title"] if text != document["title"] else ""
        is_here = {"aria_current": "page"} if name == here else {}
        link = sheet.link(look, document["url"], whole, lang=language_of_content(), **is_here)
        link.box("", x, y + 1, end - x, 24)
        link.text("", x, y + 18, text, lang=language_of_content(), dx=5)
        y, wide = y + ROW, max(wide, end)
    for document, _depth in shown:
        head = document["family"] and at.get(document["family"]["id"])
        if head:
            x, middle, _end = at[document["identifier"]]
            left = head[0] + 8
            sheet.ground.line("pic-branch", (left, head[1] + 12), (left, middle), (x, middle))
    tracks = FreeRows(APART)
    links = links_among([document for document, _ in shown])
    for one, other, is_mutual in sorted(links, key=lambda link: _reach(at, link)):
        (_, start, out), (_, stop, into) = at[one], at[other]
        track, _ = tracks.place(abs(stop - start), (min(start, stop),) * 2)
        x = wide + AWAY + TRACK * track
        points = (out + 2, start), (x, start), (x, stop), (into + 2, stop)
        sheet.ground.arrow("pic-arrow", *points)
        if is_mutual:
            sheet.ground.head(*points[1::-1])
    sheet.set_size(wide + AWAY + TRACK * len(tracks.rows), y)
    return Picture((sheet,), len(shown), len(order), ALL)


def _reach(at, link):
    """Short links stand nearest to the labels."""
    one, other, _ = link
    return abs(at[one][1] - at[other][1]), at[one][1]


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
    keep = with_heads(by_id, keep)
    return [document for document in patterns if document["identifier"] in keep]


def with_heads(by_id, names):
    """These patterns and the families above them, up to the first."""
    found = set()
    for name in names:
        while name in by_id and name not in found:
            found.add(name)
            name = by_id[name]["family"] and by_id[name]["family"]["id"]
    return found


def page_of_case(page):
    """The patterns that a case shows at work, each under its families."""
    names = [ref["id"] for ref in page.document["patterns"]]
    if not names:
        return replace(page, own={"place": None})
    patterns = documents_of("pattern")["pattern"]
    by_id = {document["identifier"]: document for document in patterns}
    keep = with_heads(by_id, names)
    order = tree([document for document in patterns if document["identifier"] in keep])
    label = gettext("The patterns of this case under their families")
    own_parts = [("place", gettext("Patterns at work")), *page.own_parts]
    return replace(page, own={"place": drawing(order, label, marked=names)}, own_parts=own_parts)


def page_of_pattern(page):
    """Where a pattern stands: its family, its neighbours in the contents, and the patterns it is linked with."""
    patterns = documents_of("pattern", here=page.publication)["pattern"]
    identifier = page.publication.identifier
    order = [document for document, _ in tree(patterns)]
    number = next(number for number, document in enumerate(order) if document["identifier"] == identifier)
    label = gettext("This pattern among its family and links")
    own = {
        "place": drawing(tree(near(patterns, identifier)), label, here=identifier),
        "before": order[number - 1] if number else None,
        "after": order[number + 1] if number + 1 < len(order) else None,
        "pattern_count": len(order),
    }
    return replace(page, own=own, own_parts=[("place", gettext("Its place")), *page.own_parts])

"""The pattern language as a picture: families as a tree, links between patterns as lines beside it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache

from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from media4sec.drawing import Drawing, FreeRows, Picture, at_most, language_of_content, shortened
from media4sec.font import text_width
from media4sec.portal.frame import siblings
from media4sec.portal.parameters import without_parameters
from media4sec.portal.record.page import way_to_text
from media4sec.portal.rows import first_sentence
from media4sec.publications.index import current
from media4sec.publications.models import Publication
from media4sec.publications.stated import said_since_change, since_change
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
MOST_PATTERNS, MOST_NEAR = 100, 40  # patterns on a page of all, and on that of one
MOST_LINKS = 10  # links of one pattern in the list
ALL = "/practices/?type=pattern"
GLOSS = "editorial-gloss-of-name"  # a summary that only explains the name


@require_safe
@without_parameters
def explorer(request):
    """All patterns by group and family, with the links between them."""
    context = said_since_change("patterns", page_of_patterns, "pattern", "case", "collection")
    return render(request, "workshops/patterns.html", context)


def page_of_patterns():
    """The first patterns as a picture and as a list, and the numbers of all. Three queries."""
    index, places = current(), places_now()
    shown = documents_at(list(places)[:MOST_PATTERNS])
    order = [(document, places[key].depth) for key, document in shown.items()]
    label = gettext("Patterns, their families and their links")
    links = index.links("related_patterns", index.of_kinds(["pattern"]))
    notes = Publication.objects.published().of("collection").filter(identifier=COLLECTION_NOTE)
    return {
        "crumbs": [
            {"title": gettext("Home"), "url": "/"},
            {"title": gettext("Practices"), "url": "/practices/"},
            {"title": gettext("Patterns"), "url": None},
        ],
        "siblings": siblings("practices"),
        "count": len(places),
        "link_count": len({frozenset(pair) for pair in links if pair[0] != pair[1]}),
        "groups": groups_of(shown, places, index),
        "picture": drawing(order, label, total=len(places)) if order else None,
        "glosses": sum(document["summary_basis"] == GLOSS for document in shown.values()),
        "collection": next((row.body for row in notes), None),
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pattern stands among all."""

    number: int  # in the order of the contents
    depth: int  # how many families are above it
    group: str
    family: int | None  # its key


def places_now():
    """``{key: place}`` of all patterns in the order of the contents, from the index."""
    return since_change("places of the patterns", read_places, "pattern")


def read_places():
    index = current()
    slots = index.ordered(["pattern"])
    groups, families = (
        dict(read(name, index.mask(slots)))
        for read, name in ((index.stated, "group"), (index.links, "family"))
    )
    return placed(tuple((key, groups[key], families.get(key)) for key in index.pks[slots].tolist()))


@lru_cache(maxsize=1)  # most changes of a pattern leave all where they are
def placed(stated):
    """``{key: place}`` of these patterns, of which each has ``(its key, group, key of its family)``."""
    patterns = [
        {"identifier": key, "group": group, "family": {"id": family} if family is not None else None}
        for key, group, family in stated
    ]
    families = {key: family for key, _, family in stated}
    return {
        row["identifier"]: Place(number, depth, row["group"], families[row["identifier"]])
        for number, (row, depth) in enumerate(tree(patterns))
    }


def documents_at(keys):
    """``{key: document}``, in this order. One query."""
    return {row.pk: row.body for row in Publication.objects.only("document").in_order_of(keys)}


def groups_of(shown, places, index):
    """The list beside the picture, with the patterns that are in it: groups, in them families, in these their
    members. One query."""
    own, naming = defaultdict(list), {key: index.naming(key) for key in shown}
    for key, other in index.links("related_patterns", index.mask(index.slots(list(shown)))):
        own[key].append(other)
    named_by = {}
    for key in shown:
        slots = naming[key].get(("pattern", "related_patterns"), index.slots(()))
        named_by[key] = slots[~index.mask(index.slots(own[key]))[slots]]
    others = index.first_of_each(named_by, Publication.objects.only("title", "url"), MOST_LINKS)
    found = {name: [] for name in GROUPS}
    for key, document in shown.items():
        found.setdefault(places[key].group, []).append(
            {
                "pattern": document,
                "depth": min(places[key].depth, 2),
                "sentence": first_sentence(document["summary"]),
                "is_gloss": document["summary_basis"] == GLOSS,
                "members": len(naming[key].get(("pattern", "family"), ())),
                "links": document["related_patterns"][:MOST_LINKS],
                "more_links": len(document["related_patterns"][MOST_LINKS:]),
                "named_by": others[key],
                "named_by_more": len(named_by[key]) - len(others[key]),
                "cases": len(naming[key].get(("case", "patterns"), ())),
            }
        )
    counts = Counter(place.group for place in places.values())
    return [
        {"title": GROUPS.get(name, name), "total": counts[name], "rows": rows} for name, rows in found.items()
    ]


# Picture


def drawing(order, label, marked=(), here="", total=0):
    """Families as a tree, links as brackets at the right; ``marked`` stand out, ``here`` is the page one is on.

    There may be more patterns than in ``order``: ``total``.
    """
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
            sheet.ground.heads(points[1::-1])
    sheet.set_size(wide + AWAY + TRACK * len(tracks.rows), y)
    return Picture((sheet,), len(shown), total or len(order), ALL)


def _reach(at, link):
    """Short links stand nearest to the labels."""
    one, other, _ = link
    return abs(at[one][1] - at[other][1]), at[one][1]


# A pattern's own page


def near(page, places):
    """The patterns around one: its family, its own members, all it is linked with, and the heads above these."""
    naming, index, here = page.backlinks.slots, page.backlinks.index, page.publication.pk
    family = places[here].family
    found = [naming.get(("pattern", field), index.slots(())) for field in ("family", "related_patterns")]
    if family in places:
        found.append(index.naming(family)["pattern", "family"])
    keys = index.pks[index.mask(*found)].tolist()
    return with_heads(places, [here, *keys, *patterns_in(page.document["related_patterns"])])


def patterns_in(references):
    """The keys of the patterns that a document names. One query, where there are any."""
    names = [ref["id"] for ref in references]
    rows = Publication.objects.published().of("pattern").filter(identifier__in=names)
    return list(rows.values_list("pk", flat=True)) if names else []


def with_heads(places, keys):
    """These patterns and the families above them, up to the first."""
    found = set()
    for key in keys:
        while key in places and key not in found:
            found.add(key)
            key = places[key].family
    return found


def drawn_place(keys, places, label, marked, here=""):
    """The picture of some patterns, as many as it has room for, and those that are ``marked`` anyhow. One query."""
    order = sorted(keys, key=lambda key: places[key].number)
    shown = documents_at(at_most(order, lambda key: key in marked, MOST_NEAR))
    rows = [(document, places[key].depth) for key, document in shown.items()]
    names = [shown[key]["identifier"] for key in marked if key in shown]
    return drawing(rows, label, names, here, total=len(order))


def page_of_case(page):
    """The patterns that a case shows at work, each under its families."""
    patterns = page.document["patterns"]
    keys, places = patterns_in(patterns), places_now()
    if not keys:
        return replace(page, own={"place": None}, primary=way_to_text(page))
    label = gettext("The patterns of this case under their families")
    own_parts = [("place", gettext("Patterns at work")), *page.own_parts]
    place = drawn_place(with_heads(places, keys), places, label, keys)
    words = ngettext("See the pattern that it shows", "See the patterns that it shows", len(patterns))
    primary = {"title": words, "url": patterns[0]["url"] if len(patterns) == 1 else "#place"}
    return replace(page, own={"place": place}, own_parts=own_parts, primary=primary)


def page_of_pattern(page):
    """Where a pattern stands: its family, its neighbours in the contents, and the patterns it is linked with."""
    places, here = places_now(), page.publication.pk
    if here not in places:  # a preview of a new one
        return page
    keys, number = list(places), places[here].number
    beside = [keys[at] for at in (number - 1, number + 1) if 0 <= at < len(keys)]
    label = gettext("This pattern among its family and links")
    documents = documents_at(beside)
    own = {
        "place": drawn_place(near(page, places), places, label, [here], page.publication.identifier),
        "before": documents.get(keys[number - 1]) if number else None,
        "after": documents.get(keys[number + 1]) if number + 1 < len(keys) else None,
        "pattern_count": len(keys),
    }
    cards = {"title": gettext("Patterns as cards to print"), "url": "/patterns/cards/"}
    return replace(
        page, own=own, own_parts=[("place", gettext("Its place")), *page.own_parts], next=[cards, *page.next]
    )

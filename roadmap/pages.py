"""What only this app's kinds show on their pages; made of documents, never of models."""

from collections import defaultdict
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import groupby

from django.utils.translation import gettext

from media4sec.drawing import Drawing, Pen, Picture, at_most, language_of_content, language_of_page, wrapped
from media4sec.portal.record.page import way_to_text
from media4sec.portal.rows import host_of
from media4sec.saying import day

MOST_IN_ORDER = 30  # items in the picture and in its table
COLUMN, GUTTER = 288, 48  # of the picture: a box, and the room for arrows between two columns
LINE, PAD, GAP, HEAD = 17, 8, 10, 34  # a line of text, the room around it, between boxes, above a strand
LINE_WIDTH = 250  # of a line of text


def roadmap_item(page):
    """What happened since the project asked for it, in order of date."""
    updates = [
        {
            **update,
            "when": day(update["date"]),
            "is_unverified": update["verified"] is not True,
            "sources": [
                {"title": source["title"] or host_of(source["url"]), "url": source["url"]}
                for source in update["sources"]
            ],
        }
        for update in sorted(page.document["updates"], key=lambda update: update["date"])
    ]
    return replace(page, own={"updates": updates})


def standard(page):
    """A standard is had from those who issue it."""
    return replace(page, primary=way_to_text(page, gettext("Open the official page")))


def roadmap_rows(cards):
    """The rows of a page by strand, which the heading above them says."""
    by_strand = {}
    for card in cards:
        strand = strand_of(card)
        own = [text for text in card["meta"] if text != strand]
        by_strand.setdefault(strand, []).append({**card, "meta": own})
    return {"strands": [{"title": title, "cards": members} for title, members in by_strand.items()]}


def what_comes_first(cards, total):
    """What must come first: as a picture, and the same as a table. ``cards`` are the first of ``total``. No query."""
    first = needs(cards)
    then = {card["url"]: [] for card in cards}
    for card in cards:
        for other in first[card["url"]]:
            then[other["url"]].append(card)
    linked = [card for card in cards if first[card["url"]] or then[card["url"]]]
    levels = levels_of(linked, first)
    # What comes first is shown first, so that no arrow begins at a box that is left out.
    shown = at_most(linked, lambda card: -levels[card["url"]], MOST_IN_ORDER) if levels else linked
    known = {card["url"] for card in shown}
    rows = [
        {
            "card": card,
            "needs": first[card["url"]],
            "then": [other for other in then[card["url"]] if other["url"] in known],
        }
        for card in shown
    ]
    total = len(linked) if total == len(cards) else total
    return {
        "order": [
            {"strand": strand, "rows": [*own]}
            for strand, own in groupby(rows, lambda row: strand_of(row["card"]))
        ],
        "picture": roadmap_picture(shown, first, levels, total) if levels else None,
    }


def strand_of(card):
    values = card["facts"].get("strand")
    return values[0]["text"] if values else ""


def needs(cards):
    """What each item needs first, as far as that stands on this list: ``{url: [card, …]}``."""
    known = {card["url"]: card for card in cards}
    return {
        card["url"]: [known[ref["url"]] for ref in card["facts"].get("depends_on", ()) if ref["url"] in known]
        for card in cards
    }


def levels_of(cards, first):
    """How many steps lie before each item; nothing where items wait for each other.

    Nobody can save such a circle, but what is public of two items may be from different days.
    """
    graph = TopologicalSorter({card["url"]: [other["url"] for other in first[card["url"]]] for card in cards})
    levels = {}
    try:
        for url in graph.static_order():
            levels[url] = max((levels[other["url"]] + 1 for other in first[url]), default=0)
    except CycleError:
        return {}
    return levels


def roadmap_picture(cards, first, levels, total):
    """Boxes in columns, what comes first on the left; arrows lead to what needs it."""
    drawing = Drawing("order", gettext("What must come first. The table below says the same."))
    places, y = places_of(cards, first, levels, drawing.ground)
    arrows = []
    for card in cards:
        x, top = places[card["url"]][:2]
        for other in first[card["url"]]:
            left, before = places[other["url"]][:2]
            bend, ends = x - GUTTER // 2, (before + LINE, top + LINE)
            arrows.append(((left + COLUMN, ends[0]), (bend, ends[0]), (bend, ends[1]), (x, ends[1])))
    drawing.ground.lines("order-arrow", *arrows)
    drawing.ground.heads(*arrows)
    boxes = drawing.group(lang=language_of_content())
    for card in cards:
        x, top, lines, note = places[card["url"]]
        link = boxes.link("", card["url"])
        link.box("", x, top, COLUMN, height_of(lines))
        text = Pen(link.put("text", y=top))
        # The spaces part the words for who hears them.
        text.put("tspan", "", f"{card['identifier']} ", x=x + 10, dy=18)
        if note:
            text.put("tspan", "order-note", f"{note} ", language_of_page(), dx=8)
        for line in lines:
            text.put("tspan", "", f"{line} ", x=x + 10, dy=LINE)
    drawing.set_size(max(place[0] for place in places.values()) + COLUMN, y)
    return Picture((drawing,), len(cards), total)


def places_of(cards, first, levels, pen):
    """(``{url: (x, y, lines, note)}``, height): under the name of each strand its items, and to the right of each those
    that need it."""
    followers = defaultdict(list)
    for card in cards:
        for other in first[card["url"]][:1]:
            followers[other["url"]].append(card)
    places, below = {}, 0
    for strand, members in groupby((card for card in cards if not first[card["url"]]), key=strand_of):
        pen.text("order-strand", 0, below + HEAD - 12, strand)
        below += HEAD
        to_do = [(card, False) for card in members][::-1]
        while to_do:
            card, is_done = to_do.pop()
            if is_done:  # and so are those to its right
                _, top, lines, _ = places[card["url"]]
                below = max(below, top + height_of(lines) + GAP)
                continue
            note = strand_of(card)
            places[card["url"]] = (
                levels[card["url"]] * (COLUMN + GUTTER),
                below,
                wrapped(card["title"], LINE_WIDTH, 14, 400),
                note if note != strand else "",
            )
            to_do += [(card, True), *((other, False) for other in followers[card["url"]][::-1])]
    return places, below


def height_of(lines):
    return (len(lines) + 1) * LINE + PAD

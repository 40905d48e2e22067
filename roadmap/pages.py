"""What only this app's kinds show on their pages; made of documents, never of models."""

import textwrap
from dataclasses import replace
from itertools import groupby

from media4sec.portal.rows import host_of
from media4sec.portal.wording import day

COLUMN, GUTTER = 288, 48  # of the picture: a box, and the room for arrows between two columns
LINE, PAD, GAP, HEAD = 17, 8, 10, 34  # a line of text, the room around it, between boxes, above a strand
LETTERS = 36  # that fit on a line


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


def roadmap_rows(cards):
    """The roadmap by strand, and what must come first: as a picture, and the same as a table. No query."""
    by_strand = {}
    for card in cards:
        by_strand.setdefault(strand_of(card), []).append(card)
    first = needs(cards)
    chosen = linked(cards, first)
    return {
        "strands": [{"title": title, "cards": members} for title, members in by_strand.items()],
        "order": [
            {
                "card": card,
                "strand": strand_of(card),
                "needs": first[card["url"]],
                "then": [other for other in cards if card in first[other["url"]]],
            }
            for card in chosen
        ],
        "picture": drawing(chosen, first),
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


def linked(cards, first):
    """The items that need another one or are needed."""
    needed = {other["url"] for others in first.values() for other in others}
    return [card for card in cards if first[card["url"]] or card["url"] in needed]


def levels_of(cards, first):
    """How many steps lie before each item; nothing where items wait for each other.

    Nobody can save such a circle, but what is public of two items may be from different days.
    """
    levels = {}
    while len(levels) < len(cards):
        ready = {
            card["url"]: max((levels[other["url"]] + 1 for other in first[card["url"]]), default=0)
            for card in cards
            if card["url"] not in levels and all(other["url"] in levels for other in first[card["url"]])
        }
        if not ready:
            return {}
        levels |= ready
    return levels


def drawing(cards, first):
    """Boxes in columns, what comes first on the left; arrows lead to what needs it. Whole numbers only.

    None where nothing has an order, or a circle has none.
    """
    levels = levels_of(cards, first)
    if not levels:
        return None
    boxes, strands, y = {}, [], 0

    def place(card, y):
        """A box, and to its right those that need it; returns where the next one may stand."""
        lines = textwrap.wrap(card["title"], LETTERS)
        note = strand_of(card) if strand_of(card) != strands[-1]["text"] else ""
        height = (len(lines) + 1) * LINE + PAD
        boxes[card["url"]] = {
            "x": levels[card["url"]] * (COLUMN + GUTTER),
            "y": y,
            "width": COLUMN,
            "height": height,
            "identifier": card["identifier"],
            "note": note,
            "lines": lines,
        }
        below = y
        for other in cards:
            if first[other["url"]][:1] == [card] and other["url"] not in boxes:
                below = place(other, below)
        return max(below, y + height + GAP)

    roots = [card for card in cards if not first[card["url"]]]
    for strand, members in groupby(roots, key=strand_of):
        strands.append({"text": strand, "y": y + HEAD - 12})
        y += HEAD
        for card in members:
            y = place(card, y)
    arrows = [
        arrow(boxes[other["url"]], boxes[card["url"]]) for card in cards for other in first[card["url"]]
    ]
    return {
        "width": max(box["x"] for box in boxes.values()) + COLUMN,
        "height": y,
        "boxes": list(boxes.values()),
        "strands": strands,
        "arrows": arrows,
    }


def arrow(before, after):
    """From the right edge of one box to the left edge of another, at the height of their first lines."""
    start, end = before["x"] + COLUMN, after["x"]
    return {
        "x1": start,
        "y1": before["y"] + LINE,
        "turn": end - GUTTER // 2,
        "x2": end,
        "y2": after["y"] + LINE,
    }

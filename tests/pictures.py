"""Pictures in pages, as tests read them: what is drawn, what leads where, and what covers what."""

import re
from xml.etree import ElementTree


def pictures_in(response, name):
    """The inline SVGs of a page that have this class, parsed."""
    found = re.findall(r"<svg class=\"pic.*?</svg>", response.content.decode(), flags=re.S)
    parsed = [ElementTree.fromstring(text) for text in found]
    return [svg for svg in parsed if name in svg.get("class").split()]


def links_of(svg, name="pic-label"):
    """``[(text, address)]`` of the labels of a picture, in their order."""
    return [("".join(link.find("text").itertext()), link.get("href")) for link in labels_in(svg, name)]


def labels_in(svg, name):
    """The links that have this class, or are in a group of such."""
    groups = [group for group in svg.iter("g") if f"{name}s" in group.get("class", "").split()]
    own = [link for link in svg.iter("a") if name in link.get("class", "").split()]
    return own + [link for group in groups for link in group.iter("a")]


def overlaps(boxes):
    """Pairs of boxes ``(left, top, right, bottom)`` that cover each other."""
    return [
        (one, other)
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def boxes_of(svg, name="pic-label"):
    """``{text: box}`` of the links with this class; of a label with several texts, the first."""
    return {"".join(link.find("text").itertext()): box_of(link.find("rect")) for link in labels_in(svg, name)}


def box_of(rect):
    left, top, width, height = (int(rect.get(name)) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def marks_of(svg, name):
    """The elements with this class."""
    return [element for element in svg.iter() if name in element.get("class", "").split()]


def tips_of(svg):
    """Where arrowheads point to."""
    heads = "".join(path.get("d") for path in marks_of(svg, "pic-tip"))
    return [(int(x), int(y)) for x, y in re.findall(r"M(-?\d+) (-?\d+)", heads)]


def ways_of(path):
    """The corners of each of the lines of a path."""
    return [points_of({"d": f"M{way}"}) for way in path.get("d").split("M")[1:]]


def points_of(line):
    """The corners of a line, whose steps are level, upright or neither."""
    points = []
    for step, place in re.findall(r"([MLHV])(-?\d+(?: -?\d+)?)", line.get("d")):
        numbers = tuple(map(int, place.split()))
        if step == "H":
            numbers = (*numbers, points[-1][1])
        elif step == "V":
            numbers = (points[-1][0], *numbers)
        points.append(numbers)
    return points


def ends_of(line, boxes):
    """The names of the boxes at which a line begins and ends."""
    points = points_of(line)
    return tuple(
        next(name for name, box in boxes.items() if touches(point, box)) for point in (points[0], points[-1])
    )


def touches(point, box, away=0):
    return box[0] - away <= point[0] <= box[2] + away and box[1] - away <= point[1] <= box[3] + away


def crosses(start, stop, box):
    """Whether an upright or level line goes through the inside of a box."""
    left, right = sorted((start[0], stop[0]))
    top, bottom = sorted((start[1], stop[1]))
    return left < box[2] and box[0] < right + 1 and top < box[3] and box[1] < bottom + 1

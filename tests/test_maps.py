"""The cities of the workshops on the outline of Europe."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings

from media4sec.publications.models import Publication
from tests.factories import published
from tests.pictures import overlaps, pictures_in
from tests.public import text_of
from workshops.europe import HEIGHT, PLACES, WIDTH, labelled, project, workshop_rows

pytestmark = pytest.mark.once

OUTLINE = Path(settings.BASE_DIR) / "workshops" / "europe.svg"
COAST = 4  # units of the sheet, some 35 km: what the simplified coast may take from a harbour
SEA = {"North Sea": (56.0, 3.0), "Bay of Biscay": (45.5, -6.0), "Ionian Sea": (38.0, 18.5)}


def rings_of(path):
    """The outline's rings as points of the sheet."""
    scale = float(re.search(r"scale\(([\d.]+)\)", path.get("transform"))[1])
    rings = []
    for part in re.findall(r"M([^z]+)z", path.get("d")):
        numbers = [int(text) for text in re.findall(r"-?\d+", part)]
        x = y = 0
        ring = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x * scale, y * scale))
        rings.append(ring)
    return rings


def is_land(rings, x, y):
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossings += 1
    return crossings % 2 == 1


@pytest.fixture(scope="module")
def rings():
    return rings_of(ElementTree.fromstring(OUTLINE.read_text()))


def test_outline_is_one_path_of_coast_and_small():
    path = ElementTree.fromstring(OUTLINE.read_text())

    assert (path.tag, sorted(path.keys()), len(path)) == ("path", ["class", "d", "transform"], 0)
    assert OUTLINE.stat().st_size <= 15_000


@pytest.mark.parametrize("name", PLACES)
def test_cities_lie_on_the_land_that_was_drawn_by_the_same_formula(rings, name):
    x, y = project(*PLACES[name][:2])

    assert 0 < x < WIDTH
    assert 0 < y < HEIGHT
    assert any(is_land(rings, x + dx, y + dy) for dx in (-COAST, 0, COAST) for dy in (-COAST, 0, COAST))


@pytest.mark.parametrize("name", SEA)
def test_the_sea_is_not_land(rings, name):
    assert not is_land(rings, *project(*SEA[name]))


def test_projection_keeps_the_centre_and_the_sides_of_the_compass():
    assert project(48, 10) == (WIDTH / 2, HEIGHT / 2)
    assert project(49, 10)[1] < HEIGHT / 2 < project(47, 10)[1]
    assert project(48, 9)[0] < WIDTH / 2 < project(48, 11)[0]


@pytest.mark.parametrize("places", [list(PLACES), list(PLACES)[::-1], ["Brussels", "Brussels", "The Hague"]])
def test_names_cover_neither_each_other_nor_the_points(places):
    spots = labelled(places)

    names = [spot[2:] for spot in spots]
    points = {(x - 3, y - 3, x + 3, y + 3) for x, y, *_ in spots}
    assert overlaps(names) == []
    assert [pair for pair in overlaps([*names, *points]) if not set(pair) <= points] == []
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT for box in names)


def test_every_workshop_is_once_on_the_map_and_once_in_the_list(client, content):
    response = client.get("/workshops/")
    (svg,) = pictures_in(response, "map")
    listed = re.findall(r"<h3>\s*<a href=\"([^\"]+)\"", response.content.decode())

    workshops = list(Publication.objects.published().of("workshop").order_by("sort_key"))
    assert len(workshops) == 6
    assert [link.get("href") for link in svg.iter("a")] == [row.url for row in workshops] == listed
    assert [link.find("text").text for link in svg.iter("a")] == [row.identifier for row in workshops]
    points = [(int(dot.get("cx")), int(dot.get("cy"))) for dot in svg.iter("circle")]
    cities = [link.findall("text")[1].text for link in svg.iter("a")]
    assert points == [tuple(map(round, project(*PLACES[city][:2]))) for city in cities]
    assert all(client.get(url).status_code == 200 for url in listed)


def test_map_shows_the_workshops_of_the_result(client, content):
    (svg,) = pictures_in(client.get("/workshops/?theme=dark-web"), "map")

    assert [link.find("text").text for link in svg.iter("a")] == ["W3"]


@pytest.mark.django_db
def test_workshop_in_an_unknown_city_is_listed_and_said_to_be_missing(client):
    workshop = published("workshop", city="Atlantis")

    response = client.get("/workshops/")

    assert workshop.title in text_of(response)
    assert "1 workshop is not on the map" in text_of(response)
    assert workshop_rows([{"facts": {}}])["missing"] == 1


def test_a_hundred_workshops_in_one_city_are_all_drawn():
    spots = labelled(["Brussels"] * 100)

    assert len(spots) == 100
    assert len({spot[:2] for spot in spots}) == 1
